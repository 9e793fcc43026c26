/** PostgreSQL refuses to run as root: the operating system user it runs as instead, and whether that user can reach its folders. */
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../errors.ts';
import { runProgram } from './run-program.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

const NAME = 'postgres';
const LIMIT_MS = 20_000;
const ROOT = 0;

/** The user PostgreSQL runs as: null means the current one; as root it is `postgres`, created when the machine has none (and said). */
export async function postgresUser(say: (line: string) => void): Promise<SystemUser | null> {
  if (process.getuid?.() !== ROOT) return null;
  const existing = await lookUp();
  if (existing !== null) return existing;
  say(`running as root: adding the operating system user "${NAME}" for PostgreSQL (the one thing written outside the project, the data folder and the cache).`);
  await runProgram('groupadd', ['--system', NAME], { limitMs: LIMIT_MS });
  const added = await runProgram('useradd', ['--system', '--gid', NAME, '--no-create-home', '--shell', '/usr/sbin/nologin', NAME], { limitMs: LIMIT_MS });
  const user = await lookUp();
  if (user === null) throw new AppError('ERR_BOOTSTRAP', `PostgreSQL does not run as root and the user "${NAME}" could not be added (${added.output.trim()}): run as another user, or set DATABASE_URL.`);
  return user;
}

async function lookUp(): Promise<SystemUser | null> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => runProgram('id', [flag, NAME], { limitMs: LIMIT_MS })));
  if (uid?.code !== 0 || gid?.code !== 0) return null;
  return { uid: Number.parseInt(uid.output, 10), gid: Number.parseInt(gid.output, 10) };
}

/** The folder nearest to the root that this user may not pass on the way to `path`, or null when the way is free. */
export async function firstImpassable(path: string, user: SystemUser): Promise<string | null> {
  const parents: string[] = [];
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    parents.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  for (const folder of parents) {
    const found = await stat(folder).catch(() => null);
    // A folder that does not exist yet is made by us, passable.
    if (found === null) return null;
    const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
    if ((found.mode & bit) === 0) return folder;
  }
  return null;
}

/** Throws ERR_BOOTSTRAP naming the folder when the user cannot reach one of the paths. */
export async function requirePassable(paths: readonly string[], user: SystemUser): Promise<void> {
  for (const path of paths) {
    const folder = await firstImpassable(path, user);
    if (folder !== null) {
      throw new AppError('ERR_BOOTSTRAP',
        `PostgreSQL runs as the user "${NAME}" here, who cannot pass the folder ${folder}: run chmod o+x ${folder}, or put the project elsewhere, or set DATABASE_URL.`);
    }
  }
}
