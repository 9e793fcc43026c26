/** Collection notices that reached an agreement's debtor: what an escalation requires and what a duty of the law is fulfilled by. */
import type { Strategy } from '../strategy/strategy.ts';
import type { AgreementState, Instant } from './agreement.ts';
import { deliveredAttempts, keysWithResults } from './happened.ts';

/** Anchor id of what speaks of the whole debt before there is an agreement. */
export const ASSIGNED = 'assigned';

/**
 * Different collection messages about this anchor that left and did not bounce, each with its instant; several steps in
 * one message are one notice, and a notice about the whole debt speaks of each part of it.
 */
export function noticesAbout(state: AgreementState, anchor: string): ReadonlyMap<string, Instant> {
  const notices = new Map<string, Instant>();
  const steps = collectionSteps(state);
  for (const key of keysWithResults(state)) {
    const cut = key.lastIndexOf('/');
    const about = key.slice(cut + 1);
    if ((about !== anchor && about !== ASSIGNED) || !steps.has(key.slice(0, cut))) continue;
    for (const [attempt, at] of deliveredAttempts(state, key)) notices.set(attempt, at);
  }
  return notices;
}

const ofStrategy = new WeakMap<Strategy, readonly string[]>();

/** Keys of collection contacts about what is due. */
function keysOf(strategy: Strategy): readonly string[] {
  const known = ofStrategy.get(strategy);
  if (known) return known;
  const keys = strategy.steps.filter((step) => step.do === 'contact' && (step.anchor === 'due' || step.anchor === 'assigned') && step.purpose === 'collection').map((step) => step.key);
  ofStrategy.set(strategy, keys);
  return keys;
}

/** Of every strategy the agreement has followed, and the law's own notices. */
function collectionSteps(state: AgreementState): Set<string> {
  const keys = new Set([...keysOf(state.strategy), ...(state.terms.duties?.rules ?? []).map(({ rule }) => rule)]);
  for (const event of state.events) if (event.kind === 'strategyChanged') for (const key of keysOf(event.strategy)) keys.add(key);
  return keys;
}
