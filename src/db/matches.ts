/** Records that may be one person, and what was joined because they are. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { NewRow, PointKind, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type MatchRow = Row<'identity_match'>;
export type JoinRow = Row<'identity_join'>;

export interface Doubts {
  /** Nothing leaves to this person until it is decided: the other record has a stop in force, which may be theirs. */
  readonly waits: boolean;
  /** Whose contacts count for the person meanwhile. */
  readonly identities: readonly string[];
}

/**
 * The open questions about a person. Both records are followed, and the contacts of each count for the other: whoever they
 * are, nobody hears from us more often than the law allows. Letting the later record wait for a decision lost: a debt that
 * nobody follows because nobody looked is lost work, and people of one household with like names are common.
 */
export async function doubtsOf(db: Db | Trx, personId: string, creditorId: string): Promise<Doubts> {
  const { rows } = await sql<{ identity: string; stopped: boolean }>`
    select other.identity_id as identity,
           exists (select 1 from stop where stop.identity_id = other.identity_id and stop.ended_at is null
                     and (stop.creditor_id is null or stop.creditor_id = ${creditorId})) as stopped
      from identity_match match
      join person other on other.id = case when match.person_id = ${personId}::uuid then match.other_person_id else match.person_id end
      join person own on own.id = ${personId}::uuid
     where match.state = 'open' and ${personId}::uuid in (match.person_id, match.other_person_id)
       and other.identity_id <> own.identity_id and other.erased_at is null`.execute(db);
  return { waits: rows.some(({ stopped }) => stopped), identities: rows.map(({ identity }) => identity) };
}

/**
 * Keeps two claims for records that may be one person apart: each holds its own person's lock already, and both lock the open
 * questions between them, in the order of their ids. Read what counts only after it.
 */
export async function holdDoubts(trx: Trx, personId: string): Promise<void> {
  await sql`select id from identity_match where state = 'open' and ${personId}::uuid in (person_id, other_person_id) order by id for update`.execute(trx);
}

export interface Candidate {
  readonly personId: string;
  readonly name: string;
  readonly type: 'person' | 'company';
  readonly nationalId: { readonly country: string; readonly type: string; readonly value: string } | null;
  readonly shared: PointKind[];
}

/** A number of a call centre or an office has many people; who else has it says nothing then. */
const CROWD = 20;

/** People of other identities who have a contact point of this person, in the order of their ids; never asked about them before. */
export async function whoShares(trx: Trx, personId: string): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select other.id as "personId", other.name, other.type, other.national_id as "nationalId", array_agg(distinct theirs.kind order by theirs.kind) as shared
      from person own
      join contact_point mine on mine.person_id = own.id
      join contact_point theirs on theirs.kind = mine.kind and theirs.value = mine.value and theirs.person_id <> own.id
      join person other on other.id = theirs.person_id
     where own.id = ${personId}::uuid and other.identity_id <> own.identity_id and other.erased_at is null
       and (select count(*) from (select 1 from contact_point crowd where crowd.kind = mine.kind and crowd.value = mine.value limit ${CROWD + 1}) crowded) <= ${CROWD}
       and not exists (select 1 from identity_match known where least(known.person_id, known.other_person_id) = least(own.id, other.id)
                         and greatest(known.person_id, known.other_person_id) = greatest(own.id, other.id))
     group by other.id order by other.id`.execute(trx);
  return rows;
}

/** Two who come with one number at the same moment must not miss each other: these values belong to this transaction until it ends. */
export async function holdValues(trx: Trx, personId: string): Promise<void> {
  // In one order for everybody, or two with the same two values would wait for each other.
  await sql`select pg_advisory_xact_lock(hashtextextended('contact point ' || key, 7))
    from (select kind || ' ' || value as key from contact_point where person_id = ${personId}::uuid order by 1 offset 0) keys`.execute(trx);
}

export async function insertMatch(trx: Trx, match: Omit<NewRow<'identity_match'>, 'found_at' | 'state'> & { found_at: number }): Promise<void> {
  await trx.insertInto('identity_match').values({ ...match, state: 'open', found_at: instant(match.found_at) }).execute();
}

export async function matchById(db: Db | Trx, id: string): Promise<MatchRow | undefined> {
  return db.selectFrom('identity_match').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Open questions about a person, by id. */
export async function openMatchesOf(trx: Trx, personId: string): Promise<MatchRow[]> {
  return trx.selectFrom('identity_match').selectAll().where('state', '=', 'open')
    .where((eb) => eb.or([eb('person_id', '=', personId), eb('other_person_id', '=', personId)])).orderBy('id').execute();
}

/** Open ones that need nobody's decision. */
export async function sureMatches(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('identity_match').select('id').where('state', '=', 'open').where('sure', '=', true).orderBy('found_at').orderBy('id').limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** When the first of them was found, epoch ms; null: there is none. */
export async function firstSure(db: Db): Promise<number | null> {
  const row = await db.selectFrom('identity_match').select((eb) => eb.fn.min('found_at').as('at')).where('state', '=', 'open').where('sure', '=', true).executeTakeFirst();
  return row?.at ?? null;
}

/** It needs a person after all. */
export async function unsure(db: Db, id: string): Promise<void> {
  await db.updateTable('identity_match').set({ sure: false }).where('id', '=', id).execute();
}

export async function decideMatch(trx: Trx, id: string, to: { state: 'same' | 'different'; by: string; at: number }): Promise<void> {
  await trx.updateTable('identity_match').set({ state: to.state, decided_by: to.by, decided_at: instant(to.at) }).where('id', '=', id).execute();
}

export interface MatchFilter {
  /** null: all; else only pairs of which this creditor has both. */
  readonly creditorId: string | null;
  readonly state?: MatchRow['state'] | undefined;
}

/** By the time they were found, after the last one seen. */
export async function matchRows(db: Db, filter: MatchFilter, page: { limit: number; after?: { at: number; id: string } | undefined }): Promise<MatchRow[]> {
  let query = db.selectFrom('identity_match').selectAll('identity_match').orderBy('found_at').orderBy('id').limit(page.limit);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.creditorId !== null) {
    query = query.where(sql<boolean>`not exists (select 1 from person where person.id in (identity_match.person_id, identity_match.other_person_id) and person.creditor_id <> ${filter.creditorId})`);
  }
  if (page.after !== undefined) query = query.where(sql<boolean>`(found_at, id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.execute();
}

