/** Whether the pump is at work: every round and every row handed over is a beat. */
import { wallNow } from '../clock.ts';
import type { PumpDeps, Receiver } from './pump.ts';

/** A round waits a second at most, a row for Temporal's own patience; later than this the pump hangs. */
const STUCK_AFTER_MS = 60_000;

export interface Pulse {
  readonly receiver: Receiver;
  readonly pause: PumpDeps['pause'];
  healthy(): boolean;
  /** Prometheus text. */
  metrics(): string;
}

/** Listens to a pump's receiver and pauses; `now` is the wall clock, epoch ms. */
export function pulseOf(receiver: Receiver, pause: PumpDeps['pause'], now: () => number = wallNow): Pulse {
  let last = now();
  let rows = 0;
  const row = <T>(handed: T): T => {
    last = now();
    rows += 1;
    return handed;
  };
  return {
    receiver: {
      start: async (request) => row(await receiver.start(request)),
      signal: async (workflowId, name, payload) => row(await receiver.signal(workflowId, name, payload)),
    },
    pause: (ms, signal) => {
      last = now();
      return pause(ms, signal);
    },
    healthy: () => now() - last < STUCK_AFTER_MS,
    metrics: () => [
      '# HELP pacto_pump_rows_total Outbox rows handed to Temporal by this process.', '# TYPE pacto_pump_rows_total counter', `pacto_pump_rows_total ${rows}`,
      '# HELP pacto_pump_idle_seconds Since its last round or row.', '# TYPE pacto_pump_idle_seconds gauge', `pacto_pump_idle_seconds ${(now() - last) / 1_000}`, '',
    ].join('\n'),
  };
}
