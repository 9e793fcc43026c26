import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deadline } from './channel.ts';

/**
 * Neither Twilio's nor SendGrid's client takes a timeout or a signal per call, only per client. Their request hooks
 * read the deadline of the call they run in from here, so that one client serves calls with different deadlines.
 */
export interface RunningCall {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the answer said about trying again; Twilio's errors drop the headers. */
  retryAfterMs?: number;
}

const calls = new AsyncLocalStorage<RunningCall>();

/** Runs a provider call whose request hooks see the deadline; the signal also bounds answers that trickle in. */
export async function withDeadline<T>(deadline: Deadline, call: (running: RunningCall) => Promise<T>): Promise<T> {
  const bound = AbortSignal.timeout(deadline.timeoutMs);
  const running: RunningCall = {
    timeoutMs: deadline.timeoutMs,
    signal: deadline.signal === undefined ? bound : AbortSignal.any([bound, deadline.signal]),
  };
  return calls.run(running, () => call(running));
}

export function runningCall(): RunningCall | undefined {
  return calls.getStore();
}

/** Milliseconds of a Retry-After header given in seconds; undefined for dates and nonsense. */
export function retryAfterMs(header: unknown): number | undefined {
  const seconds = typeof header === 'string' || typeof header === 'number' ? Number(header) : Number.NaN;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.round(seconds * 1000) : undefined;
}
