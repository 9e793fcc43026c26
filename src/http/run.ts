/** The api process: a pool, the server, and an orderly end. */
import type { Config } from '../config.ts';
import { openDb } from '../db/pool.ts';
import type { Log } from '../observability/log.ts';
import { businessClock, openRegister } from '../register/context.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { applyReceipt } from '../register/sending/receipts.ts';
import type { SandboxClock } from '../sandbox/clock/sandbox-clock.ts';
import { readiness } from './readiness.ts';
import { createApi } from './server.ts';

/** The virtual clock's ticker: started when the server listens, stopped before the pool closes. */
export interface WiredClock {
  readonly clock: SandboxClock;
  start(): void;
  stop(): Promise<void>;
}

export interface RunApiOptions {
  readonly log: Log;
  /** Builds the sandbox's clock on this process's pool; absent in production. */
  readonly sandboxClock?: (ctx: RegisterContext) => Promise<WiredClock>;
  /** Interface to listen on. */
  readonly host?: string;
}

export interface RunningApi {
  readonly port: number;
  /** Answers what has begun, then closes. */
  close(): Promise<void>;
}

const CONNECTIONS = 20;
const CLOCK_CONNECTIONS = 2;

/** Starts the API on config.port (0: any free one) and resolves when it listens; SIGTERM and SIGINT close it. */
export async function runApi(config: Config, { log, sandboxClock, host = '0.0.0.0' }: RunApiOptions): Promise<RunningApi> {
  const opened = openDb(config.databaseUrl, { log, max: CONNECTIONS });
  const { db } = opened;
  // Every command reads the clock inside its transaction. From the same pool, as many commands at once as it has
  // connections would all wait for one more, for ever (tried: 12 on a pool of 4 never end).
  const forClock = openDb(config.databaseUrl, { log, max: CLOCK_CONNECTIONS });
  const ctx: RegisterContext = { ...(await openRegister(config, db, log)), clock: businessClock(config.clock, forClock.db) };
  const wired = config.clock === 'virtual' && sandboxClock !== undefined ? await sandboxClock(ctx) : null;
  const app = await createApi({
    ctx, config, sandboxClock: wired?.clock ?? null,
    applyReceipt: (event) => applyReceipt(ctx, event),
    ready: readiness(db),
  });
  const address = await app.listen({ port: config.port, host });
  wired?.start();
  log.info({ address }, 'the API listens');
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await wired?.stop();
      await app.close();
      await Promise.all([opened.close(), forClock.close()]);
    })();
    return closing;
  };
  const asked = (): void => {
    close().catch((error: unknown) => log.error({ err: error }, 'the API did not close in order'));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, asked);
  return { port: Number(new URL(address).port), close };
}
