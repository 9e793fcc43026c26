/** A hint pauses: while a payment is under way nobody is reminded. The pause ends by itself; only the truth books. */
import type { AgreementRow } from '../../db/database.ts';
import { creditorById } from '../../db/creditors.ts';
import { changeOrder, hintsSince, type PaymentOrderRow } from '../../db/payment-orders.ts';
import { viewOf } from '../../domain/view.ts';
import { DAY } from '../../domain/zone.ts';
import { holdUnder, releaseUnder } from '../hold.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { DEFAULT_PAUSE_DAYS, PAYMENTS_ACTOR } from './deps.ts';

/** Somebody who begins payments without ending them is silent for this many of them only. */
const MOST_PAUSES = 2;
const WITHIN = 14 * DAY;

/** Lets collection rest for an order that is under way: once an order, a few times an agreement, never shortening another hold. */
export async function pauseUnder(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, order: PaymentOrderRow): Promise<void> {
  if (order.hinted_at !== null || order.state === 'paid') return;
  const days = (await creditorById(lock.trx, row.creditor_id))?.settings.payments?.pauseDays ?? DEFAULT_PAUSE_DAYS;
  const until = lock.now + days * DAY;
  const rests = days > 0 && (await mayRest(lock, row, until)) && (await hintsSince(lock.trx, row.id, lock.now - WITHIN)) < MOST_PAUSES;
  if (rests) await holdUnder(lock, ctx, row.id, { until, reason: 'paymentUnderWay' }, { by: PAYMENTS_ACTOR, tell: 'workflow', factId: `held/payment-${order.id}` });
  await changeOrder(lock.trx, order.id, { hintedAt: lock.now, pausedUntil: rests ? until : null, ...(order.state === 'created' ? { state: 'pending' } : {}) });
}

async function mayRest(lock: PersonLock, row: AgreementRow, until: number): Promise<boolean> {
  const { phase, holdUntil } = viewOf((await loadState(lock.trx, row.id)).state);
  return phase !== 'settled' && phase !== 'closed' && (holdUntil === null || holdUntil < until);
}

/** The order is decided: its own pause ends, if nobody has set another since. */
export async function endPause(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, order: PaymentOrderRow): Promise<void> {
  if (order.paused_until === null || order.paused_until <= lock.now) return;
  const { holdUntil, phase } = viewOf((await loadState(lock.trx, row.id)).state);
  if (phase === 'settled' || phase === 'closed' || holdUntil !== order.paused_until) return;
  await releaseUnder(lock, ctx, row.id, { by: PAYMENTS_ACTOR, tell: 'workflow', factId: `released/payment-${order.id}` });
}
