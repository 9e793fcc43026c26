/**
 * A folder in which files are dropped: `<folder>` itself, `taken/` for what is being imported, `done/` and `failed/` after it.
 * Nothing outside of the folder of sources is touched, and no link is followed.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AppError } from '../../errors.ts';

/** What a dropped file may be called: it ends up in names of other files, in rows and in logs. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,127}\.(?:csv|txt)$/i;
const PIECE = 262_144;

export interface SeenFile {
  readonly name: string;
  readonly bytes: number;
  readonly changedMs: number;
}

/** The folder of a source below `base`, made when it is new; ERR_CONFIG when it leads out of it. */
export async function openFolder(base: string, path: string): Promise<string> {
  const wanted = join(base, path);
  // Part by part, before anything is made: mkdir would follow a link out of the folder.
  for (let at = base; ; ) {
    const here = await lstat(at).catch(() => null);
    if (here !== null && at !== base && !here.isDirectory()) throw outside();
    if (here === null || at === wanted) break;
    at = join(at, wanted.slice(at.length + 1).split(sep)[0] ?? '');
  }
  for (const part of ['taken', 'done', 'failed']) {
    await mkdir(join(wanted, part), { recursive: true });
    if (!(await lstat(join(wanted, part))).isDirectory()) throw outside();
  }
  if (!`${await realpath(wanted)}${sep}`.startsWith(`${await realpath(base)}${sep}`)) throw outside();
  return wanted;
}

function outside(): AppError {
  return new AppError('ERR_CONFIG', 'The folder of a source is, or leads over, a link or a file: it must be a plain folder below the folder of sources.');
}

/** Plain files that may be taken, by name. A link, a file with a second name, and hidden or oddly named ones stay where they are. */
export async function filesIn(folder: string): Promise<SeenFile[]> {
  const seen: SeenFile[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isFile() || !FILE_NAME.test(entry.name)) continue;
    const stat = await lstat(join(folder, entry.name)).catch(() => null);
    if (stat?.isFile() === true && stat.nlink === 1) seen.push({ name: entry.name, bytes: stat.size, changedMs: Math.trunc(stat.mtimeMs) });
  }
  return seen.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Opens a plain file; null when there is none. */
async function openPlain(path: string): Promise<FileHandle | null> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
  if (file === null) return null;
  const stat = await file.stat();
  if (stat.isFile() && stat.nlink === 1) return file;
  await file.close();
  return null;
}

/** The file in pieces; ERR_NOT_FOUND when it is gone. */
export async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  const file = await openPlain(path);
  if (file === null) throw new AppError('ERR_NOT_FOUND', 'The file is gone.');
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** SHA-256 of a plain file, lower-case hex; null when there is none. */
export async function hashOfFile(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    for await (const piece of piecesOf(path)) hash.update(piece);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
  return hash.digest('hex');
}

/** Where a claimed file lies while it is imported: named after its delivery, so that nobody drops another over it. */
export function takenPath(folder: string, runId: string): string {
  return join(folder, 'taken', `${runId}.csv`);
}

/** Takes a claimed file out of the drop folder; again it changes nothing. False when it is gone, or is not what was claimed. */
export async function take(folder: string, run: { readonly id: string; readonly file_name: string | null; readonly sha256: string }): Promise<boolean> {
  const to = takenPath(folder, run.id);
  const lies = await hashOfFile(to);
  if (lies !== null) return lies === run.sha256;
  const from = join(folder, run.file_name ?? '');
  if ((await hashOfFile(from)) !== run.sha256) return false;
  await rename(from, to);
  // Somebody may have gone on writing between the reading and the move.
  if ((await hashOfFile(to)) === run.sha256) return true;
  await rename(to, from);
  return false;
}

/** Puts a file away with its report beside it; again it changes nothing. */
export async function putAway(folder: string, run: { readonly id: string; readonly file_name: string | null }, end: { readonly into: 'done' | 'failed'; readonly report: string | null }): Promise<void> {
  const name = `${run.id.slice(0, 8)}-${run.file_name ?? ''}`;
  if (end.report !== null) {
    const path = join(folder, end.into, `${name}.errors.csv`);
    await writeFile(`${path}.part`, end.report, { mode: 0o640 });
    await rename(`${path}.part`, path);
  }
  await rename(takenPath(folder, run.id), join(folder, end.into, name)).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
}
