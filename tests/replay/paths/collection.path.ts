/** Debtors who are late, side by side from the fourth of January to the end of February: due on Friday, the fifteenth. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventKind } from '../../../src/domain/agreement.ts';
import { MINUTE } from '../../../src/domain/zone.ts';
import type { CallbackAnswer } from '../../../src/register/callback.ts';
import { at, openOffice, type Called, type Debtor, type Office } from '../../life/office.ts';
import type { PATHS } from '../paths.ts';
import { keep } from './keep.ts';

const AMOUNT = 45_990;
const DUE = '2027-01-15';
let office: Office;

type Path = keyof (typeof PATHS)['collection.path.ts'];
const keepRun = (path: Path, workflowId: string) => keep(office.pacto.gateway, office.pacto.taskQueue, { path, workflowId });

beforeAll(async () => {
  office = await openOffice('acme', { startAt: at('2027-01-04', '11:00') });
});
afterAll(() => office?.pacto.stop());

const once = { instalments: [{ number: 1, dueOn: DUE, amountMinor: AMOUNT }] };

async function done(answer: Promise<Called>): Promise<Called> {
  const called = await answer;
  expect({ status: called.status < 300, body: called.status < 300 ? null : called.body }).toEqual({ status: true, body: null });
  return called;
}

const phoned = (debtor: Debtor, outcome: string, when: string, promise?: { readonly dueOn: string; readonly amountMinor: number }) =>
  done(office.post('/v1/calls', { agreementId: debtor.id, channel: 'call', at: when, outcome, ...(promise === undefined ? {} : { promise }) }));

async function callOf(debtor: Debtor): Promise<CallbackAnswer> {
  const [first] = await office.callbacks(debtor);
  if (first === undefined) throw new Error(`no call is booked for ${debtor.externalId}`);
  return first;
}

async function caseOf(debtor: Debtor): Promise<string> {
  const [first] = await office.cases(debtor);
  if (first === undefined) throw new Error(`there is no case of ${debtor.externalId}`);
  return first.id;
}

/** Keeps the run of an agreement, which must have met these facts. */
async function keepAgreement(path: Path, debtor: Debtor, ...facts: EventKind[]): Promise<void> {
  expect({ path, kinds: await office.kinds(debtor) }).toEqual({ path, kinds: expect.arrayContaining(facts) });
  await keepRun(path, debtor.workflowId);
}

