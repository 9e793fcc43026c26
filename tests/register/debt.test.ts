import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { wallNow } from '../../src/clock.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { agreementsToSegment } from '../../src/db/segments.ts';
import { decide, dueContacts, nextStep } from '../../src/domain/decide.ts';
import { occurrencesOf } from '../../src/domain/occurrence.ts';
import { viewOf } from '../../src/domain/view.ts';
import { DAY } from '../../src/domain/zone.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { getAgreement, listAgreements, resolveAgreement } from '../../src/register/agreement-reads.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { bookCallback } from '../../src/register/callback.ts';
import { debtBody, type DebtBody } from '../../src/register/debt-body.ts';
import { logDebt } from '../../src/register/debt-log.ts';
import { getDebt, listDebts, withdrawDebt } from '../../src/register/debt.ts';
import { openDispute } from '../../src/register/dispute.ts';
import { hold, holdBody } from '../../src/register/hold.ts';
import { bookPayment, reversePayment } from '../../src/register/payment.ts';
import { openPreLegal } from '../../src/register/pre-legal.ts';
import { makePromise } from '../../src/register/promise.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { renegotiate, renegotiationBody } from '../../src/register/renegotiation.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import type { SendingDeps } from '../../src/register/sending/deps.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { channelsOf, ended, type Desk } from '../sending/desk.ts';
import { ACME, ADMIN, bodyOf, BRAVO, logged, openTestRegister, paymentOf, rowCounts, unique, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';
import { at, fact, outboxOf, seedAgent } from './seed.ts';

type Given = Readonly<Record<string, unknown>> & { readonly person?: Readonly<Record<string, unknown>>; readonly debt?: Readonly<Record<string, unknown>> };

/** A number and a mail of its own for each person: people who share them and a name are asked about as perhaps one person. */
let people = 0;
function reachedBy(): { kind: string; value: string; consent: string }[] {
  people += 1;
  return [{ kind: 'phone', value: `+5696125${String(people).padStart(4, '0')}`, consent: 'granted' }, { kind: 'email', value: `ana.${people}@example.org`, consent: 'granted' }];
}

/** Assigned on Friday 20 November 2026: the first contact is due on Saturday 21 at 10:00, and on the Sunday nobody may be written to. */
function debtOf({ person, debt, ...rest }: Given = {}): unknown {
  return {
    creditorId: 'acme', externalId: unique('D'), currency: 'CLP', assignedOn: '2026-11-20',
    person: {
      externalId: unique('PD'), name: 'Ana Soto', address: { country: 'CL', region: 'CL-RM' },
      contactPoints: reachedBy(), ...person,
    },
    debt: { contractRef: unique('C'), defaultedOn: '2026-05-10', principalMinor: 250_000, interestMinor: 20_000, feesMinor: 5_940, ...debt },
    ...rest,
  };
}

const bodyFor = (given?: Given): DebtBody => debtBody.parse(debtOf(given));
const MONDAY = at('2026-11-23', 10);
const START = at('2026-11-20', 12);

let register: TestRegister;
const desk: Pick<Desk, 'journal' | 'answers' | 'during' | 'lookup'> = { journal: [], answers: { sms: [], email: [] }, during: () => Promise.resolve(), lookup: () => ({ kind: 'notFound' }) };
let deps: SendingDeps;

beforeAll(async () => {
  register = await openTestRegister();
  deps = {
    ctx: register.ctx, channels: channelsOf(desk), config: { send: 'on', sendAllowlist: [], publicBaseUrl: 'https://pacto.example.org' }, policies: shippedPolicies('2026c'),
  };
  await seedAgent(register.db, 'gestora');
});
afterAll(() => register.close());
beforeEach(() => {
  register.clock.set(START);
  desk.journal.length = 0;
});

const assigned = async (given?: Given): Promise<string> => (await logDebt(register.ctx, ADMIN, bodyFor(given))).agreementId;
const rowOf = (id: string) => register.db.selectFrom('agreement').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const stateOf = async (id: string) => (await loadState(register.db, id)).state;

/** What the core would hand over now, delivered. */
async function deliver(id: string, change: Partial<SendingDeps> = {}) {
  const now = await register.clock.now();
  return ended(await deliverContact({ ...deps, ...change }, { agreementId: id, occurrences: dueContacts(await stateOf(id), now, now) }));
}

describe('a debt is logged', () => {
  test('as one amount that is due since it was not paid, and its workflow is started', async () => {
    const body = bodyFor();
    const { agreementId, created } = await logDebt(register.ctx, ACME, body);
    expect(created).toBe(true);
    expect(await getDebt(register.ctx, ACME, agreementId)).toMatchObject({
      externalId: body.externalId, state: 'assigned', agreementId: null, contractRef: body.debt.contractRef, assignedOn: '2026-11-20', amountMinor: 275_940, balanceMinor: 275_940,
      strategy: { id: 'assigned', version: 2 }, workflowId: `debt/acme/${body.externalId}`, nextStep: { step: 'first' }, daysPastDue: 194,
    });
    const row = await register.db.selectFrom('outbox').selectAll().where('workflow_id', '=', `debt/acme/${body.externalId}`).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ workflow_type: 'debt', action: 'start' });
    const entries = await readTimeline(register.db, agreementId);
    expect(entries.map(({ kind }) => kind)).toEqual(['debtAssigned']);
    expect(verifyChain(entries)).toEqual([]);
  });

  test('once: the same body again is the same debt, another body is refused', async () => {
    const body = bodyFor();
    const first = await logDebt(register.ctx, ACME, body);
    const changed = { ...body, person: { ...body.person, name: 'Ana María Soto' } };
    expect(await logDebt(register.ctx, ACME, changed)).toEqual({ agreementId: first.agreementId, created: false, booked: 0 });
    expect(await refusalOf(logDebt(register.ctx, ACME, { ...body, debt: { ...body.debt, feesMinor: 1 } }))).toMatchObject({ code: 'ERR_DEBT_CONFLICT' });
    expect(await outboxOf(register.db, `debt/acme/${body.externalId}`)).toEqual(['start']);
  });

  test('beside an agreement of the same external id, in lists of its own', async () => {
    const externalId = unique('SAME');
    const [debt, agreement] = [await assigned({ externalId }), await logged(register.ctx, { externalId })];
    const everything = { limit: 200, creditorId: 'acme' };
    expect((await listAgreements(register.ctx, ACME, everything)).items.map(({ id }) => id)).toContain(agreement);
    expect((await listAgreements(register.ctx, ACME, everything)).items.map(({ id }) => id)).not.toContain(debt);
    expect((await listDebts(register.ctx, ACME, everything)).items.map(({ id }) => id)).toContain(debt);
    expect((await listDebts(register.ctx, ACME, everything)).items.map(({ id }) => id)).not.toContain(agreement);
    expect((await getDebt(register.ctx, ACME, `acme/${externalId}`)).id).toBe(debt);
    expect((await getAgreement(register.ctx, ACME, `acme/${externalId}`)).id).toBe(agreement);
    expect((await resolveAgreement(register.ctx, ACME, `debt/acme/${externalId}`)).id).toBe(debt);
    for (const wrong of [() => getAgreement(register.ctx, ACME, debt), () => getDebt(register.ctx, ACME, agreement), () => getDebt(register.ctx, BRAVO, debt)]) expect(await refusalOf(wrong())).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await agreementsToSegment(register.db, null, 1_000)).not.toContain(debt);
  });

  test.each<[string, Given, string, RegExp]>([
    ['no money', { debt: { principalMinor: 0, interestMinor: 0, feesMinor: 0 } }, 'debt.principalMinor', /more than 0/],
    ['half a peso', { debt: { principalMinor: 0.5 } }, 'debt.principalMinor', /integer/],
    ['a discount', { debt: { discountMinor: 5 } }, 'debt', /discountMinor/],
    ['a currency that does not exist', { currency: 'XXZ' }, 'currency', /ISO 4217/],
    ['nobody to reach', { person: { contactPoints: [] } }, 'person.contactPoints', /1/],
    ['a default after the assignment', { debt: { defaultedOn: '2026-11-21' } }, 'debt.defaultedOn', /assignedOn/],
    ['a plan', { instalments: [] }, '', /instalments/],
  ])('not with %s', (_name, given, path, message) => {
    const { error } = debtBody.safeParse(debtOf(given));
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([[path, expect.stringMatching(message)]]);
  });

  test('not for an unknown creditor, nor by a strategy that is unknown or never speaks of an assigned debt, nor beside an agreement about the same contract', async () => {
    const contractRef = unique('C');
    const person = { externalId: unique('PD') };
    await logged(register.ctx, { person, debt: { contractRef, principalMinor: 30_000 } });
    const before = await rowCounts(register.db);
    for (const [given, code, path] of [
      [{ creditorId: 'nobody' }, 'ERR_BODY', 'creditorId'], [{ strategy: 'no-such' }, 'ERR_STRATEGY', 'strategy'], [{ strategy: 'standard' }, 'ERR_STRATEGY', 'strategy'],
      [{ person, debt: { contractRef } }, 'ERR_STATE', 'debt.contractRef'],
    ] as const) expect(await refusalOf(logDebt(register.ctx, ADMIN, bodyFor(given)))).toEqual({ code, path });
    expect(await rowCounts(register.db)).toEqual(before);
  });
});

