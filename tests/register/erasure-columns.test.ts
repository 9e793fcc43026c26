/**
 * Every column that could hold something of a person is either taken by the erasure or written down here with what it
 * holds instead. A new table or column fails until somebody has decided which of both it is.
 */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TAKEN } from '../../src/db/erasure.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { silentLog } from './seed.ts';

/** Columns of these types hold no words. */
const WORDLESS = ['uuid', 'bigint', 'integer', 'timestamp with time zone', 'boolean', 'date', 'double precision'];

/** Tables about no debtor: people who work here, what was published, the installation itself. */
const ABOUT_NO_DEBTOR = [
  'agent', 'shift', 'api_key', 'clock', 'creditor', 'kysely_migration', 'kysely_migration_lock', 'migration_checksum', 'segment_set', 'setting', 'source', 'source_version', 'strategy', 'template',
];

/** What stays of tables about debtors, by what it is: ids and names of the creditor's books, words of fixed lists, money. */
const STAYS: Readonly<Record<string, string>> = {
  agreement: 'kind creditor_id external_id batch country zone currency terms debt strategy_id body_hash workflow_id run_id workflow_state phase current_strategy_id strategy_overrides product strategy_chosen',
  agreement_co_debtor: '',
  agreement_event: 'id kind body',
  allocation: 'component',
  attempt: 'creditor_id channel purpose template locale state reason policy_version calendar_version tz_version provider provider_id receipt receipt_code',
  attempt_agreement: 'occurrence instalments',
  call_log: 'creditor_id channel outcome made_by',
  callback: 'creditor_id agent_id state occurrence outcome',
  consent: 'channel state',
  contact_point: 'creditor_id kind channels',
  dispute: 'outcome',
  erasure: 'creditor_id done_by reason erased',
  factor_try: 'factor',
  idempotency: 'key_id key request_hash',
  // Forgotten with the last creditor who followed the person (forgetIdentity).
  identity: 'national_id_hash',
  import_agreement: 'agreement person outcome',
  // Both live only while the file is read and taken in; then their rows go, whoever is in them.
  import_chunk: 'bytes',
  import_row: 'agreement cells',
  import_error: 'column_name reason',
  import_file: 'creditor_id sha256 delimiter columns imported_by workflow_id state kind',
  instalment: '',
  // Ids, and kinds of contact points; the open question is closed with the person.
  identity_join: 'persons stops joined_by undone_by',
  identity_match: 'shared state decided_by',
  link: 'kind creditor_id',
  outbox: 'workflow_id workflow_type action name payload state error',
  past_contact: 'creditor_id external_id channel direction purpose outcome imported_by',
  payment: 'creditor_id external_id currency method collected_by source content_hash reversal_external_id',
  // Ids of the provider, its own random reference, money, words of fixed lists.
  payment_event: 'provider event_id provider_id stated state outcome',
  payment_link: 'creditor_id',
  payment_order: 'reference creditor_id currency provider provider_id state code',
  payment_receipt: 'state reason',
  person: 'creditor_id external_id type language zone',
  pre_legal_approval: 'approved_by',
  pre_legal_case: 'creditor_id state occurrence workflow_id',
  promise: 'channel taken_by',
  provider_event: 'provider event_id status',
  reply: 'provider event_id channel creditor_id class did inbox state closed_by answer answer_state',
  source_row: 'agreement',
  // Names of files of the creditor; forbidden to be a person's by the README, like external ids.
  source_run: 'file_name sha256 state counts error',
  source_sighting: 'file_name',
  stop: 'creditor_id kind',
  // Numbers of the money that stays; the open one is withdrawn.
  strategy_proposal: 'creditor_id from_strategy to_strategy segment facts score state decided_by',
  survey: 'creditor_id occurrence workflow_id',
  suspense: 'creditor_id reason source_key currency method collected_by matched_by',
  timeline_entry: 'kind channel outcome rules text hash prev_hash',
};

let database: FreshDatabase;
let opened: OpenedDb;
beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

interface Column {
  readonly table: string;
  readonly name: string;
  readonly wordless: boolean;
}

async function columns(): Promise<Column[]> {
  const { rows } = await sql<{ table: string; name: string; type: string }>`
    select table_name as "table", column_name as name, data_type as type from information_schema.columns where table_schema = 'public' order by 1, ordinal_position`.execute(opened.db);
  return rows.map(({ table, name, type }) => ({ table, name, wordless: WORDLESS.includes(type) }));
}

/** Tables nobody declared, and columns with words that are neither taken nor declared to stay. */
function undeclared(all: readonly Column[]): string[] {
  const left = all.filter(({ table }) => !ABOUT_NO_DEBTOR.includes(table) && TAKEN.get(table) !== 'row');
  const tables = new Set(left.filter(({ table }) => STAYS[table] === undefined).map(({ table }) => table));
  const words = left.filter(({ table, name, wordless }) => !wordless && !tables.has(table) && TAKEN.get(table)?.includes(name) !== true && !(STAYS[table] ?? '').split(' ').includes(name));
  return [...tables, ...words.map(({ table, name }) => `${table}.${name}`)];
}

test('of every table it is known what erasure takes and what stays', async () => {
  expect(undeclared(await columns())).toEqual([]);
});

test('what is declared exists, and nothing is declared to be taken and to stay', async () => {
  const all = await columns();
  const known = new Set(all.map(({ table, name }) => `${table}.${name}`));
  const taken = [...TAKEN].flatMap(([table, names]) => (names === 'row' ? [] : names.map((name) => `${table}.${name}`)));
  const stays = Object.entries(STAYS).flatMap(([table, names]) => names.split(' ').filter((name) => name !== '').map((name) => `${table}.${name}`));
  expect([...taken, ...stays].filter((name) => !known.has(name))).toEqual([]);
  expect(stays.filter((name) => taken.includes(name))).toEqual([]);
  const tables = new Set(all.map(({ table }) => table));
  expect([...TAKEN.keys(), ...Object.keys(STAYS), ...ABOUT_NO_DEBTOR].filter((table) => !tables.has(table))).toEqual([]);
});

test('a new table with a name in it, one that only points at a person, and a new note are found', async () => {
  await sql`create table nickname (person_id uuid, nickname text)`.execute(opened.db);
  await sql`create table guarantor (person_id uuid, position int)`.execute(opened.db);
  await sql`alter table promise add column heard_from text`.execute(opened.db);
  expect(undeclared(await columns())).toEqual(['guarantor', 'nickname', 'promise.heard_from']);
});
