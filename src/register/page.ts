/** Pages of lists ordered by an instant and an id: the cursor is the position of the last row shown. */
import { z } from 'zod';
import { AppError } from '../errors.ts';

export interface PageQuery {
  /** 1..200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  /** null at the end. */
  readonly nextCursor: string | null;
}

/** Where a row stands in its list; `at` is epoch ms. */
export interface Position {
  readonly at: number;
  readonly id: string;
}

const position = z.tuple([z.int(), z.uuid()]);

/** The position a cursor stands for; ERR_QUERY when it is none of ours. */
export function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const parsed = position.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) throw new AppError('ERR_QUERY', 'The cursor is not one of this list.', { errors: [{ path: 'cursor', message: 'use nextCursor of the page before' }] });
  return { at: parsed.data[0], id: parsed.data[1] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A page of `limit` rows out of `limit + 1` that were read; the extra one only tells that there is more. */
export function pageOf<R, T>(rows: readonly R[], limit: number, place: (row: R) => Position, show: (row: R) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  if (last === undefined || rows.length <= limit) return { items: shown.map(show), nextCursor: null };
  const { at, id } = place(last);
  return { items: shown.map(show), nextCursor: Buffer.from(JSON.stringify([at, id])).toString('base64url') };
}
