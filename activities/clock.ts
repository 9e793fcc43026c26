/** The business time of an activity. */
import { Context } from '@temporalio/activity';
import type { Clock } from '../src/clock.ts';

/**
 * In virtual time every execution has a clock of its own, which may run ahead of the clock row while it is being
 * moved; an activity must not see an earlier time than the workflow that decided on it.
 */
export function activityClock(clock: Clock, scheduledAt: () => number = attemptScheduledAt): Clock {
  if (clock.kind === 'wall') return clock;
  const earliest = scheduledAt();
  return { kind: 'virtual', now: async (transaction) => Math.max(await clock.now(transaction), earliest) };
}

/** Epoch ms on the business clock at which the running attempt was scheduled. */
function attemptScheduledAt(): number {
  return Context.current().info.currentAttemptScheduledTimestampMs;
}
