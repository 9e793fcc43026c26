/** Who a person is over all creditors: the lock, the sequence, the stops. */
import { sql } from 'kysely';
import { AppError } from '../errors.ts';
import { instant, json } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

/**
 * Takes the person's lock until the transaction ends. Where two are needed the lowest id comes first (`lockIdentities`),
 * so that nobody waits in a circle.
 */
export async function lockIdentity(trx: Trx, identityId: string): Promise<void> {
  const row = await trx.selectFrom('identity').select('id').where('id', '=', identityId).forUpdate().executeTakeFirst();
  // An identity goes away only when its last person was moved to another (persons.ts): who waited for it looks again.
  if (row === undefined) throw new AppError('ERR_DEPENDENCY', 'The person was joined with another record at this moment.');
}

/** Takes several locks, lowest id first. */
export async function lockIdentities(trx: Trx, ids: readonly string[]): Promise<void> {
  for (const id of [...new Set(ids)].sort()) await lockIdentity(trx, id);
}

/** The person's next number; call it only under the lock. */
export async function takeSeq(trx: Trx, identityId: string): Promise<number> {
  const row = await trx.updateTable('identity').set({ last_seq: sql<number>`last_seq + 1` })
    .where('id', '=', identityId).returning('last_seq').executeTakeFirstOrThrow();
  return row.last_seq;
}

/** The person's next numbers, ascending; call it only under the lock. */
export async function takeSeqs(trx: Trx, identityId: string, count: number): Promise<number[]> {
  const { last_seq: last } = await trx.updateTable('identity').set({ last_seq: sql<number>`last_seq + ${count}::int` })
    .where('id', '=', identityId).returning('last_seq').executeTakeFirstOrThrow();
  return Array.from({ length: count }, (_, index) => last - count + 1 + index);
}

/** The identity of a hashed national id, made when it is new, and locked. Two makers at once get the same row. One that was joined leads on. */
export async function lockIdentityOfHash(trx: Trx, hash: string, newId: string): Promise<string> {
  const row = await trx.insertInto('identity').values({ id: newId, national_id_hash: hash })
    .onConflict((conflict) => conflict.column('national_id_hash').doUpdateSet({ national_id_hash: hash }))
    .returning(['id', 'joined_to']).executeTakeFirstOrThrow();
  if (row.joined_to === null) return row.id;
  const standing = await standingIdentity(trx, row.id);
  await lockIdentity(trx, standing);
  // Under both locks: a join or its undo needs them, so nothing moves any more.
  if ((await standingIdentity(trx, row.id)) !== standing) throw new AppError('ERR_DEPENDENCY', 'The person was joined with another record at this moment.');
  return standing;
}

/** The identity that an identity counts as: itself, or the one that it was joined with. */
export async function standingIdentity(db: Db | Trx, id: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain as (
      select id, joined_to from identity where id = ${id}::uuid
      union all select next.id, next.joined_to from identity next join chain on next.id = chain.joined_to
    ) select id from chain where joined_to is null`.execute(db);
  return rows[0]?.id ?? id;
}

/** The standing identity of a hash. */
export async function identityByHash(trx: Trx, hash: string): Promise<string | undefined> {
  const row = await trx.selectFrom('identity').select(['id', 'joined_to']).where('national_id_hash', '=', hash).executeTakeFirst();
  return row === undefined || row.joined_to === null ? row?.id : standingIdentity(trx, row.id);
}

/** Gives a locked identity its first hash; false when it has one. Violates identity_national_id_hash_key when another got it meanwhile. */
export async function setHash(trx: Trx, identityId: string, hash: string): Promise<boolean> {
  const result = await trx.updateTable('identity').set({ national_id_hash: hash })
    .where('id', '=', identityId).where('national_id_hash', 'is', null).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function insertIdentity(trx: Trx, id: string): Promise<void> {
  await trx.insertInto('identity').values({ id, national_id_hash: null }).execute();
}

export type NewStop = Omit<NewRow<'stop'>, 'at' | 'evidence' | 'ended_at'> & {
  at: number;
  evidence: Readonly<Record<string, unknown>>;
};

export async function insertStop(trx: Trx, stop: NewStop): Promise<void> {
  await trx.insertInto('stop').values({ ...stop, at: instant(stop.at), evidence: json(stop.evidence) }).execute();
}

/** Stops in force for a person, over all creditors. */
export async function stopsOf(db: Db | Trx, identityId: string): Promise<Row<'stop'>[]> {
  return db.selectFrom('stop').selectAll().where('identity_id', '=', identityId).where('ended_at', 'is', null).orderBy('seq').execute();
}
