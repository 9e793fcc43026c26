/** One transaction, tried again when PostgreSQL chose it as the victim of a deadlock or a serialization conflict. */
import pg from 'pg';
import type { Db, Trx } from './pool.ts';

const RETRYABLE = new Set(['40001', '40P01']);
const TRIES = 4;

/** SQLSTATE of a database error, or null for any other error. */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? error.code ?? null : null;
}

/** True when `error` is the violation of the named unique (or exclusion) constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && (error.code === '23505' || error.code === '23P01') && error.constraint === constraint;
}

/**
 * Runs `work` in a transaction: the one that `db` already is, else a new one. `work` may run again, so it must have no
 * effect outside the database.
 */
export async function inTransaction<T>(db: Db | Trx, work: (trx: Trx) => Promise<T>): Promise<T> {
  if (isTransaction(db)) return work(db);
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (left === 0 || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
    }
  }
}

function isTransaction(db: Db | Trx): db is Trx {
  return db.isTransaction;
}

/** Runs `work` in a transaction that is rolled back in the end: what would come of it, without it coming. */
export async function rehearse<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  const trx = await db.startTransaction().execute();
  try {
    return await work(trx);
  } finally {
    await trx.rollback().execute();
  }
}
