/** Switches of an installation, by key. What a value means is checked by whoever reads it. */
import { sql } from 'kysely';
import { json } from './columns.ts';
import type { Db, Trx } from './pool.ts';

export async function readSetting(db: Db | Trx, key: string): Promise<unknown> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

/** Changes a value under its own lock: two changes at once both count, and none happens while somebody holds the value. */
export async function changeSetting<T>(trx: Trx, key: string, change: (value: unknown) => T): Promise<T> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`setting ${key}`}, 7))`.execute(trx);
  const value = change(await readSetting(trx, key));
  await trx.insertInto('setting').values({ key, value: json<unknown>(value) })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json<unknown>(value) })).execute();
  return value;
}

/** Keeps a value as it is until the transaction ends; any number of transactions may hold it. Read it after this. */
export async function holdSetting(trx: Trx, key: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`setting ${key}`}, 7))`.execute(trx);
}
