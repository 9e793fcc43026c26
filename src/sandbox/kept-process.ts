/** A process of the sandbox that is started again whenever it dies. */
import { setTimeout as sleep } from 'node:timers/promises';

/** A started process: one of our own programs, PostgreSQL, or Temporal. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export interface KeptProcess {
  readonly name: string;
  /** Process id now; 0 between a death and the next start. */
  pid(): number;
  /** How often it died since it last lived long enough to be called healthy. */
  deaths(): number;
  stop(): Promise<void>;
}

export interface KeepOptions {
  readonly name: string;
  readonly launch: () => Promise<Running>;
  /** Called after each start, the first one too. */
  readonly onStart?: (pid: number) => void;
  readonly onDeath?: (name: string) => void;
}

const FIRST_DELAY_MS = 250;
/** Promised is 5 s from a death to the next start; a server that was killed needs up to 3 s of them to recover. */
const LONGEST_DELAY_MS = 2000;
const HEALTHY_AFTER_MS = 10_000;

/** Starts the process (a first start that fails is thrown) and keeps it running until stop(). */
export async function keepRunning(options: KeepOptions): Promise<KeptProcess> {
  let running: Running | null = await options.launch();
  let deaths = 0;
  const stopping = new AbortController();
  options.onStart?.(running.pid);

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (running !== null) {
        const began = performance.now();
        await running.exited;
        running = null;
        if (stopping.signal.aborted) return;
        deaths = performance.now() - began > HEALTHY_AFTER_MS ? 1 : deaths + 1;
        options.onDeath?.(options.name);
      }
      const delay = Math.min(FIRST_DELAY_MS * 2 ** (deaths - 1), LONGEST_DELAY_MS);
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      running = await options.launch().catch(() => null);
      if (running === null) deaths += 1;
      else options.onStart?.(running.pid);
    }
  }

  const watching = watch();
  return {
    name: options.name,
    pid: () => running?.pid ?? 0,
    deaths: () => deaths,
    async stop() {
      stopping.abort();
      // A start under way is let through and then ended: half-started servers leave locks behind.
      await Promise.race([watching, running?.stop() ?? watching]);
      await running?.stop();
    },
  };
}
