import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreementBody, ahead, call, contentOf, startApi, type TestApi } from './api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
  for (let number = 1; number <= 5; number += 1) await call(api, 'POST', '/v1/agreements', { body: agreementBody(`A-${number}`) });
});
afterAll(() => api.close());

const PROMISES = '/v1/agreements/acme%2FA-1/promises';

function promise(amountMinor: number): Record<string, unknown> {
  return { amountMinor, dueOn: ahead(4).slice(0, 10), channel: 'call' };
}

test('the same Idempotency-Key and body give the same answer and one promise; another body is refused', async () => {
  const headers = { 'idempotency-key': 'promise-of-today' };
  const first = await call(api, 'POST', PROMISES, { body: promise(20_000), headers });
  expect(first.statusCode).toBe(201);
  const stored = await contentOf(api.db);
  const again = await call(api, 'POST', PROMISES, { body: promise(20_000), headers });
  expect({ status: again.statusCode, body: again.json<unknown>() }).toEqual({ status: 201, body: first.json<unknown>() });
  const other = await call(api, 'POST', PROMISES, { body: promise(30_000), headers });
  expect({ status: other.statusCode, code: other.json<{ code: string }>().code }).toEqual({ status: 409, code: 'ERR_IDEMPOTENCY_CONFLICT' });
  const elsewhere = await call(api, 'POST', PROMISES.replace('A-1', 'A-2'), { body: promise(20_000), headers });
  expect(elsewhere.statusCode).toBe(409);
  expect(await contentOf(api.db)).toEqual(stored);
});

test('many requests with one key at once make one fact', async () => {
  const headers = { 'idempotency-key': 'hold-at-once' };
  const body = { until: ahead(30), reason: 'revisión' };
  const answers = await Promise.all(Array.from({ length: 24 }, () => call(api, 'POST', '/v1/agreements/acme%2FA-3/hold', { body, headers })));
  for (const answer of answers) expect({ status: answer.statusCode, body: answer.json<unknown>() }).toEqual({ status: 200, body: answers[0]?.json<unknown>() });
  const { items } = (await call(api, 'GET', '/v1/agreements/acme%2FA-3/timeline')).json<{ items: { kind: string }[] }>();
  expect(items.filter((entry) => entry.kind === 'held')).toHaveLength(1);
});

test('keys of two callers do not meet: each has its own Idempotency-Keys', async () => {
  const headers = { 'idempotency-key': 'shared-word' };
  const url = '/v1/agreements/acme%2FA-4/hold';
  expect((await call(api, 'POST', url, { key: 'agent', headers, body: { until: ahead(30), reason: 'a' } })).statusCode).toBeLessThan(300);
  expect((await call(api, 'POST', url, { key: 'supervisor', headers, body: { until: ahead(60), reason: 'b' } })).statusCode).toBeLessThan(300);
});

test('a request that was refused may be sent again with its key', async () => {
  const headers = { 'idempotency-key': 'first-wrong' };
  expect((await call(api, 'POST', PROMISES.replace('A-1', 'A-5'), { body: { ...promise(1_000), amountMinor: -1 }, headers })).statusCode).toBe(422);
  expect((await call(api, 'POST', PROMISES.replace('A-1', 'A-5'), { body: promise(1_000), headers })).statusCode).toBe(201);
});

test('the pages of a list hold every item once, in order, and the last says so', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const url: string = `/v1/agreements?creditorId=acme&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: { items: { externalId: string }[]; nextCursor: string | null } = (await call(api, 'GET', url)).json();
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map((item) => item.externalId));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(['A-1', 'A-2', 'A-3', 'A-4', 'A-5']);
});

test('every answer names its request', async () => {
  const answers = await Promise.all([call(api, 'GET', '/v1/agreements'), call(api, 'GET', '/v1/nothing')]);
  const ids = answers.map((answer) => answer.headers['x-request-id']);
  expect(new Set(ids).size).toBe(2);
  expect(ids.every((id) => typeof id === 'string' && id.length > 20)).toBe(true);
});
