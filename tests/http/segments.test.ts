import { afterAll, beforeAll, expect, test } from 'vitest';
import { proposeStrategies } from '../../src/register/strategy-proposal.ts';
import { agreementBody, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const body = { segments: [{ key: 'late', if: { missed: { min: 1 } }, strategy: 'strict' }] };

test('a supervisor publishes segments, the same again answers 200, and a creditor\'s key may not', async () => {
  expect((await call(api, 'POST', '/v1/segments', { key: 'agent', body })).statusCode).toBe(403);
  const published = await call(api, 'POST', '/v1/segments', { key: 'supervisor', body });
  expect([published.statusCode, published.json<{ version: number }>().version]).toEqual([201, 1]);
  expect((await call(api, 'POST', '/v1/segments', { key: 'supervisor', body })).statusCode).toBe(200);
  const wrong = await call(api, 'POST', '/v1/segments', { body: { segments: [{ key: 'late', if: { missed: { min: 2, max: 1 } }, strategy: 'strict' }] } });
  expect([wrong.statusCode, wrong.json<{ code: string }>().code]).toEqual([422, 'ERR_SEGMENT']);
  expect((await call(api, 'GET', '/v1/segments')).json()).toMatchObject({ items: [{ version: 1, definition: { otherwise: 'standard' } }], nextCursor: null });
});

test('a proposal shows its facts and its score in Spanish, is approved once, and the agreement says what it follows now', async () => {
  // Logged before it is late: a plan whose only date passes in the past of the wall clock is missed at once.
  const late = agreementBody('A-SEG', { strategy: undefined, agreedOn: '2026-01-01', instalments: [{ number: 1, dueOn: '2026-02-05', amountMinor: 100_000 }] });
  const { id } = (await call(api, 'POST', '/v1/agreements', { body: late })).json<{ id: string }>();
  expect((await call(api, 'GET', `/v1/agreements/${id}`)).json()).toMatchObject({ strategy: { id: 'standard' } });
  await proposeStrategies(api.ctx);
  const { items } = (await call(api, 'GET', '/v1/strategy-proposals?state=open')).json<{ items: { id: string; agreementId: string }[] }>();
  expect(items).toMatchObject([{ agreementId: id, to: 'strict', facts: { missed: 1 }, text: { es: expect.stringContaining('Cuotas no pagadas a tiempo: 1') } }]);
  const score = (await call(api, 'GET', `/v1/agreements/${id}/score`)).json<{ points: number; parts: { points: number }[] }>();
  expect(score.points).toBe(score.parts.reduce((sum, { points }) => sum + points, 0));
  const verdict = `/v1/strategy-proposals/${items[0]?.id}`;
  expect((await call(api, 'POST', `${verdict}/approve`, { key: 'agent' })).statusCode).toBe(403);
  expect((await call(api, 'POST', `${verdict}/approve`, { key: 'supervisor' })).json()).toMatchObject({ state: 'approved' });
  expect((await call(api, 'POST', `${verdict}/reject`)).statusCode).toBe(409);
  expect((await call(api, 'GET', `/v1/agreements/${id}`)).json()).toMatchObject({ strategy: { id: 'strict' } });
});
