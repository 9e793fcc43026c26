/** Links of messages, tries at the second factor, sessions of debtor pages. Tokens lie here hashed. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type LinkRow = Row<'link'>;
export type NewLink = Omit<NewRow<'link'>, 'created_at' | 'expires_at'> & { readonly created_at: number; readonly expires_at: number };

/** Stores the link of an attempt; one that surely left nothing and begins again gets a new token in place of the old. */
export async function insertLink(trx: Trx, link: NewLink): Promise<void> {
  await trx.insertInto('link').values({ ...link, created_at: instant(link.created_at), expires_at: instant(link.expires_at) })
    .onConflict((conflict) => conflict.columns(['attempt_id', 'kind']).doUpdateSet({
      token_hash: link.token_hash, created_at: instant(link.created_at), expires_at: instant(link.expires_at), contact_point_id: link.contact_point_id,
    })).execute();
}

export async function linkByHash(db: Db | Trx, kind: LinkRow['kind'], tokenHash: string): Promise<LinkRow | undefined> {
  return db.selectFrom('link').selectAll().where('token_hash', '=', tokenHash).where('kind', '=', kind).executeTakeFirst();
}

export interface FactorTry {
  readonly personId: string;
  readonly linkId: string;
  readonly factor: 'digits' | 'code';
  readonly passed: boolean;
}

export async function insertTry(trx: Trx, one: FactorTry): Promise<void> {
  await trx.insertInto('factor_try').values({ person_id: one.personId, link_id: one.linkId, factor: one.factor, passed: one.passed }).execute();
}

/**
 * Milliseconds until the oldest of a person's last `most` wrong tries is older than `withinMs`; 0 when there are fewer since
 * the last right one. Per person, not per link: whoever holds two messages has no more tries than whoever holds one.
 */
export async function lockedFor(db: Db | Trx, personId: string, most: number, withinMs: number): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select greatest(0, ${withinMs} - extract(epoch from clock_timestamp() - at_wall) * 1000)::float8 as left from factor_try
     where person_id = ${personId}::uuid and not passed
       and id > coalesce((select max(id) from factor_try where person_id = ${personId}::uuid and passed), 0)
     order by id desc offset ${most - 1} limit 1`.execute(db);
  return Math.ceil(rows[0]?.left ?? 0);
}

/** Wrong tries at a person's pages within so many wall milliseconds, since the last right one. */
export async function wrongTries(db: Db | Trx, personId: string, withinMs: number): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    select count(*)::int as wrong from factor_try
     where person_id = ${personId}::uuid and not passed and at_wall > clock_timestamp() - ${withinMs} * interval '1 millisecond'
       and id > coalesce((select max(id) from factor_try where person_id = ${personId}::uuid and passed), 0)`.execute(db);
  return rows[0]?.wrong ?? 0;
}

/** Every wrong try that was ever made at a link. */
export async function wrongTriesAtLink(db: Db | Trx, linkId: string): Promise<number> {
  const row = await db.selectFrom('factor_try').select((eb) => eb.fn.countAll<number>().as('wrong')).where('link_id', '=', linkId).where('passed', '=', false).executeTakeFirstOrThrow();
  return Number(row.wrong);
}

/** Opens a session until so many wall milliseconds from now; sessions that ended go. */
export async function insertSession(trx: Trx, tokenHash: string, linkId: string, lastsMs: number): Promise<void> {
  await sql`delete from page_session where until_wall < clock_timestamp()`.execute(trx);
  await sql`insert into page_session (token_hash, link_id, until_wall) values (${tokenHash}, ${linkId}::uuid, clock_timestamp() + ${lastsMs} * interval '1 millisecond')`.execute(trx);
}

/** Whether this session of this link still lasts. */
export async function sessionLasts(db: Db | Trx, tokenHash: string, linkId: string): Promise<boolean> {
  const { rows } = await sql<{ lasts: boolean }>`
    select true as lasts from page_session where token_hash = ${tokenHash} and link_id = ${linkId}::uuid and until_wall > clock_timestamp()`.execute(db);
  return rows.length > 0;
}

export async function endSession(db: Db | Trx, tokenHash: string): Promise<void> {
  await db.deleteFrom('page_session').where('token_hash', '=', tokenHash).execute();
}

/** A code for a link, as its hash; it lasts so many wall milliseconds. */
export async function insertCode(trx: Trx, id: string, linkId: string, codeHash: string, lastsMs: number): Promise<void> {
  await sql`insert into factor_code (id, link_id, code_hash, until_wall)
    values (${id}::uuid, ${linkId}::uuid, ${codeHash}, clock_timestamp() + ${lastsMs} * interval '1 millisecond')`.execute(trx);
}

/** Codes made for a person's links within so many wall milliseconds. */
export async function codesMade(trx: Trx, personId: string, withinMs: number): Promise<number> {
  const { rows } = await sql<{ made: number }>`
    select count(*)::int as made from factor_code join link on link.id = factor_code.link_id
     where link.person_id = ${personId}::uuid and made_wall > clock_timestamp() - ${withinMs} * interval '1 millisecond'`.execute(trx);
  return rows[0]?.made ?? 0;
}

/** Uses up the code of a link if it is right, not used and not over; true then. */
export async function useCode(trx: Trx, linkId: string, codeHash: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update factor_code set used = true
     where link_id = ${linkId}::uuid and code_hash = ${codeHash} and not used and until_wall > clock_timestamp() returning id`.execute(trx);
  return rows.length > 0;
}

export async function linkById(db: Db | Trx, id: string): Promise<LinkRow | undefined> {
  return db.selectFrom('link').selectAll().where('id', '=', id).executeTakeFirst();
}
