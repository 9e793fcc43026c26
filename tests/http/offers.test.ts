/** Offers and limits over HTTP: settings that make sense, answers as promised, keys that may. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreementBody, ahead, call, contentOf, startApi, type TestApi } from './api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Offered {
  readonly offers: readonly { readonly id: string; readonly kind: string; readonly instalments: readonly { readonly amountMinor: number }[] }[];
  readonly limits: Record<string, unknown>;
  readonly nextAllowedAt?: string;
}

let count = 0;
async function logged(): Promise<string> {
  count += 1;
  return (await call(api, 'POST', '/v1/agreements', { body: agreementBody(`N-${count}`, { instalments: [{ number: 1, dueOn: ahead(-60).slice(0, 10), amountMinor: 150_001 }] }) })).json<{ id: string }>().id;
}
const offersOf = async (id: string, key: keyof TestApi['keys'] = 'agent'): Promise<Offered> => (await call(api, 'GET', `/v1/agreements/${id}/offers`, { key })).json<Offered>();
const PHONE = { channel: 'phone', textShown: 'Tres cuotas. ¿Está de acuerdo?' };

test('an agent sees what may be offered, accepts one for the debtor, and the same again answers the same', async () => {
  const id = await logged();
  const { offers, limits, nextAllowedAt } = await offersOf(id);
  const three = offers.find(({ instalments }) => instalments.length === 3);
  expect(three).toMatchObject({ kind: 'newPlan', discountMinor: 0, currency: 'CLP' });
  expect(three?.instalments.map(({ amountMinor }) => amountMinor)).toEqual([50_001, 50_000, 50_000]);
  expect(limits).toMatchObject({ maxDiscountMinor: 0, maxInstalments: 3, minInstalmentMinor: 10_000, promise: { maxDaysAhead: 31 } });
  expect(nextAllowedAt).toBeUndefined();
  const url = `/v1/agreements/${id}/offers/${three?.id ?? ''}/accept`;
  for (const headers of [{ 'idempotency-key': 'first' }, { 'idempotency-key': 'first' }, { 'idempotency-key': 'second' }]) {
    const answer = await call(api, 'POST', url, { key: 'agent', body: PHONE, headers });
    expect({ status: answer.statusCode, body: answer.json<unknown>() }).toEqual({ status: 201, body: { agreementId: id, version: 2 } });
  }
  expect(await offersOf(id)).toMatchObject({ offers: [], nextAllowedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000Z$/) });
  expect((await call(api, 'GET', `/v1/agreements/${id}`)).json()).toMatchObject({ balanceMinor: 150_001, instalments: [{ version: 2, amountMinor: 50_001 }, { version: 2 }, { version: 2 }] });
});

test('an offer that does not stand, is none, or is another creditor’s is refused and nothing is stored', async () => {
  const id = await logged();
  const [offer] = (await offersOf(id)).offers;
  const before = await contentOf(api.db);
  const tried = async (offerId: string, key: keyof TestApi['keys'], body: unknown = PHONE): Promise<[number, string]> => {
    const answer = await call(api, 'POST', `/v1/agreements/${id}/offers/${offerId}/accept`, { key, body });
    return [answer.statusCode, answer.json<{ code: string }>().code];
  };
  expect(await tried('0'.repeat(32), 'agent')).toEqual([409, 'ERR_OFFER']);
  expect(await tried(offer?.id ?? '', 'bravo')).toEqual([404, 'ERR_NOT_FOUND']);
  expect(await tried(offer?.id ?? '', 'lawyer')).toEqual([403, 'ERR_ROLE']);
  expect(await tried(offer?.id ?? '', 'agent', { channel: 'phone' })).toEqual([422, 'ERR_BODY']);
  expect(await tried(offer?.id ?? '', 'agent', { ...PHONE, instalments: [] })).toEqual([422, 'ERR_BODY']);
  expect(await tried(offer?.id ?? '', 'agent', { ...PHONE, channel: 'page' })).toEqual([422, 'ERR_BODY']);
  expect((await call(api, 'GET', `/v1/agreements/${id}/offers`, { key: 'bravo' })).statusCode).toBe(404);
  expect(await contentOf(api.db)).toEqual(before);
});

test('a policy is checked field by field before it is kept, and binds plain renegotiations from then on', async () => {
  const patch = (negotiation: unknown) => call(api, 'PATCH', '/v1/creditors/acme', { body: { settings: { negotiation } } });
  for (const [wrong, path] of [
    [{ maxDiscountPercent: [{ fromDays: 0, percent: 101 }] }, 'settings.negotiation.maxDiscountPercent.0.percent'],
    [{ maxDiscountPercent: [{ fromDays: 5, percent: 1 }, { fromDays: 5, percent: 2 }] }, 'settings.negotiation.maxDiscountPercent'],
    [{ maxInstalments: 0 }, 'settings.negotiation.maxInstalments'], [{ coolDownDays: -1 }, 'settings.negotiation.coolDownDays'], [{ maxExtensionDays: 1.5 }, 'settings.negotiation.maxExtensionDays'],
    [{ minInstalmentMinor: { CLP: 0 } }, 'settings.negotiation.minInstalmentMinor.CLP'], [{ promiseDays: 3 }, 'settings.negotiation.promiseDays'],
  ] as const) {
    expect((await patch(wrong)).json(), JSON.stringify(wrong)).toMatchObject({ code: 'ERR_BODY', errors: [expect.objectContaining({ path })] });
  }
  const id = await logged();
  const plan = { instalments: [1, 2, 3, 4].map((number) => ({ number, dueOn: ahead(400 + number).slice(0, 10), amountMinor: number === 1 ? 37_501 : 37_500 })), reason: 'pidió plazo' };
  const negotiation = { maxInstalments: 3, maxDiscountPercent: [{ fromDays: 30, percent: 15 }], minInstalmentMinor: { CLP: 20_000 } };
  expect((await patch(negotiation)).json()).toMatchObject({ settings: { negotiation } });
  const refused = await call(api, 'POST', `/v1/agreements/${id}/renegotiations`, { key: 'agent', body: plan });
  expect({ status: refused.statusCode, body: refused.json<unknown>() }).toMatchObject({ status: 409, body: { code: 'ERR_PLAN_LIMIT', errors: [
    { path: 'instalments', message: 'maxInstalments: are 4, 1 to 3 are allowed. Ask for at most 3.' }, { path: 'instalments.0.dueOn', message: expect.stringContaining('firstDueWithinDays') },
  ] } });
  expect((await call(api, 'POST', `/v1/agreements/${id}/renegotiations`, { key: 'agent', body: { ...plan, override: true } })).statusCode).toBe(403);
  expect((await call(api, 'POST', `/v1/agreements/${id}/renegotiations`, { key: 'supervisor', body: { ...plan, override: true } })).statusCode).toBe(201);
  expect((await offersOf(await logged(), 'creditor')).offers.find(({ kind }) => kind === 'payNow')).toMatchObject({ discountMinor: 22_500, instalments: [{ amountMinor: 127_501 }] });
});
