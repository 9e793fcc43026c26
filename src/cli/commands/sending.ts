/** `pacto sending stop|start [--creditor <id>] [--channel sms|email]`: the emergency stop. */
import { AppError } from '../../errors.ts';
import { callsInFlight, startSending, stopSending, type StopTarget } from '../../register/sending/stop.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withRegister } from '../installation.ts';
import type { Output } from '../output.ts';

export interface SendingOptions {
  readonly creditor?: string | undefined;
  readonly channel?: string | undefined;
}

export async function changeSending(flags: GlobalFlags, output: Output, verb: 'stop' | 'start', options: SendingOptions): Promise<void> {
  const target = targetOf(options);
  const { stop, inFlight } = await withRegister(flags, async (ctx) => ({
    stop: await (verb === 'stop' ? stopSending(ctx, target) : startSending(ctx, target)), inFlight: await callsInFlight(ctx),
  }));
  if (verb === 'stop' && inFlight > 0) output.say(`${inFlight} calls to a provider had begun before; what they sent cannot be called back.`);
  const held = [...stop.creditors.map((id) => `creditor ${id}`), ...stop.channels.map((channel) => `channel ${channel}`), ...stop.senders.map(({ sender, code }) => `sender ${sender} (${code})`)];
  output.answer({ ...stop, inFlight }, [stop.all ? 'nothing is sent.' : held.length === 0 ? 'nothing is stopped.' : `stopped: ${held.join(', ')}.`]);
}

function targetOf({ creditor, channel }: SendingOptions): StopTarget {
  if (channel !== undefined && channel !== 'sms' && channel !== 'email') throw new AppError('ERR_USAGE', '--channel must be sms or email.');
  return { creditorId: creditor, channel };
}
