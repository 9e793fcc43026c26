import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../src/domain/zone.ts';
import { explain, getAgreement, listAgreements, paymentsPage, timelinePage } from '../../src/register/agreement-reads.ts';
import { callBody, logCall } from '../../src/register/call.ts';
import { cancelAgreement } from '../../src/register/cancellation.ts';
import { createCreditor, listCreditors, patchCreditor } from '../../src/register/creditor.ts';
import { disputeBody, openDispute, resolveDispute } from '../../src/register/dispute.ts';
import { hold, release } from '../../src/register/hold.ts';
import { bookPayment } from '../../src/register/payment.ts';
import { makePromise } from '../../src/register/promise.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { renegotiate } from '../../src/register/renegotiation.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { ACME, ADMIN, BRAVO, logged, openTestRegister, paymentOf, rowCounts, unique, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';
import { fact, PRE_LEGAL_STEP } from './seed.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

const eventsOf = async (id: string) => (await loadState(register.db, id)).state.events;
const late = [{ number: 1, dueOn: '2026-10-01', amountMinor: 10_000 }];

test('a promise within the limits is kept in view and told; beyond them it is refused and leaves nothing', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const promise = await makePromise(ctx, ACME, id, { amountMinor: 10_000, dueOn: '2026-11-30', channel: 'call' });
  expect(promise).toMatchObject({ agreementId: id, amountMinor: 10_000, dueOn: '2026-11-30' });
  expect((await getAgreement(ctx, ACME, id)).flags.promise).toBe(true);
  const before = await rowCounts(db);
  for (const [amountMinor, dueOn] of [[10_000, '2027-03-01'], [30_001, '2026-12-01'], [1, '2026-11-19']] as const) {
    expect(await refusalOf(makePromise(ctx, ACME, id, { amountMinor, dueOn, channel: 'call' }))).toMatchObject({ code: 'ERR_PROMISE_LIMIT' });
  }
  expect(await rowCounts(db)).toEqual(before);
});

test("a creditor's own limits on promises count instead of the house's", async () => {
  const { ctx } = register;
  await createCreditor(ctx, ADMIN, { id: 'strict', name: 'Strict', type: 'firstParty', country: 'CL', currency: 'CLP', settings: { promiseLimits: { maxDaysAhead: 3 } } });
  const id = await logged(ctx, { creditorId: 'strict' });
  expect(await refusalOf(makePromise(ctx, ADMIN, id, { amountMinor: 1_000, dueOn: '2026-11-24', channel: 'call' }))).toMatchObject({ code: 'ERR_PROMISE_LIMIT' });
  await makePromise(ctx, ADMIN, id, { amountMinor: 1_000, dueOn: '2026-11-23', channel: 'call' });
});

test('a hold has an end ahead and can be released once; what a person wrote stays in PostgreSQL', async () => {
  const { ctx, db, clock } = register;
  const id = await logged(ctx);
  const now = await clock.now();
  expect(await refusalOf(hold(ctx, ACME, id, { until: now - 1, reason: 'x' }))).toEqual({ code: 'ERR_BODY', path: 'until' });
  expect(await hold(ctx, ACME, id, { until: now + DAY, reason: 'Ana Soto está de viaje' })).toEqual({ agreementId: id, until: new Date(now + DAY).toISOString() });
  expect((await getAgreement(ctx, ACME, id)).flags.hold).toBe(true);
  const { workflow_id: workflowId } = (await loadState(db, id)).row;
  const told = await db.selectFrom('outbox').select('payload').where('workflow_id', '=', workflowId).where('action', '=', 'signal').execute();
  expect(told).toMatchObject([{ payload: { kind: 'held', reason: 'other' } }]);
  expect(JSON.stringify([told, await readTimeline(db, id)])).not.toContain('Ana');
  expect(await db.selectFrom('fact_note').select('note').where('agreement_id', '=', id).execute()).toEqual([{ note: 'Ana Soto está de viaje' }]);
  expect(await release(ctx, ACME, id)).toEqual({ agreementId: id, until: null });
  expect(await refusalOf(release(ctx, ACME, id))).toMatchObject({ code: 'ERR_STATE' });
});

