/** What `pacto doctor` asks PostgreSQL itself. */
import { sql } from 'kysely';
import type { Db } from './pool.ts';

export interface ServerFacts {
  /** E.g. `18.1`. */
  readonly version: string;
  /** The server's clock, epoch ms. */
  readonly clock: number;
}

export async function serverFacts(db: Db): Promise<ServerFacts> {
  const { rows } = await sql<{ version: string; clock: number }>`
    select current_setting('server_version') as version, (extract(epoch from clock_timestamp()) * 1000)::bigint as clock`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new RangeError('PostgreSQL answered without a row.');
  return row;
}

/** Names of the migrations that were applied; none when the database is empty. */
export async function appliedMigrations(db: Db): Promise<string[]> {
  const { rows: tables } = await sql<{ there: boolean }>`select to_regclass('migration_checksum') is not null as there`.execute(db);
  if (tables[0]?.there !== true) return [];
  const { rows } = await sql<{ name: string }>`select name from migration_checksum order by name`.execute(db);
  return rows.map(({ name }) => name);
}
