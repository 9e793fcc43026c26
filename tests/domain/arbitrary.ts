/** Any agreement, any facts, any answers of the world. */
import fc from 'fast-check';
import type { AgreementEvent, AgreementState, AgreementTerms, CallOutcomeName, EventBody, Instant } from '../../src/domain/agreement.ts';
import { initialState, applyAll } from '../../src/domain/facts.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';
import { on, plus, standard, strategyOf, termsOf } from './agreement.ts';
import { channelOf, smooth, type Act } from './life.ts';

export const FROM = on('2026-12-01');
export const TO = FROM + 300 * DAY;

/** Crowded on purpose: rungs that meet, a ladder without expiry, a case after a promise, a welcome, two messages after the end. */
const crowded = strategyOf([
  { key: 'welcome', when: { anchor: 'agreed', days: 0 }, do: 'contact', template: 'welcome', purpose: 'transactional', expiresDays: 5 },
  { key: 'ahead', when: { anchor: 'due', days: -5, at: '09:00' }, do: 'contact', template: 'upcoming' },
  { key: 'eve', when: { anchor: 'due', days: -1, at: '10:00' }, do: 'contact', template: 'upcoming', channels: ['email'] },
  { key: 'first', when: { anchor: 'due', days: 1, at: '10:00' }, if: 'unpaid', do: 'contact', template: 'missed', expiresDays: 40 },
  { key: 'next', when: { anchor: 'due', days: 2, at: '10:00' }, if: 'unpaid', do: 'contact', template: 'missed', channels: ['email', 'sms'] },
  { key: 'call', when: { anchor: 'due', days: 4 }, if: 'unpaid', do: 'callback', expiresDays: 30 },
  { key: 'law', when: { anchor: 'due', days: 20 }, if: 'unpaid', do: 'preLegal', requires: { noticesDelivered: 1, noOpenPromise: true }, minOverdue: { CLP: 5_000 } },
  { key: 'promise-eve', when: { anchor: 'promise', days: -1 }, do: 'contact', template: 'promise-eve' },
  { key: 'promise-broken', when: { anchor: 'promise', days: 1 }, if: 'promiseBroken', do: 'contact', template: 'promise-broken', expiresDays: 6 },
  { key: 'thanks', when: { anchor: 'settled', days: 0 }, do: 'contact', template: 'settled' },
  { key: 'survey', when: { anchor: 'settled', days: 1 }, do: 'survey', expiresDays: 9 },
], { smallBalance: { CLP: 50 } });

/** The same with caps of its own: a notice a week, and by e-mail one a fortnight for one of them. */
const bounded: Strategy = {
  ...crowded, caps: [{ channels: ['sms', 'email'], max: 1, over: { rollingDays: 7 } }, { channels: ['call'], max: 1, over: { calendarWeek: 'mon' } }],
  steps: crowded.steps.map((step) => (step.key === 'next' ? { ...step, caps: [{ channels: ['email' as const], max: 1, over: { rollingDays: 14 } }] } : step)),
};

export const strategies: fc.Arbitrary<Strategy> = fc.constantFrom(standard(), crowded, bounded);

const DUTIES: NonNullable<AgreementTerms['duties']> = { policyVersion: 'CL@test', rules: [
  { rule: 'CL-util', do: 'freeUsefulNotice', days: 15, cite: 'LPDC 37' }, { rule: 'CL-written', do: 'sendInWritingIfSilent', days: 15, cite: 'LPDC 37 no. 6' }] };

export const terms: fc.Arbitrary<AgreementTerms> = fc.record({
  count: fc.integer({ min: 1, max: 4 }), gap: fc.integer({ min: 1, max: 35 }), first: fc.integer({ min: -60, max: 60 }),
  amounts: fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 4, maxLength: 4 }), missed: fc.option(fc.integer({ min: 1, max: 3 })), lapses: fc.boolean(), dutiful: fc.boolean(),
}).map(({ count, gap, first, amounts, missed, lapses, dutiful }) => termsOf({
  ...(dutiful ? { duties: DUTIES } : {}),
  instalments: Array.from({ length: count }, (_, index) => ({ number: index + 1, dueOn: plus('2026-12-01', first + gap * index), amountMinor: amounts[index] ?? 1 })),
  acceleratesAfterMissed: missed, discountLapsesOnBreak: lapses, discountMinor: lapses ? 5_000 : 0, components: { principal: 3, fees: 1 },
}));

