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

/** A region by its ISO 3166-2 code stays: the law of past contacts hangs on it. In words it may say too much. */
export const KEPT_REGION = '^[A-Z]{2}-[A-Z0-9]{1,3}$';

export interface ErasedPerson {
  readonly personId: string;
  readonly creditorId: string;
  readonly identityId: string;
  readonly agreementIds: readonly string[];
  /** What of the address the law's judgement of past contacts needs. */
  readonly keptAddress: PersonAddress | null;
}

interface Taking {
  readonly table: string;
  /** What is emptied or overwritten; every column when the row goes. Columns that are named nowhere fail a test. */
  readonly columns: readonly string[] | 'row';
  /** How many rows something was taken from. */
  readonly take: (trx: Trx, person: ErasedPerson) => Promise<number>;
}

function rowsOf(result: { readonly numAffectedRows?: bigint | undefined }): number {
  return Number(result.numAffectedRows ?? 0n);
}

const ofAgreements = (person: ErasedPerson) => sql`${[...person.agreementIds]}::uuid[]`;

/** By table. The order matters: texts from people are found by their number. */
const TAKINGS: readonly Taking[] = [
  // What nobody could be found for is theirs when their number or address sent it.
  { table: 'reply', columns: ['body', 'note', 'said_time'], take: async (trx, { personId }) => rowsOf(await sql`
    update reply set body = null, note = null, said_date = null, said_time = null, amount_minor = null,
           answer_state = case when answer_state = 'wanted' then 'dropped' else answer_state end
     where person_id = ${personId}::uuid or (person_id is null and (provider, event_id) in (
       select provider, event_id from provider_event where payload->>'from' in (select value from contact_point mine where mine.person_id = ${personId}::uuid
          and not exists (select 1 from contact_point theirs where theirs.value = mine.value and theirs.person_id <> mine.person_id))))`.execute(trx)) },
  // A number that somebody else still has is theirs too, and so is what was written from it.
  { table: 'provider_event', columns: ['payload'], take: async (trx, { personId }) => rowsOf(await sql`
    update provider_event set payload = '{}'
     where attempt_id in (select id from attempt where person_id = ${personId}::uuid)
        or payload->>'from' in (select value from contact_point mine where mine.person_id = ${personId}::uuid
             and not exists (select 1 from contact_point theirs where theirs.value = mine.value and theirs.person_id <> mine.person_id))`.execute(trx)) },
  { table: 'person', columns: ['name', 'national_id', 'address', 'confirmed_at'], take: async (trx, { personId, keptAddress }) => rowsOf(await sql`
    update person set name = ${ERASED_NAME}, national_id = null, address = ${keptAddress === null ? null : json(keptAddress)}, confirmed_at = null where id = ${personId}::uuid`.execute(trx)) },
  { table: 'contact_point', columns: ['value', 'role', 'health'], take: async (trx, { personId }) => rowsOf(await sql`
    update contact_point set value = 'erased:' || id, role = null, health = 'invalid' where person_id = ${personId}::uuid`.execute(trx)) },
  { table: 'consent', columns: ['evidence'], take: async (trx, { personId }) => rowsOf(await sql`
    update consent set evidence = jsonb_build_object('source', evidence->'source', 'erased', true)
     where contact_point_id in (select id from contact_point where person_id = ${personId}::uuid)`.execute(trx)) },
  { table: 'stop', columns: ['evidence'], take: async (trx, { identityId, creditorId }) => rowsOf(await sql`
    update stop set evidence = evidence - 'text' where identity_id = ${identityId}::uuid and (creditor_id = ${creditorId} or evidence->>'creditorId' = ${creditorId})`.execute(trx)) },
  { table: 'attempt', columns: ['rendered', 'place'], take: async (trx, { personId }) => rowsOf(await sql`
    update attempt set rendered = null, place = place - 'city' - (case when place->>'state' ~ ${KEPT_REGION} then '' else 'state' end)
     where person_id = ${personId}::uuid and (rendered is not null or place is not null)`.execute(trx)) },
  { table: 'past_contact', columns: ['note'], take: async (trx, { personId }) => rowsOf(await sql`update past_contact set note = null where person_id = ${personId}::uuid and note is not null`.execute(trx)) },
  { table: 'call_log', columns: ['note'], take: async (trx, person) => rowsOf(await sql`update call_log set note = null where agreement_id = any(${ofAgreements(person)}) and note is not null`.execute(trx)) },
  { table: 'callback', columns: ['note'], take: async (trx, person) => rowsOf(await sql`update callback set note = null where agreement_id = any(${ofAgreements(person)}) and note is not null`.execute(trx)) },
  { table: 'dispute_file', columns: 'row', take: async (trx, person) => rowsOf(await sql`
    delete from dispute_file where dispute_id in (select id from dispute where agreement_id = any(${ofAgreements(person)}))`.execute(trx)) },
  { table: 'dispute', columns: ['reason', 'text', 'note'], take: async (trx, person) => rowsOf(await sql`
    update dispute set reason = 'erased', text = null, note = null where agreement_id = any(${ofAgreements(person)})`.execute(trx)) },
  { table: 'fact_note', columns: 'row', take: async (trx, person) => rowsOf(await sql`delete from fact_note where agreement_id = any(${ofAgreements(person)})`.execute(trx)) },
  // What was agreed on is in the fact; the text may greet somebody. Its hash shows what it was to whoever still has it.
  { table: 'offer_acceptance', columns: ['text_shown'], take: async (trx, person) => rowsOf(await sql`
    update offer_acceptance set text_shown = null where agreement_id = any(${ofAgreements(person)}) and text_shown is not null`.execute(trx)) },
  { table: 'limit_override', columns: ['reason'], take: async (trx, person) => rowsOf(await sql`
    update limit_override set reason = null where agreement_id = any(${ofAgreements(person)}) and reason is not null`.execute(trx)) },
  { table: 'payment', columns: ['reversal_reason'], take: async (trx, person) => rowsOf(await sql`update payment set reversal_reason = null where agreement_id = any(${ofAgreements(person)}) and reversal_reason is not null`.execute(trx)) },
  { table: 'suspense', columns: ['payload'], take: async (trx, person) => rowsOf(await sql`
    update suspense set payload = coalesce((select jsonb_object_agg(key, value) from jsonb_each(payload) where jsonb_typeof(value) = 'number' or (key = 'currency' and value #>> '{}' ~ '^[A-Z]{3}$')), '{}')
     where agreement_id = any(${ofAgreements(person)}) or matched_agreement_id = any(${ofAgreements(person)})`.execute(trx)) },
  { table: 'pre_legal_case', columns: ['reason'], take: async (trx, person) => rowsOf(await sql`update pre_legal_case set reason = null where agreement_id = any(${ofAgreements(person)}) and reason is not null`.execute(trx)) },
  { table: 'pre_legal_approval', columns: ['note'], take: async (trx, person) => rowsOf(await sql`
    update pre_legal_approval set note = null where note is not null and case_id in (select id from pre_legal_case where agreement_id = any(${ofAgreements(person)}))`.execute(trx)) },
  { table: 'survey', columns: ['comment', 'token', 'token_hash', 'state'], take: async (trx, { personId }) => rowsOf(await sql`
    update survey set comment = null, token = null, token_hash = 'erased:' || id, state = case when state in ('created', 'invited', 'nudged') then 'expired' else state end where person_id = ${personId}::uuid`.execute(trx)) },
  // A link names nobody, but opens what does: with its hash gone its token is none of ours. Tries stay: they are counts.
  { table: 'link', columns: ['token_hash'], take: async (trx, { personId }) => rowsOf(await sql`update link set token_hash = 'erased:' || id where person_id = ${personId}::uuid`.execute(trx)) },
  { table: 'payment_link', columns: ['token_hash'], take: async (trx, { personId }) => rowsOf(await sql`update payment_link set token_hash = 'erased:' || id where person_id = ${personId}::uuid`.execute(trx)) },
  { table: 'page_session', columns: 'row', take: async (trx, { personId }) => rowsOf(await sql`
    delete from page_session where link_id in (select id from link where person_id = ${personId}::uuid)`.execute(trx)) },
  { table: 'factor_code', columns: 'row', take: async (trx, { personId }) => rowsOf(await sql`
    delete from factor_code where link_id in (select id from link where person_id = ${personId}::uuid)`.execute(trx)) },
  { table: 'contact_wait', columns: 'row', take: async (trx, person) => rowsOf(await sql`delete from contact_wait where agreement_id = any(${ofAgreements(person)})`.execute(trx)) },
  // The answer to a request may repeat what was told in it. The row stays: the same request again must not happen twice.
  { table: 'idempotency', columns: ['response'], take: async (trx, person) => rowsOf(await sql`
    update idempotency set response = '{"erased": true}'
     where exists (select 1 from unnest(${[person.personId, ...person.agreementIds]}::text[]) as own(id) where response::text like '%' || own.id || '%')`.execute(trx)) },
];

/** Which columns of which tables are taken, for whoever checks that none was forgotten. */
export const TAKEN: ReadonlyMap<string, readonly string[] | 'row'> = new Map(TAKINGS.map(({ table, columns }) => [table, columns]));

/** Takes the data away; how many rows of each table something was taken from. */
export async function takeAway(trx: Trx, person: ErasedPerson): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, take } of TAKINGS) {
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
  // With those that were joined with it: their hashes lead to it.
  const { rows } = await sql<{ id: string }>`
    with recursive whole as (
      select id from identity where id = ${identityId}::uuid
      union select joined.id from identity joined join whole on joined.joined_to = whole.id
    )
    update identity set national_id_hash = null
     where id in (select id from whole) and national_id_hash is not null
       and not exists (select 1 from person where identity_id in (select id from whole) and erased_at is null)
       and not exists (select 1 from stop where identity_id in (select id from whole) and ended_at is null)
    returning id`.execute(trx);
  return rows.length > 0;
}
