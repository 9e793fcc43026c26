import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreementBody, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

function debt(externalId: string): Record<string, unknown> {
  const told = Object.entries(agreementBody(externalId)).filter(([field]) => field !== 'instalments' && field !== 'strategy');
  return { ...Object.fromEntries(told), debt: { contractRef: `C-${externalId}`, defaultedOn: '2026-05-10', principalMinor: 180_000 } };
}

test('a debt is taken, read, paid and withdrawn over HTTP, each time once', async () => {
  const first = await call(api, 'POST', '/v1/debts', { body: debt('D-1') });
  expect({ status: first.statusCode, body: first.json<unknown>() }).toMatchObject({ status: 201, body: { externalId: 'D-1', state: 'assigned', agreementId: null, amountMinor: 180_000, workflowId: 'debt/acme/D-1' } });
  expect((await call(api, 'POST', '/v1/debts', { body: debt('D-1') })).statusCode).toBe(200);
  const other = await call(api, 'POST', '/v1/debts', { body: { ...debt('D-1'), batch: 'otro' } });
  expect({ status: other.statusCode, code: other.json<{ code: string }>().code }).toEqual({ status: 409, code: 'ERR_DEBT_CONFLICT' });

  const read = await call(api, 'GET', '/v1/debts/acme%2FD-1');
  expect(read.json<unknown>()).toEqual(first.json<unknown>());
  expect((await call(api, 'GET', '/v1/debts?creditorId=acme&phase=active')).json<{ items: { externalId: string }[] }>().items.map(({ externalId }) => externalId)).toEqual(['D-1']);
  expect((await call(api, 'GET', '/v1/agreements?creditorId=acme')).json<{ items: unknown[] }>().items).toEqual([]);
  expect((await call(api, 'GET', '/v1/agreements/acme%2FD-1')).statusCode).toBe(404);
  expect((await call(api, 'GET', '/v1/debts/acme%2FD-1/explain')).json<{ text: { es: string } }>().text.es).toContain('todavía no tiene acuerdo');
  const payment = { externalId: 'PAY-1', amountMinor: 30_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' };
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-1/payments', { body: payment })).statusCode).toBe(201);
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-1/payments', { body: payment })).statusCode).toBe(200);
  expect((await call(api, 'GET', '/v1/debts/acme%2FD-1/payments')).json<{ items: unknown[] }>().items).toHaveLength(1);

  const withdrawn = await call(api, 'POST', '/v1/debts/acme%2FD-1/withdrawal', { headers: { 'idempotency-key': 'w-1' } });
  expect({ status: withdrawn.statusCode, body: withdrawn.json<unknown>() }).toMatchObject({ status: 200, body: { state: 'withdrawn', balanceMinor: 150_000, nextStep: null } });
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-1/withdrawal', { body: { reason: 'otra vez' } })).json<{ state: string }>().state).toBe('withdrawn');
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-1/withdrawal', { body: { why: 'x' } })).statusCode).toBe(422);
  const { items } = (await call(api, 'GET', '/v1/debts/acme%2FD-1/timeline')).json<{ items: { kind: string }[] }>();
  expect(items.map(({ kind }) => kind)).toEqual(['debtAssigned', 'paymentBooked', 'debtWithdrawn']);
});

test('a wrong debt is refused with the field that is wrong', async () => {
  for (const [change, path] of [[{ creditorId: 'nobody' }, 'creditorId'], [{ currency: 'XXZ' }, 'currency'], [{ debt: { principalMinor: -1 } }, 'debt.principalMinor'], [{ debt: {} }, 'debt.principalMinor']] as const) {
    const answer = await call(api, 'POST', '/v1/debts', { body: { ...debt('D-BAD'), ...change } });
    expect({ status: answer.statusCode, paths: answer.json<{ errors: { path: string }[] }>().errors.map((error) => error.path) }).toEqual({ status: 422, paths: [path] });
  }
});

test('a debt of another creditor does not exist, and a creditor\'s own key only reads', async () => {
  await call(api, 'POST', '/v1/debts', { body: debt('D-2') });
    expect((await call(api, 'GET', '/v1/debts/acme%2FD-2', { key: 'bravo' })).statusCode).toBe(404);
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-2/withdrawal', { body: {}, key: 'bravo' })).statusCode).toBe(404);
  expect((await call(api, 'GET', '/v1/debts/acme%2FD-2', { key: 'acmeReader' })).statusCode).toBe(200);
  expect((await call(api, 'POST', '/v1/debts/acme%2FD-2/withdrawal', { body: {}, key: 'acmeReader' })).statusCode).toBe(403);
});
