/** The judgement of a new plan by the creditor's policy: every bound that it passes, with the remedy. Pure. */
import type { AgreementState, Instalment, Instant, LocalDate } from './agreement.ts';
import { byDate, daysMoved, daysMovedSoFar, limitsOf, moved, nextAllowedAt, type NegotiationLimits, type NegotiationPolicy, type NewPlan } from './negotiation-policy.ts';
import { viewOf } from './view.ts';
import { daysBetween, localDate } from './zone.ts';

export type Bound = 'state' | 'balance' | 'pastDate' | 'maxGapDays' | keyof NegotiationPolicy;

/** A bound that a plan passes: the field of the body, the bound in its unit, what is wrong and what to do. */
export interface Breach {
  readonly bound: Bound;
  readonly path: string;
  readonly limit: number | string;
  readonly message: string;
  readonly remedy: string;
}

/** Every bound that the plan passes; empty: it may be agreed on now. */
export function judge(plan: NewPlan, state: AgreementState, policy: NegotiationPolicy, now: Instant): Breach[] {
  const today = localDate(state.terms.zone, now);
  const limits = limitsOf(state, policy, now);
  const about = { plan, state, limits, today };
  const pairs = moved(plan, viewOf(state));
  return [
    ...stateOf(state), ...frequency(state, policy, limits, now), ...sums(about), ...past(plan, today),
    ...(pairs === null ? newPlan(about) : movedDates(about, pairs)),
  ];
}

interface About {
  readonly plan: NewPlan;
  readonly state: AgreementState;
  readonly limits: NegotiationLimits;
  readonly today: LocalDate;
}

function stateOf(state: AgreementState): Breach[] {
  const { phase, preLegal } = viewOf(state);
  const breach = (limit: string, message: string): Breach => ({ bound: 'state', path: 'agreement', limit, message, remedy: 'There is nothing to renegotiate.' });
  if (phase === 'settled' || phase === 'closed') return [breach(phase, `is ${phase}`)];
  return preLegal?.state === 'handedOver' ? [breach('handedOver', 'was handed over to lawyers')] : [];
}

function frequency(state: AgreementState, policy: NegotiationPolicy, { renegotiationsMade: made, maxRenegotiations: most, coolDownDays }: NegotiationLimits, now: Instant): Breach[] {
  const breaches: Breach[] = [];
  if (made >= most) {
    breaches.push({ bound: 'maxRenegotiations', path: 'agreement', limit: most, message: `was renegotiated ${made} times, at most ${most} are allowed`, remedy: 'A supervisor decides.' });
  }
  const next = nextAllowedAt(state, policy, now);
  if (next !== null) {
    const day = localDate(state.terms.zone, next);
    breaches.push({ bound: 'coolDownDays', path: 'agreement', limit: coolDownDays, message: `was renegotiated less than ${coolDownDays} days ago`, remedy: `Wait until ${day}.` });
  }
  return breaches;
}

function sums({ plan, state, limits }: About): Breach[] {
  const breaches: Breach[] = [];
  const { balanceMinor } = viewOf(state);
  const total = plan.instalments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  if (total + plan.discountMinor !== balanceMinor) {
    breaches.push({
      bound: 'balance', path: 'instalments', limit: balanceMinor, message: `with discountMinor they come to ${total + plan.discountMinor}, the balance is ${balanceMinor}`,
      remedy: 'Ask for the balance to the last unit, less the discount.',
    });
  }
  const most = limits.maxDiscountMinor;
  if (!Number.isSafeInteger(plan.discountMinor) || plan.discountMinor < 0 || plan.discountMinor > most) {
    breaches.push({ bound: 'maxDiscountPercent', path: 'discountMinor', limit: most, message: `must be 0 to ${most}, what was forgiven before is counted`, remedy: `Forgive at most ${most}.` });
  }
  return breaches;
}

function past({ instalments }: NewPlan, today: LocalDate): Breach[] {
  return instalments.flatMap(({ dueOn }, index): Breach[] => (dueOn >= today ? [] : [
    { bound: 'pastDate', path: `instalments.${index}.dueOn`, limit: today, message: `${dueOn} is in the past`, remedy: `Take ${today} or later.` }]));
}

function newPlan({ plan: { instalments }, limits }: About): Breach[] {
  const breaches: Breach[] = [];
  const { maxInstalments: most, minInstalmentMinor, firstDueBy, maxGapDays } = limits;
  if (instalments.length < 1 || instalments.length > most) {
    breaches.push({ bound: 'maxInstalments', path: 'instalments', limit: most, message: `are ${instalments.length}, 1 to ${most} are allowed`, remedy: `Ask for at most ${most}.` });
  }
  const least = instalments.length === 1 ? 1 : minInstalmentMinor;
  instalments.forEach(({ amountMinor }, index) => {
    if (Number.isSafeInteger(amountMinor) && amountMinor >= least) return;
    breaches.push({ bound: 'minInstalmentMinor', path: `instalments.${index}.amountMinor`, limit: least, message: `must be at least ${least}`, remedy: 'Ask for fewer instalments.' });
  });
  const dates = byDate(instalments);
  const [first] = dates;
  if (first !== undefined && first.dueOn > firstDueBy) {
    breaches.push({ bound: 'firstDueWithinDays', path: pathOf(instalments, first), limit: firstDueBy, message: `the plan begins on ${first.dueOn}`, remedy: `Let it begin by ${firstDueBy}.` });
  }
  for (const [index, one] of dates.entries()) {
    const before = dates[index - 1];
    if (before === undefined || daysBetween(before.dueOn, one.dueOn) <= maxGapDays) continue;
    breaches.push({ bound: 'maxGapDays', path: pathOf(instalments, one), limit: maxGapDays, message: `comes more than ${maxGapDays} days after ${before.dueOn}`, remedy: 'Ask for an instalment every month.' });
  }
  return breaches;
}

function movedDates({ plan, state, limits, today }: About, pairs: NonNullable<ReturnType<typeof moved>>): Breach[] {
  const so = daysMovedSoFar(state);
  return pairs.flatMap(({ from, to }, index): Breach[] => {
    const days = daysMoved(from, to, today);
    const left = Math.max(0, limits.maxExtensionDays - (so[pairs.length - 1 - index] ?? 0));
    // A date that stays where it is was agreed on before.
    if (days <= left || to.dueOn === from.dueOn) return [];
    return [{ bound: 'maxExtensionDays', path: pathOf(plan.instalments, to), limit: left, message: `moves by ${days} days, ${left} are left`, remedy: 'Take a nearer date, or a plan of more instalments.' }];
  });
}

function pathOf(instalments: readonly Instalment[], one: Instalment): string {
  return `instalments.${instalments.indexOf(one)}.dueOn`;
}
