/** How an import stands, for the API, the CLI and the workflow's details. */
import { z } from 'zod';
import type { ImportKind } from '../../db/database.ts';
import { countsOf, errorsOf, importById, type RowError } from '../../db/imports.ts';
import { AppError } from '../../errors.ts';
import type { ImportProgress } from '../../../workflows/contract.ts';
import { requireVisible, type Actor } from '../actor.ts';
import type { PageQuery } from '../page.ts';
import type { RegisterContext } from '../person-lock.ts';
import { requireImport } from './rows.ts';

export type { ImportKind } from '../../db/database.ts';

export interface ImportSummary {
  readonly accepted: number;
  readonly rejected: number;
  readonly unchanged: number;
}

/** Instants RFC 3339 in UTC; `errors` is a page of them. */
export interface ImportAnswer {
  readonly id: string;
  readonly kind: ImportKind;
  readonly creditorId: string;
  readonly dryRun: boolean;
  readonly state: 'reading' | 'takingIn' | 'done';
  readonly workflowId: string;
  readonly progress: ImportProgress;
  /** Rows of the file that are not blank. */
  readonly rows: number;
  /** Of what the file brings: the one of its kind is there. */
  readonly agreements?: ImportSummary;
  readonly debts?: ImportSummary;
  readonly payments?: ImportSummary;
  readonly contacts?: ImportSummary;
  readonly errorCount: number;
  readonly errors: readonly RowError[];
  readonly nextCursor: string | null;
  readonly createdAt: string;
  readonly endedAt?: string;
}

/** The summary of the kind that an import is of. */
export function summaryOf(answer: ImportAnswer): ImportSummary {
  return answer[answer.kind] ?? { accepted: 0, rejected: 0, unchanged: 0 };
}

/** How far an import has come. */
export async function importProgress({ db }: RegisterContext, importId: string): Promise<ImportProgress> {
  const file = await requireImport(db, importId);
  const counts = await countsOf(db, importId);
  return {
    lines: file.lines, readLines: file.read_line - 1, items: counts.items,
    settled: counts.accepted + counts.rejected + counts.unchanged, rejected: counts.rejected,
  };
}

/** The import with a page of its errors, by line; ERR_NOT_FOUND when the actor may not see it. */
export async function getImport(ctx: RegisterContext, actor: Actor, importId: string, page: PageQuery): Promise<ImportAnswer> {
  const file = await importById(ctx.db, importId);
  if (file === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such import.');
  requireVisible(actor, file.creditor_id);
  const [counts, progress] = await Promise.all([countsOf(ctx.db, importId), importProgress(ctx, importId)]);
  const { errors, nextCursor } = await errorPage(ctx, importId, page);
  return {
    id: file.id, kind: file.kind, creditorId: file.creditor_id, dryRun: file.dry_run, state: file.state, workflowId: file.workflow_id, progress, rows: file.rows,
    [file.kind]: { accepted: counts.accepted, rejected: counts.rejected, unchanged: counts.unchanged }, errorCount: counts.errors, errors, nextCursor,
    createdAt: new Date(file.created_at).toISOString(), ...(file.ended_at === null ? {} : { endedAt: new Date(file.ended_at).toISOString() }),
  };
}

/** Errors by line; one page. */
export async function errorPage(ctx: RegisterContext, importId: string, { limit, cursor }: PageQuery): Promise<{ errors: RowError[]; nextCursor: string | null }> {
  const rows = await errorsOf(ctx.db, importId, { limit: limit + 1, after: placeOf(cursor) });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    errors: shown.map(({ line, column, reason }) => ({ line, column, reason })),
    nextCursor: last === undefined ? null : `e${last.line}-${last.id}`,
  };
}

const cursorText = z.string().regex(/^e\d{1,9}-\d{1,15}$/);

function placeOf(cursor: string | undefined): { line: number; id: number } | undefined {
  if (cursor === undefined) return undefined;
  if (!cursorText.safeParse(cursor).success) {
    throw new AppError('ERR_QUERY', 'The cursor is not one of this list.', { errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }] });
  }
  const [line = '', id = ''] = cursor.slice(1).split('-');
  return { line: Number(line), id: Number(id) };
}