test('the office lives for eight weeks and every path of it is kept', async () => {
  const debtor = (name: string, plan = once) => office.debtor(name, plan);
  const late = await debtor('LATE');
  const both = [await office.debtor('BOTH-1', { ...once, personId: 'P-BOTH' }), await office.debtor('BOTH-2', { ...once, personId: 'P-BOTH' })] as const;
  const [promising, breaking, optedOut, unreached] = [await debtor('PROMISE-KEPT'), await debtor('PROMISE-BROKEN'), await debtor('OPTED-OUT'), await debtor('UNREACHED')];
  const [unknown, retried, partial, held, disputing] = [await debtor('UNKNOWN'), await debtor('RETRIED'), await debtor('PARTIAL'), await debtor('HELD'), await debtor('DISPUTING')];
  const [renegotiating, called, calledOff, handedOver] = [await debtor('RENEGOTIATING'), await debtor('CALLED'), await debtor('CALLED-OFF'), await debtor('HANDED-OVER')];
  const [stopped, cancelled] = [await debtor('STOPPED'), await debtor('CANCELLED')];
  const fallen = await office.debtor('FALLEN', { instalments: [...once.instalments, { number: 2, dueOn: '2027-03-15', amountMinor: AMOUNT }], terms: { acceleratesAfterMissed: 1 } });
  const old = await office.debtor('LOGGED-LATE', { instalments: [{ number: 1, dueOn: '2026-10-05', amountMinor: AMOUNT }] });
  await phoned(both[0], 'talked', '2027-01-04T14:00:00Z');

  await office.fault({ channel: 'sms', kind: 'resetAfterAccept', next: 1, to: unknown.phone });
  await office.fault({ channel: 'sms', kind: '429', next: 1, to: retried.phone });
  await office.pacto.advanceTo(at('2027-01-13', '20:00'));
  await done(office.post(`/v1/persons/${stopped.personId}/stops`, { on: 'deceased', at: '2027-01-13T12:00:00Z', evidence: 'folio 12' }));
  await done(office.post(`/v1/agreements/${cancelled.id}/cancel`, { reason: 'recalled' }));
  await done(office.post(`/v1/persons/${optedOut.personId}/opt-outs`, { channel: 'sms' }));
  await phoned(promising, 'promise', '2027-01-13T22:30:00Z', { amountMinor: AMOUNT, dueOn: '2027-01-22' });
  await phoned(breaking, 'promise', '2027-01-13T22:30:00Z', { amountMinor: AMOUNT, dueOn: '2027-01-22' });
  await done(office.post(`/v1/agreements/${held.id}/hold`, { until: '2027-02-20T12:00:00-03:00', reason: 'vacation' }));
  const { body: dispute }: { body: { id: string } } = await done(office.post(`/v1/agreements/${disputing.id}/disputes`, { reason: 'amount' }));
  await done(office.pay(partial, 20_000));
  await office.fault({ channel: 'sms', kind: 'undelivered', next: 1, to: unreached.phone });

  await office.pacto.advanceTo(at('2027-01-20', '20:00'));
  await done(office.pay(promising, AMOUNT));
  await done(office.post(`/v1/agreements/${renegotiating.id}/renegotiations`, { instalments: [{ number: 1, dueOn: '2027-02-19', amountMinor: 46_000 }], reason: 'asked for time' }));
  await done(office.post(`/v1/persons/${optedOut.personId}/opt-outs`, { scope: 'creditor' }));

  await office.pacto.advanceTo(at('2027-01-26', '20:00'));
  await done(office.post(`/v1/agreements/${disputing.id}/disputes/${dispute.id}/resolution`, { outcome: 'rejected', note: 'checked' }));
  await done(office.post(`/v1/agreements/${held.id}/release`, {}));

  await office.pacto.advanceTo(at('2027-01-27', '09:01'));
  const { id: offId } = await callOf(calledOff);
  await done(office.pacto.call('DELETE', `/v1/callbacks/${offId}`));
  const agent = await office.key('agent');
  const [calledId, missedId] = [(await callOf(called)).id, (await callOf(late)).id];
  const calls = await Promise.all([called, handedOver, fallen].map(async (debtor) => ({ debtor, ...(await callOf(debtor)) })));
  // Which slot is whose depends on who was booked first; each is logged while it stands in the queue.
  for (const { debtor, id, from } of calls.sort((a, b) => (a.from < b.from ? -1 : 1))) {
    await office.pacto.advanceTo(Date.parse(from) + MINUTE);
    const outcome = debtor === called ? { outcome: 'promise', promise: { amountMinor: AMOUNT, dueOn: '2027-02-03' } } : { outcome: 'refuses' };
    await done(office.post(`/v1/callbacks/${id}/outcome`, outcome, agent));
  }
  await done(office.pay(partial, 40_000));

  await office.pacto.advanceTo(at('2027-02-16', '16:00'));
  const [supervisor, lawyer] = [await office.key('supervisor'), await office.key('lawyer')];
  const [handedCase, fallenCase] = [await caseOf(handedOver), await caseOf(fallen)];
  await done(office.post(`/v1/pre-legal/${handedCase}/approve`, {}, supervisor));
  await done(office.post(`/v1/pre-legal/${handedCase}/approve`, {}, lawyer));
  await done(office.post(`/v1/pre-legal/${fallenCase}/approve`, {}, supervisor));
  await office.pacto.advanceDays(1);
  await done(office.post(`/v1/pre-legal/${handedCase}/handover`, {}, lawyer));
  await done(office.pay(fallen, 2 * AMOUNT));
  await done(office.pay(late, AMOUNT));
  await office.pacto.advanceTo(at('2027-02-22', '20:00'));

  await keepAgreement('agreement-late-with-notices', late, 'callbackBooked', 'callbackClosed', 'paymentBooked', 'surveyStarted');
  await keepAgreement('agreement-one-message-for-two', both[1], 'stepResult');
  await keepAgreement('agreement-promise-kept', promising, 'promiseMade', 'paymentBooked', 'surveyStarted');
  await keepAgreement('agreement-promise-broken', breaking, 'promiseMade');
  await keepAgreement('agreement-opted-out', optedOut, 'optedOut');
  await keepAgreement('agreement-delivery-failed', unreached, 'deliveryFailed');
  await keepAgreement('agreement-unknown-reconciled', unknown, 'contactResult');
  await keepAgreement('agreement-tried-again', retried, 'stepResult');
  await keepAgreement('agreement-partial-and-overpaid', partial, 'paymentBooked', 'surveyStarted');
  await keepAgreement('agreement-hold-and-release', held, 'held', 'released');
  await keepAgreement('agreement-disputed', disputing, 'disputed', 'resolved');
  await keepAgreement('agreement-renegotiated', renegotiating, 'renegotiated');
  await keepAgreement('agreement-callback-done', called, 'callbackBooked', 'callOutcome', 'promiseMade');
  await keepAgreement('agreement-callback-called-off', calledOff, 'callbackBooked', 'callbackClosed');
  await keepAgreement('agreement-plan-fallen', fallen, 'planBroken', 'preLegalOpened', 'preLegalClosed', 'surveyStarted');
  await keepAgreement('agreement-handed-over', handedOver, 'preLegalOpened', 'preLegalClosed');
  await keepAgreement('agreement-logged-late', old, 'stepResult');
  await keepAgreement('agreement-stopped', stopped, 'stopRegistered');
  await keepAgreement('agreement-cancelled', cancelled, 'cancelled');
  for (const [path, id, state] of [['callback-done', calledId, 'done'], ['callback-missed', missedId, 'missed'], ['callback-called-off', offId, 'cancelled']] as const) {
    expect(await office.ended(`callback/${id}`)).toEqual({ status: 'COMPLETED', result: { state } });
    await keepRun(path, `callback/${id}`);
  }
  for (const [path, one, state] of [['pre-legal-withdrawn', fallen, 'withdrawn'], ['pre-legal-handed-over', handedOver, 'handedOver']] as const) {
    expect(await office.ended(`pre-legal/acme/${one.externalId}/1`)).toEqual({ status: 'COMPLETED', result: { state } });
    await keepRun(path, `pre-legal/acme/${one.externalId}/1`);
  }
});
