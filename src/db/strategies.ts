/** Published strategies; a version never changes. */
import { AppError } from '../errors.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { instant, json } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

/** The strategy of this version; it must exist, because agreements refer to it. */
export async function strategyOf(db: Db | Trx, id: string, version: number): Promise<Strategy> {
  const row = await db.selectFrom('strategy').select('definition').where('id', '=', id).where('version', '=', version).executeTakeFirst();
  if (row === undefined) throw new AppError('ERR_STRATEGY', `There is no strategy ${id} version ${version}.`);
  return row.definition;
}

/** The newest version of a strategy, or undefined. */
export async function latestStrategy(db: Db | Trx, id: string): Promise<Row<'strategy'> | undefined> {
  return db.selectFrom('strategy').selectAll().where('id', '=', id).orderBy('version', 'desc').limit(1).executeTakeFirst();
}

/** Every published version, by id and version. */
export async function listStrategies(db: Db | Trx): Promise<Row<'strategy'>[]> {
  return db.selectFrom('strategy').selectAll().orderBy('id').orderBy('version').execute();
}

/** Stores a version that is new; false when it exists already. */
export async function insertStrategy(db: Db | Trx, strategy: Strategy, source: string, publishedAt: number): Promise<boolean> {
  const result = await db.insertInto('strategy')
    .values({ id: strategy.id, version: strategy.version, definition: json(strategy), source, published_at: instant(publishedAt) })
    .onConflict((conflict) => conflict.columns(['id', 'version']).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
