import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCESS } from '../../src/http/access.ts';
import type { Role } from '../../src/register/actor.ts';
import { addKey, revokeKey } from '../../src/register/key.ts';
import { agreementBody, ahead, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
let agreementId: string;

beforeAll(async () => {
  api = await startApi();
  agreementId = (await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1') })).json<{ id: string }>().id;
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('B-1', { creditorId: 'bravo' }) });
});
afterAll(() => api.close());

const ROUTES = Object.keys(ACCESS).map((route) => {
  const [method = '', url = ''] = route.split(' ');
  return { route, method: method as 'GET' | 'POST' | 'PATCH' | 'DELETE', url: url.replaceAll(/:\w+/g, '0190a000-0000-7000-8000-000000000000') };
});

test('no route under /v1 or /sandbox answers without a key, with a wrong one, or with one that was revoked', async () => {
  for (const { method, url } of ROUTES) {
    expect((await call(api, method, url, { key: null })).statusCode, `${method} ${url}`).toBe(401);
    const wrong = await call(api, method, url, { key: null, headers: { authorization: 'Bearer pacto_wrong' } });
    expect({ status: wrong.statusCode, code: wrong.json<{ code: string }>().code }).toEqual({ status: 401, code: 'ERR_KEY' });
  }
});

test('a role gets 403 exactly where the table has no line for it', async () => {
  const roles: readonly Role[] = ['system', 'agent', 'supervisor', 'lawyer', 'creditor'];
  for (const { route, method, url } of ROUTES) {
    for (const role of roles) {
      const answer = await call(api, method, url, { key: role, ...(method === 'POST' || method === 'PATCH' ? { body: {} } : {}) });
      const refused = answer.statusCode === 403 && answer.json<{ code: string }>().code === 'ERR_ROLE';
      expect(refused, `${route} as ${role} answered ${answer.statusCode}`).toBe(!ACCESS[route]?.includes(role));
    }
  }
});

test('a key of one creditor neither sees nor moves what is another creditor’s', async () => {
  for (const url of ['', '/timeline', '/explain', '/payments'].map((tail) => `/v1/agreements/${agreementId}${tail}`)) {
    expect((await call(api, 'GET', url, { key: 'acme' })).statusCode).toBe(200);
    const other = await call(api, 'GET', url, { key: 'bravo' });
    expect({ status: other.statusCode, code: other.json<{ code: string }>().code }).toEqual({ status: 404, code: 'ERR_NOT_FOUND' });
  }
  expect((await call(api, 'GET', '/v1/agreements/acme%2FA-1', { key: 'bravo' })).statusCode).toBe(404);
  const money = { externalId: 'X-1', amountMinor: 1_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' };
  expect((await call(api, 'POST', `/v1/agreements/${agreementId}/payments`, { key: 'bravo', body: money })).statusCode).toBe(404);
  expect((await call(api, 'POST', `/v1/agreements/${agreementId}/hold`, { key: 'bravo', body: { until: ahead(30), reason: 'x' } })).statusCode).toBe(404);
  expect((await call(api, 'POST', '/v1/agreements', { key: 'bravo', body: agreementBody('A-7') })).json()).toMatchObject({ status: 422, errors: [{ path: 'creditorId' }] });
  const { personId } = (await call(api, 'GET', `/v1/agreements/${agreementId}`)).json<{ personId: string }>();
  expect((await call(api, 'POST', `/v1/persons/${personId}/opt-outs`, { key: 'bravo', body: { scope: 'creditor' } })).statusCode).toBe(404);
  expect((await call(api, 'POST', `/v1/persons/${personId}/stops`, { key: 'bravo', body: { on: 'insolvency', at: ahead(-1), evidence: 'x' } })).statusCode).toBe(404);
  const visit = { agreementId, channel: 'visit', at: ahead(-1), outcome: 'talked' };
  expect((await call(api, 'POST', '/v1/calls', { key: 'bravo', body: visit })).statusCode).toBe(404);
  const { id: callId } = (await call(api, 'POST', '/v1/calls', { key: 'acme', body: visit })).json<{ id: string }>();
  expect((await call(api, 'POST', `/v1/calls/${callId}/outcome`, { key: 'bravo', body: { outcome: 'busy' } })).statusCode).toBe(404);
  for (const list of ['callbacks', 'surveys', 'pre-legal', 'persons']) {
    expect((await call(api, 'GET', `/v1/${list}?creditorId=acme`, { key: 'bravo' })).statusCode, list).toBe(404);
  }
  const seen = async (key: 'acme' | 'bravo' | 'acmeReader' | 'admin', url: string) =>
    (await call(api, 'GET', url, { key })).json<{ items: { creditorId?: string; id: string }[] }>().items.map((item) => item.creditorId ?? item.id);
  for (const url of ['/v1/agreements', '/v1/persons', '/v1/creditors']) {
    expect(new Set(await seen('bravo', url)), url).toEqual(new Set(['bravo']));
    expect(new Set(await seen('admin', url)), url).toEqual(new Set(['acme', 'bravo']));
  }
  expect((await call(api, 'GET', '/v1/agreements?creditorId=acme', { key: 'bravo' })).statusCode).toBe(404);
  expect(await seen('acmeReader', '/v1/agreements')).toEqual(['acme']);
});

test('a revoked key is refused from then on', async () => {
  const made = await addKey(api.ctx, { name: 'short-lived', role: 'system', creditorId: null });
  const ask = (): Promise<number> => api.app.inject({ url: '/v1/agreements', headers: { authorization: `Bearer ${made.key}` } }).then((answer) => answer.statusCode);
  expect(await ask()).toBe(200);
  await revokeKey(api.ctx, made.id);
  expect(await ask()).toBe(401);
});

test('the log of requests holds ids and routes, and neither names, phones, searches nor keys', async () => {
  await call(api, 'GET', '/v1/persons?q=Perez');
  await call(api, 'GET', '/s/a-token-that-somebody-holds-1234');
  const text = api.logged.join('');
  expect(text).toContain('/v1/agreements/:id/timeline');
  expect(text).not.toMatch(/Perez|56961234567|ana\.prueba|a-token-that|A-1/);
  for (const key of Object.values(api.keys)) expect(text).not.toContain(key);
});
