/** What a debtor may take without asking anybody: concrete plans within the creditor's policy. Pure. */
import type { AgreementState, AgreementView, Instalment, Instant, LocalDate, Minor } from './agreement.ts';
import { splitProRata } from './money.ts';
import { judge } from './negotiation.ts';
import { daysMovedSoFar, limitsOf, restsOf, type NegotiationPolicy, type NewPlan, type Rest } from './negotiation-policy.ts';
import { overdueAt, viewOf } from './view.ts';
import { addDays, isLocalDate, localDate } from './zone.ts';

/** A plan that may be accepted as it is; `payNow` forgives something, and only as long as its date is kept. */
export interface PlanOffer extends NewPlan {
  readonly kind: 'moveDate' | 'newPlan' | 'payNow';
}

/** Days by which a date is offered to move, besides all that is left. */
const MOVES = [7, 15, 30];
/** Numbers of instalments that are offered, besides the most allowed. */
const COUNTS = [2, 3, 4, 6, 9, 12, 18, 24, 36];
/** Days within which whoever pays at once pays. */
const PAY_NOW_DAYS = 5;
/** A new plan begins at the latest so many days from now, even where more is allowed. */
const FIRST_DAYS = 30;

/** Every offer passes `judge`. None for what is over, disputed or stopped, nor while a discount hangs on a date that was agreed on. */
export function offers(state: AgreementState, policy: NegotiationPolicy, now: Instant): PlanOffer[] {
  const view = viewOf(state);
  const conditional = view.fallsAfterMissed !== state.terms.acceleratesAfterMissed;
  if (view.balanceMinor <= 0 || view.disputes.length > 0 || view.stopped.length > 0 || conditional) return [];
  const about: About = { state, view, policy, now, today: localDate(state.terms.zone, now), rests: restsOf(view) };
  const moves = moveDates(about);
  return [...moves, ...newPlans(about, moves.length === 0), ...payNow(about)].filter((offer) => judge(offer, state, policy, now).length === 0);
}

interface About {
  readonly state: AgreementState;
  readonly view: AgreementView;
  readonly policy: NegotiationPolicy;
  readonly now: Instant;
  readonly today: LocalDate;
  readonly rests: readonly Rest[];
}

/** The next instalment later, the others where they are; not when more than one is past: then a new plan is what helps. */
function moveDates({ state, view, policy, today, rests }: About): PlanOffer[] {
  const [next, following] = rests;
  if (next === undefined || view.brokenAt !== null || (following !== undefined && following.dueOn < today)) return [];
  const left = policy.maxExtensionDays - (daysMovedSoFar(state)[rests.length - 1] ?? 0);
  const from = next.dueOn > today ? next.dueOn : today;
  const days = [...new Set([...MOVES.filter((one) => one < left), left])].filter((one) => one > 0);
  const dates = days.map((one) => addDays(from, one)).filter((date) => following === undefined || date <= following.dueOn);
  return dates.map((dueOn) => ({ kind: 'moveDate', discountMinor: 0, instalments: numbered([{ dueOn, amountMinor: next.amountMinor }, ...rests.slice(1)]) }));
}

/** The balance in equal monthly instalments: more than now, or as many as may be when something is past. In one only where nothing else helps. */
function newPlans({ state, view, policy, now, today, rests }: About, inOne: boolean): PlanOffer[] {
  const late = view.brokenAt !== null || overdueAt(state, now).daysPastDue > 0;
  const most = policy.maxInstalments;
  const counts = [...new Set([...(late && inOne ? [1] : []), ...COUNTS.filter((count) => count < most), ...(most > 1 ? [most] : [])])].filter((count) => count <= most);
  const first = addDays(today, Math.min(policy.firstDueWithinDays, FIRST_DAYS));
  const least = limitsOf(state, policy, now).minInstalmentMinor;
  return counts.filter((count) => (late || count > rests.length) && (count === 1 || Math.floor(view.balanceMinor / count) >= least)).map((count) => ({
    kind: 'newPlan', discountMinor: 0,
    instalments: numbered(equalParts(view.balanceMinor, count).map((amountMinor, index) => ({ dueOn: monthsAfter(first, index), amountMinor }))),
  }));
}

/** All of it within days for less, when something is past; whoever misses the date owes the whole again. */
function payNow({ state, view, policy, now, today }: About): PlanOffer[] {
  const discountMinor = limitsOf(state, policy, now).maxDiscountMinor;
  if (discountMinor === 0 || discountMinor >= view.balanceMinor || overdueAt(state, now).daysPastDue === 0) return [];
  const dueOn = addDays(today, Math.min(PAY_NOW_DAYS, policy.firstDueWithinDays));
  return [{ kind: 'payNow', discountMinor, instalments: numbered([{ dueOn, amountMinor: view.balanceMinor - discountMinor }]) }];
}

function numbered(list: readonly Rest[]): Instalment[] {
  return list.map(({ dueOn, amountMinor }, index) => ({ number: index + 1, dueOn, amountMinor }));
}

/** Parts that differ by one unit at most and add up to the amount, the larger first. */
export function equalParts(amountMinor: Minor, count: number): Minor[] {
  return splitProRata(amountMinor, Array.from({ length: count }, () => 1));
}

/** The same day so many months later, or the last one of a shorter month. */
export function monthsAfter(date: LocalDate, months: number): LocalDate {
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + months;
  const prefix = `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
  for (let day = Number(date.slice(8, 10)); ; day -= 1) {
    const found = `${prefix}-${String(day).padStart(2, '0')}`;
    if (day <= 28 || isLocalDate(found)) return found;
  }
}
