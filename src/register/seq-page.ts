/** Pages of lists ordered by a number: the cursor is the number of the last row shown. */
import { AppError } from '../errors.ts';
import type { Page } from './page.ts';

const CURSOR = /^s(\d{1,15})$/;

/** The number a cursor stands for; ERR_QUERY when it is none of ours. */
export function seqOf(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const found = CURSOR.exec(cursor)?.[1];
  if (found === undefined) throw new AppError('ERR_QUERY', 'The cursor is not one of this list.', { errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }] });
  return Number(found);
}

/** A page of `limit` rows out of `limit + 1` that were read. */
export function seqPageOf<R extends { readonly seq: number }, T>(rows: readonly R[], limit: number, show: (row: R) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(show), nextCursor: last === undefined || rows.length <= limit ? null : `s${last.seq}` };
}
