/** A notification of a provider: verified, kept once, answered; what follows from it is drawn at once where the provider answers quickly, else by the job. */
import type { PaymentAdapter, PaymentNotice, ReadNotice } from '../../channels/payments/adapter.ts';
import { askSooner, changeEvent, eventsAbout, insertPaymentEvent, paymentEvent, type PaymentEventRow } from '../../db/payment-events.ts';
import { orderByProviderId } from '../../db/payment-orders.ts';
import type { Db } from '../../db/pool.ts';
import { DAY, HOUR, MINUTE } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { isProvider, type PaymentDeps } from './deps.ts';
import { settlePayment, type Settled } from './settle.ts';

/** Within the request: the provider waits for our answer. */
const QUICK_MS = 3_000;
/** When the job takes up a notification that nobody has finished. */
const FIRST_ASK = MINUTE;
const LONGEST_ASK = 6 * HOUR;
/** About a month of asking. */
const MOST_ASKS = 130;

/** When this returns the notification is kept, so a 2xx may be answered. ERR_SIGNATURE for what the provider did not sign, ERR_NOT_FOUND for one that is not set up. */
export async function takeNotice(deps: PaymentDeps, provider: string, notice: PaymentNotice): Promise<void> {
  const adapter = isProvider(deps.adapters, provider) ? deps.adapters.get(provider) : undefined;
  if (adapter === undefined) throw new AppError('ERR_NOT_FOUND', 'This payment provider is not set up.');
  const read = adapter.read(notice);
  if (read.kind === 'forged') throw new AppError('ERR_SIGNATURE');
  const { ctx } = deps;
  const at = await ctx.clock.now();
  if (adapter.unsignedNotices === true && read.kind !== 'stated' && !(await isWorthAsking(ctx.db, provider, read, at))) return;
  await insertPaymentEvent(ctx.db, {
    provider, eventId: read.eventId, providerId: read.kind === 'other' ? null : read.providerId, stated: read.kind === 'stated' ? { ...read.stated } : null,
    at, askAt: read.kind === 'other' ? null : at + FIRST_ASK,
  });
  // From here on nothing may fail the answer: it is kept, and the job finishes what is left.
  try {
    const event = await paymentEvent(ctx.db, provider, read.eventId);
    if (event?.state === 'open') await drawConsequences(deps, adapter, event, AbortSignal.timeout(QUICK_MS));
  } catch (error) {
    ctx.log.error({ err: error, provider }, 'a payment notification is kept and will be finished later');
  }
}

/** A month in which nobody honest tells more often of one payment. */
const UNSIGNED_SINCE = 30 * DAY;
const MOST_UNSIGNED = 20;

/**
 * A notice that nobody signed says nothing by itself: about a payment that we did not start it is refused, so that a stranger
 * cannot make us keep rows and ask for ever. Who has the link knows the payment's id, too: while one such notice waits for
 * its answer, further ones only bring that answer forward, and beyond a measure they are not kept at all.
 */
async function isWorthAsking(db: Db, provider: string, read: Extract<ReadNotice, { kind: 'payment' | 'other' }>, at: number): Promise<boolean> {
  if (read.kind === 'other') return false;
  if ((await orderByProviderId(db, provider, read.providerId)) === undefined) throw new AppError('ERR_SIGNATURE');
  if (await askSooner(db, provider, read.providerId, at + FIRST_ASK)) return false;
  return (await eventsAbout(db, provider, read.providerId, at - UNSIGNED_SINCE)) < MOST_UNSIGNED;
}

/** Enters the truth behind a notification and notes what came of it. */
export async function drawConsequences(deps: PaymentDeps, adapter: PaymentAdapter, event: PaymentEventRow, deadline: AbortSignal): Promise<Settled> {
  const { ctx } = deps;
  if (event.provider_id === null) return { kind: 'known' };
  const settled = await settlePayment(deps, adapter, event.provider_id, { deadline, hint: true });
  const open = settled.kind === 'later' || settled.kind === 'pending';
  const asks = event.asks + 1;
  const over = open && asks >= MOST_ASKS;
  if (over) ctx.log.error({ provider: event.provider, code: settled.kind === 'later' ? settled.code : 'pending' }, 'a payment notification is given up: its provider never said what is true');
  await changeEvent(ctx.db, event.provider, event.event_id, {
    state: open && !over ? 'open' : 'done', outcome: settled.kind === 'later' ? settled.code.slice(0, 100) : settled.kind, asks,
    askAt: open && !over ? (await ctx.clock.now()) + nextAsk(asks) : null,
  });
  return settled;
}

/** Twice as long each time, up to some hours. */
export function nextAsk(asks: number): number {
  return Math.min(LONGEST_ASK, FIRST_ASK * 2 ** Math.min(asks, 20));
}
