/** Call: the third step, the only one outside a transaction. What the provider answers is a value. */
import type { Deadline, SendOutcome } from '../../channels/channel.ts';
import type { CertainCall } from './begin.ts';
import type { SendingDeps } from './deps.ts';

/** Longest call in ms of wall time; the activity has 15 s in all. */
const CALL_TIMEOUT_MS = 8_000;

/** Makes the call. Whatever is thrown could have happened after the message left, so it is unknown. */
export async function callProvider(deps: SendingDeps, call: CertainCall): Promise<SendOutcome> {
  const deadline: Deadline = { timeoutMs: CALL_TIMEOUT_MS, ...(deps.signal === undefined ? {} : { signal: deps.signal }) };
  try {
    return await send(deps, call, deadline);
  } catch (error) {
    deps.ctx.log.error({ attemptId: call.attemptId, name: error instanceof Error ? error.name : 'unknown' }, 'a channel threw instead of answering');
    return { kind: 'unknown', code: 'threw' };
  }
}

async function send({ channels }: SendingDeps, call: CertainCall, deadline: Deadline): Promise<SendOutcome> {
  const { attemptId, to, validityMs, message, sender, unsubscribeUrl } = call;
  const outgoing = { attemptId, to, validityMs };
  if ('body' in message) {
    if (channels.sms === null) return { kind: 'retry', code: 'noChannel' };
    return channels.sms.send({ ...outgoing, body: message.body, ...(sender.sms === null ? {} : { from: sender.sms }) }, deadline);
  }
  if (channels.email === null) return { kind: 'retry', code: 'noChannel' };
  const listUnsubscribe = unsubscribeUrl === null ? {} : { listUnsubscribe: { url: unsubscribeUrl } };
  return channels.email.send({ ...outgoing, ...message, ...listUnsubscribe, ...(sender.email === null ? {} : { from: sender.email }) }, deadline);
}
