/** The virtual clock's one row: virtual now = wall + offset. It never holds an instant, because virtual time runs on while nothing does. */
import { Kysely, sql } from 'kysely';
import { wallNow, type Clock } from '../clock.ts';
import { instant, nullableInstant } from './columns.ts';
import type { Db, Trx } from './pool.ts';

export interface ClockRow {
  /** Milliseconds that virtual time is ahead of the wall. */
  readonly offsetMs: number;
  /** How fast `play` runs; 0 is paused. */
  readonly daysPerSecond: number;
  /** The instant an advance is on its way to; null when none is. */
  readonly advancingTo: number | null;
  /** What an advance waits for, in words; null when nothing. */
  readonly blockedBy: string | null;
}

/** The row as it stands. */
export async function readClock(db: Db | Trx): Promise<ClockRow> {
  const row = await db.selectFrom('clock').selectAll().executeTakeFirstOrThrow();
  return { offsetMs: row.offset_ms, daysPerSecond: row.days_per_second, advancingTo: row.advancing_to, blockedBy: row.blocked_by };
}

/** The business clock of the sandbox and the tests: wall plus the row's offset, read afresh each time. */
export function virtualClock(db: Db, wall: () => number = wallNow): Clock {
  return { kind: 'virtual', now: async (transaction) => wall() + (await readClock(transaction instanceof Kysely ? transaction : db)).offsetMs };
}

/** Moves the offset forward to `offsetMs`; it never goes back, whoever writes last. Returns the offset in force. */
export async function setOffset(db: Db | Trx, offsetMs: number): Promise<number> {
  const row = await db.updateTable('clock')
    .set({ offset_ms: sql<number>`greatest(offset_ms, ${Math.round(offsetMs)}::bigint)` })
    .returning('offset_ms').executeTakeFirstOrThrow();
  return row.offset_ms;
}

export async function setPlay(db: Db | Trx, daysPerSecond: number): Promise<void> {
  await db.updateTable('clock').set({ days_per_second: daysPerSecond }).execute();
}

/** Notes the target of an advance (null: done), so that a restart goes on with it. */
export async function setAdvancing(db: Db | Trx, advancingTo: number | null, blockedBy: string | null = null): Promise<void> {
  await db.updateTable('clock')
    .set({ advancing_to: nullableInstant(advancingTo), blocked_by: blockedBy })
    .execute();
}

/** Asks for an advance to `target` unless one further on is already noted; returns the target in force. */
export async function requestAdvance(db: Db | Trx, target: number): Promise<number> {
  const row = await db.updateTable('clock')
    .set({ advancing_to: sql<number>`greatest(advancing_to, ${instant(target)})` })
    .returning('advancing_to').executeTakeFirstOrThrow();
  return row.advancing_to ?? target;
}
