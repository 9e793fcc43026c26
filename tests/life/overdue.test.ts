/** Debtors who are late, side by side from the fourth of January to the middle of February: due on Friday, the fifteenth. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openOffice, stamp, type Debtor, type Office } from './office.ts';
import { stories, unexplained } from './story.ts';

const AMOUNT = 45_990;
let office: Office;
/** Never pays and hears everything. */
let silent: Debtor;
/** Is called and promises on the phone. */
let called: Debtor;
/** Is called, refuses, goes to the lawyers, pays. */
let refusing: Debtor;
/** Promises before the first notice and breaks it. */
let promising: Debtor;
/** Does not want SMS, then nothing at all. */
let optedOut: Debtor;
/** Has a phone that does not receive. */
let unreached: Debtor;
/** One person, two agreements. */
let both: readonly [Debtor, Debtor];

beforeAll(async () => {
  office = await openOffice('acme-overdue', { startAt: at('2027-01-04', '11:00') });
  const due = (amountMinor: number) => ({ instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor }] });
  silent = await office.debtor('SILENT', due(AMOUNT));
  called = await office.debtor('CALLED', due(AMOUNT));
  refusing = await office.debtor('REFUSING', due(AMOUNT));
  promising = await office.debtor('PROMISING', due(AMOUNT));
  optedOut = await office.debtor('OPTED-OUT', due(AMOUNT));
  unreached = await office.debtor('UNREACHED', due(AMOUNT));
  both = [await office.debtor('BOTH-1', { ...due(31_500), personId: 'P-BOTH' }), await office.debtor('BOTH-2', { ...due(62_750), personId: 'P-BOTH' })];
  // Who has talked to us on the phone is known to have it: only then an SMS says what it is about.
  expect((await office.post('/v1/calls', { agreementId: both[0].id, channel: 'call', at: '2027-01-04T14:00:00Z', outcome: 'talked' })).status).toBe(201);
  await office.pacto.advanceTo(at('2027-01-13', '20:00'));
});
afterAll(() => office?.pacto.stop());

async function channels(debtor: Debtor): Promise<string[]> {
  return (await office.messages(debtor)).map(({ at: when, channel }) => `${when} ${channel}`);
}

test('three days before the date everybody is reminded once, and one message speaks of both agreements of one person', async () => {
  for (const debtor of [silent, called, refusing, promising, optedOut, unreached]) expect(await channels(debtor)).toEqual(['2027-01-12 10:00 sms']);
  const [message, ...others] = await office.messages(both[0]);
  expect(others).toEqual([]);
  expect(message?.text).toContain('2 cuotas por $94.250');
  expect((await office.messages(silent))[0]?.text).not.toContain('45.990');
  const results = await Promise.all(both.map(async (one) => (await office.timeline(one)).flatMap(({ kind, outcome }) => (kind === 'stepResult' ? [outcome] : []))));
  expect(new Set(results.flat())).toEqual(new Set(['covered', 'sent']));
});

test('after the date: a notice; by e-mail to who does not want SMS, by e-mail too when the SMS did not arrive, and none to who promised', async () => {
  expect((await office.post(`/v1/persons/${optedOut.personId}/opt-outs`, { channel: 'sms' })).status).toBe(201);
  const promised = { agreementId: promising.id, channel: 'call', at: '2027-01-13T22:30:00Z', outcome: 'promise', promise: { amountMinor: AMOUNT, dueOn: '2027-01-22' } };
  expect((await office.post('/v1/calls', promised)).status).toBe(201);
  await office.fault({ channel: 'sms', kind: 'undelivered', next: 1, to: unreached.phone });
  await office.pacto.advanceTo(at('2027-01-20', '20:00'));
  expect((await channels(silent)).slice(1)).toEqual(['2027-01-18 10:00 sms']);
  expect((await channels(optedOut)).slice(1)).toEqual(['2027-01-18 10:00 email']);
  // Two clear days lie between written contacts: the fallback leaves on the third.
  expect((await channels(unreached)).slice(1)).toEqual(['2027-01-18 10:00 sms']);
  expect(await office.kinds(unreached)).toContain('deliveryFailed');
  expect((await channels(promising)).slice(1)).toEqual([]);
  expect((await office.agreement(promising)).flags.promise).toBe(true);
});

test('a promise is reminded of on its eve; broken, it is spoken of once its grace is over, together with what had waited', async () => {
  expect((await office.post(`/v1/persons/${optedOut.personId}/opt-outs`, { scope: 'creditor' })).status).toBe(201);
  await office.pacto.advanceTo(at('2027-01-26', '20:00'));
  const [, eve, broken, ...others] = await office.messages(promising);
  expect(others).toEqual([]);
  expect([eve?.at, broken?.at]).toEqual(['2027-01-21 11:00', '2027-01-25 10:00']);
  expect(eve?.text).toContain('su compromiso de pago');
  expect(broken?.text).toContain('No registramos el pago');
  expect((await channels(silent)).slice(2)).toEqual(['2027-01-23 11:00 email']);
  // The second notice had to wait for the fallback of the first, and for the Sunday.
  expect((await channels(unreached)).slice(2)).toEqual(['2027-01-21 10:00 email', '2027-01-25 11:00 email']);
});

