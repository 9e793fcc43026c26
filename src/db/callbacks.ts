/** Booked calls. That an agent has one call at a time is the exclusion constraint callback_one_per_slot, not our code. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type CallbackRow = Row<'callback'>;
export type CallbackState = CallbackRow['state'];

const OPEN: readonly CallbackState[] = ['booked', 'due'];

export type NewCallback = Omit<NewRow<'callback'>, 'from_at' | 'until_at' | 'booked_at' | 'closed_at' | 'state'> & {
  from_at: number;
  until_at: number;
  booked_at: number;
};

/**
 * Books a slot; false when another call of that agent overlaps it, also one whose transaction was still open. ON
 * CONFLICT waits for that transaction and leaves ours alive, where an error would have cost the whole transaction.
 */
export async function insertCallback(trx: Trx, callback: NewCallback): Promise<boolean> {
  const result = await trx.insertInto('callback').values({
    ...callback, state: 'booked', from_at: instant(callback.from_at), until_at: instant(callback.until_at), booked_at: instant(callback.booked_at),
  }).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function callbackById(db: Db | Trx, id: string): Promise<CallbackRow | undefined> {
  return db.selectFrom('callback').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Calls of an agreement that are still to be made, by their hour. */
export async function openCallbacksOf(db: Db | Trx, agreementId: string): Promise<CallbackRow[]> {
  return db.selectFrom('callback').selectAll().where('agreement_id', '=', agreementId).where('state', 'in', OPEN).orderBy('from_at').orderBy('id').execute();
}

export interface CallbackChange {
  readonly state: CallbackState;
  readonly outcome?: CallbackRow['outcome'];
  readonly note?: string | null;
  readonly closedAt?: number;
}

export async function changeCallback(trx: Trx, id: string, change: CallbackChange): Promise<void> {
  await trx.updateTable('callback').set({
    state: change.state,
    ...(change.outcome === undefined ? {} : { outcome: change.outcome }),
    ...(change.note === undefined ? {} : { note: change.note }),
    ...(change.closedAt === undefined ? {} : { closed_at: instant(change.closedAt) }),
  }).where('id', '=', id).execute();
}

export interface Busy {
  readonly agentId: string;
  readonly from: number;
  readonly until: number;
}

/** What open calls take of their agents' time between two instants (epoch ms). */
export async function busyBetween(db: Db | Trx, from: number, until: number): Promise<Busy[]> {
  const rows = await db.selectFrom('callback').select(['agent_id', 'from_at', 'until_at']).where('state', 'in', OPEN)
    .where('until_at', '>', instant(from)).where('from_at', '<', instant(until)).execute();
  return rows.map((row) => ({ agentId: row.agent_id, from: row.from_at, until: row.until_at }));
}

export interface CallbackFilter {
  /** null: every creditor. */
  readonly creditorId: string | null;
  readonly agreementId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly state?: CallbackState | undefined;
  /** Slots that begin in [from, until), epoch ms. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** One page by the slots' beginning, after the position of the last row seen. */
export async function listCallbackRows(
  db: Db | Trx, filter: CallbackFilter, page: { limit: number; after?: { at: number; id: string } | undefined },
): Promise<CallbackRow[]> {
  let query = db.selectFrom('callback').selectAll();
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  if (filter.agreementId !== undefined) query = query.where('agreement_id', '=', filter.agreementId);
  if (filter.agentId !== undefined) query = query.where('agent_id', '=', filter.agentId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.from !== undefined) query = query.where('from_at', '>=', instant(filter.from));
  if (filter.until !== undefined) query = query.where('from_at', '<', instant(filter.until));
  if (page.after !== undefined) query = query.where(sql<boolean>`(from_at, id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.orderBy('from_at').orderBy('id').limit(page.limit).execute();
}
