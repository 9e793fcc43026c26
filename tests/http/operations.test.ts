import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { ACCESS } from '../../src/http/access.ts';
import { openDb } from '../../src/db/pool.ts';
import { runApi } from '../../src/http/run.ts';
import { createLog } from '../../src/observability/log.ts';
import { openRegister } from '../../src/register/context.ts';
import { addKey } from '../../src/register/key.ts';
import { publishShipped } from '../../src/register/publish.ts';
import type { ClockReading, SandboxClock } from '../../src/sandbox/clock/sandbox-clock.ts';
import { freshDatabase } from '../setup/database.ts';
import { agreementBody, ahead, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
let reason: string | null = null;
const asked: unknown[] = [];

/** A clock that only remembers: moving time for real is tested in tests/sandbox. */
const clock: SandboxClock = {
  read: async (): Promise<ClockReading> => ({ now: Date.UTC(2026, 11, 5, 12), daysPerSecond: 0, advancingTo: Date.UTC(2026, 11, 7), blockedBy: 'an activity' }),
  advance: async (days) => {
    asked.push(days);
    return days > 100 ? { job: '2027-12-05T12:00:00.000Z' } : { now: Date.UTC(2026, 11, 6) };
  },
  play: async (daysPerSecond) => void asked.push({ daysPerSecond }),
};

beforeAll(async () => {
  api = await startApi({ sandboxClock: clock, ready: async () => reason });
});
afterAll(() => api.close());

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { responses?: Record<string, unknown>; security?: unknown; parameters?: { in: string; name: string }[] }>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

test('the OpenAPI document lists every route, refers only to what it holds, and needs no key', async () => {
  const document = (await call(api, 'GET', '/openapi.json', { key: null })).json<OpenApi>();
  expect(document.openapi).toMatch(/^3\./);
  const listed = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  for (const route of Object.keys(ACCESS)) expect(listed).toContain(route.replaceAll(/:(\w+)/g, '{$1}'));
  expect(listed).toContain('POST /webhooks/twilio/status/{attemptId}');
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(Object.keys(document.components.schemas)).toContain(name);
  for (const [path, methods] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, operation] of Object.entries(methods)) {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name);
      expect(declared, `${method} ${path}`).toEqual(inPath);
      expect(Object.keys(operation.responses ?? {}).length, `${method} ${path}`).toBeGreaterThan(0);
    }
  }
  const logging = document.paths['/v1/agreements']?.['post'];
  expect(Object.keys(logging?.responses ?? {})).toEqual(expect.arrayContaining(['200', '201', '4xx'.toUpperCase()]));
  expect(JSON.stringify(logging)).toContain('instalments');
  const docs = await call(api, 'GET', '/docs/', { key: null });
  expect(docs.statusCode).toBe(200);
  expect(docs.headers['content-security-policy']).toContain("script-src 'self'");
  expect(docs.headers['content-security-policy']).not.toMatch(/upgrade-insecure-requests|script-src[^;]*'unsafe-inline'/);
});

test('readiness says what is missing, and 200 once nothing is', async () => {
  reason = 'the sample portfolio is being loaded';
  const waiting = await call(api, 'GET', '/readyz', { key: null });
  expect(waiting.statusCode).toBe(503);
  expect(waiting.json()).toMatchObject({ waitingFor: reason });
  reason = null;
  expect((await call(api, 'GET', '/readyz', { key: null })).statusCode).toBe(200);
  expect((await call(api, 'GET', '/healthz', { key: null })).statusCode).toBe(200);
});

