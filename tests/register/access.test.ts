import { afterAll, beforeAll, expect, test } from 'vitest';
import { addKey, authenticate, listKeys, revokeKey } from '../../src/register/key.ts';
import { idempotently } from '../../src/register/idempotency.ts';
import { makePromise } from '../../src/register/promise.ts';
import { json } from '../../src/db/columns.ts';
import { publishShipped, publishStrategy, readStrategies } from '../../src/register/publish.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';
import { ACME, logged, openTestRegister, rowCounts, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

test('a key opens what it was made for until it is revoked; its secret is nowhere in the database', async () => {
  const { ctx, db } = register;
  const { id, key } = await addKey(ctx, { name: 'core banking', role: 'system', creditorId: 'acme' });
  expect(await authenticate(db, key)).toEqual({ id, role: 'system', creditorId: 'acme' });
  expect(await authenticate(db, `${key}x`)).toBeNull();
  expect(JSON.stringify(await db.selectFrom('api_key').selectAll().execute())).not.toContain(key);
  await revokeKey(ctx, id);
  expect(await authenticate(db, key)).toBeNull();
  expect((await listKeys(ctx)).find((one) => one.id === id)?.revokedAt).not.toBeNull();
});

test('a given secret is kept once; keys that could see too much or nothing are not made', async () => {
  const { ctx } = register;
  const [first, second] = await Promise.all([1, 2].map(() => addKey(ctx, { name: 'sandbox admin', role: 'admin', secret: 'the-admin-key-of-a-sandbox' })));
  expect(second?.id).toBe(first?.id);
  expect(await refusalOf(addKey(ctx, { name: 'x', role: 'creditor' }))).toMatchObject({ code: 'ERR_USAGE' });
  expect(await refusalOf(addKey(ctx, { name: 'x', role: 'admin', creditorId: 'acme' }))).toMatchObject({ code: 'ERR_USAGE' });
  expect(await refusalOf(addKey(ctx, { name: 'x', role: 'system', creditorId: 'nobody' }))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await refusalOf(revokeKey(ctx, '0b7f7a52-7f5c-4b3c-9d1c-0c8e8d1f9a10'))).toMatchObject({ code: 'ERR_NOT_FOUND' });
});

const promise = { amountMinor: 1_000, dueOn: '2026-11-30', channel: 'call' };

test('ten requests with one key act once and get one answer; another body is a conflict', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const ask = (hash: string) => idempotently(ctx, 'key', 'k-1', hash, async (within) => ({ status: 201, body: await makePromise(within, ACME, id, promise) }));
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask('same')));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await db.selectFrom('promise').select('id').where('agreement_id', '=', id).execute()).toHaveLength(1);
  expect(await refusalOf(ask('other'))).toMatchObject({ code: 'ERR_IDEMPOTENCY_CONFLICT' });
});

test('a request that fails after it acted leaves neither effect nor answer, and may be tried again', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const before = await rowCounts(db);
  const ask = (crash: boolean) => idempotently(ctx, 'key', 'k-2', 'same', async (within) => {
    const body = await makePromise(within, ACME, id, promise);
    if (crash) throw new Error('the process died here');
    return { status: 201, body };
  });
  await expect(ask(true)).rejects.toThrow('died');
  expect(await rowCounts(db)).toEqual(before);
  expect((await ask(false)).status).toBe(201);
});

test('publishing again changes nothing; a published version with another content is refused', async () => {
  const { ctx, db } = register;
  const before = await rowCounts(db);
  await publishShipped(ctx);
  expect(await rowCounts(db)).toEqual(before);
  expect((await readStrategies(ctx)).map(({ id }) => id)).toContain('standard');
  const [standard] = shippedStrategies();
  if (standard === undefined) throw new Error('nothing is shipped');
  expect(await publishStrategy(ctx, standard.strategy, standard.source)).toBe(false);
  expect(await refusalOf(publishStrategy(ctx, { ...standard.strategy, graceDays: 9 }, ''))).toMatchObject({ code: 'ERR_STRATEGY' });
  await db.updateTable('template').set({ body: json({ edited: true }) }).where('key', '=', 'missed').where('locale', '=', 'es-CL').execute();
  expect(await refusalOf(publishShipped(ctx))).toMatchObject({ code: 'ERR_TEMPLATE' });
  await db.updateTable('template').set({ published_by: 'key-1' }).where('key', '=', 'missed').where('locale', '=', 'es-CL').execute();
  await publishShipped(ctx);
  expect(await rowCounts(db)).toEqual(before);
});
