/** PostgreSQL and Temporal of the sandbox: embedded and kept running, or the person's own when DATABASE_URL or TEMPORAL_ADDRESS says so. */
import { join } from 'node:path';
import type { TemporalConfig, Variables } from '../../config.ts';
import type { Ports } from '../data-folder.ts';
import type { Fleet } from '../fleet.ts';
import { LOOPBACK } from '../ports.ts';
import type { Guardian } from './guardian.ts';
import { startPostgres } from './postgres-server.ts';
import { resolveTemporalBinary } from './temporal-binary.ts';
import { startTemporal } from './temporal-server.ts';

export interface SandboxServers {
  readonly databaseUrl: string;
  readonly temporal: TemporalConfig;
  readonly temporalUi: string;
}

export interface ServersOptions {
  readonly variables: Variables;
  readonly dataDir: string;
  readonly ports: Ports;
  readonly postgresPassword: string;
  readonly fleet: Fleet;
  readonly guardian: Guardian;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts both; the Temporal CLI is fetched while PostgreSQL comes up. */
export async function startServers(options: ServersOptions): Promise<SandboxServers> {
  const [database, temporal] = await Promise.allSettled([keepPostgres(options), keepTemporal(options)]);
  // Both have settled: what one of them started is in the fleet and is stopped by whoever catches this.
  if (database.status === 'rejected') throw database.reason;
  if (temporal.status === 'rejected') throw temporal.reason;
  return { databaseUrl: database.value, ...temporal.value };
}

async function keepPostgres({ variables, dataDir, ports, postgresPassword, fleet, guardian, say }: ServersOptions): Promise<string> {
  const own = variables['DATABASE_URL'];
  if (own) {
    say('using the PostgreSQL of DATABASE_URL.');
    return own;
  }
  let url = '';
  await fleet.keep('postgres', async () => {
    const server = await startPostgres({ dataDir: join(dataDir, 'postgres'), password: postgresPassword, port: ports.postgres, say, guardian });
    url = server.url;
    return server;
  });
  return url;
}

async function keepTemporal({ variables, dataDir, ports, fleet, guardian, say, signal }: ServersOptions): Promise<{ temporal: TemporalConfig; temporalUi: string }> {
  const address = variables['TEMPORAL_ADDRESS'];
  if (address) {
    say('using the Temporal server of TEMPORAL_ADDRESS; playing in virtual time needs version 1.32 with time skipping switched on, else start with --real-time.');
    const apiKey = variables['TEMPORAL_API_KEY'] || null;
    const tls = variables['TEMPORAL_TLS'] ? variables['TEMPORAL_TLS'] === 'true' : apiKey !== null;
    return { temporal: { address, namespace: variables['TEMPORAL_NAMESPACE'] || 'default', apiKey, tls }, temporalUi: `http://${address.split(':')[0]}:8233` };
  }
  const binary = await resolveTemporalBinary({ env: variables, say });
  signal.throwIfAborted();
  let namespace = 'default';
  await fleet.keep('temporal', async () => {
    const server = await startTemporal({ binary, dataDir: join(dataDir, 'temporal'), port: ports.temporal, uiPort: ports.temporalUi, guardian });
    namespace = server.namespace;
    return server;
  });
  return {
    temporal: { address: `${LOOPBACK}:${ports.temporal}`, namespace, apiKey: null, tls: false },
    temporalUi: `http://${LOOPBACK}:${ports.temporalUi}`,
  };
}
