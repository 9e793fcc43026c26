import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wallNow } from '../../src/clock.ts';
import { setOffset } from '../../src/db/clock-row.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { DAY } from '../../src/domain/zone.ts';
import { createApi } from '../../src/http/server.ts';
import { createLog } from '../../src/observability/log.ts';
import { openRegister } from '../../src/register/context.ts';
import { addKey } from '../../src/register/key.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { publishShipped } from '../../src/register/publish.ts';
import { createDebtors } from '../../src/sandbox/debtors/debtors.ts';
import { loadSample } from '../../src/sandbox/sample/load.ts';
import { samplePortfolio } from '../../src/sandbox/sample/portfolio.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';

let database: FreshDatabase;
let opened: OpenedDb;
let ctx: RegisterContext;
let apiUrl: string;
let closeApi: () => Promise<void>;
const adminKey = `pacto_admin_${randomBytes(12).toString('hex')}`;
const warnings: string[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const log = createLog({ level: 'warn', process: 'test', destination: { write: (line) => void warnings.push(line) } });
  opened = openDb(database.url, { log });
  ctx = await openRegister({ clock: 'virtual', identityKey: 'a-key-of-the-tests' }, opened.db, log);
  await publishShipped(ctx);
  await addKey(ctx, { name: 'sandbox admin', role: 'admin', creditorId: null, secret: adminKey });
  const app = await createApi({
    ctx, sandboxClock: null, applyReceipt: () => Promise.resolve(), ready: () => Promise.resolve(null),
    config: { publicBaseUrl: 'http://127.0.0.1', buildId: 'test', twilio: null, sendgrid: null },
  });
  apiUrl = await app.listen({ port: 0, host: '127.0.0.1' });
  closeApi = () => app.close();
});

afterAll(async () => {
  await closeApi();
  await opened.close();
  await database.drop();
});

async function count(table: 'agreement' | 'person' | 'identity' | 'contact_point' | 'shift' | 'payment' | 'outbox' | 'timeline_entry'): Promise<number> {
  const row = await opened.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow();
  return Number(row.n);
}

const TABLES = ['agreement', 'person', 'identity', 'contact_point', 'shift', 'outbox', 'timeline_entry'] as const;
const counts = (): Promise<number[]> => Promise.all(TABLES.map(count));

test('the sample loads through the API, and loading it again changes nothing', async () => {
  const said: string[] = [];
  await loadSample({ apiUrl, adminKey, db: opened.db, say: (sentence) => said.push(sentence) });
  expect(await count('agreement')).toBe(samplePortfolio('2026-01-01').length);
  expect(said.at(-1)).toBe(`sample: ${samplePortfolio('2026-01-01').length} of ${samplePortfolio('2026-01-01').length} agreements`);
  // One owes two creditors and one three: one identity each, a person at each creditor.
  expect((await count('person')) - (await count('identity'))).toBe(3);
  const before = await counts();
  await setOffset(opened.db, DAY);
  await loadSample({ apiUrl, adminKey, db: opened.db, say: () => undefined });
  expect(await counts()).toEqual(before);
});

test('a key that may not log agreements is told so in one sentence without a secret', async () => {
  const failed = loadSample({ apiUrl, adminKey: 'wrong', db: opened.db, say: () => undefined });
  await expect(failed).rejects.toMatchObject({ code: 'ERR_BOOTSTRAP', message: 'The sample could not be loaded: /v1/creditors answered 401 ERR_KEY.' });
});

test('debtors pay when their day has come, once, also after a restart; nothing they do is refused', async () => {
  const people = createDebtors({ ctx, apiUrl, adminKey });
  const first = await people.next();
  expect(first).not.toBeNull();
  for (let day = 2; day <= 12; day += 1) {
    await setOffset(opened.db, day * DAY);
    const now = await ctx.clock.now();
    for (let at = await people.next(); at !== null && at <= now; at = await people.next()) await people.run(now);
  }
  const payments = await opened.db.selectFrom('payment').select(['external_id', 'reversed_at', 'collected_by', 'paid_at']).execute();
  const ids = payments.map((payment) => payment.external_id);
  expect(ids).toContain('CS-1001.p1');
  expect(ids).toContain('CS-1003.p1');
  expect(ids).not.toContain('CS-1011.p1');
  expect(payments.find((payment) => payment.external_id === 'CS-1010.p1')?.reversed_at).not.toBeNull();
  expect(payments.find((payment) => payment.external_id === 'CS-1018.p1')?.collected_by).toBe('creditor');
  expect(await opened.db.selectFrom('agreement').select('external_id').where('opted_out', '=', true).execute()).toContainEqual({ external_id: 'CS-1013' });
  expect(await opened.db.selectFrom('agreement').select('external_id').where('disputed', '=', true).execute()).toContainEqual({ external_id: 'CS-1014' });
  expect(await opened.db.selectFrom('agreement').select('external_id').where('phase', '=', 'settled').execute()).toContainEqual({ external_id: 'CS-1001' });
  const before = await counts();
  const again = createDebtors({ ctx, apiUrl, adminKey });
  const now = await ctx.clock.now();
  await again.run(now);
  expect(await counts()).toEqual(before);
  expect((await again.next()) ?? Infinity).toBeGreaterThan(now);
  expect(warnings).toEqual([]);
});

test('a question to somebody who has nothing new to look at is cheap', async () => {
  const people = createDebtors({ ctx, apiUrl, adminKey });
  await people.next();
  const started = wallNow();
  for (let asked = 0; asked < 20; asked += 1) await people.next();
  expect(wallNow() - started).toBeLessThan(1_000);
});
