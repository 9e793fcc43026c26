/** The sandbox's data folder: who holds it, what it remembers between runs, and how it is emptied. */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { isAlive } from './alive.ts';
import { freePort, isFree } from './ports.ts';

const LOCK = 'supervisor.json';
const MARK = 'pacto-data-folder';
const PORTS = 'ports.json';
/** The guardian of a killed run gives the servers 8 s. */
const GUARDIAN_LIMIT_MS = 15_000;
export const DEFAULT_API_PORT = 3000;

const lockFile = z.object({ pid: z.number().int(), guardianPid: z.number().int() });
const portsFile = z.object({ api: z.number(), provider: z.number(), smtp: z.number(), postgres: z.number(), temporal: z.number(), temporalUi: z.number() });

export type Ports = z.infer<typeof portsFile>;

export interface DataFolder {
  readonly path: string;
  readonly logs: string;
  release(): Promise<void>;
}

/** Makes the folder and holds it for this process; ERR_BOOTSTRAP when another supervisor runs on it. `reset` empties it first. */
export async function openDataFolder(path: string, options: { readonly pid: number; readonly guardianPid: number; readonly reset: boolean; readonly say: (line: string) => void }): Promise<DataFolder> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('ERR_BOOTSTRAP', `The data folder ${path} cannot be made: choose another with --data.`, { cause });
  });
  await refuseForeign(path);
  await takeLock(path, options);
  if (options.reset) await empty(path);
  await writeFile(join(path, MARK), 'Data of a Pacto sandbox. `npm start -- --reset` empties this folder.\n');
  const logs = join(path, 'logs');
  await mkdir(logs, { recursive: true });
  return { path, logs, release: () => rm(join(path, LOCK), { force: true }) };
}

/** --reset empties the folder, so a folder with somebody else's files is never taken for ours. */
async function refuseForeign(path: string): Promise<void> {
  // What `pacto import` wrote here before there was a sandbox is ours too.
  const entries = (await readdir(path)).filter((entry) => entry !== 'imports');
  if (entries.length > 0 && !entries.includes(MARK) && !entries.includes(LOCK)) {
    throw new AppError('ERR_BOOTSTRAP', `The folder ${path} holds other files: choose an empty or new folder with --data.`);
  }
}

async function takeLock(path: string, { pid, guardianPid, say }: { pid: number; guardianPid: number; say: (line: string) => void }): Promise<void> {
  const file = join(path, LOCK);
  for (;;) {
    const handle = await open(file, 'wx').catch(() => null);
    if (handle !== null) {
      await handle.writeFile(JSON.stringify({ pid, guardianPid }));
      return handle.close();
    }
    const holder = await readLock(file);
    if (holder !== null && isAlive(holder.pid)) {
      throw new AppError('ERR_BOOTSTRAP', `A sandbox is already running on ${path} (process ${holder.pid}): use it, stop it with Ctrl-C, or choose another folder with --data.`);
    }
    if (holder !== null) await waitForGuardian(holder.guardianPid, say);
    // Only one of two starters can rename the stale lock away; the other finds the new lock at the next turn.
    await rename(file, `${file}.${pid}`).catch(() => {});
    await rm(`${file}.${pid}`, { force: true });
  }
}

async function readLock(file: string): Promise<z.infer<typeof lockFile> | null> {
  // A lock is made first and filled a moment later.
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return lockFile.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      await sleep(50);
    }
  }
  return null;
}

async function waitForGuardian(pid: number, say: (line: string) => void): Promise<void> {
  if (!isAlive(pid)) return;
  say('an earlier run was killed; its servers are still being stopped.');
  for (let waited = 0; waited < GUARDIAN_LIMIT_MS && isAlive(pid); waited += 100) await sleep(100);
}

async function empty(path: string): Promise<void> {
  for (const entry of await readdir(path)) if (entry !== LOCK) await rm(join(path, entry), { recursive: true, force: true });
}

/**
 * The ports of this folder: the same as last time where they are free, so that links in messages already sent keep working.
 * A port asked for and in use is ERR_BOOTSTRAP; a default or remembered one is replaced, and said.
 */
export async function choosePorts(path: string, requested: number | null, say: (line: string) => void): Promise<Ports> {
  const remembered = await readPorts(path);
  const chosen = {
    api: await apiPort(requested, remembered?.api ?? DEFAULT_API_PORT, say),
    provider: await again(remembered?.provider), smtp: await again(remembered?.smtp),
    postgres: await again(remembered?.postgres), temporal: await again(remembered?.temporal), temporalUi: await again(remembered?.temporalUi),
  };
  await writeAtomically(join(path, PORTS), JSON.stringify(chosen));
  return chosen;
}

async function apiPort(requested: number | null, fallback: number, say: (line: string) => void): Promise<number> {
  if (requested !== null) {
    if (requested === 0) return freePort();
    if (await isFree(requested)) return requested;
    throw new AppError('ERR_BOOTSTRAP', `Port ${requested} is in use by another program: stop that program, or choose another port with --port.`);
  }
  if (await isFree(fallback)) return fallback;
  const other = await freePort();
  say(`port ${fallback} is in use: taking ${other} (choose one with --port).`);
  return other;
}

async function again(port: number | undefined): Promise<number> {
  return port !== undefined && (await isFree(port)) ? port : freePort();
}

async function readPorts(path: string): Promise<Ports | null> {
  const file = join(path, PORTS);
  if (!existsSync(file)) return null;
  try {
    return portsFile.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Writes a file so that a reader sees the old or the new text, never half of it. `mode` as in chmod. */
export async function writeAtomically(file: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, file);
}
