/** The api process: a pool, the server, and an orderly end. */
import { configuredPayments } from '../channels/payments/registry.ts';
import type { Config } from '../config.ts';
import { openDb } from '../db/pool.ts';
import type { Log } from '../observability/log.ts';
import { openRegister } from '../register/context.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { sendCode } from '../register/sending/code.ts';
import { installedSending } from '../register/sending/installed.ts';
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

/** In virtual time the mover's twelve lanes take two each, and scripted people call the API besides. */
const CONNECTIONS = { wall: 20, virtual: 48 } as const;

const SWEEP_MS = 100;

/** Starts the API on config.port (0: any free one) and resolves when it listens; SIGTERM and SIGINT close it. */
export async function runApi(config: Config, { log, sandboxClock, host = '0.0.0.0' }: RunApiOptions): Promise<RunningApi> {
  const opened = openDb(config.databaseUrl, { log, max: CONNECTIONS[config.clock] });
  const { db } = opened;
  const ctx = await openRegister(config, db, log);
  const wired = config.clock === 'virtual' && sandboxClock !== undefined ? await sandboxClock(ctx) : null;
  const app = await createApi({
    ctx, config, sandboxClock: wired?.clock ?? null, payments: configuredPayments(config),
    applyReceipt: (event) => applyReceipt(ctx, event),
    // Made when the first code is asked for: an API whose providers are not set up still serves everything else.
    sendCode: (linkId, language) => Promise.resolve().then(() => sendCode(installedSending(config, ctx), linkId, language)).catch((error: unknown) => {
      log.error({ err: error }, 'a code could not be sent');
      return false;
    }),
    ready: readiness(db),
  });
  const address = await app.listen({ port: config.port, host });
  wired?.start();
  log.info({ address }, 'the API listens');
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      await wired?.stop();
      // A connection that was busy when the server closed stays open for more than a minute after its answer, unless somebody looks again.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
      await app.close().finally(() => clearInterval(sweep));
      await opened.close();
    })();
    return closing;
  };
  const asked = (): void => {
    close().catch((error: unknown) => log.error({ err: error }, 'the API did not close in order'));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, asked);
  return { port: Number(new URL(address).port), close };
}
