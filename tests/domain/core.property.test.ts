/** What holds for every agreement, whatever happens to it and in whatever order it is told. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { AgreementEvent, AgreementState, Decision, Occurrence } from '../../src/domain/agreement.ts';
import { decide, dueContacts, nextStep, preLegalStillHolds, speaksOf, stillWanted, wakeAt } from '../../src/domain/decide.ts';
import { apply, applyAll, initialState } from '../../src/domain/facts.ts';
import { occurrencesOf } from '../../src/domain/occurrence.ts';
import { viewOf } from '../../src/domain/view.ts';
import { DAY } from '../../src/domain/zone.ts';
import { dice, facts, FROM, instants, outsides, states, strategies, terms, TO, worldOf } from './arbitrary.ts';
import { live, type Life } from './life.ts';
import { property } from './property.ts';

/** A shuffle of the facts with some told twice. */
const told = facts.chain((events) => fc.record({
  events: fc.constant(events), order: fc.shuffledSubarray([...events, ...events.slice(0, 4)], { minLength: events.length + Math.min(4, events.length) }) }));

property('any order of the same facts, some told twice, gives the same agreement', fc.property(terms, strategies, told, (given, strategy, { events, order }) => {
  const start = initialState(given, strategy);
  const straight = applyAll(start, events);
  const shuffled = applyAll(start, order);
  expect(shuffled).toEqual(straight);
  expect(viewOf(shuffled)).toEqual(viewOf(straight));
}));

property('money adds up: booked less reversed is what was allocated and the credit', fc.property(states, (state) => {
  const view = viewOf(state);
  const booked = new Map<string, number>();
  for (const event of state.events) if (event.kind === 'paymentBooked' && !booked.has(event.payment)) booked.set(event.payment, event.amountMinor);
  for (const event of state.events) if (event.kind === 'paymentReversed') booked.delete(event.payment);
  const net = [...booked.values()].reduce((sum, amount) => sum + amount, 0);
  const allocated = view.allocations.reduce((sum, line) => sum + line.amountMinor, 0);
  const all = [...view.instalments, ...view.superseded];
  expect(view.paidMinor).toBe(net);
  expect(allocated + view.creditMinor).toBe(net);
  expect(all.reduce((sum, one) => sum + one.paidMinor, 0)).toBe(allocated);
  expect(view.balanceMinor).toBe(all.reduce((sum, one) => sum + one.amountMinor - one.paidMinor, 0));
  expect(all.every((one) => one.paidMinor >= 0 && one.paidMinor <= one.amountMinor)).toBe(true);
  expect(view.creditMinor === 0 || view.balanceMinor === 0).toBe(true);
}));

property('there is always exactly one decision, the same for the same facts', fc.property(states, instants, (state, now) => {
  const decision = decide(state, now);
  if (decision.kind === 'wait' && decision.until !== null) expect(decision.until).toBeGreaterThan(now);
  const copy: AgreementState = { ...state, events: state.events.map((event) => ({ ...event })) };
  expect(decide(copy, now)).toEqual(decision);
  expect(nextStep(copy, now)).toEqual(nextStep(state, now));
  const wake = wakeAt(state, now);
  expect(wake).toBe(decision.kind === 'wait' ? decision.until : now);
  const keys = occurrencesOf(state).map((occurrence) => occurrence.key);
  expect(new Set(keys).size).toBe(keys.length);
  preLegalStillHolds(state, now);
}));

property('nothing changes while it waits: the decision before the wake is still to wait until then', fc.property(states, instants, fc.double({ min: 0, max: 1, noNaN: true }), (state, now, part) => {
  const decision = decide(state, now);
  if (decision.kind !== 'wait') return;
  const between = decision.until === null ? now + Math.floor(part * 400 * DAY) : now + Math.floor(part * (decision.until - now - 1));
  const later = decide(state, between);
  expect(later.kind).toBe('wait');
  if (later.kind === 'wait') expect(later.until).toBe(decision.until);
}));

function collects(decision: Decision): boolean {
  if (decision.kind === 'contact' || decision.kind === 'duty') return decision.occurrences.some(({ purpose }) => purpose === 'collection' || purpose === 'preDueReminder');
  return decision.kind === 'bookCallback' || decision.kind === 'escalate';
}

property('paid means silent: a settled agreement decides no reminder, no call, no case, and a contact speaks only of what is unpaid', fc.property(states, instants, (state, now) => {
  const decision = decide(state, now);
  const { settledAt } = viewOf(state);
  if (settledAt !== null) {
    expect(collects(decision)).toBe(false);
    expect(dueContacts(state, now, TO).filter(({ purpose }) => purpose !== 'transactional')).toEqual([]);
  }
  if ((decision.kind !== 'contact' && decision.kind !== 'duty') || !collects(decision)) return;
  for (const occurrence of decision.occurrences) {
    expect(speaksOf(state, occurrence).length).toBeGreaterThan(0);
    expect(speaksOf(state, occurrence).every((one) => one.amountMinor > one.paidMinor)).toBe(true);
  }
}));

