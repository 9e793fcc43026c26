import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agreementBody, ahead, call, contentOf, startApi, type TestApi } from './api.ts';

let api: TestApi;
let before: Record<string, string>;

beforeAll(async () => {
  api = await startApi();
  expect((await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1') })).statusCode).toBe(201);
  expect((await call(api, 'POST', '/v1/agreements/acme%2FA-1/payments', { body: payment() })).statusCode).toBe(201);
  before = await contentOf(api.db);
});
afterAll(() => api.close());

function payment(change: Record<string, unknown> = {}): Record<string, unknown> {
  return { externalId: 'PAY-1', amountMinor: 10_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z', ...change };
}

function person(change: Record<string, unknown>): Record<string, unknown> {
  const body = agreementBody('A-2');
  return agreementBody('A-2', { person: { ...(body['person'] as Record<string, unknown>), ...change } });
}

function contact(point: Record<string, unknown>): Record<string, unknown> {
  return person({ contactPoints: [{ kind: 'phone', value: '+56961234567', consent: 'granted', ...point }] });
}

function instalment(change: Record<string, unknown>): Record<string, unknown> {
  return agreementBody('A-2', { instalments: [{ number: 1, dueOn: '2027-12-05', amountMinor: 1_000, ...change }] });
}

const AGREEMENTS = '/v1/agreements';
const PAYMENTS = '/v1/agreements/acme%2FA-1/payments';
const REVERSAL = '/v1/agreements/acme%2FA-1/payments/PAY-1/reversal';

type Case = readonly [name: string, url: string, body: unknown, status: number, code: string, path: string | null];

const CASES: readonly Case[] = [
  ['no JSON', AGREEMENTS, '{"creditorId":', 400, 'ERR_JSON', null],
  ['an empty body', AGREEMENTS, '', 400, 'ERR_JSON', null],
  ['a body over 1 MB', AGREEMENTS, JSON.stringify({ creditorId: 'x'.repeat(1_100_000) }), 413, 'ERR_JSON', null],
  ['a list instead of an object', AGREEMENTS, [], 422, 'ERR_BODY', 'body'],
  ['a missing creditor', AGREEMENTS, agreementBody('A-2', { creditorId: undefined }), 422, 'ERR_BODY', 'creditorId'],
  ['an unknown field', AGREEMENTS, agreementBody('A-2', { colour: 'red' }), 422, 'ERR_BODY', 'colour'],
  ['an unknown field inside', AGREEMENTS, person({ nickname: 'x' }), 422, 'ERR_BODY', 'person.nickname'],
  ['an external id with a slash', AGREEMENTS, agreementBody('A/2'), 422, 'ERR_BODY', 'externalId'],
  ['an external id of 65 characters', AGREEMENTS, agreementBody('A'.repeat(65)), 422, 'ERR_BODY', 'externalId'],
  ['no contact point', AGREEMENTS, person({ contactPoints: [] }), 422, 'ERR_BODY', 'person.contactPoints'],
  ['a phone that no network has', AGREEMENTS, contact({ value: '+5612' }), 422, 'ERR_BODY', 'person.contactPoints.0.value'],
  ['a phone without country code', AGREEMENTS, contact({ value: '961234567' }), 422, 'ERR_BODY', 'person.contactPoints.0.value'],
  ['an e-mail without a domain', AGREEMENTS, contact({ kind: 'email', value: 'ana' }), 422, 'ERR_BODY', 'person.contactPoints.0.value'],
  ['a channel that a phone has not', AGREEMENTS, contact({ channels: ['email'] }), 422, 'ERR_BODY', 'person.contactPoints.0.channels.0'],
  ['a consent of its own making', AGREEMENTS, contact({ consent: 'maybe' }), 422, 'ERR_BODY', 'person.contactPoints.0.consent'],
  ['a national id with a wrong check digit', AGREEMENTS, person({ nationalId: { country: 'CL', type: 'rut', value: '12.345.678-9' } }), 422, 'ERR_BODY', 'person.nationalId.value'],
  ['a zone that does not exist', AGREEMENTS, person({ zone: 'America/Nowhere' }), 422, 'ERR_BODY', 'person.zone'],
  ['a currency that does not exist', AGREEMENTS, agreementBody('A-2', { currency: 'XX9' }), 422, 'ERR_BODY', 'currency'],
  ['no instalments', AGREEMENTS, agreementBody('A-2', { instalments: [] }), 422, 'ERR_BODY', 'instalments'],
  ['a date that the calendar has not', AGREEMENTS, instalment({ dueOn: '2027-02-30' }), 422, 'ERR_BODY', 'instalments.0.dueOn'],
  ['an amount with decimals', AGREEMENTS, instalment({ amountMinor: 10.5 }), 422, 'ERR_BODY', 'instalments.0.amountMinor'],
  ['an amount of nothing', AGREEMENTS, instalment({ amountMinor: 0 }), 422, 'ERR_BODY', 'instalments.0.amountMinor'],
  ['an amount as text', AGREEMENTS, instalment({ amountMinor: '1000' }), 422, 'ERR_BODY', 'instalments.0.amountMinor'],
  ['the same instalment twice', AGREEMENTS, agreementBody('A-2', { instalments: [{ number: 1, dueOn: '2027-12-05', amountMinor: 1 }, { number: 1, dueOn: '2028-12-05', amountMinor: 1 }] }), 422, 'ERR_BODY', 'instalments.1.number'],
  ['instalments that do not add up to the debt', AGREEMENTS, agreementBody('A-2', { debt: { principalMinor: 150_001 } }), 422, 'ERR_BODY', 'debt'],
  ['an unknown strategy', AGREEMENTS, agreementBody('A-2', { strategy: 'no-such' }), 422, 'ERR_STRATEGY', 'strategy'],
  ['an unknown creditor', AGREEMENTS, agreementBody('A-2', { creditorId: 'nobody' }), 422, 'ERR_BODY', 'creditorId'],
  ['the same external id with other instalments', AGREEMENTS, agreementBody('A-1', { instalments: [{ number: 1, dueOn: '2027-12-05', amountMinor: 7 }] }), 409, 'ERR_AGREEMENT_CONFLICT', null],
  ['a payment in another currency', PAYMENTS, payment({ externalId: 'PAY-2', currency: 'COP' }), 422, 'ERR_CURRENCY', 'currency'],
  ['a payment of a negative amount', PAYMENTS, payment({ externalId: 'PAY-2', amountMinor: -1 }), 422, 'ERR_BODY', 'amountMinor'],
  ['a payment without a time', PAYMENTS, payment({ externalId: 'PAY-2', paidAt: '2026-11-20' }), 422, 'ERR_BODY', 'paidAt'],
  ['a payment for an instalment that is not there', PAYMENTS, payment({ externalId: 'PAY-2', instalment: 9 }), 422, 'ERR_BODY', 'instalment'],
  ['a payment by an unknown method', PAYMENTS, payment({ externalId: 'PAY-2', method: 'barter' }), 422, 'ERR_BODY', 'method'],
  ['a known payment with another amount', PAYMENTS, payment({ amountMinor: 10_001 }), 409, 'ERR_PAYMENT_CONFLICT', null],
  ['a payment on an agreement that is not there', '/v1/agreements/acme%2FA-9/payments', payment(), 404, 'ERR_NOT_FOUND', null],
  ['a reversal of a payment that is not there', REVERSAL.replace('PAY-1', 'PAY-9'), { externalId: 'R-1' }, 404, 'ERR_NOT_FOUND', null],
  ['a reversal without an id', REVERSAL, {}, 422, 'ERR_BODY', 'externalId'],
  ['a promise without a date', '/v1/agreements/acme%2FA-1/promises', { amountMinor: 1_000, channel: 'call' }, 422, 'ERR_BODY', 'dueOn'],
  ['a hold in the past', '/v1/agreements/acme%2FA-1/hold', { until: '2020-01-01T00:00:00Z', reason: 'x' }, 422, 'ERR_BODY', 'until'],
  ['a callback without a stretch or a slot', '/v1/agreements/acme%2FA-1/callbacks', {}, 422, 'ERR_BODY', null],
  ['an opt-out of nothing', '/v1/persons/0190a000-0000-7000-8000-000000000000/opt-outs', {}, 422, 'ERR_BODY', 'channel'],
  ['an address that names nothing', '/v1/agreements/not-an-id/hold', { until: ahead(30), reason: 'x' }, 404, 'ERR_NOT_FOUND', null],
];

describe('a wrong request gets 4xx with code and path, and nothing is stored', () => {
  test.each(CASES)('%s', async (_name, url, body, status, code, path) => {
    const answer = await call(api, 'POST', url, { body });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    const problem = answer.json<{ type: string; title: string; status: number; code: string; detail: string; errors?: { path: string; message: string }[] }>();
    expect({ status: answer.statusCode, code: problem.code }).toEqual({ status, code });
    expect(problem.status).toBe(status);
    expect(problem.title.length * problem.detail.length * problem.type.length).toBeGreaterThan(0);
    if (path !== null) expect(problem.errors?.map((error) => error.path)).toContain(path);
    expect(await contentOf(api.db)).toEqual(before);
  });

  test('an Idempotency-Key that is empty or unprintable is refused before anything happens', async () => {
    const answer = await call(api, 'POST', '/v1/agreements/acme%2FA-1/release', { headers: { 'idempotency-key': '' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'ERR_BODY', errors: [{ path: 'Idempotency-Key' }] });
    expect(await contentOf(api.db)).toEqual(before);
  });

  test.each([
    ['limit', '/v1/agreements?limit=0'], ['limit', '/v1/agreements?limit=201'], ['limit', '/v1/agreements?limit=x'], ['cursor', '/v1/agreements?cursor=%3D%3D'],
    ['cursor', '/v1/agreements?cursor=bm8'], ['phase', '/v1/agreements?phase=late'], ['overdue', '/v1/agreements?overdue=1'], ['colour', '/v1/agreements?colour=red'],
    ['colour', '/v1/agreements/acme%2FA-1/explain?colour=red'],
  ])('a wrong query parameter is named: %s in %s', async (path, url) => {
    const answer = await call(api, 'GET', url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'ERR_QUERY', errors: [{ path }] });
  });

  test('a route that does not exist and a broken address are problems too', async () => {
    const missing = await call(api, 'GET', '/v1/nothing');
    expect(missing.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect({ status: missing.statusCode, code: missing.json<{ code: string }>().code }).toEqual({ status: 404, code: 'ERR_NOT_FOUND' });
    expect((await call(api, 'GET', '/v1/agreements/%E0%A4%A')).statusCode).toBe(400);
    expect((await call(api, 'POST', '/v1/agreements', { body: 'a=b', headers: { 'content-type': 'text/plain' } })).statusCode).toBe(415);
  });
});