export async function standingJoin(db: Db | Trx, matchId: string): Promise<JoinRow | undefined> {
  return db.selectFrom('identity_join').selectAll().where('match_id', '=', matchId).where('undone_at', 'is', null).executeTakeFirst();
}

/** A later join that hangs on one of these persons: it has to be undone first. */
export async function joinHangingOn(trx: Trx, join: JoinRow): Promise<string | undefined> {
  const { rows } = await sql<{ match_id: string }>`
    select later.match_id from identity_join later join identity_match match on match.id = later.match_id
     where later.undone_at is null and later.id <> ${join.id}::uuid and later.joined_seq > ${join.joined_seq}
       and (match.person_id = any(${join.persons}::uuid[]) or match.other_person_id = any(${join.persons}::uuid[]))
     order by later.joined_seq desc limit 1`.execute(trx);
  return rows[0]?.match_id;
}

export async function insertJoin(trx: Trx, join: Omit<NewRow<'identity_join'>, 'joined_at'> & { joined_at: number }): Promise<void> {
  await trx.insertInto('identity_join').values({ ...join, joined_at: instant(join.joined_at) }).execute();
}

export async function closeJoin(trx: Trx, id: string, to: { seq: number; at: number; by: string }): Promise<void> {
  await trx.updateTable('identity_join').set({ undone_seq: to.seq, undone_at: instant(to.at), undone_by: to.by }).where('id', '=', id).execute();
}

/** Moves stops of an identity to another; the ids of those moved. */
export async function carryStops(trx: Trx, from: string, to: string): Promise<string[]> {
  const rows = await trx.updateTable('stop').set({ identity_id: to }).where('identity_id', '=', from).returning('id').execute();
  return rows.map(({ id }) => id);
}

/** Gives stops back: those that were moved, and those that came in through these persons meanwhile. */
export async function returnStops(trx: Trx, from: string, to: string, given: { stops: readonly string[]; persons: readonly string[] }): Promise<void> {
  await sql`update stop set identity_id = ${to}::uuid where identity_id = ${from}::uuid
     and (id = any(${[...given.stops]}::uuid[]) or person_id = any(${[...given.persons]}::uuid[]))`.execute(trx);
}

/** The identity leads to another from now on (null: counts for itself again). */
export async function leadTo(trx: Trx, identityId: string, to: string | null): Promise<void> {
  await trx.updateTable('identity').set({ joined_to: to }).where('id', '=', identityId).execute();
}

/** A number above every number of both, which both have used now; both are locked. */
export async function levelSeqs(trx: Trx, a: string, b: string): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    update identity set last_seq = (select max(last_seq) + 1 from identity where id in (${a}::uuid, ${b}::uuid)) where id in (${a}::uuid, ${b}::uuid)
    returning last_seq as seq`.execute(trx);
  return rows[0]?.seq ?? 0;
}

export async function hashOf(trx: Trx, identityId: string): Promise<string | null> {
  return (await trx.selectFrom('identity').select('national_id_hash').where('id', '=', identityId).executeTakeFirst())?.national_id_hash ?? null;
}

/** Joins that stand and moved one of these persons, for whoever judges what was known when. */
export async function joinsOfPersons(db: Db | Trx, personIds: readonly string[]): Promise<JoinRow[]> {
  return db.selectFrom('identity_join').selectAll().where('undone_at', 'is', null).where(sql<boolean>`persons && ${[...personIds]}::uuid[]`).execute();
}
