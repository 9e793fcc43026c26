/**
 * Can a strategy be lived under a country's law? Every due date of a year, for a person with one to three agreements at
 * one creditor, and with one at each of two: what is sent on its day, slips, expires or never happens, and by which rule.
 */
import { sendingProfileFor } from '../../contact-law/place.ts';
import { profileOf } from '../../contact-law/profile.ts';
import type { PolicySet } from '../../contact-law/policy.ts';
import type { AgreementState, AgreementTerms, EventBody, Instant, LocalDate } from '../../domain/agreement.ts';
import { dutyStandings } from '../../domain/duty.ts';
import { initialState } from '../../domain/facts.ts';
import { noticesAbout } from '../../domain/notice.ts';
import { plannedOf } from '../../domain/occurrence.ts';
import { addDays, daysBetween, instantOf, localDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { CURRENCY_OF } from '../check.ts';
import type { Strategy } from '../strategy.ts';
import { dutiesOf } from './duties.ts';
import { liveUnder, type Fate, type Lived } from './person.ts';

/** Whose agreements the swept person has. */
export type Household = 'one' | 'two' | 'three' | 'twoCreditors';
export const HOUSEHOLDS: readonly Household[] = ['one', 'two', 'three', 'twoCreditors'];

/** Creditor and days after the sampled date of each agreement; taken in turn. */
const PATTERNS: Readonly<Record<Household, readonly (readonly (readonly [creditor: string, days: number])[])[]>> = {
  one: [[['a', 0]]],
  two: [[['a', 0], ['a', 0]], [['a', 0], ['a', 6]]],
  three: [[['a', 0], ['a', 0], ['a', 0]], [['a', 0], ['a', 5], ['a', 11]]],
  twoCreditors: [[['a', 0], ['b', 0]], [['a', 0], ['b', 6]]],
};

export interface StepFinding {
  readonly step: string;
  /** How often the step was called for. */
  readonly wanted: number;
  readonly done: number;
  readonly onItsDay: number;
  /** Days by which it came later, at most. */
  readonly mostSlipped: number;
  readonly expired: number;
  readonly refused: number;
  /** Called for and neither done nor expired: something kept it until the end. */
  readonly never: number;
  /** Rules that kept it back at some time, the most frequent first. */
  readonly rules: readonly string[];
}

export interface SweepFinding {
  readonly country: string;
  readonly household: Household;
  readonly people: number;
  readonly steps: readonly StepFinding[];
  readonly duties: readonly { readonly rule: string; readonly wanted: number; readonly missed: number }[];
  readonly preLegal: { readonly opened: number; readonly withoutNotice: number; readonly withoutCall: number };
}

export interface SweepRequest {
  readonly policies: PolicySet;
  readonly strategy: Strategy;
  readonly country: string;
  /** First due date; a year of them follows. */
  readonly from: LocalDate;
  /** Every n-th date of the year, by household. */
  readonly stride: Readonly<Record<Household, number>>;
  /** Promises and settlements on every sampled date. */
  readonly thorough?: boolean;
}

/** Every date for one agreement, one in 11 for several: 11 and 7 have no common factor, so every weekday is met. */
export const STRIDE: Readonly<Record<Household, number>> = { one: 1, two: 11, three: 11, twoCreditors: 11 };
/** What publishing asks: a date in 11 throughout, in a fraction of the time. */
export const COARSE: Readonly<Record<Household, number>> = { one: 11, two: 22, three: 22, twoCreditors: 22 };
const DATES = 365;
/** Days after the last step during which what was put off may still happen. */
const TAIL = 45;
const SCENARIOS = ['unpaid', 'promised', 'paid'] as const;
type Scenario = (typeof SCENARIOS)[number];

/** The findings of one country and household; ERR_STRATEGY when nobody is contacted in that country. */
export function sweep(request: SweepRequest, household: Household): SweepFinding {
  const place = placeOf(request);
  const tally = new Tally(request.strategy);
  let people = 0;
  for (let day = 0, turn = 0; day < DATES; day += request.stride[household], turn += 1) {
    const patterns = PATTERNS[household];
    const pattern = patterns[turn % patterns.length] ?? [];
    people += 1;
    for (const scenario of household === 'one' ? scenariosAt(request.thorough === true ? 0 : turn) : (['unpaid'] as const)) {
      const agreements = pattern.map(([creditor, days], index) => agreementOf(request, place, { creditor, index, dueOn: addDays(request.from, day + days), scenario }));
      const until = instantOf(place.zone, addDays(request.from, day + lastDayOf(request.strategy) + TAIL), 0);
      const lived = liveUnder({ policies: request.policies, profile: place.profile, zone: place.zone, until, agreements });
      for (const one of lived) tally.enter(one, place.zone, until, scenario);
    }
  }
  return { country: request.country, household, people, ...tally.findings() };
}

/** What never happens to who never pays (promises, and what follows a settlement) is tried on one sampled date in nine. */
function scenariosAt(turn: number): readonly Scenario[] {
  return turn % 9 === 0 ? SCENARIOS : ['unpaid'];
}

interface SweptPlace {
  readonly profile: string;
  readonly zone: string;
  readonly duties: AgreementTerms['duties'];
}

function placeOf({ policies, country }: SweepRequest): SweptPlace {
  const profile = sendingProfileFor(policies, { country });
  const zone = profile === null ? undefined : profileOf(policies, profile)?.zones.all[0];
  if (profile === null || zone === undefined) throw new AppError('ERR_STRATEGY', `There are no contact rules for ${country}: nobody is contacted there.`);
  return { profile, zone, duties: dutiesOf(policies, country) };
}

interface SweptAgreement {
  readonly creditor: string;
  readonly index: number;
  readonly dueOn: LocalDate;
  readonly scenario: Scenario;
}

function isAssigned(strategy: Strategy): boolean {
  return strategy.steps.some(({ anchor }) => anchor === 'assigned');
}

/** Two instalments a month apart (or a debt that was assigned), each large enough for lawyers. */
function agreementOf({ strategy, country }: SweepRequest, { zone, duties }: SweptPlace, swept: SweptAgreement): { creditor: string; state: AgreementState; outside: { at: Instant; body: EventBody }[] } {
  const { creditor, index, dueOn, scenario } = swept;
  const currency = CURRENCY_OF[country] ?? 'USD';
  const amountMinor = Math.max(100_000, ...strategy.steps.map((step) => step.minOverdue[currency] ?? 0));
  const assigned = isAssigned(strategy);
  const before = Math.min(0, ...strategy.steps.map(({ days }) => days));
  const instalments = assigned ? [{ number: 1, dueOn: addDays(dueOn, -60), amountMinor }]
    : [{ number: 1, dueOn, amountMinor }, { number: 2, dueOn: addDays(dueOn, 30), amountMinor }];
  const terms: AgreementTerms = {
    agreementId: `a${index}`, creditorId: creditor, externalId: `A${index}`, country, zone, currency, agreedOn: addDays(dueOn, before - 1), instalments,
    components: {}, componentOrder: [], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null,
    ...(duties === undefined ? {} : { duties }), ...(assigned ? { assignedOn: dueOn } : {}),
  };
  const noon = (days: number): Instant => instantOf(zone, addDays(dueOn, days), 12 * 60);
  const total = instalments.reduce((sum, one) => sum + one.amountMinor, 0);
  const outside = scenario === 'promised' ? [{ at: noon(4), body: { kind: 'promiseMade' as const, promise: 'p', amountMinor: total, dueOn: addDays(dueOn, 9), channel: 'call' } }]
    : scenario === 'paid' ? [{ at: noon(5), body: { kind: 'paymentBooked' as const, payment: 'p', amountMinor: total } }] : [];
  return { creditor, state: initialState(terms, strategy), outside };
}

function lastDayOf({ steps }: Strategy): number {
  return Math.max(0, ...steps.map(({ days, expiresDays }) => days + (expiresDays ?? 0)));
}

interface Count {
  wanted: number;
  done: number;
  onItsDay: number;
  mostSlipped: number;
  expired: number;
  refused: number;
  never: number;
  readonly rules: Map<string, number>;
}

/** Counts what became of the first instalment's steps: those of the second are cut short by the first's case. */
class Tally {
  readonly #strategy: Strategy;
  readonly #counts: Map<string, Count>;
  readonly #duties = new Map<string, { wanted: number; missed: number }>();
  readonly #preLegal = { opened: 0, withoutNotice: 0, withoutCall: 0 };

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.#counts = new Map(strategy.steps.map(({ key }) => [key, { wanted: 0, done: 0, onItsDay: 0, mostSlipped: 0, expired: 0, refused: 0, never: 0, rules: new Map() }]));
  }

  enter({ state, fates }: Lived, zone: string, until: Instant, scenario: Scenario): void {
    // A promise covers what would be due, a payment ends it: there only their own steps are judged.
    const judged = (anchor: string): boolean => (scenario === 'unpaid') === (anchor !== 'promise' && anchor !== 'settled');
    const seen = new Set<string>();
    for (const fate of fates.values()) {
      if (!isFirst(fate.occurrence.instalment) || !judged(fate.occurrence.anchor)) continue;
      seen.add(fate.occurrence.key);
      this.#count(fate, zone);
    }
    // Called for, and nothing was ever written about it.
    for (const { occurrence, happened } of plannedOf(state)) {
      if (!isFirst(occurrence.instalment) || !judged(occurrence.anchor) || seen.has(occurrence.key) || happened.status === 'fired' || occurrence.dueAt > until) continue;
      this.#count({ occurrence, end: 'open', at: null, rules: new Set(occurrence.do === 'preLegal' ? ['requires'] : []) }, zone);
    }
    if (scenario !== 'unpaid') return;
    for (const standing of dutyStandings(state, until)) if (isFirst(standing.instalment)) this.#duty(standing.rule, standing.status === 'missed');
    this.#cases(state);
  }

  #count({ occurrence, end, at, rules }: Fate, zone: string): void {
    const count = this.#counts.get(occurrence.step);
    if (!count) return;
    count.wanted += 1;
    for (const rule of rules) count.rules.set(rule, (count.rules.get(rule) ?? 0) + 1);
    if (end === 'expired' || end === 'refused') count[end] += 1;
    else if (at === null) count.never += 1;
    else {
      count.done += 1;
      const slipped = Math.max(0, daysBetween(localDate(zone, occurrence.dueAt), localDate(zone, at)));
      if (slipped === 0) count.onItsDay += 1;
      count.mostSlipped = Math.max(count.mostSlipped, slipped);
    }
  }

  #duty(rule: string, missed: boolean): void {
    const count = this.#duties.get(rule) ?? { wanted: 0, missed: 0 };
    this.#duties.set(rule, { wanted: count.wanted + 1, missed: count.missed + Number(missed) });
  }

  /** By the facts, not by the strategy's own requirements: had the person been written to about it, and called? */
  #cases(state: AgreementState): void {
    const opened = state.events.find((event) => event.kind === 'preLegalOpened');
    if (opened === undefined || opened.kind !== 'preLegalOpened') return;
    const before: AgreementState = { ...state, events: state.events.filter((event) => event.seq < opened.seq) };
    this.#preLegal.opened += 1;
    if (noticesAbout(before, opened.occurrence.slice(opened.occurrence.lastIndexOf('/') + 1)).size === 0) this.#preLegal.withoutNotice += 1;
    if (!before.events.some((event) => event.kind === 'callOutcome' && event.channel === 'call')) this.#preLegal.withoutCall += 1;
  }

  findings(): Pick<SweepFinding, 'steps' | 'duties' | 'preLegal'> {
    return {
      steps: this.#strategy.steps.flatMap(({ key }) => {
        const count = this.#counts.get(key);
        return count ? [{ step: key, ...count, rules: [...count.rules].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([rule]) => rule) }] : [];
      }),
      duties: [...this.#duties].map(([rule, count]) => ({ rule, ...count })),
      preLegal: { ...this.#preLegal },
    };
  }
}

function isFirst(instalment: number | null): boolean {
  return instalment === null || instalment === 1;
}