test('a dispute ends once: the same outcome again is the same, the other one is refused', async () => {
  const { ctx } = register;
  const id = await logged(ctx);
  const dispute = await openDispute(ctx, ACME, id, disputeBody.parse({ reason: 'amount', text: 'dice que pagó' }));
  expect((await getAgreement(ctx, ACME, id)).flags.dispute).toBe(true);
  const resolved = await resolveDispute(ctx, ACME, id, dispute.id, { outcome: 'rejected', note: 'revisado' });
  expect(resolved).toMatchObject({ outcome: 'rejected', note: 'revisado' });
  expect(await resolveDispute(ctx, ACME, id, dispute.id, { outcome: 'rejected', note: 'otra vez' })).toEqual(resolved);
  expect(await refusalOf(resolveDispute(ctx, ACME, id, dispute.id, { outcome: 'upheld', note: 'no' }))).toMatchObject({ code: 'ERR_STATE' });
  expect(await refusalOf(resolveDispute(ctx, ACME, await logged(ctx), dispute.id, { outcome: 'upheld', note: 'no' }))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect((await eventsOf(id)).map((event) => event.kind)).toEqual(['disputed', 'resolved']);
});

test('a new plan must ask for what is owed or call the rest a discount; what was paid stays', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  await bookPayment(ctx, ACME, id, paymentOf({ amountMinor: 12_000 }));
  const plan = (amountMinor: number, discountMinor = 0) => ({ instalments: [{ number: 2, dueOn: '2027-02-01', amountMinor: amountMinor - 8_000 }, { number: 1, dueOn: '2027-01-01', amountMinor: 8_000 }], discountMinor, reason: 'askedFor' });
  expect(await refusalOf(renegotiate(ctx, ACME, id, plan(17_999)))).toEqual({ code: 'ERR_BODY', path: 'instalments' });
  expect(await renegotiate(ctx, ACME, id, plan(17_000, 1_000))).toEqual({ agreementId: id, version: 2 });
  expect(await getAgreement(ctx, ACME, id)).toMatchObject({ balanceMinor: 17_000, instalments: [{ number: 1, version: 2 }, { number: 2, version: 2 }] });
  const rows = await db.selectFrom('instalment').select(['version', 'number']).where('agreement_id', '=', id).orderBy('version').orderBy('number').execute();
  expect(rows).toEqual([1, 2, 3].map((number) => ({ version: 1, number })).concat([1, 2].map((number) => ({ version: 2, number }))));
});

test('a cancelled agreement is closed for good: every command is refused, nothing is stored', async () => {
  const { ctx, db, clock } = register;
  const id = await logged(ctx);
  expect(await cancelAgreement(ctx, ACME, id, { reason: 'mistake' })).toEqual({ agreementId: id, phase: 'closed' });
  const before = await rowCounts(db);
  const until = (await clock.now()) + DAY;
  const refused = [
    cancelAgreement(ctx, ACME, id, { reason: 'mistake' }), hold(ctx, ACME, id, { until, reason: 'x' }), makePromise(ctx, ACME, id, { amountMinor: 1, dueOn: '2026-11-30', channel: 'call' }),
    renegotiate(ctx, ACME, id, { instalments: late, discountMinor: 0, reason: 'x' }), openDispute(ctx, ACME, id, disputeBody.parse({ reason: 'amount' })),
  ];
  expect((await Promise.all(refused.map(refusalOf))).map((refusal) => refusal.code)).toEqual(refused.map(() => 'ERR_STATE'));
  expect(await rowCounts(db)).toEqual(before);
});

test('another creditor sees and moves nothing: every read and command says not found', async () => {
  const { ctx, clock } = register;
  const id = await logged(ctx);
  const page = { limit: 10 };
  const tried = [
    getAgreement(ctx, BRAVO, id), timelinePage(ctx, BRAVO, id, page), paymentsPage(ctx, BRAVO, id, page), explain(ctx, BRAVO, id),
    hold(ctx, BRAVO, id, { until: (await clock.now()) + DAY, reason: 'x' }), release(ctx, BRAVO, id), cancelAgreement(ctx, BRAVO, id, { reason: 'x' }),
    makePromise(ctx, BRAVO, id, { amountMinor: 1, dueOn: '2026-11-30', channel: 'call' }), renegotiate(ctx, BRAVO, id, { instalments: late, discountMinor: 0, reason: 'x' }),
    openDispute(ctx, BRAVO, id, disputeBody.parse({ reason: 'amount' })), listAgreements(ctx, BRAVO, { ...page, creditorId: 'acme' }), patchCreditor(ctx, BRAVO, 'acme', { name: 'x' }),
  ];
  expect((await Promise.all(tried.map(refusalOf))).map((refusal) => refusal.code)).toEqual(tried.map(() => 'ERR_NOT_FOUND'));
  expect((await eventsOf(id))).toEqual([]);
});

test('lists page through everything once, in the order of logging, and filter', async () => {
  const { ctx, clock } = register;
  const batch = unique('lote');
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1) {
    clock.set((await clock.now()) + 1);
    ids.push(await logged(ctx, { batch, externalId: `${batch}.${index}`, ...(index % 2 === 0 ? { instalments: late } : {}) }));
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAgreements(ctx, ACME, { limit: 2, cursor, batch });
    seen.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual(ids);
  const of = async (query: object) => (await listAgreements(ctx, ACME, { limit: 50, batch, ...query })).items.map((item) => ids.indexOf(item.id));
  expect(await of({ overdue: true })).toEqual([0, 2, 4]);
  expect(await of({ overdue: false })).toEqual([1, 3]);
  expect(await of({ q: `${batch}.3` })).toEqual([3]);
  expect(await of({ phase: 'settled' })).toEqual([]);
  await bookPayment(ctx, ACME, ids[0] ?? '', paymentOf());
  expect(await of({ phase: 'settled' })).toEqual([0]);
  expect(await of({ overdue: true })).toEqual([2, 4]);
  expect(await refusalOf(listAgreements(ctx, ACME, { limit: 2, cursor: 'nonsense' }))).toEqual({ code: 'ERR_QUERY', path: 'cursor' });
});

