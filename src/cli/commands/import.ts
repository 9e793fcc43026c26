/** `pacto import agreements|debts|payments|contacts <file.csv> --creditor <id> [--dry-run]`: hands the file over and waits until it is imported. */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { errorPage, getImport, summaryOf, type ImportAnswer, type ImportKind } from '../../register/import/reads.ts';
import { startImport } from '../../register/import/upload.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import { wallNow } from '../../clock.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import type { Output } from '../output.ts';
import { progressBar, type Bar } from './progress-bar.ts';

export interface ImportOptions {
  readonly creditor: string;
  readonly dryRun?: boolean | undefined;
}

const PIECE = 262_144;
const LOOK_MS = 200;
/** So long nothing may move before somebody is told to look at the pump and the workers. */
const STALLED_MS = 120_000;
const PAGE = 200;

/** ERR_BODY for a file that is no such CSV, ERR_DEPENDENCY when nobody works on it; rejected rows are no error. */
export async function importCsv(flags: GlobalFlags, output: Output, kind: ImportKind, path: string, options: ImportOptions): Promise<void> {
  await requireFile(path);
  const dryRun = options.dryRun === true;
  await withRegister(flags, async (ctx, { dataFolder }) => {
    const file = createReadStream(path, { highWaterMark: PIECE });
    const { importId, created } = await startImport(ctx, CLI_ACTOR, bytesOf(file), () => ({ kind, creditorId: options.creditor, dryRun }));
    if (!created && !flags.json) output.say('this file is being imported already: waiting for that import.');
    const bar = progressBar(flags.json ? null : process.stderr);
    const ended = await untilDone(ctx, importId, bar).finally(() => bar.end());
    const errorsFile = ended.errorCount === 0 ? null : await writeErrors(ctx, importId, dataFolder);
    const summary = summaryOf(ended);
    const { accepted, rejected, unchanged } = summary;
    output.answer({ rows: ended.rows, [kind]: summary, errorsFile }, [
      `${ended.rows} rows: ${accepted} ${kind} ${dryRun ? 'would be accepted' : 'accepted'}, ${rejected} rejected, ${unchanged} unchanged.`,
      ...(errorsFile === null ? [] : [`what is wrong, by line and column: ${errorsFile}`]),
    ]);
  });
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile() !== true) throw new AppError('ERR_USAGE', `There is no file ${path}.`);
}

async function* bytesOf(file: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const piece of file) if (Buffer.isBuffer(piece)) yield piece;
}

async function untilDone(ctx: RegisterContext, importId: string, bar: Bar): Promise<ImportAnswer> {
  let seen = '';
  let movedAt = wallNow();
  for (;;) {
    const now = await getImport(ctx, CLI_ACTOR, importId, { limit: 1 });
    bar.show(now);
    if (now.state === 'done') return now;
    const mark = JSON.stringify(now.progress);
    if (mark !== seen) [seen, movedAt] = [mark, wallNow()];
    if (wallNow() - movedAt > STALLED_MS) {
      throw new AppError('ERR_DEPENDENCY', 'Nobody works on the import: see that the pump and a worker of the queue batch run. It goes on when they do; the same command waits for it again.');
    }
    await sleep(LOOK_MS);
  }
}

/** A CSV file beside the sandbox's data; page by page, so that a million errors are no more in memory than two hundred. */
async function writeErrors(ctx: RegisterContext, importId: string, dataFolder: string): Promise<string> {
  const folder = join(dataFolder, 'imports');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${importId}-errors.csv`);
  const file = await open(path, 'w');
  try {
    await file.write('line,column,reason\n');
    for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
      const page: Awaited<ReturnType<typeof errorPage>> = await errorPage(ctx, importId, { limit: PAGE, ...(cursor === null ? {} : { cursor }) });
      await file.write(page.errors.map(({ line, column, reason }) => `${line},${column ?? ''},"${reason.replaceAll('"', '""')}"\n`).join(''));
      cursor = page.nextCursor;
    }
  } finally {
    await file.close();
  }
  return path;
}