test('metrics are what the register holds', async () => {
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('M-1') });
  for (const externalId of ['P-1', 'P-2']) {
    await call(api, 'POST', '/v1/agreements/acme%2FM-1/payments', { body: { externalId, amountMinor: 1_500, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' } });
  }
  const text = (await call(api, 'GET', '/metrics', { key: null })).body;
  expect(text).toContain('pacto_payments_minor_total{creditor="acme",currency="CLP"} 3000\n');
  expect(text).toContain('pacto_attempts_unknown 0\n');
  expect(Number(/pacto_outbox_lag_seconds ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(0);
});

test('a row of the outbox that is set aside shows, and so does what waits behind it', async () => {
  await api.db.updateTable('outbox').set({ state: 'poison' }).where('id', '=', (eb) => eb.selectFrom('outbox').select((select) => select.fn.min('id').as('id'))).execute();
  const text = (await call(api, 'GET', '/metrics', { key: null })).body;
  expect(text).toContain('pacto_outbox_poison 1\n');
  expect(Number(/pacto_outbox_lag_seconds ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(0);
});

test('the sandbox clock answers the admin key and nobody else', async () => {
  expect((await call(api, 'GET', '/sandbox/clock')).json()).toEqual({
    now: '2026-12-05T12:00:00.000Z', daysPerSecond: 0, advancingTo: '2026-12-07T00:00:00.000Z', blockedBy: 'an activity',
  });
  expect((await call(api, 'POST', '/sandbox/clock/advance', { body: { days: 7 } })).json()).toEqual({ now: '2026-12-06T00:00:00.000Z' });
  const long = await call(api, 'POST', '/sandbox/clock/advance', { body: { days: 365 } });
  expect({ status: long.statusCode, body: long.json() }).toEqual({ status: 202, body: { job: '2027-12-05T12:00:00.000Z' } });
  expect((await call(api, 'POST', '/sandbox/play', { body: { daysPerSecond: 2 } })).statusCode).toBe(200);
  expect(asked).toEqual([7, 365, { daysPerSecond: 2 }]);
  expect((await call(api, 'POST', '/sandbox/clock/advance', { body: { days: '7' } })).json()).toMatchObject({ code: 'ERR_BODY', errors: [{ path: 'days' }] });
  expect((await call(api, 'GET', '/sandbox/clock', { key: 'system' })).statusCode).toBe(403);
});

test('on the wall clock there is no clock to move', async () => {
  const production = await startApi();
  for (const [method, url, body] of [['GET', '/sandbox/clock', undefined], ['POST', '/sandbox/clock/advance', { days: 1 }], ['POST', '/sandbox/play', { daysPerSecond: 1 }]] as const) {
    const answer = await call(production, method, url, { body });
    expect({ status: answer.statusCode, code: answer.json<{ code: string }>().code }).toEqual({ status: 409, code: 'ERR_CLOCK' });
  }
  await production.close();
});

test('the process listens on a free port, says what it waits for, and closes in order', async () => {
  const database = await freshDatabase();
  const config = loadConfig({ DATABASE_URL: database.url, PORT: '0', SMTP_URL: 'smtp://127.0.0.1:1' });
  const running = await runApi(config, { log: createLog({ level: 'silent', process: 'api' }), host: '127.0.0.1' });
  const url = `http://127.0.0.1:${running.port}`;
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const waiting = await fetch(`${url}/readyz`);
  expect({ status: waiting.status, body: await waiting.json() }).toEqual({ status: 503, body: { status: 'waiting', waitingFor: 'no strategy is published' } });
  await running.close();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  await database.drop();
});

test('a burst of more commands than the pool has connections is answered, in virtual time too', async () => {
  const database = await freshDatabase();
  const config = loadConfig({ DATABASE_URL: database.url, PORT: '0', SMTP_URL: 'smtp://127.0.0.1:1', PACTO_CLOCK: 'virtual' });
  const log = createLog({ level: 'silent', process: 'api' });
  const opened = openDb(database.url, { log, max: 2 });
  const ctx = await openRegister(config, opened.db, log);
  await publishShipped(ctx);
  const { key } = await addKey(ctx, { name: 'burst', role: 'admin' });
  const running = await runApi(config, { log, host: '127.0.0.1' });
  const post = async (path: string, body: unknown, idempotencyKey: string): Promise<number> => (await fetch(`http://127.0.0.1:${running.port}${path}`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': idempotencyKey }, body: JSON.stringify(body),
  })).status;
  expect(await post('/v1/creditors', { id: 'acme', name: 'acme', type: 'thirdParty', country: 'CL', currency: 'CLP' }, 'c')).toBe(201);
  const logged = await Promise.all(Array.from({ length: 60 }, (_, number) => post('/v1/agreements', agreementBody(`A-${number % 40}`), 'a')));
  expect(logged.toSorted((a, b) => b - a)).toEqual([...Array<number>(40).fill(201), ...Array<number>(20).fill(200)]);
  const held = await Promise.all(Array.from({ length: 40 }, (_, number) => post(`/v1/agreements/acme%2FA-${number}/hold`, { until: ahead(30), reason: 'x' }, `h-${number}`)));
  expect(new Set(held)).toEqual(new Set([200]));
  await running.close();
  await opened.close();
  await database.drop();
}, 20_000);
