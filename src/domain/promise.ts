/** Promises to pay: which money keeps them, what they cover while they are open. */
import type { AgreementEvent, AgreementView, Instant, Minor, PromiseView } from './agreement.ts';
import { addDays, endOfLocalDay } from './zone.ts';

export type PromiseStatus = 'open' | 'kept' | 'partlyKept' | 'broken';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type PaymentBooked = Extract<AgreementEvent, { kind: 'paymentBooked' }>;

/** The promises in the order in which they were made, with the money that came in for each. */
export function promiseViews(events: readonly AgreementEvent[], zone: string, graceDays: number): PromiseView[] {
  const promises: Mutable<PromiseView>[] = [];
  for (const event of events) {
    if (event.kind !== 'promiseMade' || promises.some(({ promise }) => promise === event.promise)) continue;
    const { promise, seq, at: madeAt, amountMinor, dueOn } = event;
    promises.push({ promise, seq, madeAt, amountMinor, dueOn, openUntil: endOfLocalDay(zone, addDays(dueOn, graceDays)), paidMinor: 0, paidInTimeMinor: 0 });
  }
  if (promises.length > 0) for (const payment of standingPayments(events)) creditPromises(promises, payment);
  return promises;
}

function standingPayments(events: readonly AgreementEvent[]): PaymentBooked[] {
  const gone = new Set<string>();
  for (const event of events) if (event.kind === 'paymentReversed') gone.add(event.payment);
  const standing: PaymentBooked[] = [];
  for (const event of events) {
    if (event.kind !== 'paymentBooked' || gone.has(event.payment)) continue;
    gone.add(event.payment);
    standing.push(event);
  }
  return standing;
}

/** A payment fills the promises that still run, nearest date first; only what is left goes to those it came too late for. */
function creditPromises(promises: readonly Mutable<PromiseView>[], payment: PaymentBooked): void {
  const made = promises.filter((promise) => promise.seq < payment.seq);
  const byDate = (a: PromiseView, b: PromiseView): number => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : a.seq - b.seq);
  let rest = payment.amountMinor;
  for (const inTime of [true, false]) {
    for (const promise of made.filter((one) => payment.at < one.openUntil === inTime).sort(byDate)) {
      const amount = Math.min(rest, promise.amountMinor - promise.paidMinor);
      rest -= amount;
      promise.paidMinor += amount;
      if (inTime) promise.paidInTimeMinor += amount;
    }
  }
}

/** Where a promise stands: kept as soon as all of it came in time; judged at the end of the local day dueOn + grace. */
export function promiseStatus(view: AgreementView, promise: string, now: Instant): PromiseStatus {
  const found = view.promises.find((one) => one.promise === promise);
  return found ? statusOf(found, now) : 'broken';
}

export function statusOf(promise: PromiseView, now: Instant): PromiseStatus {
  if (promise.paidInTimeMinor >= promise.amountMinor) return 'kept';
  if (now < promise.openUntil) return 'open';
  return promise.paidInTimeMinor > 0 ? 'partlyKept' : 'broken';
}

/**
 * Until when each instalment (by anchor) is silenced by open promises: what is still promised is laid over the open
 * instalments, oldest due first, nearest promise first; an instalment that is reached in part is covered.
 */
export function promiseCover(view: AgreementView, now: Instant): ReadonlyMap<string, Instant> {
  const cover = new Map<string, Instant>();
  const open = view.promises.filter((promise) => statusOf(promise, now) === 'open').sort((a, b) => a.openUntil - b.openUntil || a.seq - b.seq);
  if (open.length === 0) return cover;
  const owed = view.instalments.filter((instalment) => instalment.amountMinor > instalment.paidMinor);
  let reach: Minor = 0;
  for (const promise of open) {
    const from = reach;
    reach += promise.amountMinor - promise.paidMinor;
    let before = 0;
    for (const instalment of owed) {
      const after = before + instalment.amountMinor - instalment.paidMinor;
      if (before < reach && after > from) cover.set(instalment.anchor, promise.openUntil);
      before = after;
    }
  }
  return cover;
}
