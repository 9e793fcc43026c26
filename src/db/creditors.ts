/** Creditors (mandantes) and their settings. */
import { instant, json } from './columns.ts';
import type { CreditorSettings, NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type CreditorRow = Row<'creditor'>;
export type NewCreditor = Omit<NewRow<'creditor'>, 'settings' | 'created_at'> & { settings: CreditorSettings; created_at: number };

export async function creditorById(db: Db | Trx, id: string): Promise<CreditorRow | undefined> {
  return db.selectFrom('creditor').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Stores a creditor that is new; false when the id is taken. */
export async function insertCreditor(db: Db | Trx, creditor: NewCreditor): Promise<boolean> {
  const result = await db.insertInto('creditor')
    .values({ ...creditor, settings: json(creditor.settings), created_at: instant(creditor.created_at) })
    .onConflict((conflict) => conflict.column('id').doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** The row until the transaction ends: two changes of the same creditor come one after the other. */
export async function lockCreditor(trx: Trx, id: string): Promise<CreditorRow | undefined> {
  return trx.selectFrom('creditor').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

export interface CreditorChange {
  readonly name: string;
  readonly country: string;
  readonly currency: string;
  readonly settings: CreditorSettings;
}

export async function changeCreditor(trx: Trx, id: string, change: CreditorChange): Promise<void> {
  await trx.updateTable('creditor').set({ ...change, settings: json(change.settings) }).where('id', '=', id).execute();
}

/** By id, after the last one seen; `only` leaves out every other creditor. */
export async function creditorRows(db: Db | Trx, page: { limit: number; after?: string | undefined; only: string | null }): Promise<CreditorRow[]> {
  let query = db.selectFrom('creditor').selectAll().orderBy('id').limit(page.limit);
  if (page.only !== null) query = query.where('id', '=', page.only);
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  return query.execute();
}
