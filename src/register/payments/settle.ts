/** The truth about a payment, fetched and entered: booked where it belongs, else set aside; what went back is taken back. */
import type { PaymentAdapter, PaymentTruth } from '../../channels/payments/adapter.ts';
import { agreementByExternalId } from '../../db/agreements.ts';
import { creditorById } from '../../db/creditors.ts';
import type { AgreementRow, StatedMovement } from '../../db/database.ts';
import { insertReceipt, statedOf } from '../../db/payment-events.ts';
import { changeOrder, lockOrder, orderByProviderId, orderByReference, type PaymentOrderRow } from '../../db/payment-orders.ts';
import { suspenseBySource } from '../../db/suspense.ts';
import { violates } from '../../db/transaction.ts';
import { DAY } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock } from '../person-lock.ts';
import { PAYMENTS_ACTOR, type PaymentDeps } from './deps.ts';
import { bookMovement, movementId, reverseMovements, type PaidTruth } from './movement.ts';
import { endPause, pauseUnder } from './pause.ts';
import { enterAside, setAside } from './aside.ts';

/** `later`: the provider did not say; ask again. */
export type Settled = { readonly kind: 'booked' | 'known' | 'suspense' | 'pending' | 'failed' } | { readonly kind: 'later'; readonly code: string };

/** A thank-you that could not leave for so long says nothing any more. */
const RECEIPT_LIFE = 2 * DAY;

interface Truth {
  readonly truth: PaymentTruth;
  /** `creditorId/externalId` of an agreement, where the statement names one instead of an order. */
  readonly agreement: string | null;
}

/** Asks and enters. `hint`: somebody verified says that it is under way, so that a pending payment lets collection rest. */
export async function settlePayment(deps: PaymentDeps, adapter: PaymentAdapter, providerId: string, options: { deadline: AbortSignal; hint: boolean }): Promise<Settled> {
  const found = await truthOf(deps, adapter, providerId, options.deadline);
  if ('code' in found) return { kind: 'later', code: found.code };
  const { truth, agreement } = found;
  if (truth.state === 'paid') return enterPaid(deps, adapter, { truth, agreement, providerId });
  const order = await orderByProviderId(deps.ctx.db, adapter.provider, providerId);
  if (order !== undefined && (truth.state === 'failed' || options.hint)) await enterOpen(deps, order, truth);
  return { kind: truth.state };
}

async function truthOf({ ctx }: PaymentDeps, adapter: PaymentAdapter, providerId: string, deadline: AbortSignal): Promise<Truth | { code: string }> {
  const stated = await statedOf(ctx.db, adapter.provider, providerId);
  if (stated.length > 0) return statedTruth(stated);
  const answer = await adapter.fetch(providerId, deadline);
  return answer.kind === 'ok' ? { truth: answer.value, agreement: null } : { code: `${answer.kind}.${answer.code}` };
}

/** What was stated of one payment, put together; a reversal that came first waits for its payment. */
function statedTruth(stated: readonly StatedMovement[]): Truth {
  const payment = stated.find((one) => one.movement === 'payment');
  if (payment?.movement !== 'payment') return { truth: { state: 'pending' }, agreement: null };
  const reversals = stated.filter((one) => one.movement === 'reversal' && one.currency === payment.currency).map((one) => ({ ...one, reason: 'refund' as const }));
  return { truth: { state: 'paid', reference: payment.reference, payment, method: payment.method, reversals }, agreement: payment.agreement };
}

/** Not paid (yet): a failed order is over and its pause with it; one under way lets collection rest. */
async function enterOpen({ ctx }: PaymentDeps, { id, agreement_id: agreementId }: PaymentOrderRow, truth: Exclude<PaymentTruth, PaidTruth>): Promise<void> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    const order = await lockOrder(lock.trx, id);
    if (order === undefined || order.state === 'paid') return;
    if (truth.state === 'pending') return pauseUnder(lock, ctx, row, order);
    await changeOrder(lock.trx, id, { state: 'failed', code: truth.code, askAt: null });
    await endPause(lock, ctx, row, order);
  });
}

interface Paid {
  readonly truth: PaidTruth;
  readonly agreement: string | null;
  readonly providerId: string;
}

