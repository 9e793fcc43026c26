/** What a release needs once: schema, search attributes and retention, this build made current. All idempotent. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { promote } from '../../client/promote.ts';
import { ensureRetention, ensureSearchAttributes, RETENTION_DAYS } from '../../client/setup-temporal.ts';
import { connectTemporal } from '../../client/temporal.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { findInstallation, withRegister } from '../installation.ts';
import type { Output } from '../output.ts';

const PROMOTE_PATIENCE_MS = 60_000;

/** `pacto migrate`: the schema, then the strategies and texts that come with this release. */
export async function migrate(flags: GlobalFlags, output: Output): Promise<void> {
  const { databaseUrl } = await findInstallation(flags);
  const applied = await migrateToLatest(databaseUrl);
  const { publishShipped } = await import('../../register/publish.ts');
  await withRegister(flags, (ctx) => publishShipped(ctx));
  output.answer({ applied }, [applied.length === 0 ? 'nothing to do: the schema is that of this release.' : `applied: ${applied.join(', ')}`]);
}

/** `pacto setup`. */
export async function setup(flags: GlobalFlags, output: Output): Promise<void> {
  const added = await withConnection(flags, async (connection, namespace) => {
    const names = await ensureSearchAttributes(connection, namespace);
    await ensureRetention(connection, namespace, RETENTION_DAYS);
    return names;
  });
  output.answer({ searchAttributesAdded: added }, [added.length === 0 ? 'nothing to do: search attributes and retention are there.' : `search attributes added: ${added.join(', ')}`]);
}

/** `pacto promote`. */
export async function promoteBuild(flags: GlobalFlags, output: Output, buildIdGiven: string | null): Promise<void> {
  const { buildId } = await import('../../worker/bundle.ts');
  const id = buildIdGiven ?? (await buildId());
  await withConnection(flags, (connection, namespace) => promote(connection, { namespace, buildId: id, patienceMs: PROMOTE_PATIENCE_MS, pause: (ms) => sleep(ms) }));
  output.answer({ buildId: id }, [`build ${id} is current.`]);
}

async function withConnection<T>(flags: GlobalFlags, work: (connection: Connection, namespace: string) => Promise<T>): Promise<T> {
  const { temporal } = await findInstallation(flags);
  const connection = await connectTemporal({
    address: temporal.address, namespace: temporal.namespace, tls: temporal.tls, ...(temporal.apiKey === null ? {} : { apiKey: temporal.apiKey }),
  });
  try {
    return await work(connection, temporal.namespace);
  } finally {
    await connection.close();
  }
}
