/** How long, how much and how often a debtor may promise. Defaults as data; a creditor's settings override them. */
import type { AgreementState, Instant, LocalDate, Minor } from './agreement.ts';
import { viewOf } from './view.ts';
import { statusOf } from './promise.ts';
import { daysBetween, localDate } from './zone.ts';

export interface PromiseLimits {
  /** Days from today to the promised date, at most. */
  readonly maxDaysAhead: number;
  /** A promise is refused when this many before it, without a kept one between, are open or broken. */
  readonly maxInARow: number;
}

export const PROMISE_LIMITS: PromiseLimits = { maxDaysAhead: 31, maxInARow: 2 };

export interface PromiseOffer {
  readonly amountMinor: Minor;
  readonly dueOn: LocalDate;
}

export interface PromiseRefusal {
  readonly code: 'ERR_STATE' | 'ERR_PROMISE_LIMIT';
  readonly detail: string;
}

/** Whether this promise may be taken now: null, or why not. */
export function checkPromise(state: AgreementState, promise: PromiseOffer, now: Instant, limits: PromiseLimits = PROMISE_LIMITS): PromiseRefusal | null {
  const view = viewOf(state);
  if (view.phase === 'closed' || view.phase === 'settled') return { code: 'ERR_STATE', detail: `The agreement is ${view.phase}: nothing is left to promise.` };
  const ahead = daysBetween(localDate(state.terms.zone, now), promise.dueOn);
  if (ahead < 0) return limit('The promised date is in the past.');
  if (ahead > limits.maxDaysAhead) return limit(`The promised date is ${ahead} days ahead; at most ${limits.maxDaysAhead} are allowed.`);
  if (!Number.isSafeInteger(promise.amountMinor) || promise.amountMinor <= 0) return limit('The promised amount must be a positive integer of minor units.');
  if (promise.amountMinor > view.balanceMinor) return limit(`The promised amount is more than the balance (${view.balanceMinor}).`);
  const lastKept = view.promises.findLastIndex((one) => statusOf(one, now) === 'kept');
  const inARow = view.promises.length - 1 - lastKept;
  if (inARow >= limits.maxInARow) return limit(`${inARow} promises in a row are open or were not kept; at most ${limits.maxInARow} are allowed.`);
  return null;
}

function limit(detail: string): PromiseRefusal {
  return { code: 'ERR_PROMISE_LIMIT', detail };
}
