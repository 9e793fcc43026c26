/** API keys: only their hashes are kept. */
import { sql } from 'kysely';
import type { Role, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type KeyRow = Row<'api_key'>;

export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly creditorId: string | null;
  readonly keyHash: string;
}

/** Stores a key; the same secret again leaves the first as it is. Returns the row in force. */
export async function insertKey(db: Db | Trx, key: NewKey): Promise<KeyRow> {
  await db.insertInto('api_key').values({ id: key.id, name: key.name, role: key.role, creditor_id: key.creditorId, key_hash: key.keyHash })
    .onConflict((conflict) => conflict.column('key_hash').doNothing()).execute();
  return db.selectFrom('api_key').selectAll().where('key_hash', '=', key.keyHash).executeTakeFirstOrThrow();
}

/** The key of this hash unless it was revoked. */
export async function liveKey(db: Db | Trx, keyHash: string): Promise<KeyRow | undefined> {
  return db.selectFrom('api_key').selectAll().where('key_hash', '=', keyHash).where('revoked_wall', 'is', null).executeTakeFirst();
}

/** Revokes a key; a revoked one keeps its first date. False when there is no such key. */
export async function revokeKeyRow(db: Db | Trx, id: string): Promise<boolean> {
  const result = await db.updateTable('api_key').set({ revoked_wall: sql<number>`coalesce(revoked_wall, clock_timestamp())` }).where('id', '=', id).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function keyRows(db: Db | Trx): Promise<KeyRow[]> {
  return db.selectFrom('api_key').selectAll().orderBy('created_wall').orderBy('id').execute();
}
