/** Taking a file: its pieces go to PostgreSQL as they come, and the import starts when the whole file is there. */
import { createHash } from 'node:crypto';
import { creditorById } from '../../db/creditors.ts';
import { dropChunks, insertChunk, insertImportFile, openImport } from '../../db/imports.ts';
import type { ImportKind } from '../../db/database.ts';
import { enqueue } from '../../db/outbox.ts';
import type { Trx } from '../../db/pool.ts';
import { violates } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { WORKFLOWS, type ImportInput } from '../../../workflows/contract.ts';
import type { Actor } from '../actor.ts';
import type { RegisterContext } from '../person-lock.ts';
import { readHeader, type Header } from './columns.ts';
import { LONGEST_LINE, textOf } from './lines.ts';

/** Size of a stored piece, bytes; the place of any byte follows from it. */
export const PIECE = 262_144;
const LARGEST_FILE = 512 * 1_048_576;
const NEWLINE = 10;

export interface ImportTarget {
  readonly kind: ImportKind;
  readonly creditorId: string;
  /** Everything is done and undone: the errors are those of the real import, nothing is stored. */
  readonly dryRun: boolean;
  /** The source that delivered it; a person's upload has none. */
  readonly sourceId?: string | undefined;
}

/**
 * Stores a file and starts its import; `target` is asked when the file has been read. The same file while it is being
 * imported joins that import. ERR_BODY when it is no such CSV, ERR_NOT_FOUND when the creditor is none of the actor's.
 */
export async function startImport(
  ctx: RegisterContext, actor: Actor, file: AsyncIterable<Buffer>, target: () => ImportTarget,
): Promise<{ importId: string; created: boolean }> {
  let told: { target: ImportTarget; sha256: string } | null = null;
  try {
    // Not `inTransaction`, which may run its work again: the file comes once.
    return await ctx.db.transaction().execute(async (trx) => {
      const importId = ctx.newId();
      const stored = await store(trx, importId, file);
      told = { target: target(), sha256: stored.sha256 };
      return register(ctx, trx, actor, { importId, taken: { ...stored, header: readHeader(told.target.kind, stored.headerLine) }, target: told.target });
    });
  } catch (error) {
    const known = violates(error, 'import_file_open') && told !== null ? await openImport(ctx.db, opened(told)) : undefined;
    if (known === undefined) throw error;
    return { importId: known.id, created: false };
  }
}

function opened({ target, sha256 }: { target: ImportTarget; sha256: string }): ImportTarget & { readonly sha256: string } {
  return { ...target, sha256 };
}

interface Stored {
  readonly sha256: string;
  readonly bytes: number;
  readonly lines: number;
  readonly headerLine: string;
  /** With its line end. */
  readonly headerBytes: number;
}

async function store(trx: Trx, importId: string, file: AsyncIterable<Buffer>): Promise<Stored> {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let [bytes, lines, sinceEnd, pieces] = [0, 0, 0, 0];
  let [waiting, waits]: [Buffer[], number] = [[], 0];
  for await (const part of file) {
    hash.update(part);
    if (bytes < LONGEST_LINE) head.push(part);
    bytes += part.length;
    if (bytes > LARGEST_FILE) throw wrongFile('The file is larger than 512 MB.');
    for (let end = part.indexOf(NEWLINE), from = 0; ; from = end + 1, end = part.indexOf(NEWLINE, from)) {
      sinceEnd += (end === -1 ? part.length : end) - from;
      if (sinceEnd > LONGEST_LINE) throw wrongFile('A line of the file is longer than 64 KB.');
      if (end === -1) break;
      lines += 1;
      sinceEnd = 0;
    }
    // Joined once a piece: joining at every part copied 1.3 GB for a file of 3 MB that came in small parts.
    waiting.push(part);
    waits += part.length;
    if (waits < PIECE) continue;
    let all = Buffer.concat(waiting);
    for (; all.length >= PIECE; all = all.subarray(PIECE)) await insertChunk(trx, importId, pieces++, all.subarray(0, PIECE));
    [waiting, waits] = [[all], all.length];
  }
  if (waits > 0) await insertChunk(trx, importId, pieces, Buffer.concat(waiting));
  const first = Buffer.concat(head);
  const end = first.indexOf(NEWLINE);
  const line = textOf(end === -1 ? first : first.subarray(0, end));
  if (line === null) throw wrongFile('The file is not written in UTF-8: save it as CSV UTF-8.');
  return {
    sha256: hash.digest('hex'), bytes, headerLine: line.replace(/\r$/, ''), headerBytes: end === -1 ? first.length : end + 1,
    lines: lines + (sinceEnd > 0 ? 1 : 0) - 1,
  };
}

function wrongFile(sentence: string): AppError {
  return new AppError('ERR_BODY', sentence, { errors: [{ path: 'file', message: 'must be CSV in UTF-8 with a header, one row a line' }] });
}

interface Taken extends Stored {
  readonly header: Header;
}

async function register(
  ctx: RegisterContext, trx: Trx, actor: Actor, { importId, taken, target }: { importId: string; taken: Taken; target: ImportTarget },
): Promise<{ importId: string; created: boolean }> {
  const { kind, creditorId, dryRun, sourceId } = target;
  const creditor = actor.creditorId === null || actor.creditorId === creditorId ? await creditorById(trx, creditorId) : undefined;
  if (creditor === undefined) throw new AppError('ERR_BODY', 'There is no such creditor.', { errors: [{ path: 'creditorId', message: 'There is no such creditor.' }] });
  const running = await openImport(trx, { kind, creditorId, dryRun, sha256: taken.sha256 });
  if (running !== undefined) {
    await dropChunks(trx, importId);
    return { importId: running.id, created: false };
  }
  const workflowId = `import/${importId}`;
  await insertImportFile(trx, {
    id: importId, kind, creditor_id: creditorId, dry_run: dryRun, source_id: sourceId ?? null, sha256: taken.sha256, bytes: taken.bytes, lines: taken.lines,
    delimiter: taken.header.delimiter, columns: [...taken.header.columns], imported_by: actor.id, workflow_id: workflowId,
    read_bytes: taken.headerBytes, read_line: 1, created_at: await ctx.clock.now(trx),
  });
  const input: ImportInput = { v: 1, importId, kind };
  await enqueue(trx, { workflowId, workflowType: WORKFLOWS.importFile, action: 'start', payload: input });
  return { importId, created: true };
}
