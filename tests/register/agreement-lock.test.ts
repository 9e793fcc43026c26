import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insertIdentity, lockIdentity } from '../../src/db/identities.ts';
import { movePerson } from '../../src/db/persons.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, movableClock, registerContext, seedAgreement, seedPerson, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(at('2026-03-16', 10));
const context = () => registerContext(opened.db, clock);

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

test('a command that waits for a person who moves to another identity goes on under the new one', async () => {
  const person = await seedPerson(opened.db);
  const id = await seedAgreement(opened.db, person);
  const identityId = randomUUID();
  const waiting = await opened.db.transaction().execute(async (trx) => {
    await insertIdentity(trx, identityId);
    await lockIdentity(trx, person.identityId);
    // Reads the old identity now and can only go on after this transaction, which takes it away.
    const command = underAgreementLock(context(), id, async (lock, row) => [lock.identityId, row.identity_id, await lock.nextSeq()]);
    await lockIsWaitedFor();
    await movePerson(trx, person.personId, person.identityId, identityId);
    return { command };
  });
  expect(await waiting.command).toEqual([identityId, identityId, 1]);
});

/** Until another connection waits for a row lock of this database. */
async function lockIsWaitedFor(): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const { rows } = await waiters();
    if (rows.length > 0) return;
  }
  throw new Error('nobody waits');
}

function waiters() {
  return sql<{ pid: number }>`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(opened.db);
}

test('an agreement that does not exist is not found', async () => {
  await expect(underAgreementLock(context(), randomUUID(), () => Promise.resolve(1))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});