const name = (prefix: string): fc.Arbitrary<string> => fc.integer({ min: 1, max: 4 }).map((n) => `${prefix}${n}`);
const amount = fc.integer({ min: 1, max: 60_000 });
const date = fc.integer({ min: 0, max: 250 }).map((days) => plus('2026-12-01', days));
const scope = fc.constantFrom<'all' | 'sms' | 'email' | 'call'>('all', 'sms', 'email', 'call');
const outcome = fc.constantFrom<CallOutcomeName>('noAnswer', 'talked', 'busy', 'promise', 'deceased');
const instant = fc.integer({ min: 0, max: 300 * 24 }).map((hours) => FROM + hours * HOUR);

/** What people, banks and agents do. */
export const outsideBody: fc.Arbitrary<EventBody> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('paymentBooked' as const), payment: name('p'), amountMinor: amount }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('paymentBooked' as const), payment: name('h'), amountMinor: amount, beforePacto: fc.constant(true as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('paymentReversed' as const), payment: name('p') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('promiseMade' as const), promise: name('q'), amountMinor: amount, dueOn: date, channel: fc.constant('call') }) },
  fc.record({ kind: fc.constant('held' as const), until: instant, reason: fc.constant('agent') }),
  fc.constant({ kind: 'released' as const }),
  fc.record({ kind: fc.constant('disputed' as const), dispute: name('d'), reason: fc.constant('amount') }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resolved' as const), dispute: name('d'), outcome: fc.constant('rejected' as const) }) },
  fc.record({ kind: fc.constantFrom('optedOut' as const, 'optedIn' as const), scope }),
  fc.record({ kind: fc.constant('renegotiated' as const), version: fc.integer({ min: 2, max: 4 }), discountMinor: fc.constantFrom(0, 0, 1, 4_000), conditional: fc.constantFrom(undefined, true as const),
    instalments: fc.array(fc.record({ dueOn: date, amountMinor: amount }), { minLength: 1, maxLength: 3 }).map((list) => list.map((one, index) => ({ ...one, number: index + 1 }))) })
    .map(({ conditional, ...plan }): EventBody => (conditional === undefined ? plan : { ...plan, conditional })),
  fc.record({ kind: fc.constant('chargeAdded' as const), charge: name('c'), amountMinor: amount, dueOn: date }),
  fc.record({ kind: fc.constant('strategyChanged' as const), strategy: strategies }),
  fc.record({ kind: fc.constant('stopRegistered' as const), on: fc.constant('insolvency'), permanent: fc.boolean() }),
  fc.record({ kind: fc.constant('deliveryFailed' as const), attempt: name('t'), channel: fc.constantFrom('sms' as const, 'email' as const) }),
  fc.record({ kind: fc.constant('contactResult' as const), attempt: name('t'), result: fc.constantFrom('sent' as const, 'failed' as const, 'unknown' as const) }),
  fc.record({ kind: fc.constant('callbackClosed' as const), callback: name('cb'), result: fc.constantFrom('missed' as const, 'cancelled' as const) }),
  fc.record({ kind: fc.constant('callOutcome' as const), call: name('k'), callback: name('cb'), channel: fc.constant('call' as const), outcome }),
  fc.record({ kind: fc.constant('preLegalClosed' as const), case: name('case'), result: fc.constantFrom('withdrawn' as const, 'handedOver' as const) }),
);

const stepKeys = fc.constantFrom('missed/i1v1', 'second/i1v1', 'first/i1v1', 'next/i1v1', 'law/i1v1', 'call/i1v1', 'pre-legal/i2v1', 'eve/i2v1', 'promise-eve/pq1', 'thanks/s1', 'survey/s1');

