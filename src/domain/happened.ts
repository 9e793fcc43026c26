/** What has come of a step's occurrence: fired, still open, put off, or asked and not answered yet. Read from the facts alone. */
import type { StepAction, MessageChannel } from '../strategy/strategy.ts';
import type { AgreementEvent, AgreementState, CallOutcomeName, Instant } from './agreement.ts';
import { HOUR, MINUTE } from './zone.ts';

export interface Happened {
  /** `unknown` and `booked` wait for an answer; an unknown one counts as fired from `until` on. */
  readonly status: 'open' | 'unknown' | 'booked' | 'fired';
  /** Not before this instant (deferred), or the question is closed at this instant (unknown). */
  readonly until: Instant | null;
  /** Something was tried already: when it expires there is nothing to excuse. */
  readonly tried: boolean;
  readonly failedChannels: readonly MessageChannel[];
}

type StepResultEvent = Extract<AgreementEvent, { kind: 'stepResult' }>;
type CallbackBooked = Extract<AgreementEvent, { kind: 'callbackBooked' }>;

interface CaseSpan {
  readonly openedAt: Instant;
  readonly occurrence: string;
  readonly endedAt: Instant | null;
}

interface Ledger {
  readonly results: ReadonlyMap<string, readonly StepResultEvent[]>;
  /** Last word on an attempt whose outcome was not known, or that failed later. */
  readonly attempts: ReadonlyMap<string, 'sent' | 'failed' | 'unknown'>;
  readonly failures: ReadonlyMap<string, readonly MessageChannel[]>;
  readonly bookings: ReadonlyMap<string, readonly CallbackBooked[]>;
  readonly closed: ReadonlyMap<string, 'missed' | 'cancelled'>;
  readonly outcomes: ReadonlyMap<string, CallOutcomeName>;
  readonly surveys: ReadonlySet<string>;
  readonly cases: readonly CaseSpan[];
  readonly openCall: boolean;
}

/** Nobody was reached: the call is still to be made. */
const NOT_REACHED: ReadonlySet<string> = new Set(['noAnswer', 'busy', 'voicemail']);
/** A call that came to nothing is booked once more. */
const MOST_BOOKINGS = 2;

const OPEN: Happened = { status: 'open', until: null, tried: false, failedChannels: [] };
const ledgers = new WeakMap<AgreementState, Ledger>();

/** What has come of the occurrence with this key. */
export function happenedTo(state: AgreementState, key: string, action: StepAction, dueAt: Instant): Happened {
  const ledger = ledgerOf(state);
  const results = ledger.results.get(key) ?? [];
  switch (action) {
    case 'contact': return contactOutcome(ledger, results);
    case 'callback': return ledger.bookings.has(key) ? bookingOutcome(ledger, ledger.bookings.get(key) ?? [], results) : plainOutcome(results);
    case 'survey': return ledger.surveys.has(key) ? { ...OPEN, status: 'fired', tried: true } : plainOutcome(results);
    case 'preLegal': return inCase(ledger.cases, key, dueAt) ? { ...OPEN, status: 'fired', tried: true } : plainOutcome(results);
  }
}

/** Whether an agent's call is booked and not made, missed or called off yet. */
export function callIsBooked(state: AgreementState): boolean {
  return ledgerOf(state).openCall;
}

/** Attempts of an occurrence that left and are not known to have failed, with the instant of their result. */
export function deliveredAttempts(state: AgreementState, key: string): ReadonlyMap<string, Instant> {
  const ledger = ledgerOf(state);
  const delivered = new Map<string, Instant>();
  for (const event of ledger.results.get(key) ?? []) {
    if (event.attempt === undefined || failed(ledger, event)) continue;
    const left = event.result === 'sent' || event.result === 'covered' || ledger.attempts.get(event.attempt) === 'sent';
    if (left && !delivered.has(event.attempt)) delivered.set(event.attempt, event.at);
  }
  return delivered;
}

/** Keys of every occurrence that has a result. */
export function keysWithResults(state: AgreementState): Iterable<string> {
  return ledgerOf(state).results.keys();
}

function contactOutcome(ledger: Ledger, results: readonly StepResultEvent[]): Happened {
  const last = results.at(-1);
  if (last === undefined) return OPEN;
  const failedChannels = results.flatMap((event) => (event.attempt !== undefined && failed(ledger, event) ? failedChannelsOf(ledger, event) : []));
  const tried = results.some((event) => event.result !== 'deferred');
  const base = { failedChannels, tried, until: null };
  // A success of another attempt outweighs whatever came in after it: a contact never leaves again once one arrived.
  if (results.some((event) => final(event) && !failed(ledger, event))) return { ...base, status: 'fired' };
  const open = results.findLast((event) => event.result === 'unknown' && !failed(ledger, event));
  if (open) {
    const answered = open.attempt !== undefined && ledger.attempts.has(open.attempt);
    return answered ? { ...base, status: 'fired' } : { ...base, status: 'unknown', until: later(open) };
  }
  if (last.result === 'deferred') return { ...base, status: 'open', until: later(last) };
  // Which channel failed is not known: trying any again could repeat it.
  return { ...base, status: failedChannels.length === 0 ? 'fired' : 'open' };
}