describe('the first contact', () => {
  test('leaves once, at a lawful hour, and speaks of the balance and the ways to pay, not of instalments or an agreement', async () => {
    const id = await assigned();
    register.clock.set(at('2026-11-22', 10));
    expect(await deliver(id)).toMatchObject({ result: 'deferred' });
    register.clock.set(MONDAY);
    const input = { agreementId: id, occurrences: dueContacts(await stateOf(id), MONDAY, MONDAY) };
    const first = ended(await deliverContact(deps, input));
    expect(first).toMatchObject({ result: 'sent', events: [{ kind: 'stepResult', result: 'sent', channel: 'email', occurrences: ['first/assigned'] }] });
    expect(ended(await deliverContact(deps, input)).events).toContainEqual(first.events[0]);
    const [message, ...others] = desk.journal;
    expect(others).toEqual([]);
    const text = message?.channel === 'email' ? `${message.subject}\n${message.text}\n${message.html}` : '';
    expect(text).toContain('el saldo ($275.940');
    expect(text).toMatch(/Ver el detalle y las opciones/);
    expect(text).toContain('Formas de pago');
    expect(text).not.toMatch(/cuota|acuerdo/i);
  });

  test('takes along what is due of an agreement of the same person at the same creditor', async () => {
    const externalId = unique('PD');
    const debt = await assigned({ person: { externalId } });
    const agreement = await logged(register.ctx, { person: { externalId, contactPoints: [{ kind: 'email', value: 'ana.otra@example.org', consent: 'granted' }] }, instalments: [{ number: 1, dueOn: '2026-11-20', amountMinor: 10_000 }] });
    register.clock.set(MONDAY);
    expect((await deliver(debt)).result).toBe('sent');
    expect(desk.journal).toHaveLength(1);
    expect((await eventsOf(register.db, agreement)).map((event) => event.kind === 'stepResult' && event.result)).toContain('covered');
  });

  test.each<[string, (id: string) => Promise<unknown>]>([
    ['its withdrawal', (id) => withdrawDebt(register.ctx, ACME, id, {})],
    ['a payment of all of it', (id) => bookPayment(register.ctx, ACME, id, paymentOf({ amountMinor: 275_940 }))],
    ['an agreement about it', async (id) => {
      const row = await rowOf(id);
      const person = await register.db.selectFrom('person').select('external_id').where('id', '=', row.person_id).executeTakeFirstOrThrow();
      await logAgreement(register.ctx, ACME, bodyOf({ person: { externalId: person.external_id }, debtId: row.external_id }));
    }],
  ])('is silenced by %s between claim and begin', async (_name, work) => {
    const id = await assigned();
    register.clock.set(MONDAY);
    const outcome = await deliver(id, { at: async (moment) => { if (moment === 'claimed') await work(id); } });
    expect(outcome.result).toBe('silenced');
    expect(desk.journal).toEqual([]);
  });
});

