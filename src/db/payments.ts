/** Money that came in: payments, where it went, and what could not be booked. */
import type { AllocationLine } from '../domain/agreement.ts';
import { instant, json } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PaymentRow = Row<'payment'>;
export type NewPayment = Omit<NewRow<'payment'>, 'paid_at' | 'booked_at' | 'reversed_at'> & { paid_at: number; booked_at: number };

export async function insertPayment(trx: Trx, payment: NewPayment): Promise<PaymentRow> {
  return trx.insertInto('payment')
    .values({ ...payment, paid_at: instant(payment.paid_at), booked_at: instant(payment.booked_at) }).returningAll().executeTakeFirstOrThrow();
}

export async function paymentByExternalId(db: Db | Trx, creditorId: string, externalId: string): Promise<PaymentRow | undefined> {
  return db.selectFrom('payment').selectAll().where('creditor_id', '=', creditorId).where('external_id', '=', externalId).executeTakeFirst();
}

export async function paymentById(db: Db | Trx, id: string): Promise<PaymentRow | undefined> {
  return db.selectFrom('payment').selectAll().where('id', '=', id).executeTakeFirst();
}

/** By external id; those that are not booked are not in it. */
export async function paymentsByExternalIds(db: Db | Trx, creditorId: string, externalIds: readonly string[]): Promise<Map<string, PaymentRow>> {
  if (externalIds.length === 0) return new Map();
  const rows = await db.selectFrom('payment').selectAll().where('creditor_id', '=', creditorId).where('external_id', 'in', externalIds).execute();
  return new Map(rows.map((row) => [row.external_id, row]));
}

export async function paymentByReversal(db: Db | Trx, creditorId: string, reversalExternalId: string): Promise<PaymentRow | undefined> {
  return db.selectFrom('payment').selectAll()
    .where('creditor_id', '=', creditorId).where('reversal_external_id', '=', reversalExternalId).executeTakeFirst();
}

/** In the order in which they were booked; `after` leaves out those up to that sequence number. */
export async function paymentsOf(
  db: Db | Trx, agreementId: string, page: { after?: number | undefined; limit?: number | undefined } = {},
): Promise<PaymentRow[]> {
  let query = db.selectFrom('payment').selectAll().where('agreement_id', '=', agreementId).orderBy('seq');
  if (page.after !== undefined) query = query.where('seq', '>', page.after);
  if (page.limit !== undefined) query = query.limit(page.limit);
  return query.execute();
}

export interface Reversal {
  readonly externalId: string;
  readonly reason: string | null;
  readonly at: number;
  readonly seq: number;
}

export async function markReversed(trx: Trx, paymentId: string, reversal: Reversal): Promise<void> {
  await trx.updateTable('payment').set({
    reversed_at: instant(reversal.at), reversal_external_id: reversal.externalId,
    reversal_reason: reversal.reason, reversal_seq: reversal.seq,
  }).where('id', '=', paymentId).execute();
}

/** Replaces all allocations of an agreement. */
export async function rewriteAllocations(trx: Trx, agreementId: string, lines: readonly AllocationLine[]): Promise<void> {
  await trx.deleteFrom('allocation').where('agreement_id', '=', agreementId).execute();
  if (lines.length === 0) return;
  await trx.insertInto('allocation').values(lines.map((line) => ({
    agreement_id: agreementId, payment_id: line.payment, version: line.version, instalment: line.instalment,
    component: line.component, amount_minor: line.amountMinor,
  }))).execute();
}

export async function allocationsOf(db: Db | Trx, agreementId: string): Promise<Row<'allocation'>[]> {
  return db.selectFrom('allocation').selectAll().where('agreement_id', '=', agreementId)
    .orderBy('payment_id').orderBy('version').orderBy('instalment').orderBy('component').execute();
}

export interface NewSuspense {
  readonly id: string;
  readonly creditorId: string | null;
  readonly agreementId: string | null;
  readonly reason: string;
  readonly payload: unknown;
  readonly at: number;
}

export async function insertSuspense(trx: Trx, suspense: NewSuspense): Promise<void> {
  await trx.insertInto('suspense').values({
    id: suspense.id, creditor_id: suspense.creditorId, agreement_id: suspense.agreementId,
    reason: suspense.reason, payload: json(suspense.payload), at: instant(suspense.at),
  }).execute();
}

/** What was set aside of an agreement for this reason with this content. */
export async function suspenseOf(db: Db | Trx, agreementId: string, given: { reason: string; payload: unknown }): Promise<Row<'suspense'> | undefined> {
  return db.selectFrom('suspense').selectAll().where('agreement_id', '=', agreementId).where('reason', '=', given.reason)
    .where('payload', '=', json(given.payload)).executeTakeFirst();
}
