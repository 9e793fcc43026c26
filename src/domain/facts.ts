/** How the facts of an agreement come together: `initialState`, `apply`, `migrate`. What follows from them is in view.ts. */
import { AppError } from '../errors.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { AgreementEvent, AgreementState, AgreementTerms } from './agreement.ts';

/** An agreement to which nothing has happened yet. */
export function initialState(terms: AgreementTerms, strategy: Strategy): AgreementState {
  return { v: 1, terms, strategy, events: [] };
}

/**
 * Enters a fact: in its place by sequence, once per id. The same facts in any order, some of them twice, give the same
 * state. Of several deferrals of the same occurrences only the last by sequence is kept: the others say nothing any
 * more, and an agreement that waits out a long hold would otherwise grow a fact a day.
 */
export function apply(state: AgreementState, event: AgreementEvent): AgreementState {
  if (state.events.some((known) => known.id === event.id)) return state;
  const rival = deferralOfSame(state.events, event);
  if (rival && precedes(event, rival)) return state;
  const kept = rival ? state.events.filter((known) => known !== rival) : state.events;
  const place = placeOf(kept, event);
  return { ...state, events: [...kept.slice(0, place), event, ...kept.slice(place)] };
}

/** Enters several facts. */
export function applyAll(state: AgreementState, events: readonly AgreementEvent[]): AgreementState {
  return events.reduce(apply, state);
}

function deferralOfSame(events: readonly AgreementEvent[], event: AgreementEvent): AgreementEvent | undefined {
  const subject = deferralSubject(event);
  return subject === null ? undefined : events.find((known) => deferralSubject(known) === subject);
}

function deferralSubject(event: AgreementEvent): string | null {
  if (event.kind !== 'stepResult' || event.result !== 'deferred') return null;
  return [...event.occurrences].sort().join(' ');
}

/** Order by sequence; facts of one sequence number (one transaction) by id, so that the order is total. */
function precedes(a: AgreementEvent, b: AgreementEvent): boolean {
  return a.seq !== b.seq ? a.seq < b.seq : a.id < b.id;
}

function placeOf(events: readonly AgreementEvent[], event: AgreementEvent): number {
  let place = events.length;
  for (let before = events[place - 1]; before !== undefined && precedes(event, before); before = events[place - 1]) place -= 1;
  return place;
}

/**
 * Reads a state that an earlier release wrote (the input of a continued run). There is one version so far; a later one
 * is turned into the newest here, step by step, and never changes what an older one meant.
 */
export function migrate(stored: unknown): AgreementState {
  if (!isVersionOne(stored)) throw new AppError('ERR_INTERNAL', 'The stored state of the agreement has a version that this release does not read.');
  return stored;
}

function isVersionOne(stored: unknown): stored is AgreementState {
  if (typeof stored !== 'object' || stored === null) return false;
  const candidate: Partial<Record<keyof AgreementState, unknown>> = stored;
  return candidate.v === 1 && typeof candidate.terms === 'object' && candidate.terms !== null
    && typeof candidate.strategy === 'object' && candidate.strategy !== null && Array.isArray(candidate.events);
}

const currentStrategies = new WeakMap<AgreementState, Strategy>();

/** The strategy that the agreement follows now: its first, or the one of the last change. */
export function strategyOf(state: AgreementState): Strategy {
  const known = currentStrategies.get(state);
  if (known) return known;
  const change = state.events.findLast((event) => event.kind === 'strategyChanged');
  const strategy = change?.kind === 'strategyChanged' ? change.strategy : state.strategy;
  currentStrategies.set(state, strategy);
  return strategy;
}
