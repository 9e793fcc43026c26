/** `npm start` from the data folder to the live line: what is started after what, what is published, how it all ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { promote } from '../client/promote.ts';
import { connectTemporal } from '../client/temporal.ts';
import type { Variables } from '../config.ts';
import { setPlay } from '../db/clock-row.ts';
import { migrateToLatest } from '../db/migrate.ts';
import type { OpenedDb } from '../db/pool.ts';
import { openDb } from '../db/pool.ts';
import { agreementsStarting, setSampleState } from '../db/sandbox-progress.ts';
import { createLog } from '../observability/log.ts';
import { openRegister } from '../register/context.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { buildId } from '../worker/bundle.ts';
import { apiUrlOf, childEnvironment, type ChildSettings, providerEnvironment, providerUrlOf } from './child-environment.ts';
import type { Ports } from './data-folder.ts';
import type { Fleet } from './fleet.ts';
import { install } from './installation.ts';
import { launchOwn, type OwnProcess } from './own-process.ts';
import { answers, waitFor } from './ready-to-serve.ts';
import { loadSample } from './sample/load.ts';
import type { Sandbox } from './sandbox-file.ts';
import type { Secrets } from './secrets.ts';
import type { Guardian } from './servers/guardian.ts';
import { startServers, type SandboxServers } from './servers/sandbox-servers.ts';
import type { StartOptions } from './start-options.ts';

export interface SuperviseOptions {
  readonly options: StartOptions;
  readonly variables: Variables;
  /** Absolute. */
  readonly dataDir: string;
  readonly logs: string;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly fleet: Fleet;
  readonly guardian: Guardian;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Supervised {
  readonly opened: OpenedDb;
  readonly ctx: RegisterContext;
  /** Everything of sandbox.json but the process ids, which change. */
  readonly described: Omit<Sandbox, 'pids'>;
}

const PROMOTE_PATIENCE_MS = 60_000;

/** Starts everything and resolves when `/readyz` answers 200; on an error or an abort the caller stops the fleet. */
export async function supervise(settings: SuperviseOptions): Promise<Supervised> {
  const { options, secrets, ports, signal, say } = settings;
  say('starting PostgreSQL and Temporal …');
  const servers = await startServers({ ...settings, postgresPassword: secrets.postgresPassword });
  signal.throwIfAborted();
  await migrateToLatest(servers.databaseUrl);
  // A database that fell is said in a sentence already; its lost connections would run over the live line.
  const log = createLog({ level: 'error', process: 'sandbox' });
  const opened = openDb(servers.databaseUrl, { log, max: 4 });
  try {
    const ctx = await openRegister({ clock: options.realTime ? 'wall' : 'virtual', identityKey: secrets.identityKey }, opened.db, log);
    // Nothing plays before everything is there; what an interrupted advance still owes goes on by itself.
    await setPlay(ctx.db, 0);
    const { loadSample: toLoad } = await install({ ctx, temporal: servers.temporal, adminKey: secrets.adminKey, empty: options.empty, realTime: options.realTime });
    signal.throwIfAborted();
    await startOwn(settings, servers);
    if (toLoad) await loadOnce(settings, ctx);
    await waitForReady(settings, ctx);
    return { opened, ctx, described: describe(servers, ports, secrets) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Provider sandbox and worker first, so that the pump finds somebody who works; the API last, so that a 201 is followed at once. */
async function startOwn(settings: SuperviseOptions, servers: SandboxServers): Promise<void> {
  const { fleet, guardian, logs, options, ports, signal, say } = settings;
  const id = await buildId();
  const child: ChildSettings = {
    ports, secrets: settings.secrets, databaseUrl: servers.databaseUrl, temporal: servers.temporal, dataDir: settings.dataDir,
    buildId: id, realTime: options.realTime, logLevel: settings.variables['LOG_LEVEL'] || 'info',
  };
  const keep = (name: OwnProcess) => fleet.keep(name, () =>
    Promise.resolve(launchOwn({ name, env: name === 'provider' ? providerEnvironment(child) : childEnvironment(child), logs, guardian })));
  const serving = (name: OwnProcess, url: string) => waitFor(() => answers(url), { fleet, name, logs, signal });
  say('starting the provider sandbox and the workers …');
  await keep('provider');
  await keep('worker');
  await serving('provider', `${providerUrlOf(ports)}/__pending`);
  await makeCurrent(settings, servers, id);
  say('starting the pump and the API …');
  await keep('pump');
  await keep('api');
  await serving('api', `${apiUrlOf(ports)}/healthz`);
}

/** Waits until the workers poll every queue, and makes their build the current one. */
async function makeCurrent({ fleet, logs, signal }: SuperviseOptions, { temporal }: SandboxServers, id: string): Promise<void> {
  const connection = await connectTemporal({ address: temporal.address, namespace: temporal.namespace, tls: temporal.tls, ...(temporal.apiKey === null ? {} : { apiKey: temporal.apiKey }) });
  try {
    const promoted = promote(connection, { namespace: temporal.namespace, buildId: id, patienceMs: PROMOTE_PATIENCE_MS, pause: (ms) => sleep(ms, undefined, { signal }) });
    let done = false;
    // Attached at once: promote may fail while we still look at the worker's deaths.
    const noted = promoted.then(() => (done = true), () => (done = true));
    await waitFor(() => Promise.resolve(done), { fleet, name: 'worker', logs, signal });
    await noted;
    await promoted;
  } finally {
    await connection.close();
  }
}

async function loadOnce({ ports, secrets, say }: SuperviseOptions, ctx: RegisterContext): Promise<void> {
  say('loading the sample portfolio …');
  await loadSample({ apiUrl: apiUrlOf(ports), adminKey: secrets.adminKey, db: ctx.db, say });
  await setSampleState(ctx.db, 'loaded');
}

/** Every agreement's workflow runs and the API calls itself ready. */
async function waitForReady({ fleet, logs, ports, signal }: SuperviseOptions, ctx: RegisterContext): Promise<void> {
  await waitFor(async () => (await agreementsStarting(ctx.db)) === 0, { fleet, name: 'pump', logs, signal });
  await waitFor(() => answers(`${apiUrlOf(ports)}/readyz`), { fleet, name: 'api', logs, signal });
}

function describe(servers: SandboxServers, ports: Ports, secrets: Secrets): Omit<Sandbox, 'pids'> {
  return {
    apiUrl: apiUrlOf(ports), consoleUrl: null, temporalUi: servers.temporalUi, temporalAddress: servers.temporal.address, namespace: servers.temporal.namespace,
    databaseUrl: servers.databaseUrl, providerUrl: providerUrlOf(ports), smtpPort: ports.smtp, outboxUrl: `${providerUrlOf(ports)}/`, adminKey: secrets.adminKey, accounts: [],
  };
}
