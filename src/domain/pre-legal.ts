/** When an agreement may go to the lawyers, and when a case that is open has lost its reason. */
import type { Step } from '../strategy/strategy.ts';
import type { AgreementState, Instant, InstalmentView, Minor, Occurrence } from './agreement.ts';
import { strategyOf } from './facts.ts';
import { noticesAbout } from './notice.ts';
import { nextOverdueInstants } from './plan-fall.ts';
import { statusOf } from './promise.ts';
import { overdueAt, viewOf } from './view.ts';
import { startOfLocalDay } from './zone.ts';

/** What keeps the step of this occurrence from escalating at this instant; empty when it may. */
export function missingRequirements(state: AgreementState, occurrence: Occurrence, now: Instant): string[] {
  const step = strategyOf(state).steps.find((one) => one.key === occurrence.step);
  if (!step) return ['step'];
  const view = viewOf(state);
  const anchor = occurrence.key.slice(occurrence.step.length + 1);
  const instalment = view.instalments.find((one) => one.anchor === anchor);
  const { noticesDelivered = 0, callAttempts = 0, noDispute = false, noOpenPromise = false } = step.requires;
  const missing: string[] = [];
  if (!enoughOverdue(state, step, now)) missing.push('minOverdue');
  // What a charge or instalment that is gone would require is nothing; the debt as a whole has notices of its own.
  if ((instalment !== undefined || occurrence.anchor === 'assigned') && noticesAbout(state, anchor).size < noticesDelivered) missing.push('noticesDelivered');
  if (callsSince(state, instalment) < callAttempts) missing.push('callAttempts');
  if (noDispute && view.disputes.length > 0) missing.push('noDispute');
  if (noOpenPromise && view.promises.some((promise) => statusOf(promise, now) === 'open')) missing.push('noOpenPromise');
  return missing;
}

/** The next instant at which time alone may change what is missing (a debt grows overdue, a promise runs out); Infinity when only a fact can. */
export function requirementsChangeAt(state: AgreementState, missing: readonly string[], now: Instant): Instant {
  const instants: Instant[] = [];
  if (missing.includes('minOverdue')) instants.push(...nextOverdueInstants(state, now));
  if (missing.includes('noOpenPromise')) {
    const open = viewOf(state).promises.filter((promise) => statusOf(promise, now) === 'open');
    instants.push(...open.map((promise) => promise.openUntil));
  }
  return Math.min(Infinity, ...instants.filter((at) => at > now));
}

/**
 * Whether an open case still has its reason: the debt for which it was opened is overdue by the step's least amount
 * and nothing ended it. A hold or a dispute does not end a case; lawyers decide about those.
 */
export function preLegalStillHolds(state: AgreementState, now: Instant): boolean {
  const view = viewOf(state);
  if (view.preLegal === null || view.settledAt !== null || view.closedReason !== null || view.stoppedForGood) return false;
  const { occurrence } = view.preLegal;
  const opened = state.events.findLast((event) => event.kind === 'preLegalOpened' && event.case === view.preLegal?.case);
  const renegotiated = state.events.findLast((event) => event.kind === 'renegotiated');
  if (opened && renegotiated && renegotiated.seq > opened.seq) return false;
  const step = strategyOf(state).steps.find((one) => one.key === occurrence.slice(0, occurrence.lastIndexOf('/')));
  return enoughOverdue(state, step, now);
}

function enoughOverdue(state: AgreementState, step: Step | undefined, now: Instant): boolean {
  const least: Minor = step?.minOverdue[state.terms.currency] ?? 0;
  const { overdueMinor } = overdueAt(state, now);
  return overdueMinor > 0 && overdueMinor >= least;
}

function callsSince(state: AgreementState, instalment: InstalmentView | undefined): number {
  const from = instalment ? startOfLocalDay(state.terms.zone, instalment.dueOn) : -Infinity;
  // A call whose outcome was corrected later is one call.
  return new Set(state.events.flatMap((event) => (event.kind === 'callOutcome' && event.channel === 'call' && event.at >= from ? [event.call] : []))).size;
}
