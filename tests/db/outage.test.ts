/** What a database that goes away looks like from the inside, with the errors that pg really throws. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isDatabaseAway } from '../../src/db/outage.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import { freePort } from '../../src/sandbox/ports.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const log = createLog({ level: 'silent', process: 'test' });

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log, max: 4 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

const errorOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => new Error('it succeeded'), (error: unknown) => error);
const end = sql`select pg_terminate_backend(pg_backend_pid())`;

test('a connection that is cut under a query, and the next query on it', async () => {
  expect(isDatabaseAway(await errorOf(end.execute(opened.db)))).toBe(true);
  const after = errorOf(opened.db.transaction().execute(async (trx) => {
    await errorOf(end.execute(trx));
    return sql`select 1`.execute(trx);
  }));
  expect(isDatabaseAway(await after)).toBe(true);
});

test('a server that does not listen, and one that is still starting', async () => {
  const nobody = openDb(`postgres://pacto@127.0.0.1:${await freePort()}/pacto`, { log, max: 1 });
  expect(isDatabaseAway(await errorOf(sql`select 1`.execute(nobody.db)))).toBe(true);
  await nobody.close();
  expect(isDatabaseAway(await errorOf(sql`do $$ begin raise exception 'starting up' using errcode = '57P03'; end $$`.execute(opened.db)))).toBe(true);
});

test('an error of the statement is no outage', async () => {
  expect(isDatabaseAway(await errorOf(sql`select 1 / 0`.execute(opened.db)))).toBe(false);
  expect(isDatabaseAway(await errorOf(sql`select from nowhere`.execute(opened.db)))).toBe(false);
  expect(isDatabaseAway(new Error('anything else'))).toBe(false);
});
