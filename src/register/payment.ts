/** Money that comes in and goes back. It is never refused for the state of an agreement: what covers nothing is credit. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import type { AgreementRow } from '../db/database.ts';
import { insertPayment, markReversed, paymentByExternalId, paymentByReversal, type PaymentRow } from '../db/payments.ts';
import { violates } from '../db/transaction.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { currencyCode, externalIdText, minorAmount, plainText } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './resolve.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';

const METHODS = ['transfer', 'card', 'cash', 'cheque', 'directDebit', 'link', 'other'] as const;

/** `POST …/payments`, and the signal `recordPayment` without `collectedBy`. */
export const paymentBody = z.strictObject({
  externalId: externalIdText,
  amountMinor: minorAmount,
  currency: currencyCode,
  paidAt: z.iso.datetime({ offset: true, error: 'must be an instant, such as 2026-12-04T15:00:00Z' }).transform((text) => Date.parse(text)),
  method: z.enum(METHODS).default('other'),
  /** Number of the instalment that it is for; else the oldest due. */
  instalment: z.int().min(0).max(10_000).optional(),
  collectedBy: z.enum(['agency', 'creditor']).default('agency'),
});
export type PaymentBody = z.output<typeof paymentBody>;

/** `POST …/payments/{externalId}/reversal`. */
export const reversalBody = z.strictObject({ externalId: externalIdText, reason: plainText(500).optional() });
export type ReversalBody = z.output<typeof reversalBody>;

/** A payment as the API answers it; instants RFC 3339 in UTC. */
export interface PaymentAnswer {
  readonly id: string;
  readonly externalId: string;
  readonly agreementId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly paidAt: string;
  readonly method: string;
  readonly instalment?: number;
  readonly collectedBy: 'agency' | 'creditor';
  readonly bookedAt: string;
  readonly reversal?: { readonly externalId: string; readonly reason?: string; readonly at: string };
}

export function toPaymentAnswer(row: PaymentRow): PaymentAnswer {
  return {
    id: row.id, externalId: row.external_id, agreementId: row.agreement_id, amountMinor: row.amount_minor, currency: row.currency,
    paidAt: new Date(row.paid_at).toISOString(), method: row.method, collectedBy: row.collected_by, bookedAt: new Date(row.booked_at).toISOString(),
    ...(row.instalment === null ? {} : { instalment: row.instalment }),
    ...(row.reversed_at === null || row.reversal_external_id === null ? {} : {
      reversal: {
        externalId: row.reversal_external_id, at: new Date(row.reversed_at).toISOString(),
        ...(row.reversal_reason === null ? {} : { reason: row.reversal_reason }),
      },
    }),
  };
}

export interface BookedPayment {
  /** false: it was booked before. */
  readonly created: boolean;
  readonly payment: PaymentAnswer;
}

/**
 * Books a payment. The same content again answers the first; ERR_PAYMENT_CONFLICT for another content under the same
 * id, ERR_CURRENCY for another currency, ERR_BODY for an instalment that the plan does not have.
 */
export async function bookPayment(ctx: RegisterContext, actor: Actor, ref: string, body: PaymentBody): Promise<BookedPayment> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  return again('payment_creditor_id_external_id_key', () => underAgreementLock(ctx, id, async (lock, row) => {
    const { created, payment } = await bookUnder(lock, ctx, row, body, { by: actor.id, tell: 'workflow' });
    return { created, payment: toPaymentAnswer(payment) };
  }));
}

/** Another person's lock does not keep out a payment of the same id: who comes second looks again and finds it. */
async function again<T>(constraint: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!violates(error, constraint)) throw error;
    return work();
  }
}

export interface BookingRequest {
  readonly by: string;
  readonly tell: 'workflow' | 'caller';
  /** It was made before Pacto followed the agreement: an import of history. */
  readonly beforePacto?: boolean | undefined;
}

