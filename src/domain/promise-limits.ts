/** How long, how much and how often a debtor may promise. Defaults as data; a creditor's settings override them. */
import type { AgreementState, Instant, LocalDate, Minor, PromiseView } from './agreement.ts';
import { viewOf } from './view.ts';
import { statusOf } from './promise.ts';
import { addDays, daysBetween, localDate } from './zone.ts';

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
  const row = inARow(view.promises, now);
  if (row >= limits.maxInARow) return limit(`${row} promises in a row are open or were not kept; at most ${limits.maxInARow} are allowed.`);
  return null;
}

export interface PromiseRoom {
  /** The first and the last date that may be promised today. */
  readonly firstOn: LocalDate;
  readonly lastOn: LocalDate;
  /** Promises that may still be made in a row; 0: none now. */
  readonly left: number;
}

/** Within what a promise may be made now, for whoever asks before promising; null when nothing is left to promise. */
export function promiseRoom(state: AgreementState, now: Instant, limits: PromiseLimits = PROMISE_LIMITS): PromiseRoom | null {
  const view = viewOf(state);
  if (view.phase === 'closed' || view.phase === 'settled' || view.balanceMinor <= 0) return null;
  const today = localDate(state.terms.zone, now);
  return { firstOn: today, lastOn: addDays(today, limits.maxDaysAhead), left: Math.max(0, limits.maxInARow - inARow(view.promises, now)) };
}

/** Promises since the last kept one: open, or not kept. */
function inARow(promises: readonly PromiseView[], now: Instant): number {
  return promises.length - 1 - promises.findLastIndex((one) => statusOf(one, now) === 'kept');
}

function limit(detail: string): PromiseRefusal {
  return { code: 'ERR_PROMISE_LIMIT', detail };
}
