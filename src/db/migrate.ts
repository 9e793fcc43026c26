/** Applies the numbered .sql files once, in order, and refuses to go on when an applied one was edited. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator, type Migration, type MigrationProvider } from 'kysely/migration';
import pg from 'pg';
import { AppError } from '../errors.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Held while migrating, besides Kysely's own lock: the checksums must be compared under it too. */
const LOCK = 7_226_241;

export interface MigrationFile {
  /** File name without `.sql`; the number in front orders them. */
  readonly name: string;
  readonly text: string;
}

/** The migrations of this release, oldest first. */
export async function readMigrations(folder: URL = FOLDER): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_-]+\.sql$/.test(name)).sort();
  return Promise.all(names.map(async (name) => ({
    name: name.slice(0, -'.sql'.length),
    text: await readFile(new URL(name, folder), 'utf8'),
  })));
}

function checksumOf(file: MigrationFile): string {
  return createHash('sha256').update(file.text.replaceAll('\r\n', '\n')).digest('hex');
}

function providerOf(files: readonly MigrationFile[]): MigrationProvider {
  const migrations = files.map((file): [string, Migration] => [
    file.name,
    {
      // A raw multi-statement text: pg's simple protocol takes it when there is no parameter.
      up: async (db: Kysely<MigrationTables>) => {
        await db.executeQuery(CompiledQuery.raw(file.text));
        await db.insertInto('migration_checksum').values({ name: file.name, sha256: checksumOf(file) }).execute();
      },
    },
  ]);
  return { getMigrations: () => Promise.resolve(Object.fromEntries(migrations)) };
}

/** Brings the database up to this release; safe with several processes at once. Returns the names it applied. */
export async function migrateToLatest(url: string, files?: readonly MigrationFile[]): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2, application_name: 'pacto-migrate' });
  pool.on('error', () => undefined);
  const db = new Kysely<MigrationTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await migrateUnderLock(db, files ?? (await readMigrations()));
  } finally {
    await db.destroy();
  }
}

interface MigrationTables {
  migration_checksum: { name: string; sha256: string };
}

async function migrateUnderLock(db: Kysely<MigrationTables>, files: readonly MigrationFile[]): Promise<string[]> {
  return db.connection().execute(async (held) => {
    await sql`select pg_advisory_lock(${LOCK})`.execute(held);
    try {
      await sql`create table if not exists migration_checksum (name text primary key, sha256 text not null)`.execute(held);
      await refuseEdited(held, files);
      // The Migrator takes the pool's second connection; this one only holds the lock.
      const { error, results } = await new Migrator({ db, provider: providerOf(files) }).migrateToLatest();
      if (error !== undefined) throw error;
      return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(held);
    }
  });
}

async function refuseEdited(db: Kysely<MigrationTables>, files: readonly MigrationFile[]): Promise<void> {
  const known = new Map((await db.selectFrom('migration_checksum').selectAll().execute()).map((row) => [row.name, row.sha256]));
  const edited = files.filter((file) => known.has(file.name) && known.get(file.name) !== checksumOf(file));
  if (edited.length > 0) {
    throw new AppError('ERR_MIGRATION_EDITED', `${edited.map((file) => file.name).join(', ')}: edited after it was applied.`);
  }
}
