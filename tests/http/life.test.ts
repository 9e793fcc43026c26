/** One agreement through every route of the API: what each answers, and that the next read shows it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { agreementBody, ahead, call, startApi, type TestApi } from './api.ts';

let api: TestApi;
let id: string;
let personId: string;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

interface Shown {
  id: string; personId: string; phase: string; balanceMinor: number; creditMinor: number; workflowId: string;
  flags: Record<string, boolean>; instalments: { number: number; paidMinor: number; version: number }[]; nextStep: { step: string; at: string } | null;
}

async function shown(): Promise<Shown> {
  return (await call(api, 'GET', `/v1/agreements/${id}`)).json();
}

async function act(path: string, body: unknown, key: 'agent' | 'supervisor' | 'system' = 'supervisor') {
  return call(api, 'POST', `/v1/agreements/${id}/${path}`, { body, key });
}

function inDays(days: number): string {
  return ahead(days).slice(0, 10);
}

test('logging answers 201 with the whole agreement, the same body 200 with the same id, and both addresses lead to it', async () => {
  const first = await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1'), key: 'system' });
  expect(first.statusCode).toBe(201);
  ({ id, personId } = first.json<Shown>());
  expect(first.json()).toMatchObject({
    creditorId: 'acme', externalId: 'A-1', phase: 'active', overdue: false, daysPastDue: 0, currency: 'CLP', balanceMinor: 150_000, creditMinor: 0,
    flags: { hold: false, dispute: false, promise: false, optedOut: false }, workflowId: 'agreement/acme/A-1', strategy: { id: 'standard' },
    instalments: [{ number: 1, dueOn: '2027-12-05', amountMinor: 100_000, paidMinor: 0, version: 1 }, { number: 2, dueOn: '2028-01-05', amountMinor: 50_000, paidMinor: 0, version: 1 }],
  });
  expect((await shown()).nextStep?.step).toBe('upcoming');
  const again = await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1') });
  expect({ status: again.statusCode, id: again.json<Shown>().id }).toEqual({ status: 200, id });
  expect((await call(api, 'GET', '/v1/agreements/acme%2FA-1')).json()).toEqual(await shown());
});

test('a payment lowers the balance, repeated it answers 200, and its reversal restores it', async () => {
  const payment = { externalId: 'PAY-1', amountMinor: 120_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00-03:00', method: 'transfer' };
  const booked = await act('payments', payment, 'system');
  expect(booked.statusCode).toBe(201);
  expect(booked.json()).toMatchObject({ externalId: 'PAY-1', amountMinor: 120_000, paidAt: '2026-11-20T18:00:00.000Z', collectedBy: 'agency', method: 'transfer' });
  expect((await act('payments', payment, 'system')).statusCode).toBe(200);
  expect(await shown()).toMatchObject({ balanceMinor: 30_000, instalments: [{ paidMinor: 100_000 }, { paidMinor: 20_000 }] });
  const reversal = () => act('payments/PAY-1/reversal', { externalId: 'REV-1', reason: 'cheque devuelto' });
  expect((await reversal()).statusCode).toBe(201);
  expect((await reversal()).statusCode).toBe(200);
  expect((await act('payments/PAY-1/reversal', { externalId: 'REV-2' })).json()).toMatchObject({ status: 409, code: 'ERR_REVERSAL_CONFLICT' });
  expect(await shown()).toMatchObject({ balanceMinor: 150_000 });
  expect((await call(api, 'GET', `/v1/agreements/${id}/payments`)).json<{ items: unknown[] }>().items).toHaveLength(1);
});

test('promise, hold, release, dispute, resolution and a new plan show in the flags and in the plan', async () => {
  expect((await act('promises', { amountMinor: 50_000, dueOn: inDays(5), channel: 'call' }, 'agent')).statusCode).toBe(201);
  expect((await shown()).flags).toMatchObject({ promise: true });
  expect((await act('hold', { until: ahead(30), reason: 'revisión' }, 'agent')).statusCode).toBeLessThan(300);
  expect((await shown()).flags).toMatchObject({ hold: true });
  expect((await act('release', undefined, 'agent')).statusCode).toBeLessThan(300);
  expect((await shown()).flags).toMatchObject({ hold: false });
  const dispute = await act('disputes', { reason: 'amount', text: 'no reconoce el monto' }, 'agent');
  expect(dispute.statusCode).toBe(201);
  expect((await shown()).flags).toMatchObject({ dispute: true });
  const { id: disputeId } = dispute.json<{ id: string }>();
  expect((await act(`disputes/${disputeId}/resolution`, { outcome: 'rejected', note: 'contrato revisado' })).statusCode).toBeLessThan(300);
  expect((await shown()).flags).toMatchObject({ dispute: false });
  const plan = [1, 2, 3].map((number) => ({ number, dueOn: `2028-0${number}-05`, amountMinor: 50_000 }));
  expect((await act('renegotiations', { instalments: plan, reason: 'pidió plazo' })).statusCode).toBe(201);
  expect((await shown()).instalments.map((instalment) => instalment.version)).toEqual([2, 2, 2]);
});

test('agents, shifts and slots; a callback is booked, called off, and booked again with its outcome', async () => {
  await call(api, 'POST', '/v1/agents', { body: { id: 'marta', name: 'Marta', zone: 'America/Santiago' }, key: 'supervisor' });
  for (const weekday of [1, 2, 3, 4, 5]) {
    expect((await call(api, 'POST', '/v1/shifts', { body: { agentId: 'marta', weekday, fromMinute: 600, untilMinute: 1_080, slotMinutes: 30 }, key: 'supervisor' })).statusCode).toBe(201);
  }
  expect((await call(api, 'GET', '/v1/agents')).json()).toMatchObject({ items: [{ id: 'marta' }], nextCursor: null });
  expect((await call(api, 'GET', '/v1/shifts?agentId=marta')).json<{ items: unknown[] }>().items).toHaveLength(5);
  const from = ahead(2);
  const until = ahead(10);
  const slots = (await call(api, 'GET', `/v1/slots?creditorId=acme&from=${from}&until=${until}`)).json<{ items: { slotId: string; from: string }[] }>().items;
  expect(slots.length).toBeGreaterThan(40);
  const booked = await act('callbacks', { slotId: slots[0]?.slotId }, 'agent');
  expect(booked.statusCode).toBe(201);
  expect(booked.json()).toMatchObject({ agreementId: id, agentId: 'marta', state: 'booked', from: slots[0]?.from });
  expect((await call(api, 'DELETE', `/v1/callbacks/${booked.json<{ id: string }>().id}`, { key: 'agent' })).json()).toMatchObject({ state: 'cancelled' });
  const second = (await act('callbacks', { slotId: slots[3]?.slotId }, 'agent')).json<{ id: string }>();
  const closed = await call(api, 'POST', `/v1/callbacks/${second.id}/outcome`, { body: { outcome: 'talked', note: 'pagará el lunes' }, key: 'agent' });
  expect(closed.json()).toMatchObject({ state: 'done', outcome: 'talked' });
  expect((await call(api, 'POST', `/v1/callbacks/${second.id}/outcome`, { body: { outcome: 'busy' }, key: 'agent' })).json()).toMatchObject({ status: 409, code: 'ERR_CALLBACK_STATE' });
  expect((await call(api, 'GET', '/v1/callbacks?state=done')).json<{ items: { id: string }[] }>().items.map((one) => one.id)).toEqual([second.id]);
});

test('a visit by a person is logged and its outcome corrected', async () => {
  const made = await call(api, 'POST', '/v1/calls', { body: { agreementId: 'acme/A-1', channel: 'visit', at: '2026-11-20T15:00:00Z', outcome: 'noAnswer' }, key: 'agent' });
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ agreementId: id, contact: 'noContact' });
  const corrected = await call(api, 'POST', `/v1/calls/${made.json<{ id: string }>().id}/outcome`, { body: { outcome: 'talked' }, key: 'agent' });
  expect(corrected.json()).toMatchObject({ outcome: 'talked', contact: 'rightParty' });
});

test('a person is found by name, opts out of SMS, and a stop closes what this creditor has', async () => {
  const { items } = (await call(api, 'GET', '/v1/persons?q=perez', { key: 'agent' })).json<{ items: { id: string; name: string }[] }>();
  expect(items).toMatchObject([{ id: personId, name: 'Ana Perez Prueba' }]);
  const out = await call(api, 'POST', `/v1/persons/${personId}/opt-outs`, { body: { channel: 'sms', scope: 'channel' }, key: 'agent' });
  expect(out.statusCode).toBe(201);
  expect(out.json()).toMatchObject({ personId, channels: ['sms'] });
  expect((await shown()).flags).toMatchObject({ optedOut: true });
  const stop = await call(api, 'POST', `/v1/persons/${personId}/stops`, { body: { on: 'insolvency', at: '2026-11-20T15:00:00Z', evidence: 'expediente 7' }, key: 'agent' });
  expect(stop.statusCode).toBe(201);
  expect(stop.json()).toMatchObject({ on: 'insolvency', agreements: [id] });
});

test('the timeline is a chain that anybody can check, and names no person', async () => {
  const entries: { hash: string; prevHash: string; kind: string; text: { es: string; en: string } }[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: typeof entries; nextCursor: string | null } = (await call(api, 'GET', `/v1/agreements/${id}/timeline?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`)).json();
    entries.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  let last = '0'.repeat(64);
  for (const { hash, prevHash, ...entry } of entries) {
    expect(prevHash).toBe(last);
    expect(createHash('sha256').update(prevHash + canonicalize(entry)).digest('hex')).toBe(hash);
    last = hash;
  }
  expect(entries.map((entry) => entry.kind)).toEqual(expect.arrayContaining(['agreementLogged', 'paymentBooked', 'paymentReversed', 'promiseMade', 'held', 'disputed', 'renegotiated', 'callbackBooked', 'callOutcome', 'optedOut', 'stopRegistered']));
  expect(JSON.stringify(entries)).not.toMatch(/Perez|56961234567|ana\.prueba|pagará el lunes/);
});

test('explain says in two languages what comes next and why', async () => {
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-2') });
  const explained = (await call(api, 'GET', '/v1/agreements/acme%2FA-2/explain')).json<{ phase: string; next: { step: string; at: string; rules: string[] }; text: { es: string; en: string } }>();
  expect(explained).toMatchObject({ phase: 'active', next: { step: 'upcoming' } });
  expect(explained.text.es.length * explained.text.en.length).toBeGreaterThan(0);
});

test('cancelling closes the agreement, and what an agent may do to it ends', async () => {
  const cancelled = await call(api, 'POST', '/v1/agreements/acme%2FA-2/cancel', { body: { reason: 'recalled' }, key: 'supervisor' });
  expect(cancelled.statusCode).toBeLessThan(300);
  expect((await call(api, 'GET', '/v1/agreements?phase=closed')).json<{ items: { externalId: string }[] }>().items.map((item) => item.externalId)).toContain('A-2');
  const late = await call(api, 'POST', '/v1/agreements/acme%2FA-2/promises', { body: { amountMinor: 1_000, dueOn: inDays(3), channel: 'call' } });
  expect({ status: late.statusCode, code: late.json<{ code: string }>().code }).toEqual({ status: 409, code: 'ERR_STATE' });
});

test('a creditor is made once, changed, and listed', async () => {
  const body = { id: 'andes', name: 'Andes', type: 'firstParty', country: 'PE', currency: 'PEN' };
  expect((await call(api, 'POST', '/v1/creditors', { body })).statusCode).toBe(201);
  expect((await call(api, 'POST', '/v1/creditors', { body })).statusCode).toBe(200);
  expect((await call(api, 'POST', '/v1/creditors', { body: { ...body, currency: 'USD' } })).json()).toMatchObject({ status: 409, code: 'ERR_CREDITOR_CONFLICT' });
  expect((await call(api, 'PATCH', '/v1/creditors/andes', { body: { name: 'Andes Norte' } })).json()).toMatchObject({ id: 'andes', name: 'Andes Norte', currency: 'PEN' });
  expect((await call(api, 'PATCH', '/v1/creditors/nobody', { body: { name: 'x' } })).statusCode).toBe(404);
  expect((await call(api, 'GET', '/v1/creditors?limit=2')).json<{ items: { id: string }[] }>().items.map((item) => item.id)).toEqual(['acme', 'andes']);
});

test('a strategy becomes the next version, the same again changes nothing, and a wrong one names its fields', async () => {
  const steps = [{ key: 'missed', when: { anchor: 'due', days: 3, at: '10:00' }, if: 'unpaid', do: 'contact', channels: ['sms'], template: 'missed', expiresDays: 3 }];
  const publish = (change: Record<string, unknown> = {}) => call(api, 'POST', '/v1/strategies', { body: { id: 'short', country: ['CL'], steps, ...change } });
  expect((await publish()).json()).toMatchObject({ id: 'short', version: 1, definition: { graceDays: 2 } });
  expect((await publish()).statusCode).toBe(200);
  expect((await publish({ graceDays: 5 })).json()).toMatchObject({ version: 2, definition: { graceDays: 5 } });
  const both = await Promise.all([publish({ graceDays: 6 }), publish({ graceDays: 7 })]);
  expect(both.map((answer) => answer.json<{ version: number }>().version).toSorted((a, b) => a - b)).toEqual([3, 4]);
  expect((await publish({ steps: [{ ...steps[0], do: 'shout' }] })).json()).toMatchObject({ status: 422, code: 'ERR_STRATEGY', errors: [{ path: 'steps.0.do' }] });
});

test('the shipped strategies are listed with their versions, and surveys and cases by page', async () => {
  const { items } = (await call(api, 'GET', '/v1/strategies')).json<{ items: { id: string; version: number }[] }>();
  expect(items.map((item) => item.id)).toContain('standard');
  for (const url of ['/v1/surveys', '/v1/pre-legal']) expect((await call(api, 'GET', url)).json()).toEqual({ items: [], nextCursor: null });
});