describe('a debt that is paid', () => {
  test('is thanked for, cannot be withdrawn any more, and is followed again by a run of its own type when the money comes back', async () => {
    const id = await assigned();
    const payment = paymentOf({ amountMinor: 275_940 });
    await bookPayment(register.ctx, ACME, id, payment);
    expect(await getDebt(register.ctx, ACME, id)).toMatchObject({ state: 'paid', phase: 'settled', balanceMinor: 0 });
    expect(dueContacts(await stateOf(id), START, START).map(({ step }) => step)).toEqual(['thanks']);
    register.clock.set(MONDAY);
    expect(await deliver(id)).toMatchObject({ result: 'sent' });
    expect(desk.journal.map((one) => (one.channel === 'email' ? one.subject : ''))[0]).not.toMatch(/acuerdo|cuota/i);
    expect(await refusalOf(withdrawDebt(register.ctx, ACME, id, {}))).toMatchObject({ code: 'ERR_STATE' });
    const { workflow_id: workflowId } = await rowOf(id);
    await register.db.updateTable('agreement').set({ workflow_state: 'finished' }).where('id', '=', id).execute();
    await reversePayment(register.ctx, ACME, id, payment.externalId, { externalId: unique('REV') });
    expect(await getDebt(register.ctx, ACME, id)).toMatchObject({ state: 'assigned', balanceMinor: 275_940 });
    expect(await outboxOf(register.db, workflowId)).toEqual(['start', 'paymentBooked', 'start']);
  });
});

