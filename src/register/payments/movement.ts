/** A movement of money becomes a payment of an agreement, and what went back of it a reversal: each once, whoever tells of it, in any order. */
import { createHash } from 'node:crypto';
import type { MoneyMovement, PaymentTruth } from '../../channels/payments/adapter.ts';
import type { AgreementRow } from '../../db/database.ts';
import { paymentByExternalId, paymentByReversal, type PaymentRow } from '../../db/payments.ts';
import { bookUnder, paymentBody, reverseUnder } from '../payment.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';

export type PaidTruth = Extract<PaymentTruth, { state: 'paid' }>;
export type MovementReversal = PaidTruth['reversals'][number];

const EXTERNAL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The external id of a movement: `provider.id`, or a digest of it where that is no external id. */
export function movementId(source: string, id: string): string {
  const plain = `${source}.${id}`;
  return EXTERNAL_ID.test(plain) ? plain : `${source}.${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}

export interface Movement {
  readonly source: string;
  readonly payment: MoneyMovement;
  readonly method: PaidTruth['method'];
  readonly collectedBy: 'agency' | 'creditor';
  readonly by: string;
}

/** Books it, unless it is booked; null when another agreement of the creditor has it. */
export async function bookMovement(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, movement: Movement): Promise<{ payment: PaymentRow; created: boolean } | null> {
  const externalId = movementId(movement.source, movement.payment.id);
  const known = await paymentByExternalId(lock.trx, row.creditor_id, externalId);
  if (known !== undefined) return known.agreement_id === row.id ? { payment: known, created: false } : null;
  const { payment } = await bookUnder(lock, ctx, row, paymentBody.parse({
    externalId, amountMinor: movement.payment.amountMinor, currency: movement.payment.currency, paidAt: new Date(movement.payment.at).toISOString(),
    method: movement.method, collectedBy: movement.collectedBy,
  }), { by: movement.by, tell: 'workflow' });
  return { payment, created: true };
}

/**
 * Takes back what went back. A payment is reversed as a whole; what stays of a part that went back is booked again under
 * an id of its own, so that paid - reversed = allocated + credit holds at every moment. True when something was new.
 */
export async function reverseMovements(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, booked: PaymentRow, source: string, reversals: readonly MovementReversal[]): Promise<boolean> {
  let anything = false;
  for (const reversal of [...reversals].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))) {
    const reversalId = movementId(source, reversal.id);
    if ((await paymentByReversal(lock.trx, row.creditor_id, reversalId)) !== undefined) continue;
    const standing = await standingOf(lock, booked, source);
    // Taken back by hand before the provider said so.
    if (standing === null) break;
    await reverseUnder(lock, ctx, standing, { externalId: reversalId, reason: reversal.reason });
    anything = true;
    const rest = standing.amount_minor - reversal.amountMinor;
    if (rest > 0) await bookRest(lock, ctx, row, standing, restId(source, reversalId), rest);
  }
  return anything;
}

function restId(source: string, reversalId: string): string {
  return movementId(source, `${reversalId}.rest`);
}

/** What stands of a payment: itself, or the rest of it after parts went back; null when all of it went back. */
async function standingOf(lock: PersonLock, booked: PaymentRow, source: string): Promise<PaymentRow | null> {
  let current: PaymentRow | undefined = await paymentByExternalId(lock.trx, booked.creditor_id, booked.external_id);
  while (current !== undefined && current.reversal_external_id !== null) {
    current = await paymentByExternalId(lock.trx, booked.creditor_id, restId(source, current.reversal_external_id));
  }
  return current ?? null;
}

async function bookRest(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, standing: PaymentRow, externalId: string, amountMinor: number): Promise<void> {
  await bookUnder(lock, ctx, row, paymentBody.parse({
    externalId, amountMinor, currency: standing.currency, paidAt: new Date(standing.paid_at).toISOString(), method: standing.method, collectedBy: standing.collected_by,
  }), { by: standing.source, tell: 'workflow' });
}
