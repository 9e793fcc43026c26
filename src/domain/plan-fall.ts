/** What falls with time alone: the next instalments that become overdue, and the plan when too many are. */
import type { AgreementState, Instant } from './agreement.ts';
import { promiseCover } from './promise.ts';
import { graceEnd, viewOf } from './view.ts';

/** Instants ahead of `now` at which another unpaid instalment becomes overdue, ascending. */
export function nextOverdueInstants(state: AgreementState, now: Instant): Instant[] {
  const view = viewOf(state);
  if (view.brokenAt !== null) return [];
  return view.instalments.filter((instalment) => instalment.unpaid).map((instalment) => graceEnd(state, instalment)).filter((at) => at > now).sort((a, b) => a - b);
}

/**
 * When the plan falls if nothing else happens (it has to fall when that is not after `now`); null when it cannot.
 * A hold puts it off, an open promise puts off what it covers, and an open dispute stops it: a plan does not fall for
 * what somebody agreed to wait for.
 */
export function planFallsAt(state: AgreementState, now: Instant): Instant | null {
  const view = viewOf(state);
  const missed = view.fallsAfterMissed;
  if (missed === null || missed <= 0 || view.brokenAt !== null || view.settledAt !== null || view.closedReason !== null || view.disputes.length > 0) return null;
  const cover = promiseCover(view, now);
  const held = view.holdUntil ?? -Infinity;
  const ends = view.instalments
    .filter((instalment) => instalment.unpaid && instalment.kind === 'instalment')
    .map((instalment) => Math.max(graceEnd(state, instalment), cover.get(instalment.anchor) ?? -Infinity, held))
    .sort((a, b) => a - b);
  return ends[missed - 1] ?? null;
}