function plainOutcome(results: readonly StepResultEvent[]): Happened {
  const last = results.at(-1);
  if (last === undefined) return OPEN;
  if (results.some((event) => event.result !== 'deferred')) return { ...OPEN, status: 'fired', tried: true };
  return { ...OPEN, until: later(last) };
}

function bookingOutcome(ledger: Ledger, bookings: readonly CallbackBooked[], results: readonly StepResultEvent[]): Happened {
  const base = { ...OPEN, tried: true };
  if (bookings.some(({ callback }) => isOpenCall(ledger, callback))) return { ...base, status: 'booked' };
  const last = bookings.at(-1);
  if (last === undefined || bookings.length >= MOST_BOOKINGS) return { ...base, status: 'fired' };
  const outcome = ledger.outcomes.get(last.callback);
  const again = outcome === undefined ? ledger.closed.get(last.callback) === 'missed' : NOT_REACHED.has(outcome);
  if (!again) return { ...base, status: 'fired' };
  // What came of the second booking: without it a call that finds no slot would be asked for again at once, for ever.
  const since = results.filter((event) => event.seq > last.seq);
  if (since.some((event) => event.result !== 'deferred')) return { ...base, status: 'fired' };
  const deferred = since.at(-1);
  return { ...base, status: 'open', until: deferred === undefined ? null : later(deferred) };
}

/** A case speaks of everything that was due for it while it ran: a withdrawn one does not come back under the next instalment's name at once. */
function inCase(cases: readonly CaseSpan[], key: string, dueAt: Instant): boolean {
  return cases.some((one) => one.occurrence === key || dueAt <= (one.endedAt ?? one.openedAt));
}

function final(event: StepResultEvent): boolean {
  return event.result !== 'deferred' && event.result !== 'unknown';
}

function failed(ledger: Ledger, event: StepResultEvent): boolean {
  return event.attempt !== undefined && ledger.attempts.get(event.attempt) === 'failed';
}

function failedChannelsOf(ledger: Ledger, event: StepResultEvent): readonly MessageChannel[] {
  const told = event.attempt === undefined ? [] : ledger.failures.get(event.attempt) ?? [];
  return event.channel === undefined ? told : [...told, event.channel];
}

/** A date in the past would make the same decision come again at once. */
function later(event: StepResultEvent): Instant {
  return Math.max(event.until ?? event.at + HOUR, event.at + MINUTE);
}

function isOpenCall(ledger: Pick<Ledger, 'closed' | 'outcomes'>, callback: string): boolean {
  return !ledger.closed.has(callback) && !ledger.outcomes.has(callback);
}

function ledgerOf(state: AgreementState): Ledger {
  const known = ledgers.get(state);
  if (known) return known;
  const ledger = read(state.events);
  ledgers.set(state, ledger);
  return ledger;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function read(events: readonly AgreementEvent[]): Ledger {
  const results = new Map<string, StepResultEvent[]>();
  const attempts = new Map<string, 'sent' | 'failed' | 'unknown'>();
  const failures = new Map<string, MessageChannel[]>();
  const bookings = new Map<string, CallbackBooked[]>();
  const closed = new Map<string, 'missed' | 'cancelled'>();
  const outcomes = new Map<string, CallOutcomeName>();
  const surveys = new Set<string>();
  const calls = new Set<string>();
  for (const event of events) {
    switch (event.kind) {
      case 'stepResult': for (const key of new Set(event.occurrences)) push(results, key, event); break;
      // A failure stands, whatever overtook it.
      case 'contactResult': if (attempts.get(event.attempt) !== 'failed') attempts.set(event.attempt, event.result); break;
      case 'deliveryFailed': attempts.set(event.attempt, 'failed'); push(failures, event.attempt, event.channel); break;
      case 'callbackBooked': calls.add(event.callback); if (event.occurrence !== null) push(bookings, event.occurrence, event); break;
      case 'callbackClosed': closed.set(event.callback, event.result); break;
      case 'callOutcome': if (event.callback !== undefined) outcomes.set(event.callback, event.outcome); break;
      case 'surveyStarted': surveys.add(event.occurrence); break;
      default: break;
    }
  }
  const openCall = [...calls].some((callback) => isOpenCall({ closed, outcomes }, callback));
  return { results, attempts, failures, bookings, closed, outcomes, surveys, cases: caseSpans(events), openCall };
}

function caseSpans(events: readonly AgreementEvent[]): CaseSpan[] {
  const ends = new Map<string, Instant>();
  for (const event of events) if (event.kind === 'preLegalClosed') ends.set(event.case, event.at);
  return events.flatMap((event) => (event.kind === 'preLegalOpened'
    ? [{ openedAt: event.at, occurrence: event.occurrence, endedAt: ends.get(event.case) ?? null }] : []));
}