/** What comes back from activities, whether or not anybody asked. */
const insideBody: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({ kind: fc.constant('stepResult' as const), occurrences: fc.uniqueArray(stepKeys, { minLength: 1, maxLength: 3 }), attempt: name('t'),
    result: fc.constantFrom('sent' as const, 'covered' as const, 'deferred' as const, 'refused' as const, 'undeliverable' as const, 'unknown' as const, 'skipped' as const),
    until: instant, channel: fc.constantFrom('sms' as const, 'email' as const) }),
  fc.record({ kind: fc.constant('callbackBooked' as const), occurrence: fc.option(stepKeys), callback: name('cb'), from: instant, until: instant }),
  fc.record({ kind: fc.constant('preLegalOpened' as const), case: name('case'), occurrence: stepKeys }),
  fc.constant({ kind: 'planBroken' as const }),
  fc.record({ kind: fc.constant('surveyStarted' as const), survey: name('s'), occurrence: stepKeys }),
);

/** Facts numbered by seq, at instants that need not follow it. */
export const facts: fc.Arbitrary<AgreementEvent[]> = fc
  .array(fc.record({ body: fc.oneof({ weight: 3, arbitrary: outsideBody }, insideBody), at: instant }), { maxLength: 14 })
  .map((list) => list.map(({ body, at }, index): AgreementEvent => ({ ...body, id: `e${index + 1}`, seq: index + 1, at })));

export const states: fc.Arbitrary<AgreementState> = fc.record({ terms, strategy: strategies, facts })
  .map(({ terms: given, strategy, facts: told }) => applyAll(initialState(given, strategy), told));

export const instants = instant;

/** Sources of what the outside does in a life. */
export const outsides = fc.array(fc.record({ at: instant, body: outsideBody }), { maxLength: 10 });

/** A world that answers an act with one of the results the activities may give, by the next die; a smooth one when the dice are used up. */
export function worldOf(dice: readonly number[]): (act: Act, at: Instant, n: number) => readonly EventBody[] {
  return (act, at, n) => {
    const die = dice[n - 1] ?? 0;
    if (act.kind === 'contact' || act.kind === 'duty') return contactAnswer(act, at, n, die);
    if (act.kind === 'bookCallback' && die % 3 === 1) return [{ kind: 'stepResult', occurrences: [act.occurrence.key], result: 'deferred', until: at + DAY }];
    const answer = smooth(act, at, n);
    if (act.kind === 'bookCallback' && die % 3 === 2) return [...answer, { kind: 'callbackClosed', callback: `cb${n}`, result: 'missed' }];
    return answer;
  };
}

function contactAnswer(act: Extract<Act, { kind: 'contact' | 'duty' }>, at: Instant, n: number, die: number): readonly EventBody[] {
  const occurrences = act.occurrences.map((one) => one.key);
  const attempt = `t${n}`;
  const told = { kind: 'stepResult' as const, occurrences, attempt, ...channelOf(act.occurrences[0]) };
  const [channel] = act.occurrences[0].channels;
  switch (die % 8) {
    case 1: return [{ kind: 'stepResult', occurrences, result: 'deferred', until: at + ((die * 7) % 90) * HOUR }];
    case 2: return [{ kind: 'stepResult', occurrences, result: 'refused' }];
    case 3: return [{ kind: 'stepResult', occurrences, result: 'undeliverable' }];
    case 4: return [{ ...told, result: 'unknown', until: at + 2 * HOUR }];
    case 5: return channel === undefined ? [{ ...told, result: 'sent' }] : [{ ...told, result: 'sent' }, { kind: 'deliveryFailed', attempt, channel }];
    // The bounce overtakes the record of the sending.
    case 6: return channel === undefined ? [{ ...told, result: 'sent' }] : [{ kind: 'deliveryFailed', attempt, channel }, { ...told, result: 'sent' }];
    case 7: return [{ ...told, result: 'unknown', until: at }, { kind: 'contactResult', attempt, result: die > 100 ? 'failed' : 'sent' }];
    default: return [{ ...told, result: 'sent' }];
  }
}

export const dice = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 40 });