test('an agreement is found by creditor and external id as by its id; its timeline and payments come in pages', async () => {
  const { ctx } = register;
  const externalId = unique('A');
  const id = await logged(ctx, { externalId });
  for (let count = 0; count < 3; count += 1) await bookPayment(ctx, ACME, `acme/${externalId}`, paymentOf({ amountMinor: 100 }));
  const first = await timelinePage(ctx, ACME, id, { limit: 3 });
  const second = await timelinePage(ctx, ACME, `acme/${externalId}`, { limit: 3, cursor: first.nextCursor ?? '' });
  expect(second.nextCursor).toBeNull();
  expect(verifyChain([...first.items, ...second.items])).toEqual([]);
  expect([...first.items, ...second.items].map((entry) => entry.seq)).toEqual([1, 2, 3, 4]);
  expect((await paymentsPage(ctx, ACME, id, { limit: 2 })).items).toHaveLength(2);
  expect(await refusalOf(getAgreement(ctx, ACME, randomUUID()))).toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test('the explanation says what comes next, when the law allows it and which rule keeps it back', async () => {
  const { ctx } = register;
  const id = await logged(ctx);
  const told = await explain(ctx, ACME, id);
  // 28 November 2026 is a Saturday: three days before the first due date, at ten in Santiago.
  expect(told).toMatchObject({ phase: 'active', next: { step: 'upcoming', at: '2026-11-28T13:00:00.000Z', earliestLawfulAt: '2026-11-28T13:00:00.000Z', rules: [] } });
  expect(told.text.es).toContain('CLP 30.000');
  // Ten in Santiago is eight on Easter Island: lawful wherever in Chile the person may be.
  const somewhere = await explain(ctx, ACME, await logged(ctx, { person: { address: { country: 'CL' } } }));
  expect(somewhere.next).toMatchObject({ earliestLawfulAt: '2026-11-28T13:00:00.000Z', rules: [] });
  const sunday = await explain(ctx, ACME, await logged(ctx, { instalments: [{ number: 1, dueOn: '2026-12-02', amountMinor: 1 }] }));
  expect(sunday.next).toMatchObject({ at: '2026-11-29T13:00:00.000Z', earliestLawfulAt: '2026-11-30T11:00:00.000Z', rules: ['CL-hours-write'] });
});

test('the explanation judges a step of the future as it will be then', async () => {
  const { ctx, clock } = register;
  // Called and written to today: the day's quota is used, and that of the step's day is not.
  const contacted = await logged(ctx);
  const today = await clock.now();
  await logCall(ctx, ACME, callBody.parse({ agreementId: contacted, channel: 'call', at: new Date(today).toISOString(), outcome: 'talked' }));
  expect((await explain(ctx, ACME, contacted)).next).toMatchObject({ step: 'upcoming', earliestLawfulAt: '2026-11-28T13:00:00.000Z', rules: [] });
  // Nothing is overdue today; a month after the dates all of it is.
  const sued = await logged(ctx);
  await fact(ctx, sued, 'plan', { kind: 'strategyChanged', strategy: { id: 'lawyers', version: 1, country: ['CL'], graceDays: 2, smallBalance: {}, steps: [PRE_LEGAL_STEP] } });
  // The law's own notices would come before it.
  await fact(ctx, sued, 'noted', { kind: 'stepResult', occurrences: [1, 2, 3].map((number) => `CL-util/i${number}v1`), result: 'skipped' });
  expect((await explain(ctx, ACME, sued)).next).toMatchObject({ step: 'pre-legal', rules: [] });
});

test('a creditor is added once; a change keeps what it does not name', async () => {
  const { ctx } = register;
  const body = { id: unique('cred'), name: 'Banco', type: 'firstParty', country: 'CO', currency: 'COP', settings: { firm: 'Banco' } } as const;
  expect((await createCreditor(ctx, ADMIN, body)).created).toBe(true);
  expect((await createCreditor(ctx, ADMIN, body)).created).toBe(false);
  expect(await refusalOf(createCreditor(ctx, ADMIN, { ...body, name: 'Otro' }))).toMatchObject({ code: 'ERR_CREDITOR_CONFLICT' });
  expect(await refusalOf(createCreditor(ctx, BRAVO, { ...body, id: unique('cred') }))).toMatchObject({ code: 'ERR_ROLE' });
  expect(await patchCreditor(ctx, ADMIN, body.id, { settings: { senders: { smsFrom: 'BANCO' } } })).toMatchObject({ name: 'Banco', settings: { firm: 'Banco', senders: { smsFrom: 'BANCO' } } });
  expect((await listCreditors(ctx, BRAVO, { limit: 10 })).items.map((creditor) => creditor.id)).toEqual(['bravo']);
});
