/**
 * In virtual time the server skips the backoff of a failed activity, and each skip moves the run's clock: a database
 * that is away for two seconds would burn hours of virtual time in a thousand retries. So a failure is held back for a
 * moment of wall time before it is reported. In wall time the backoff itself does this and the brake is not installed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Holds every failure that Temporal would retry for `holdMs` of wall time, or until the activity is cancelled. */
export function retryBrake(holdMs: number): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute(input, next) {
        try {
          return await next(input);
        } catch (error) {
          const final = error instanceof ApplicationFailure && error.nonRetryable === true;
          if (!final) await sleep(holdMs, undefined, { signal: context.cancellationSignal }).catch(() => undefined);
          throw error;
        }
      },
    },
  });
}