test('twelve days after the date a call is booked in a free slot of the agent, and comes due when the slot begins', async () => {
  await office.pacto.advanceTo(at('2027-01-27', '09:01'));
  const booked = (await Promise.all([silent, called, refusing, unreached, promising].map((debtor) => office.callbacks(debtor)))).flat();
  expect(booked.map(({ state, agentId, outcome }) => ({ state, agentId, outcome }))).toEqual(booked.map(() => ({ state: 'booked', agentId: 'gestora', outcome: undefined })));
  expect(booked).toHaveLength(5);
  expect(new Set(booked.map(({ from }) => from)).size).toBe(5);
  for (const { from, until } of booked) expect([stamp(from) >= '2027-01-27 09:00', stamp(until) <= '2027-01-27 18:00']).toEqual([true, true]);
  // One call is about both of a person's agreements: the second waits for it instead of booking its own.
  expect((await Promise.all(both.map((one) => office.callbacks(one)))).flat().map(({ from }) => stamp(from).slice(0, 10))).toEqual(['2027-01-27']);
  expect(await office.callbacks(optedOut)).toEqual([]);
  await office.pacto.advanceTo(at('2027-01-27', '11:00'));
  expect((await office.callbacks(called)).map(({ state }) => state)).toEqual(['due']);
});

test('the agent logs what came of the call and the agreement knows; a call that nobody logs is missed and booked once more', async () => {
  const [calledFirst] = await office.callbacks(called);
  const [refused] = await office.callbacks(refusing);
  const agent = await office.key('agent');
  const told = await office.post(`/v1/callbacks/${calledFirst?.id}/outcome`, { outcome: 'promise', promise: { amountMinor: AMOUNT, dueOn: '2027-02-03' } }, agent);
  expect(told).toMatchObject({ status: 200, body: { state: 'done', outcome: 'promise' } });
  expect((await office.post(`/v1/callbacks/${refused?.id}/outcome`, { outcome: 'refuses' }, agent)).status).toBe(200);
  await office.pacto.advanceTo(at('2027-01-27', '20:00'));
  expect(await office.kinds(called)).toEqual(expect.arrayContaining(['callbackBooked', 'callOutcome', 'promiseMade']));
  expect((await office.agreement(called)).flags.promise).toBe(true);
  expect(await office.ended(`callback/${calledFirst?.id}`)).toEqual({ status: 'COMPLETED', result: { state: 'done' } });
  const missed = await office.callbacks(silent);
  expect(missed.map(({ state }) => state)).toEqual(['missed', 'missed']);
  expect(await office.ended(`callback/${missed[0]?.id}`)).toEqual({ status: 'COMPLETED', result: { state: 'missed' } });
  expect((await office.kinds(silent)).filter((kind) => kind === 'callbackBooked' || kind === 'callbackClosed')).toHaveLength(4);
});

test('a month after the date the one who refused goes to the lawyers: two different people approve, and a payment withdraws it at once', async () => {
  expect((await office.pay(called, AMOUNT)).status).toBe(201);
  await office.pacto.advanceTo(at('2027-02-16', '16:00'));
  const before = await channels(refusing);
  expect(before.at(-1)).toBe('2027-02-04 10:00 email');
  const [opened] = await office.cases(refusing);
  expect(opened).toMatchObject({ state: 'opened', overdueMinor: AMOUNT, number: 1, approvals: [] });
  expect((await office.agreement(refusing)).phase).toBe('preLegal');
  const described = await office.pacto.gateway.client.workflow.getHandle(refusing.workflowId).describe();
  expect(described.searchAttributes['AgreementPhase']).toEqual(['preLegal']);
  const [supervisor, lawyer] = [await office.key('supervisor'), await office.key('lawyer')];
  expect(await office.post(`/v1/pre-legal/${opened?.id}/approve`, {}, supervisor)).toMatchObject({ status: 200, body: { state: 'opened' } });
  expect(await office.post(`/v1/pre-legal/${opened?.id}/approve`, {}, supervisor)).toMatchObject({ status: 409, body: { code: 'ERR_APPROVAL' } });
  expect(await office.post(`/v1/pre-legal/${opened?.id}/approve`, {}, lawyer)).toMatchObject({ status: 200, body: { state: 'approved' } });
  expect((await office.pay(refusing, AMOUNT)).status).toBe(201);
  expect((await office.cases(refusing)).map(({ state }) => state)).toEqual(['withdrawn']);
  expect((await office.agreement(refusing)).phase).toBe('settled');
  await office.pacto.advanceDays(1);
  expect(await office.ended(`pre-legal/${office.creditorId}/REFUSING/1`)).toEqual({ status: 'COMPLETED', result: { state: 'withdrawn' } });
  expect((await channels(refusing)).slice(before.length)).toEqual(['2027-02-16 16:00 email']);
});

test('without a call that was made nobody goes to the lawyers, and who opted out of everything has heard nothing since', async () => {
  for (const debtor of [silent, unreached, optedOut, ...both]) expect(await office.cases(debtor)).toEqual([]);
  expect((await office.agreement(silent)).phase).toBe('active');
  expect((await channels(optedOut)).slice(2)).toEqual([]);
});

test('the audit of the whole office is clean, and every timer and activity of every history says what it is for', async () => {
  expect((await office.audit()).findings).toEqual([]);
  const all = await stories(office.pacto);
  expect(new Set(all.map(({ type }) => type))).toEqual(new Set(['agreement', 'callback', 'preLegal', 'survey']));
  expect(unexplained(all)).toEqual([]);
});
