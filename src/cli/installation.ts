/** Which installation a command means: the sandbox of `--data`, else DATABASE_URL, else the running sandbox of `.pacto`. */
import { isAbsolute, join } from 'node:path';
import type { Config, TemporalConfig, Variables } from '../config.ts';
import { loadConfig, readEnvironment } from '../config.ts';
import { openDb, type Db } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import { createLog } from '../observability/log.ts';
import type { Actor } from '../register/actor.ts';
import { openRegister } from '../register/context.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { readSandbox, type Sandbox } from '../sandbox/sandbox-file.ts';
import { loadSecrets } from '../sandbox/secrets.ts';
import type { GlobalFlags } from './global-flags.ts';

export interface Installation {
  readonly databaseUrl: string;
  readonly temporal: TemporalConfig;
  readonly clock: Config['clock'];
  readonly identityKey: string | null;
  /** Where files for people are written. */
  readonly dataFolder: string;
  /** null: not a sandbox. */
  readonly sandbox: Sandbox | null;
}

/** Whoever may run a command on the machine acts as the administrator; the evidence says that it was the CLI. */
export const CLI_ACTOR: Actor = { id: 'cli', role: 'admin', creditorId: null };

const PROJECT = join(import.meta.dirname, '..', '..');
const DEFAULT_DATA = '.pacto';

/** The data folder of the sandbox that is meant; null when DATABASE_URL names an installation. */
export function findSandboxFolder(flags: Pick<GlobalFlags, 'dataDir'>, variables: Variables): string | null {
  if (flags.dataDir === null && variables['DATABASE_URL']) return null;
  return dataFolder(flags.dataDir ?? (variables['PACTO_DATA'] || DEFAULT_DATA), flags.dataDir !== null);
}

/** The installation that is meant; ERR_DEPENDENCY when no sandbox runs where one was expected. */
export async function findInstallation(flags: Pick<GlobalFlags, 'dataDir'>, variables: Variables = readEnvironment().variables): Promise<Installation> {
  const folder = findSandboxFolder(flags, variables);
  if (folder === null) {
    const { databaseUrl, temporal, clock, identityKey, dataDir } = loadConfig(variables);
    return { databaseUrl, temporal, clock, identityKey, dataFolder: dataFolder(dataDir, false), sandbox: null };
  }
  const sandbox = await readSandbox(folder);
  if (sandbox === null) throw new AppError('ERR_DEPENDENCY', `No sandbox is ready on ${folder}: run npm start, name its folder with --data, or set DATABASE_URL.`);
  return {
    databaseUrl: sandbox.databaseUrl, temporal: { address: sandbox.temporalAddress, namespace: sandbox.namespace, apiKey: null, tls: false },
    // A sandbox in real time has a clock row with offset 0: the same thing.
    clock: 'virtual', identityKey: (await loadSecrets(folder)).identityKey, dataFolder: folder, sandbox,
  };
}

/** A folder given on the command line is the person's; the default one lies in the project, from wherever `pacto` is called. */
function dataFolder(path: string, given: boolean): string {
  return given || isAbsolute(path) ? path : join(PROJECT, path);
}

/** Runs `work` on the register of the installation and closes it. */
export async function withRegister<T>(flags: Pick<GlobalFlags, 'dataDir'>, work: (ctx: RegisterContext, installation: Installation) => Promise<T>): Promise<T> {
  const installation = await findInstallation(flags);
  const log = createLog({ level: 'error', process: 'cli' });
  const opened = openDb(installation.databaseUrl, { log, max: 4 });
  try {
    return await work(await openRegister(installation, opened.db, log), installation);
  } finally {
    await opened.close();
  }
}

/** Only the database, for commands that touch no person. */
export function withDb<T>(flags: Pick<GlobalFlags, 'dataDir'>, work: (db: Db) => Promise<T>): Promise<T> {
  return withRegister(flags, ({ db }) => work(db));
}
