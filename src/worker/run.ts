/** The process `worker`: its queues until it is asked to stop. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from '../../activities/index.ts';
import { QUEUES } from '../../workflows/contract.ts';
import { readEnvironment, type Config } from '../config.ts';
import { ifFree } from '../db/agenda.ts';
import { openDb, type Db } from '../db/pool.ts';
import type { Log } from '../observability/log.ts';
import { openRegister } from '../register/context.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { joinSure } from '../register/identify/match.ts';
import { dailyRetention } from '../register/retention.ts';
import { sourceDuty, sourcesFolder, type SourceDeps } from '../register/source/sources.ts';
import { segmentDaily } from '../register/strategy-proposal.ts';
import type { SendingDeps } from '../register/sending/deps.ts';
import { installedSending } from '../register/sending/installed.ts';
import { sendAnswers } from '../register/sending/answer.ts';
import { paymentDuties } from '../register/sending/payment-receipt.ts';
import { reconcileContacts } from '../register/sending/reconcile.ts';
import { buildId, workflowBundle } from './bundle.ts';
import { startWorkers, type QueueName } from './workers.ts';

export interface WorkerProcessOptions {
  readonly queues: readonly QueueName[];
  readonly log: Log;
}

/** As many as activities run at once, and a few for the rest. */
const CONNECTIONS = 24;
const RECONCILE_MS = 60_000;
const DAILY_MS = 15 * 60_000;
const SOURCES_MS = 30_000;
const CACHE = join(import.meta.dirname, '..', '..', '.cache');

/** Works until SIGTERM or SIGINT; running activities get 20 s to end. */
export async function runWorker(config: Config, { queues, log }: WorkerProcessOptions): Promise<void> {
  const opened = openDb(config.databaseUrl, { log, max: CONNECTIONS });
  const ctx = await openRegister(config, opened.db, log);
  const sending = installedSending(config, ctx);
  const workers = await startWorkers({
    temporal: config.temporal, clock: config.clock, queues: QUEUES, serve: queues, buildId: config.buildId ?? (await buildId()),
    bundlePath: await workflowBundle(CACHE), activities: { ...createActivities({ ctx, sending }) }, log, metricsPort: config.metricsPort,
  });
  log.info({ queues }, 'the worker polls');
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1);
      stopping.abort();
      workers.stop().catch((error: unknown) => log.error({ err: error }, 'the workers did not stop in order'));
    });
  }
  // In virtual time the sandbox's clock does this duty at virtual instants.
  const duty = config.clock === 'wall' && queues.includes('deliver') ? reconciling(opened.db, sending, log, stopping.signal) : Promise.resolve();
  const daily = config.clock === 'wall' && queues.includes('batch') ? dailies(ctx, log, stopping.signal) : Promise.resolve();
  const sources = config.clock === 'wall' && queues.includes('batch')
    ? identifying({ ctx, base: sourcesFolder(config.dataDir), secrets: (name) => readEnvironment().variables[name] }, log, stopping.signal) : Promise.resolve();
  try {
    await workers.ended;
  } finally {
    stopping.abort();
    await duty;
    await daily;
    await sources;
    await opened.close();
  }
}

/** Open questions about contacts and payments, and answers to replies, once a minute, by one worker at a time. A loop and not a Temporal Schedule: it must run while Temporal is away. */
async function reconciling(db: Db, sending: SendingDeps, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await ifFree(db, 'reconcile contacts', () => reconcileContacts(sending));
    } catch (error) {
      log.error({ err: error }, 'open contacts could not be reconciled');
    }
    try {
      await ifFree(db, 'answer replies', () => sendAnswers(sending));
    } catch (error) {
      log.error({ err: error }, 'replies could not be answered');
    }
    try {
      await ifFree(db, 'reconcile payments', async () => void (await paymentDuties(sending)));
    } catch (error) {
      log.error({ err: error }, 'open payments could not be reconciled');
    }
    await sleep(RECONCILE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** What is done once a day, each by one worker at a time; asked for now and then. The failure of one is no matter of the other. */
async function dailies(ctx: RegisterContext, log: Log, signal: AbortSignal): Promise<void> {
  const retention = dailyRetention(ctx);
  const duties = { segments: () => segmentDaily(ctx), retention: () => retention.run() };
  while (!signal.aborted) {
    for (const [name, duty] of Object.entries(duties)) {
      try {
        await ifFree(ctx.db, name, async () => void (await duty()));
      } catch (error) {
        log.error({ err: error, duty: name }, 'a daily duty failed');
      }
    }
    await sleep(DAILY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Looks at the sources whose time it is and joins sure matches, one worker at a time. */
async function identifying(deps: SourceDeps, log: Log, signal: AbortSignal): Promise<void> {
  const duty = sourceDuty(deps);
  const duties = { sources: () => duty.run(), matches: () => joinSure(deps.ctx) };
  while (!signal.aborted) {
    for (const [name, work] of Object.entries(duties)) {
      try {
        await ifFree(deps.ctx.db, name, async () => void (await work()));
      } catch (error) {
        log.error({ err: error, duty: name }, 'a duty of the worker failed');
      }
    }
    await sleep(SOURCES_MS, undefined, { signal }).catch(() => undefined);
  }
}
