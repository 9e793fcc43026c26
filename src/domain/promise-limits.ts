/** How long, how much and how often a debtor may promise. Defaults as data; a creditor's settings override them. */
import type { AgreementState, AgreementView, Instant, LocalDate, Minor, PromiseView } from './agreement.ts';
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

export type PromiseBound = 'state' | 'pastDate' | 'maxDaysAhead' | 'amount' | 'balance' | 'maxInARow';

/** A limit that a promise passes: the field, the limit in its unit, and a sentence. */
export interface PromiseReason extends PromiseRefusal {
  readonly bound: PromiseBound;
  readonly path: 'agreement' | 'dueOn' | 'amountMinor';
  readonly limit: number | string;
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

/** Whether this promise may be taken now: null, or the first reason why not. */
export function checkPromise(state: AgreementState, promise: PromiseOffer, now: Instant, limits: PromiseLimits = PROMISE_LIMITS): PromiseRefusal | null {
  return promiseRefusals(state, promise, now, limits)[0] ?? null;
}

/** Every reason why this promise may not be taken now; empty: it may. */
export function promiseRefusals(state: AgreementState, promise: PromiseOffer, now: Instant, limits: PromiseLimits = PROMISE_LIMITS): PromiseReason[] {
  const view = viewOf(state);
  if (view.phase === 'closed' || view.phase === 'settled') {
    return [{ code: 'ERR_STATE', bound: 'state', path: 'agreement', limit: view.phase, detail: `The agreement is ${view.phase}: nothing is left to promise.` }];
  }
  return [...dateRefusals(localDate(state.terms.zone, now), promise, limits), ...amountRefusals(view.balanceMinor, promise), ...rowRefusals(view, now, limits)];
}

function dateRefusals(today: LocalDate, { dueOn }: PromiseOffer, { maxDaysAhead }: PromiseLimits): PromiseReason[] {
  const ahead = daysBetween(today, dueOn);
  if (ahead < 0) return [refusal('pastDate', 'dueOn', today, 'The promised date is in the past.')];
  return ahead > maxDaysAhead ? [refusal('maxDaysAhead', 'dueOn', maxDaysAhead, `The promised date is ${ahead} days ahead; at most ${maxDaysAhead} are allowed.`)] : [];
}

function amountRefusals(balanceMinor: Minor, { amountMinor }: PromiseOffer): PromiseReason[] {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return [refusal('amount', 'amountMinor', 1, 'The promised amount must be a positive integer of minor units.')];
  return amountMinor > balanceMinor ? [refusal('balance', 'amountMinor', balanceMinor, `The promised amount is more than the balance (${balanceMinor}).`)] : [];
}

function rowRefusals({ promises }: AgreementView, now: Instant, { maxInARow }: PromiseLimits): PromiseReason[] {
  const row = inARow(promises, now);
  return row >= maxInARow ? [refusal('maxInARow', 'agreement', maxInARow, `${row} promises in a row are open or were not kept; at most ${maxInARow} are allowed.`)] : [];
}

function refusal(bound: PromiseBound, path: PromiseReason['path'], limit: number | string, detail: string): PromiseReason {
  return { code: 'ERR_PROMISE_LIMIT', bound, path, limit, detail };
}
