/**
 * Taking a person's data away: what identifies them, how they were reached, what was said and written. Money, dates, outcomes
 * and ids stay: they are the creditor's accounts and the evidence that the contacts were lawful. Under the person's lock.
 */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { PersonAddress, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ErasureRow = Row<'erasure'>;

export const ERASED_NAME = '[erased]';

export interface ErasedPerson {
  readonly personId: string;
  readonly creditorId: string;
  readonly identityId: string;
  readonly agreementIds: readonly string[];
  /** What of the address the law's judgement of past contacts needs. */
  readonly keptAddress: PersonAddress | null;
}

type Taking = (trx: Trx, person: ErasedPerson) => Promise<number>;

function rowsOf(result: { readonly numAffectedRows?: bigint | undefined }): number {
  return Number(result.numAffectedRows ?? 0n);
}

const ofAgreements = (person: ErasedPerson) => sql`${[...person.agreementIds]}::uuid[]`;

/** By table; each answers how many rows it took something from. The order matters: texts from people are found by their number. */
const TAKINGS: readonly (readonly [table: string, take: Taking])[] = [
  // A number that somebody else still has is theirs too, and so is what was written from it.
  ['provider_event', async (trx, { personId }) => rowsOf(await sql`
    update provider_event set payload = '{}'
     where attempt_id in (select id from attempt where person_id = ${personId}::uuid)
        or payload->>'from' in (select value from contact_point mine where mine.person_id = ${personId}::uuid
             and not exists (select 1 from contact_point theirs where theirs.value = mine.value and theirs.person_id <> mine.person_id))`.execute(trx))],
  ['person', async (trx, { personId, keptAddress }) => rowsOf(await sql`
    update person set name = ${ERASED_NAME}, national_id = null, address = ${keptAddress === null ? null : json(keptAddress)}, confirmed_at = null where id = ${personId}::uuid`.execute(trx))],
  ['contact_point', async (trx, { personId }) => rowsOf(await sql`
    update contact_point set value = 'erased:' || id, role = null, health = 'invalid' where person_id = ${personId}::uuid`.execute(trx))],
  ['consent', async (trx, { personId }) => rowsOf(await sql`
    update consent set evidence = jsonb_build_object('source', evidence->'source', 'erased', true)
     where contact_point_id in (select id from contact_point where person_id = ${personId}::uuid)`.execute(trx))],
  ['stop', async (trx, { identityId, creditorId }) => rowsOf(await sql`
    update stop set evidence = evidence - 'text' where identity_id = ${identityId}::uuid and (creditor_id = ${creditorId} or evidence->>'creditorId' = ${creditorId})`.execute(trx))],
  ['attempt', async (trx, { personId }) => rowsOf(await sql`update attempt set rendered = null where person_id = ${personId}::uuid and rendered is not null`.execute(trx))],
  ['past_contact', async (trx, { personId }) => rowsOf(await sql`update past_contact set note = null where person_id = ${personId}::uuid and note is not null`.execute(trx))],
  ['call_log', async (trx, person) => rowsOf(await sql`update call_log set note = null where agreement_id = any(${ofAgreements(person)}) and note is not null`.execute(trx))],
  ['callback', async (trx, person) => rowsOf(await sql`update callback set note = null where agreement_id = any(${ofAgreements(person)}) and note is not null`.execute(trx))],
  ['dispute', async (trx, person) => rowsOf(await sql`
    update dispute set reason = 'erased', text = null, note = null where agreement_id = any(${ofAgreements(person)})`.execute(trx))],
  ['fact_note', async (trx, person) => rowsOf(await sql`delete from fact_note where agreement_id = any(${ofAgreements(person)})`.execute(trx))],
  ['payment', async (trx, person) => rowsOf(await sql`update payment set reversal_reason = null where agreement_id = any(${ofAgreements(person)}) and reversal_reason is not null`.execute(trx))],
  ['suspense', async (trx, person) => rowsOf(await sql`
    update suspense set payload = coalesce((select jsonb_object_agg(key, value) from jsonb_each(payload) where jsonb_typeof(value) = 'number' or (key = 'currency' and value #>> '{}' ~ '^[A-Z]{3}$')), '{}')
     where agreement_id = any(${ofAgreements(person)})`.execute(trx))],
  ['pre_legal_case', async (trx, person) => rowsOf(await sql`update pre_legal_case set reason = null where agreement_id = any(${ofAgreements(person)}) and reason is not null`.execute(trx))],
  ['pre_legal_approval', async (trx, person) => rowsOf(await sql`
    update pre_legal_approval set note = null where note is not null and case_id in (select id from pre_legal_case where agreement_id = any(${ofAgreements(person)}))`.execute(trx))],
  ['survey', async (trx, { personId }) => rowsOf(await sql`
    update survey set comment = null, token = null, state = case when state in ('created', 'invited', 'nudged') then 'expired' else state end where person_id = ${personId}::uuid`.execute(trx))],
  // The answer to a request may repeat what was told in it. The row stays: the same request again must not happen twice.
  ['idempotency', async (trx, person) => rowsOf(await sql`
    update idempotency set response = '{"erased": true}'
     where exists (select 1 from unnest(${[person.personId, ...person.agreementIds]}::text[]) as own(id) where response::text like '%' || own.id || '%')`.execute(trx))],
];

/** Takes the data away; how many rows of each table something was taken from. */
export async function takeAway(trx: Trx, person: ErasedPerson): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, take] of TAKINGS) {
    const rows = await take(trx, person);
    if (rows > 0) counts[table] = rows;
  }
  return counts;
}

/** Notes that it was done, for good. */
export async function noteErasure(trx: Trx, erasure: Omit<ErasureRow, 'at'> & { at: number }): Promise<void> {
  await trx.updateTable('person').set({ erased_at: instant(erasure.at) }).where('id', '=', erasure.person_id).execute();
  await trx.insertInto('erasure').values({ ...erasure, at: instant(erasure.at), erased: json(erasure.erased) }).execute();
}

export async function erasureOf(db: Db | Trx, personId: string): Promise<ErasureRow | undefined> {
  return db.selectFrom('erasure').selectAll().where('person_id', '=', personId).executeTakeFirst();
}

/** Forgets who the identity is, unless another creditor still follows the person or a stop must find them again; true when it did. */
export async function forgetIdentity(trx: Trx, identityId: string): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    update identity set national_id_hash = null
     where id = ${identityId}::uuid and national_id_hash is not null
       and not exists (select 1 from person where identity_id = identity.id and erased_at is null)
       and not exists (select 1 from stop where identity_id = identity.id and ended_at is null)
    returning id`.execute(trx);
  return rows.length > 0;
}
