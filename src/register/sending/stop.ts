/** The emergency stop, and the stops that a provider's refusal sets: read at claim and at begin, so they hold at once. */
import { z } from 'zod';
import { countCalling } from '../../db/attempts.ts';
import { creditorById } from '../../db/creditors.ts';
import { changeSetting, holdSetting, readSetting } from '../../db/settings.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import type { RegisterContext } from '../person-lock.ts';

const KEY = 'sending.stop';

const sendingStop = z.object({
  all: z.boolean().default(false),
  creditors: z.array(z.string()).default([]),
  channels: z.array(z.enum(['sms', 'email'])).default([]),
  /** Senders whose configuration a provider refused, with the provider's code. */
  senders: z.array(z.object({ sender: z.string(), code: z.string() })).default([]),
});

export type SendingStop = z.infer<typeof sendingStop>;

/** What to stop or start; nothing given is everything. */
export interface StopTarget {
  readonly creditorId?: string | undefined;
  readonly channel?: MessageChannel | undefined;
}

/** The stops in force. A value that nobody can read stops everything. */
export async function readStop(db: Db | Trx): Promise<SendingStop> {
  return parseStop(await readSetting(db, KEY));
}

/** Lets no stop come between reading the stops and the end of this transaction: once a stop is answered, nothing begins under the old ones. */
export function holdStop(trx: Trx): Promise<void> {
  return holdSetting(trx, KEY);
}

function parseStop(value: unknown): SendingStop {
  const parsed = sendingStop.safeParse(value ?? {});
  return parsed.success ? parsed.data : { all: true, creditors: [], channels: [], senders: [] };
}

/** Whether a message may not leave now, whatever the law says. */
export function isStopped(stop: SendingStop, creditorId: string, channel: MessageChannel, sender: string): boolean {
  return stop.all || stop.creditors.includes(creditorId) || stop.channels.includes(channel) || stop.senders.some((one) => one.sender === sender);
}

/** Calls that began before the stop was in force: they are with the provider and cannot be called back. */
export function callsInFlight(ctx: RegisterContext): Promise<number> {
  return countCalling(ctx.db);
}

/** `pacto sending stop`; returns what is stopped now. ERR_NOT_FOUND for an unknown creditor: a stop with a slip of the pen would stop nobody. */
export async function stopSending(ctx: RegisterContext, target: StopTarget): Promise<SendingStop> {
  if (target.creditorId !== undefined && (await creditorById(ctx.db, target.creditorId)) === undefined) {
    throw new AppError('ERR_NOT_FOUND', `There is no creditor ${target.creditorId}: nothing was stopped.`);
  }
  ctx.log.warn({ creditorId: target.creditorId, channel: target.channel }, 'sending is stopped');
  return change(ctx, (stop) => ({
    ...stop,
    all: stop.all || (target.creditorId === undefined && target.channel === undefined),
    creditors: target.creditorId === undefined ? stop.creditors : union(stop.creditors, target.creditorId),
    channels: target.channel === undefined ? stop.channels : union(stop.channels, target.channel),
  }));
}

/** `pacto sending start`; without a target it lifts every stop. A channel's start also lifts the stops of its senders. */
export async function startSending(ctx: RegisterContext, target: StopTarget): Promise<SendingStop> {
  const { creditorId, channel } = target;
  if (creditorId === undefined && channel === undefined) return change(ctx, () => ({ all: false, creditors: [], channels: [], senders: [] }));
  return change(ctx, (stop) => ({
    all: stop.all,
    creditors: stop.creditors.filter((one) => one !== creditorId),
    channels: stop.channels.filter((one) => one !== channel),
    senders: stop.senders.filter(({ sender }) => channel === undefined || !sender.startsWith(`${channel}:`)),
  }));
}

/** A provider refused the configuration of a sender: it is stopped until a person starts the channel again. */
export async function stopSender(trx: Trx, sender: string, code: string): Promise<void> {
  await changeSetting(trx, KEY, (value) => {
    const stop = parseStop(value);
    return stop.senders.some((one) => one.sender === sender) ? stop : { ...stop, senders: [...stop.senders, { sender, code }] };
  });
}

function change(ctx: RegisterContext, next: (stop: SendingStop) => SendingStop): Promise<SendingStop> {
  return inTransaction(ctx.db, (trx) => changeSetting(trx, KEY, (value) => next(parseStop(value))));
}

function union<T>(items: readonly T[], item: T): T[] {
  return items.includes(item) ? [...items] : [...items, item];
}