property('what is decided is wanted at that instant, and nothing of it once it is paid, held, disputed, promised or stopped', fc.property(states, instants, (state, now) => {
  const decision = decide(state, now);
  if (decision.kind !== 'contact' && decision.kind !== 'duty') return;
  for (const occurrence of decision.occurrences) expect(stillWanted(state, occurrence, now)).toBe(true);
  expect(dueContacts(state, now, now).map(({ key }) => key)).toEqual(expect.arrayContaining(decision.occurrences.map(({ key }) => key)));
  const seq = (state.events.at(-1)?.seq ?? 0) + 1;
  const stopped = apply(state, { id: 'end', seq, at: now, kind: 'stopRegistered', on: 'insolvency', permanent: true });
  expect(decision.occurrences.some((occurrence) => stillWanted(stopped, occurrence, now))).toBe(false);
  const paid = apply(state, { id: 'end', seq, at: now, kind: 'paymentBooked', payment: 'all', amountMinor: viewOf(state).balanceMinor + 1 });
  if (!collects(decision)) return;
  const held = apply(state, { id: 'end', seq, at: now, kind: 'held', until: now + DAY, reason: 'agent' });
  const disputed = apply(state, { id: 'end', seq, at: now, kind: 'disputed', dispute: 'new', reason: 'amount' });
  const promised = apply(state, { id: 'end', seq, at: now, kind: 'promiseMade', promise: 'new', amountMinor: viewOf(state).balanceMinor, dueOn: '2027-12-31', channel: 'call' });
  for (const silent of [paid, held, disputed]) expect(decision.occurrences.some((occurrence) => stillWanted(silent, occurrence, now))).toBe(false);
  const aboutPromise = (occurrence: Occurrence): boolean => occurrence.anchor === 'promise';
  expect(decision.occurrences.some((occurrence) => !aboutPromise(occurrence) && stillWanted(promised, occurrence, now))).toBe(false);
}));

/** How often each occurrence left by each channel, and how often it left without a failure between. */
function assertNeverTwice(life: Life): void {
  const left = new Set<string>();
  const standing = new Map<string, string>();
  const failed = new Set(life.state.events.flatMap((event) => (event.kind === 'deliveryFailed' || (event.kind === 'contactResult' && event.result === 'failed') ? [event.attempt] : [])));
  for (const event of life.state.events) {
    if (event.kind !== 'stepResult' || event.attempt === undefined || (event.result !== 'sent' && event.result !== 'unknown')) continue;
    for (const key of event.occurrences) {
      expect(left.has(`${key} ${event.channel}`), `${key} left twice by ${event.channel}`).toBe(false);
      left.add(`${key} ${event.channel}`);
      if (failed.has(event.attempt)) continue;
      expect(standing.get(key), `${key} left twice without a failure`).toBeUndefined();
      standing.set(key, event.attempt);
    }
  }
  const once = ['preLegalOpened', 'surveyStarted'];
  const cases = life.state.events.flatMap((event) => ((event.kind === 'preLegalOpened' || event.kind === 'surveyStarted') ? [event.occurrence] : []));
  expect(new Set(cases).size, once.join()).toBe(cases.length);
}

/** The workflow hears each fact twice, and each batch backwards. */
const twiceAndBackwards = (events: readonly AgreementEvent[]): readonly AgreementEvent[] => [...events, ...events].reverse();

property('along a whole life no step fires twice, and the life comes to rest', fc.property(terms, strategies, outsides, dice, fc.boolean(), (given, strategy, outside, rolls, noisy) => {
  const life = live(initialState(given, strategy), { from: FROM, to: TO, outside, answer: worldOf(rolls), ...(noisy ? { carry: twiceAndBackwards } : {}) });
  assertNeverTwice(life);
  for (const { act, before, at } of life.acts) {
    if (act.kind !== 'contact' && act.kind !== 'duty') continue;
    expect(new Set(act.occurrences.map(({ purpose }) => purpose)).size).toBe(1);
    const { holdUntil, disputes, preLegalCase } = viewOf(before);
    const silenced = (holdUntil !== null && holdUntil > at) || disputes.length > 0 || preLegalCase !== null;
    if (silenced) expect(collects(act)).toBe(false);
  }
  const last = decide(life.state, TO);
  expect(['wait', 'close', 'skip', 'contact', 'duty', 'bookCallback', 'escalate', 'sendSurvey']).toContain(last.kind);
}), { runs: 1_000 });

property('every due contact is explained: it left, was refused, was skipped, is put off, or its reason is gone', fc.property(terms, strategies, outsides, dice, (given, strategy, outside, rolls) => {
  const life = live(initialState(given, strategy), { from: FROM, to: TO, outside, answer: worldOf(rolls) });
  const keys = new Set(life.state.events.flatMap((event) => (event.kind === 'stepResult' ? event.occurrences : [])));
  for (const occurrence of occurrencesOf(life.state)) {
    if (occurrence.do !== 'contact' || occurrence.expiresAt === null || occurrence.expiresAt > TO) continue;
    expect(keys.has(occurrence.key), `${occurrence.key} expired without a trace`).toBe(true);
  }
}));