describe('a debt that is withdrawn', () => {
  const callSlot = { from: Date.parse('2026-11-24T15:00:00Z'), until: Date.parse('2026-11-24T15:30:00Z') };
  const boundaries: Record<string, (id: string) => Promise<unknown>> = {
    'as soon as it is assigned': () => Promise.resolve(),
    'after the first contact': async (id) => {
      register.clock.set(MONDAY);
      await deliver(id);
    },
    'while the law has put the first contact off': async (id) => {
      register.clock.set(at('2026-11-22', 10));
      await deliver(id);
    },
    'while its first contact is unanswered by the provider': (id) => fact(register.ctx, id, 'u', { kind: 'stepResult', occurrences: ['first/assigned'], result: 'unknown', attempt: register.ctx.newId(), until: MONDAY }),
    'after the message failed': async (id) => {
      register.clock.set(MONDAY);
      await deliver(id);
      await fact(register.ctx, id, 'f', { kind: 'deliveryFailed', attempt: desk.journal[0]?.attemptId ?? '', channel: 'email' });
    },
    'with a call booked': (id) => bookCallback(register.ctx, ADMIN, id, callSlot),
    'with an open pre-legal case': async (id) => {
      register.clock.set(at('2027-01-11', 12));
      for (const [index, step] of ['first', 'again'].entries()) await fact(register.ctx, id, `s${index}`, { kind: 'stepResult', occurrences: [`${step}/assigned`], result: 'sent', attempt: register.ctx.newId(), channel: 'email' });
      await fact(register.ctx, id, 'call', { kind: 'callOutcome', call: register.ctx.newId(), channel: 'call', outcome: 'refuses' });
      const occurrence = occurrencesOf(await stateOf(id)).find(({ step }) => step === 'pre-legal');
      if (occurrence === undefined) throw new Error('there is no step to the lawyers');
      expect((await openPreLegal(register.ctx, id, occurrence)).map(({ kind }) => kind)).toEqual(['preLegalOpened']);
    },
    'with a promise open': (id) => makePromise(register.ctx, ADMIN, id, { amountMinor: 275_940, dueOn: '2026-11-25', channel: 'call' }),
    'in dispute': (id) => openDispute(register.ctx, ADMIN, id, { reason: 'no es mía' }),
    'on hold': (id) => hold(register.ctx, ADMIN, id, holdBody.parse({ until: '2026-12-20T12:00:00-03:00', reason: 'vacaciones' })),
    'paid in part': (id) => bookPayment(register.ctx, ACME, id, paymentOf({ amountMinor: 75_940 })),
  };

  test.each(Object.entries(boundaries))('%s is never contacted about again, and nothing that was booked for it is left', async (_name, reach) => {
    const id = await assigned();
    await reach(id);
    const sent = desk.journal.length;
    const told = (await outboxOf(register.db, (await rowOf(id)).workflow_id)).length;
    expect(await withdrawDebt(register.ctx, ACME, id, { reason: 'vendida a otra empresa' })).toMatchObject({ state: 'withdrawn', phase: 'closed', nextStep: null });
    const now = await register.clock.now();
    const state = await stateOf(id);
    for (let day = 0; day <= 150; day += 1) {
      expect(decide(state, now + day * DAY)).toEqual({ kind: 'close', reason: 'cancelled' });
      expect(dueContacts(state, now + day * DAY, now + (day + 1) * DAY)).toEqual([]);
    }
    expect(nextStep(state, now)).toBeNull();
    register.clock.set(Math.max(now, MONDAY) + DAY);
    expect(await deliver(id)).toMatchObject({ result: 'silenced' });
    expect(desk.journal).toHaveLength(sent);
    expect((await outboxOf(register.db, (await rowOf(id)).workflow_id)).slice(told)).toContain('factBooked');
    expect(await register.db.selectFrom('callback').select('id').where('agreement_id', '=', id).where('state', 'in', ['booked', 'due']).execute()).toEqual([]);
    expect(await register.db.selectFrom('pre_legal_case').select('id').where('agreement_id', '=', id).where('state', 'in', ['opened', 'approved']).execute()).toEqual([]);
    expect(JSON.stringify(await readTimeline(register.db, id))).not.toContain('vendida');
  });

  test('stays withdrawn when it is withdrawn again, and money that still comes is recorded', async () => {
    const id = await assigned();
    await withdrawDebt(register.ctx, ACME, id, {});
    const events = await eventsOf(register.db, id);
    expect((await withdrawDebt(register.ctx, ACME, id, { reason: 'otra vez' })).state).toBe('withdrawn');
    expect(await eventsOf(register.db, id)).toEqual(events);
    expect((await bookPayment(register.ctx, ACME, id, paymentOf({ amountMinor: 275_940 }))).created).toBe(true);
    expect(await getDebt(register.ctx, ACME, id)).toMatchObject({ state: 'withdrawn', phase: 'closed' });
    expect(viewOf(await stateOf(id)).paidMinor).toBe(275_940);
    expect(decide(await stateOf(id), MONDAY).kind).toBe('close');
  });

  test('is withdrawn for another creditor by nobody', async () => {
    expect(await refusalOf(withdrawDebt(register.ctx, BRAVO, await assigned(), {}))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

describe('an agreement about the debt', () => {
  test('that names it by its id or external id takes its place: the debt is followed no longer, its call is called off', async () => {
    for (const by of ['id', 'externalId'] as const) {
      const person = { externalId: unique('PD'), contactPoints: reachedBy() };
      const id = await assigned({ person });
      await bookCallback(register.ctx, ADMIN, id, { from: Date.parse(`2026-11-2${by === 'id' ? 5 : 6}T15:00:00Z`), until: Date.parse(`2026-11-2${by === 'id' ? 5 : 6}T15:30:00Z`) });
      const body = bodyOf({ person, debtId: by === 'id' ? id : (await rowOf(id)).external_id });
      const { agreementId } = await logAgreement(register.ctx, ACME, body);
      expect(await getDebt(register.ctx, ACME, id)).toMatchObject({ state: 'agreed', agreementId, phase: 'closed', nextStep: null });
      expect(await register.db.selectFrom('callback').select('state').where('agreement_id', '=', id).execute()).toEqual([{ state: 'cancelled' }]);
      expect((await readTimeline(register.db, id)).map(({ kind }) => kind)).toContain('debtAgreed');
      expect((await getAgreement(register.ctx, ACME, agreementId)).nextStep).not.toBeNull();
      expect(await logAgreement(register.ctx, ACME, body)).toMatchObject({ agreementId, created: false });
      expect(await refusalOf(withdrawDebt(register.ctx, ACME, id, {}))).toMatchObject({ code: 'ERR_STATE' });
    }
  });

  test('that names none takes the place of the open debts of that contract of that person, and of no other', async () => {
    const contractRef = unique('C');
    const person = { externalId: unique('PD'), contactPoints: reachedBy() };
    const [same, otherContract, otherPerson] = [await assigned({ person, debt: { contractRef } }), await assigned({ person }), await assigned({ debt: { contractRef } })];
    const { agreementId } = await logAgreement(register.ctx, ACME, bodyOf({ person, debt: { contractRef, principalMinor: 30_000 } }));
    const states = await Promise.all([same, otherContract, otherPerson].map((id) => getDebt(register.ctx, ACME, id)));
    expect(states.map((debt) => [debt.state, debt.agreementId])).toEqual([['agreed', agreementId], ['assigned', null], ['assigned', null]]);
  });

  test('is refused whole when the debt is none of the person or over already', async () => {
    const person = { externalId: unique('PD'), contactPoints: reachedBy() };
    const [foreign, withdrawn] = [await assigned(), await assigned({ person })];
    await withdrawDebt(register.ctx, ACME, withdrawn, {});
    const before = await rowCounts(register.db);
    for (const [debtId, code] of [['no-such', 'ERR_BODY'], [foreign, 'ERR_BODY'], [withdrawn, 'ERR_STATE']] as const) {
      expect(await refusalOf(logAgreement(register.ctx, ACME, bodyOf({ person, debtId })))).toMatchObject({ code });
    }
    expect(await rowCounts(register.db)).toEqual(before);
  });

  test('is the only way to a plan: a debt is not renegotiated', async () => {
    const body = renegotiationBody.parse({ instalments: [{ number: 1, dueOn: '2026-12-10', amountMinor: 275_940 }], reason: 'plan' });
    expect(await refusalOf(renegotiate(register.ctx, ADMIN, await assigned(), body))).toMatchObject({ code: 'ERR_STATE' });
  });
});

test('the audit finds nothing wrong about debts, whatever became of them', async () => {
  register.clock.set(at('2027-02-01', 12));
  const report = await audit(register.ctx, { policies: shippedPolicies('2026c'), wallNow });
  expect(report).toMatchObject({ duplicates: 0, unlawful: 0, contactedAfterPayment: 0, unbalanced: 0, brokenChains: 0 });
});