async function enterPaid(deps: PaymentDeps, adapter: PaymentAdapter, paid: Paid): Promise<Settled> {
  const { ctx } = deps;
  const { provider } = adapter;
  const aside = await suspenseBySource(ctx.db, movementId(provider, paid.truth.payment.id));
  if (aside !== undefined) return enterAside(ctx, aside, provider, paid.truth.reversals);
  const target = await targetOf(deps, provider, paid);
  const unmatched = { source: provider, truth: paid.truth, creditorId: target.creditorId, agreementId: target.agreementId, collectedBy: target.collectedBy };
  if (target.agreementId === null) return setAside(ctx, { ...unmatched, reason: target.reason });
  try {
    return await again(() => underAgreementLock(ctx, target.agreementId, (lock, row) =>
      bookFor(lock, deps, row, { provider, truth: paid.truth, order: target.order, collectedBy: target.collectedBy })));
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    // Whatever forbids the booking (currency, an amount that cannot be counted): the money is here, so somebody has to look.
    return setAside(ctx, { ...unmatched, reason: error.code });
  }
}

/** Another lock does not keep out a payment of the same id: who comes second looks again and finds it. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!violates(error, 'payment_creditor_id_external_id_key') && !violates(error, 'payment_reversal')) throw error;
    return work();
  }
}

interface Booking {
  readonly provider: string;
  readonly truth: PaidTruth;
  readonly order: PaymentOrderRow | null;
  readonly collectedBy: 'agency' | 'creditor';
}

async function bookFor(lock: PersonLock, { ctx }: PaymentDeps, row: AgreementRow, { provider, truth, order, collectedBy }: Booking): Promise<Settled> {
  const booked = await bookMovement(lock, ctx, row, { source: provider, payment: truth.payment, method: truth.method, collectedBy, by: PAYMENTS_ACTOR });
  if (booked === null) return { kind: 'known' };
  const reversed = await reverseMovements(lock, ctx, row, booked.payment, provider, truth.reversals);
  const fresh = order === null ? undefined : await lockOrder(lock.trx, order.id);
  if (fresh !== undefined && fresh.state !== 'paid') {
    await changeOrder(lock.trx, fresh.id, { state: 'paid', askAt: null });
    await endPause(lock, ctx, row, fresh);
    const wanted = (await creditorById(lock.trx, row.creditor_id))?.settings.payments?.receipts ?? true;
    if (wanted && fresh.link_id !== null && booked.created && truth.reversals.length === 0) {
      await insertReceipt(lock.trx, { paymentId: booked.payment.id, orderId: fresh.id, agreementId: row.id, at: lock.now, until: lock.now + RECEIPT_LIFE });
    }
  }
  return { kind: booked.created || reversed ? 'booked' : 'known' };
}

type Target =
  | { readonly agreementId: string; readonly creditorId: string; readonly order: PaymentOrderRow | null; readonly collectedBy: 'agency' | 'creditor' }
  | { readonly agreementId: null; readonly creditorId: string | null; readonly reason: string; readonly collectedBy: 'agency' | 'creditor' };

/** Whose money it is: by our order's reference, by the provider's id of an order, or by the agreement that a statement names. Nothing is guessed. */
async function targetOf({ ctx }: PaymentDeps, provider: string, { truth, agreement, providerId }: Paid): Promise<Target> {
  const order = truth.reference === null ? await orderByProviderId(ctx.db, provider, providerId) : await orderByReference(ctx.db, truth.reference);
  if (order !== undefined && order.provider === provider) {
    return { agreementId: order.agreement_id, creditorId: order.creditor_id, order, collectedBy: await collectorOf(ctx.db, order.creditor_id) };
  }
  const [creditorId, externalId] = agreement?.split('/') ?? [];
  if (creditorId === undefined || externalId === undefined) return { agreementId: null, creditorId: null, reason: 'noOrder', collectedBy: 'agency' };
  const row = await agreementByExternalId(ctx.db, creditorId, externalId);
  const collectedBy = await collectorOf(ctx.db, creditorId);
  if (row !== undefined) return { agreementId: row.id, creditorId, order: null, collectedBy };
  const creditor = await creditorById(ctx.db, creditorId);
  return { agreementId: null, creditorId: creditor?.id ?? null, reason: 'noAgreement', collectedBy };
}

async function collectorOf(db: PaymentDeps['ctx']['db'], creditorId: string): Promise<'agency' | 'creditor'> {
  return (await creditorById(db, creditorId))?.settings.payments?.collectedBy ?? 'agency';
}