/** Books under the lock; `event` is the fact, the one of the first time when it was booked before. */
export async function bookUnder(
  lock: PersonLock, ctx: RegisterContext, row: AgreementRow, body: PaymentBody, request: BookingRequest,
): Promise<{ created: boolean; payment: PaymentRow; event: AgreementEvent }> {
  if (body.currency !== row.currency) {
    throw new AppError('ERR_CURRENCY', `The agreement is in ${row.currency}.`, { errors: [{ path: 'currency', message: `must be ${row.currency}` }] });
  }
  const hash = contentHash(row.id, body);
  const known = await paymentByExternalId(lock.trx, row.creditor_id, body.externalId);
  if (known !== undefined && known.content_hash !== hash) throw new AppError('ERR_PAYMENT_CONFLICT');
  const payment = known ?? await insertNew(lock, ctx, row, body, { hash, by: request.by });
  const event = await recordFact(lock, ctx, row.id, {
    id: `paymentBooked/${payment.id}`, tell: request.tell,
    body: {
      kind: 'paymentBooked', payment: payment.id, amountMinor: payment.amount_minor, ...(payment.instalment === null ? {} : { instalment: payment.instalment }),
      ...(request.beforePacto === true ? { beforePacto: true } : {}),
    },
  });
  return { created: known === undefined, payment, event };
}

async function insertNew(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, body: PaymentBody, given: { hash: string; by: string }): Promise<PaymentRow> {
  const view = viewOf((await loadState(lock.trx, row.id)).state);
  if (body.instalment !== undefined && !view.instalments.some((one) => one.version === view.planVersion && one.number === body.instalment)) {
    throw new AppError('ERR_BODY', 'The plan has no such instalment.', { errors: [{ path: 'instalment', message: 'is not in the current plan' }] });
  }
  if (!Number.isSafeInteger(view.paidMinor + body.amountMinor)) {
    throw new AppError('ERR_BODY', 'The payments of the agreement add up to more than can be counted.', { errors: [{ path: 'amountMinor', message: 'is too large' }] });
  }
  return insertPayment(lock.trx, {
    id: ctx.newId(), creditor_id: row.creditor_id, agreement_id: row.id, external_id: body.externalId, amount_minor: body.amountMinor, currency: body.currency,
    paid_at: body.paidAt, method: body.method, instalment: body.instalment ?? null, collected_by: body.collectedBy, source: given.by,
    booked_at: lock.now, seq: await lock.nextSeq(), content_hash: given.hash,
  });
}

/** What "the same payment" means: everything that was told of it, and of which agreement. */
function contentHash(agreementId: string, body: PaymentBody): string {
  return createHash('sha256').update(canonicalize({ ...body, agreementId }) ?? '').digest('hex');
}

/**
 * Takes a payment back. The same reversal again answers the first; ERR_REVERSAL_CONFLICT when the payment is reversed
 * under another id, or the id reversed another payment.
 */
export async function reversePayment(ctx: RegisterContext, actor: Actor, ref: string, externalId: string, body: ReversalBody): Promise<BookedPayment> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  return again('payment_reversal', () => underAgreementLock(ctx, id, async (lock, row) => {
    const payment = await paymentOf(lock, row, externalId);
    const created = payment.reversal_external_id === null;
    if (created) await reverseUnder(lock, ctx, payment, body);
    else if (payment.reversal_external_id !== body.externalId) throw new AppError('ERR_REVERSAL_CONFLICT');
    return { created, payment: toPaymentAnswer(await paymentOf(lock, row, externalId)) };
  }));
}

async function paymentOf({ trx }: PersonLock, row: AgreementRow, externalId: string): Promise<PaymentRow> {
  const payment = await paymentByExternalId(trx, row.creditor_id, externalId);
  if (payment === undefined || payment.agreement_id !== row.id) throw new AppError('ERR_NOT_FOUND', 'There is no such payment of this agreement.');
  return payment;
}

/** Takes a standing payment back under the lock; ERR_REVERSAL_CONFLICT when the id reversed another one. */
export async function reverseUnder(lock: PersonLock, ctx: RegisterContext, payment: PaymentRow, body: ReversalBody): Promise<void> {
  const other = await paymentByReversal(lock.trx, payment.creditor_id, body.externalId);
  if (other !== undefined) throw new AppError('ERR_REVERSAL_CONFLICT', 'This reversal took back another payment.');
  await markReversed(lock.trx, payment.id, { externalId: body.externalId, reason: body.reason ?? null, at: lock.now, seq: await lock.nextSeq() });
  await recordFact(lock, ctx, payment.agreement_id, {
    id: `paymentReversed/${payment.id}`, tell: 'workflow', body: { kind: 'paymentReversed', payment: payment.id },
  });
}
