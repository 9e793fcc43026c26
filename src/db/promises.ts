/** Promises to pay, as people told them. */
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PromiseRow = Row<'promise'>;

export async function insertPromise(trx: Trx, promise: Omit<NewRow<'promise'>, 'made_at'> & { made_at: number }): Promise<void> {
  await trx.insertInto('promise').values({ ...promise, made_at: instant(promise.made_at) }).execute();
}

export async function promiseById(db: Db | Trx, id: string): Promise<PromiseRow | undefined> {
  return db.selectFrom('promise').selectAll().where('id', '=', id).executeTakeFirst();
}
