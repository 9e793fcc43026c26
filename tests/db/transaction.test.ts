import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { createLog } from '../../src/observability/log.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

let database: FreshDatabase;
let opened: OpenedDb;
beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: createLog({ level: 'silent', process: 'test' }), max: 4 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

const identity = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;

test('a transaction within a transaction is part of it: what the outer one throws away is gone', async () => {
  const { db } = opened;
  const work = inTransaction(db, async (outer) => {
    await inTransaction(outer, (inner) => inner.insertInto('identity').values({ id: identity(1), national_id_hash: null }).execute());
    throw new Error('no');
  });
  await expect(work).rejects.toThrow('no');
  expect(await db.selectFrom('identity').select('id').where('id', '=', identity(1)).execute()).toEqual([]);
});

test('of two transactions that lock each other out the victim runs again', async () => {
  const { db } = opened;
  for (const n of [2, 3]) await db.insertInto('identity').values({ id: identity(n), national_id_hash: null }).execute();
  const touch = (first: number, second: number, gate: Promise<void>, open: () => void) => inTransaction(db, async (trx) => {
    await sql`set local deadlock_timeout = '20ms'`.execute(trx);
    await trx.updateTable('identity').set((eb) => ({ last_seq: eb('last_seq', '+', 1) })).where('id', '=', identity(first)).execute();
    open();
    await gate;
    await trx.updateTable('identity').set((eb) => ({ last_seq: eb('last_seq', '+', 1) })).where('id', '=', identity(second)).execute();
  });
  const [a, b] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await Promise.all([touch(2, 3, b.promise, a.resolve), touch(3, 2, a.promise, b.resolve)]);
  expect(await db.selectFrom('identity').select('last_seq').where('id', 'in', [identity(2), identity(3)]).execute()).toEqual([{ last_seq: 2 }, { last_seq: 2 }]);
});
