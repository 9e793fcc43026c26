/** Brings the sandbox's database and Temporal namespace to this release: schema, search attributes, strategies, texts, the admin's key. */
import { ensureRetention, ensureSearchAttributes } from '../client/setup-temporal.ts';
import { connectTemporal } from '../client/temporal.ts';
import type { TemporalConfig } from '../config.ts';
import { readClock } from '../db/clock-row.ts';
import type { Db } from '../db/pool.ts';
import { sampleState, setSampleState } from '../db/sandbox-progress.ts';
import { AppError } from '../errors.ts';
import { processActor } from '../register/actor.ts';
import { addKey } from '../register/key.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { publishShipped } from '../register/publish.ts';
import { openEmptyOffice } from './empty-office.ts';

/** Ten years: virtual time passes months in minutes, and the story of a settled agreement must not be gone by then. */
const RETENTION_DAYS = 3_650;
const SECOND = 1_000;

export interface InstallOptions {
  readonly ctx: RegisterContext;
  readonly temporal: TemporalConfig;
  readonly adminKey: string;
  readonly empty: boolean;
  readonly realTime: boolean;
}

/** Idempotent; answers whether the sample is still to be loaded. The schema is already there. */
export async function install({ ctx, temporal, adminKey, empty, realTime }: InstallOptions): Promise<{ loadSample: boolean }> {
  if (realTime) await refuseLeftVirtualTime(ctx.db);
  await setUpTemporal(temporal);
  await publishShipped(ctx);
  await addKey(ctx, { name: 'sandbox admin', role: 'admin', creditorId: null, secret: adminKey });
  const sample = await sampleState(ctx.db);
  if (empty) {
    await openEmptyOffice(ctx, { ...processActor('sandbox'), role: 'admin' });
    if (sample === null) await setSampleState(ctx.db, 'none');
    return { loadSample: false };
  }
  if (sample === 'loaded') return { loadSample: false };
  await setSampleState(ctx.db, 'loading');
  return { loadSample: true };
}

async function setUpTemporal(temporal: TemporalConfig): Promise<void> {
  const connection = await connectTemporal({ address: temporal.address, namespace: temporal.namespace, tls: temporal.tls, ...(temporal.apiKey === null ? {} : { apiKey: temporal.apiKey }) });
  try {
    await ensureSearchAttributes(connection, temporal.namespace);
    await ensureRetention(connection, temporal.namespace, RETENTION_DAYS);
  } finally {
    await connection.close();
  }
}

/** Evidence of a future that has been played cannot be followed by today. */
async function refuseLeftVirtualTime(db: Db): Promise<void> {
  const { offsetMs } = await readClock(db);
  if (offsetMs > SECOND) {
    const days = Math.round(offsetMs / 86_400_000);
    throw new AppError('ERR_BOOTSTRAP', `This data folder has already lived ${days} virtual days ahead of the wall clock: start it without --real-time, or take a new one with --data.`);
  }
}
