/** A payment that somebody begins: the order is written down before the provider hears of it. */
import type { StartedPayment } from '../../channels/payments/adapter.ts';
import { wallNow } from '../../clock.ts';
import { agreementById } from '../../db/agreements.ts';
import { creditorById } from '../../db/creditors.ts';
import { changeOrder, insertPaymentOrder, lockOrder, orderByReference, ordersOfLink, paymentLinkById, type PaymentOrderRow } from '../../db/payment-orders.ts';
import { personById } from '../../db/persons.ts';
import { HOUR, MINUTE } from '../../domain/zone.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { loadState } from '../rebuild.ts';
import { newToken } from '../token.ts';
import { adapterFor, type PaymentDeps } from './deps.ts';
import { amountsOf, linkOpens } from './link.ts';
import { pauseUnder } from './pause.ts';
import { settlePayment, type Settled } from './settle.ts';

/** How long a provider may take money for an order. */
const ORDER_LIFE = 24 * HOUR;
const FIRST_ASK = 5 * MINUTE;
const START_MS = 8_000;
/** Orders that one link begins within an hour. */
const MOST_ORDERS = 10;

export type Begun =
  | { readonly kind: 'started'; readonly started: StartedPayment; readonly reference: string }
  /** Nothing is owed by this link any more. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'tooMany' }
  /** The provider does not take it now. */
  | { readonly kind: 'failed' };

/** Begins the payment of a link: what is due, or all. */
export async function beginPayment(deps: PaymentDeps, linkId: string, what: 'due' | 'all', language: string): Promise<Begun> {
  const written = await writeOrder(deps, linkId, what);
  if ('kind' in written) return written;
  const { order, subject } = written;
  const { ctx, adapters, publicBaseUrl } = deps;
  const adapter = [...adapters.values()].find(({ provider }) => provider === order.provider);
  if (adapter === undefined) return { kind: 'failed' };
  const answer = await adapter.start({
    reference: order.reference, amountMinor: order.amount_minor, currency: order.currency, subject, language,
    returnUrl: `${publicBaseUrl}/p/back/${order.reference}`, notifyUrl: `${publicBaseUrl}/webhooks/payments/${order.provider}`, expiresAt: wallNow() + ORDER_LIFE,
  }, AbortSignal.timeout(START_MS));
  if (answer.kind !== 'ok') {
    ctx.log.warn({ provider: order.provider, code: answer.code }, 'a payment could not be started');
    // After a lost answer the provider may have it all the same; then its notification names our reference.
    await changeOrder(ctx.db, order.id, { state: 'failed', code: answer.code, askAt: null });
    return { kind: 'failed' };
  }
  await changeOrder(ctx.db, order.id, { providerId: answer.value.providerId });
  return { kind: 'started', started: answer.value, reference: order.reference };
}

type NewOrder = Pick<PaymentOrderRow, 'id' | 'reference' | 'provider' | 'amount_minor' | 'currency'>;

async function writeOrder(deps: PaymentDeps, linkId: string, what: 'due' | 'all'): Promise<{ order: NewOrder; subject: string } | Begun> {
  const { ctx, adapters } = deps;
  const listed = await paymentLinkById(ctx.db, linkId);
  if (listed === undefined) return { kind: 'closed' };
  return underAgreementLock(ctx, listed.agreement_id, async (lock, row) => {
    const link = await paymentLinkById(lock.trx, linkId);
    const creditor = await creditorById(lock.trx, row.creditor_id);
    if (link === undefined || creditor === undefined || !(await linkOpens(deps, lock.trx, link, lock.now))) return { kind: 'closed' };
    const amounts = amountsOf((await loadState(lock.trx, row.id)).state, lock.now);
    const adapter = adapterFor(adapters, creditor);
    if (amounts === null || adapter === null) return { kind: 'closed' };
    if ((await ordersOfLink(lock.trx, link.id, lock.now - HOUR)) >= MOST_ORDERS) return { kind: 'tooMany' };
    const order = {
      id: ctx.newId(), reference: newToken(), creditor_id: row.creditor_id, agreement_id: row.id, link_id: link.id, currency: row.currency, provider: adapter.provider,
      amount_minor: what === 'all' ? amounts.allMinor : amounts.dueMinor, created_at: lock.now, expires_at: lock.now + ORDER_LIFE, ask_at: lock.now + FIRST_ASK,
    };
    await insertPaymentOrder(lock.trx, order);
    return { order, subject: `${creditor.name} ${row.debt?.contractRef ?? row.external_id}` };
  });
}

const RETURN_MS = 4_000;

export interface Returned {
  readonly state: 'paid' | 'waiting' | 'failed';
  /** BCP 47, of the person. */
  readonly language: string;
}

/**
 * The payer's browser is back: the truth is asked for at once; while it is not known, collection rests. One who `gaveUp` has
 * nothing under way: unless the provider says otherwise, nothing rests, and he may try again. null for a reference that is
 * none of ours.
 */
export async function payerReturned(deps: PaymentDeps, reference: string, { gaveUp = false }: { readonly gaveUp?: boolean } = {}): Promise<Returned | null> {
  const order = await orderByReference(deps.ctx.db, reference);
  if (order === undefined) return null;
  const agreement = await agreementById(deps.ctx.db, order.agreement_id);
  const about = { language: (agreement === undefined ? undefined : await personById(deps.ctx.db, agreement.person_id))?.language ?? '' };
  if (order.state === 'paid') return { ...about, state: 'paid' };
  const settled = await askAbout(deps, order, { deadline: AbortSignal.timeout(RETURN_MS), hint: !gaveUp });
  if (settled.kind === 'later' && !gaveUp) await hint(deps, order);
  const now = await orderByReference(deps.ctx.db, reference);
  return { ...about, state: now?.state === 'paid' ? 'paid' : now?.state === 'failed' || (gaveUp && settled.kind === 'pending') ? 'failed' : 'waiting' };
}

/** Asks the provider of an order what is true, and enters it. */
export async function askAbout(deps: PaymentDeps, order: PaymentOrderRow, options: { deadline: AbortSignal; hint: boolean }): Promise<Settled> {
  const adapter = [...deps.adapters.values()].find(({ provider }) => provider === order.provider);
  if (adapter === undefined || order.provider_id === null) return { kind: 'later', code: 'not-asked' };
  return settlePayment(deps, adapter, order.provider_id, options);
}

/** The provider does not say, but the payer came back from it: that alone silences, and books nothing. */
async function hint({ ctx }: PaymentDeps, { id, agreement_id: agreementId, provider_id: providerId }: PaymentOrderRow): Promise<void> {
  if (providerId === null) return;
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    const order = await lockOrder(lock.trx, id);
    if (order !== undefined && order.state !== 'paid' && order.state !== 'failed') await pauseUnder(lock, ctx, row, order);
  });
}
