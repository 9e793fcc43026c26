/** What a creditor lets be agreed on anew, as data; a creditor's settings override the defaults field by field. */
import type { AgreementState, AgreementView, Instalment, Instant, LocalDate, Minor } from './agreement.ts';
import { overdueAt, viewOf } from './view.ts';
import { addDays, daysBetween, localDate, startOfLocalDay } from './zone.ts';

export interface DiscountBand {
  /** Days past due from which the band counts. */
  readonly fromDays: number;
  /** Whole percent of what would be owed had no renegotiation forgiven anything. */
  readonly percent: number;
}

export interface NegotiationPolicy {
  /** The band of the most days that are reached counts; what earlier versions forgave is part of it. */
  readonly maxDiscountPercent: readonly DiscountBand[];
  /** Days that a date may move in all, from its day or from today if that has passed. */
  readonly maxExtensionDays: number;
  /** Smallest instalment by currency, in minor units; what is owed in one piece may be smaller. */
  readonly minInstalmentMinor: Readonly<Record<string, Minor>>;
  readonly maxInstalments: number;
  /** Days from today to the first date of a new plan. */
  readonly firstDueWithinDays: number;
  /** Local days between two renegotiations. */
  readonly coolDownDays: number;
  /** New plans of one agreement, all versions counted. */
  readonly maxRenegotiations: number;
}

/** Nothing is forgiven, little is put off. */
export const NEGOTIATION_POLICY: NegotiationPolicy = {
  maxDiscountPercent: [], maxExtensionDays: 15, maxInstalments: 3, firstDueWithinDays: 15, coolDownDays: 30, maxRenegotiations: 2,
  minInstalmentMinor: { CLP: 10_000, COP: 4_000_000, MXN: 20_000, PEN: 4_000, ARS: 1_000_000, BRL: 5_000, USD: 1_000, EUR: 1_000 },
};

/** Days between two instalments of a new plan: monthly at the slowest. */
export const MAX_GAP_DAYS = 31;

/** What is asked for: instalments and what is forgiven, in minor units. */
export interface NewPlan {
  readonly instalments: readonly Instalment[];
  readonly discountMinor: Minor;
}

/** What is open of an instalment. */
export interface Rest {
  readonly dueOn: LocalDate;
  readonly amountMinor: Minor;
}

/** The bounds of one agreement at one instant. */
export interface NegotiationLimits {
  /** What may be forgiven now, in minor units. */
  readonly maxDiscountMinor: Minor;
  readonly maxExtensionDays: number;
  readonly minInstalmentMinor: Minor;
  readonly maxInstalments: number;
  /** Latest first date of a new plan. */
  readonly firstDueBy: LocalDate;
  readonly maxGapDays: number;
  readonly coolDownDays: number;
  readonly maxRenegotiations: number;
  readonly renegotiationsMade: number;
}

/** The policy applied to where the agreement stands. */
export function limitsOf(state: AgreementState, policy: NegotiationPolicy, now: Instant): NegotiationLimits {
  return {
    maxDiscountMinor: discountRoom(state, policy, now), maxExtensionDays: policy.maxExtensionDays,
    minInstalmentMinor: Math.max(1, policy.minInstalmentMinor[state.terms.currency] ?? 1), maxInstalments: policy.maxInstalments,
    firstDueBy: addDays(localDate(state.terms.zone, now), policy.firstDueWithinDays), maxGapDays: MAX_GAP_DAYS,
    coolDownDays: policy.coolDownDays, maxRenegotiations: policy.maxRenegotiations, renegotiationsMade: renegotiationsOf(state).length,
  };
}

/** What is still owed, by date. */
export function restsOf(view: AgreementView): Rest[] {
  return byDate(view.instalments.filter((one) => one.amountMinor > one.paidMinor).map(({ dueOn, amountMinor, paidMinor }) => ({ dueOn, amountMinor: amountMinor - paidMinor })));
}

export function byDate<T extends Rest>(list: readonly T[]): T[] {
  return [...list].sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
}

type Renegotiated = Extract<AgreementState['events'][number], { kind: 'renegotiated' }>;

export function renegotiationsOf(state: AgreementState): Renegotiated[] {
  return state.events.filter((event): event is Renegotiated => event.kind === 'renegotiated');
}

/** When the cool-down is over; null when it is, or when nothing was renegotiated. The number allowed is not looked at. */
export function nextAllowedAt(state: AgreementState, policy: NegotiationPolicy, now: Instant): Instant | null {
  const last = Math.max(...renegotiationsOf(state).map(({ at }) => at));
  if (!Number.isFinite(last)) return null;
  const at = startOfLocalDay(state.terms.zone, addDays(localDate(state.terms.zone, last), policy.coolDownDays));
  return policy.coolDownDays > 0 && at > now ? at : null;
}

/** The percent that counts at this age. */
export function percentAt(policy: NegotiationPolicy, daysPastDue: number): number {
  const reached = policy.maxDiscountPercent.filter(({ fromDays }) => fromDays <= daysPastDue);
  return reached.reduce((best, band) => (band.fromDays > best.fromDays ? band : best), { fromDays: -1, percent: 0 }).percent;
}

/** Of what would be owed had nothing been forgiven, the percent of the age, less what versions before this one forgave. */
function discountRoom(state: AgreementState, policy: NegotiationPolicy, now: Instant): Minor {
  const { balanceMinor, negotiatedDiscountMinor } = viewOf(state);
  const percent = percentAt(policy, overdueAt(state, now).daysPastDue);
  const most = (BigInt(balanceMinor) + BigInt(negotiatedDiscountMinor)) * BigInt(percent) / 100n - BigInt(negotiatedDiscountMinor);
  return Math.max(0, Number(most));
}

/** A plan that only moves dates: the same amounts in the same order, nothing forgiven. Pairs of rest and new date, or null. */
export function moved(plan: NewPlan, view: AgreementView): readonly { readonly from: Rest; readonly to: Instalment }[] | null {
  const rests = restsOf(view);
  const dates = byDate(plan.instalments);
  if (view.brokenAt !== null || plan.discountMinor !== 0 || rests.length !== dates.length) return null;
  const pairs = rests.flatMap((from, index) => {
    const to = dates[index];
    return to !== undefined && to.amountMinor === from.amountMinor ? [{ from, to }] : [];
  });
  return pairs.length === rests.length ? pairs : null;
}

/**
 * Days by which each open date was moved already since the plan was made, the last date first: those that are paid fall
 * away at the front, so the end is where the same instalment keeps its place. Many small moves come to no more than one.
 */
export function daysMovedSoFar(state: AgreementState): readonly number[] {
  let so: readonly number[] = [];
  state.events.forEach((event, index) => {
    if (event.kind !== 'renegotiated') return;
    const before = viewOf({ ...state, events: state.events.slice(0, index) });
    const pairs = moved(event, before);
    const today = localDate(state.terms.zone, event.at);
    const known = so;
    so = pairs === null ? [] : [...pairs].reverse().map(({ from, to }, place) => (known[place] ?? 0) + daysMoved(from, to, today));
  });
  return so;
}

/** Days from the old date, or from today if that has passed. */
export function daysMoved(from: Rest, to: Rest, today: LocalDate): number {
  return Math.max(0, daysBetween(from.dueOn > today ? from.dueOn : today, to.dueOn));
}
