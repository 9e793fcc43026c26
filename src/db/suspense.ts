/** Money that found no agreement, until somebody says whose it is. */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type SuspenseRow = Row<'suspense'>;

export interface NewUnmatched {
  readonly id: string;
  readonly sourceKey: string;
  /** null: whose money it is nobody knows, so that only who sees every creditor sees it. */
  readonly creditorId: string | null;
  readonly agreementId: string | null;
  readonly reason: string;
  /** null: it is known of, but is no money that could be booked. */
  readonly amountMinor: number | null;
  readonly currency: string;
  readonly paidAt: number;
  readonly method: string;
  readonly collectedBy: 'agency' | 'creditor';
  readonly payload: Readonly<Record<string, string | number | null>>;
  readonly at: number;
}

/** Sets money aside; false when this movement lies there already. */
export async function insertUnmatched(trx: Trx, money: NewUnmatched): Promise<boolean> {
  const result = await trx.insertInto('suspense').values({
    id: money.id, source_key: money.sourceKey, creditor_id: money.creditorId, agreement_id: money.agreementId, reason: money.reason, amount_minor: money.amountMinor,
    currency: money.currency, paid_at: instant(money.paidAt), method: money.method, collected_by: money.collectedBy, payload: json<unknown>(money.payload), at: instant(money.at),
  }).onConflict((conflict) => conflict.column('source_key').where('source_key', 'is not', null).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function suspenseBySource(db: Db | Trx, sourceKey: string): Promise<SuspenseRow | undefined> {
  return db.selectFrom('suspense').selectAll().where('source_key', '=', sourceKey).executeTakeFirst();
}

export async function suspenseById(db: Db | Trx, id: string): Promise<SuspenseRow | undefined> {
  return db.selectFrom('suspense').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The row until the transaction ends: two matches of the same money come one after the other. */
export async function lockSuspense(trx: Trx, id: string): Promise<SuspenseRow | undefined> {
  return trx.selectFrom('suspense').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export async function noteReversed(trx: Trx, id: string, reversedMinor: number, payload: Readonly<Record<string, unknown>>): Promise<void> {
  await trx.updateTable('suspense').set({ reversed_minor: reversedMinor, payload: json<unknown>(payload) }).where('id', '=', id).execute();
}

export async function markMatched(trx: Trx, id: string, match: { agreementId: string; paymentId: string; by: string; at: number }): Promise<void> {
  await trx.updateTable('suspense').set({ matched_at: instant(match.at), matched_agreement_id: match.agreementId, matched_by: match.by, payment_id: match.paymentId }).where('id', '=', id).execute();
}

export interface SuspenseFilter {
  readonly creditorId: string | null;
  readonly matched: boolean;
  readonly after?: { readonly at: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** The oldest first; a creditor's own only, when one is given. */
export async function suspensePage(db: Db | Trx, filter: SuspenseFilter): Promise<SuspenseRow[]> {
  let query = db.selectFrom('suspense').selectAll().where('matched_at', filter.matched ? 'is not' : 'is', null).orderBy('at').orderBy('id').limit(filter.limit);
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  const { after } = filter;
  if (after !== undefined) query = query.where(sql<boolean>`(at, id) > (${instant(after.at)}, ${after.id}::uuid)`);
  return query.execute();
}
