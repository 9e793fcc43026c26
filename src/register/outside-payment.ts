/** Payments that outsiders signal straight to the workflow: booked here before they count, or set aside with an entry. */
import { z } from 'zod';
import type { AgreementRow } from '../db/database.ts';
import { insertSuspense, suspenseOf } from '../db/payments.ts';
import { violates } from '../db/transaction.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { bookUnder, paymentBody, type PaymentBody } from './payment.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { appendTimeline } from './timeline.ts';

const outsidePayment = paymentBody.omit({ collectedBy: true });
const BY = 'temporal';

/**
 * Books a payment that was signalled; the fact goes back to the workflow. What cannot be booked (currency, content of a
 * known id, shape) becomes the entry `signalRejected` and goes to suspense, once; then there is no fact.
 */
export async function bookOutsidePayment(ctx: RegisterContext, agreementId: string, signalled: unknown): Promise<AgreementEvent[]> {
  const parsed = outsidePayment.safeParse(signalled);
  if (!parsed.success) return reject(ctx, agreementId, signalled, 'ERR_BODY');
  const body: PaymentBody = { ...parsed.data, collectedBy: 'agency' };
  try {
    return await underAgreementLock(ctx, agreementId, async (lock, row) => [(await bookUnder(lock, ctx, row, body, { by: BY, tell: 'caller' })).event]);
  } catch (error) {
    if (violates(error, 'payment_creditor_id_external_id_key')) return reject(ctx, agreementId, signalled, 'ERR_PAYMENT_CONFLICT');
    if (!(error instanceof AppError) || error.status >= 500 || error.code === 'ERR_NOT_FOUND') throw error;
    return reject(ctx, agreementId, signalled, error.code);
  }
}

async function reject(ctx: RegisterContext, agreementId: string, signalled: unknown, code: ErrorCode): Promise<AgreementEvent[]> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => setAside(lock, ctx, row, toldOf(signalled), code));
  return [];
}

async function setAside(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, payload: Told, reason: ErrorCode): Promise<void> {
  // The activity may be tried again after it has committed; the same signal twice says nothing new either.
  if ((await suspenseOf(lock.trx, row.id, { reason, payload })) !== undefined) return;
  await insertSuspense(lock.trx, { id: ctx.newId(), creditorId: row.creditor_id, agreementId: row.id, reason, payload, at: lock.now });
  await appendTimeline(lock.trx, row.id, {
    at: lock.now, kind: 'signalRejected', outcome: reason,
    text: {
      es: `Un pago avisado desde fuera no se pudo registrar (${reason}); queda en cuentas por aclarar.`,
      en: `A payment signalled from outside could not be booked (${reason}); it waits in suspense.`,
    },
  });
}

type Told = Readonly<Record<string, string | number>>;
const toldFields = z.record(z.string(), z.unknown()).catch({});
const FIELDS = Object.keys(outsidePayment.shape);

/** The fields of a payment as they were told, in a form that PostgreSQL can keep; everything else is nobody's business. */
function toldOf(signalled: unknown): Told {
  const given = toldFields.parse(signalled);
  const told: Record<string, string | number> = {};
  for (const field of FIELDS) {
    const value = given[field];
    if (typeof value === 'number') told[field] = value;
    if (typeof value === 'string') told[field] = value.toWellFormed().replace(/\p{Cc}/gu, '').slice(0, 200);
  }
  return told;
}
