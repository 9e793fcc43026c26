/** PostgreSQL: does it answer, is it migrated, does its clock agree, does the outbox move, is sending stopped? */
import { wallNow } from '../../clock.ts';
import { appliedMigrations, serverFacts } from '../../db/health.ts';
import { readMigrations } from '../../db/migrate.ts';
import { readBacklog } from '../../db/outbox-queue.ts';
import { openDb, type Db } from '../../db/pool.ts';
import { published } from '../../db/published.ts';
import { createLog } from '../../observability/log.ts';
import { readStop } from '../../register/sending/stop.ts';
import { ok, PATIENCE_MS, reasonOf, skewOf, warn, wrong, type Check } from './check.ts';

const OLDEST_SERVER = 14;
/** Leases last 10 s of PostgreSQL's clock, measured by ours. */
const MOST_SKEW_MS = 2_000;
const MOST_LAG_MS = 60_000;

/** All checks of the database; when it does not answer only the first. */
export async function checkDatabase(databaseUrl: string): Promise<Check[]> {
  const opened = openDb(databaseUrl, { log: createLog({ level: 'silent', process: 'doctor' }), max: 1 });
  try {
    return await withinPatience(lookAt(opened.db));
  } catch (error) {
    return [wrong('database', `PostgreSQL does not answer (${reasonOf(error)}).`, 'Check DATABASE_URL, and that the server runs and lets this machine in.')];
  } finally {
    void opened.close();
  }
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function lookAt(db: Db): Promise<Check[]> {
  // The first question also opens the connection; the clock is asked on an open one.
  await serverFacts(db);
  const sentAt = wallNow();
  const { version, clock } = await serverFacts(db);
  const skew = Math.round(skewOf(clock, sentAt, wallNow()));
  const checks = [
    Number.parseInt(version, 10) >= OLDEST_SERVER ? ok('database', `PostgreSQL ${version} answers.`) : wrong('database', `PostgreSQL ${version} is too old.`, `Use ${OLDEST_SERVER} or newer.`),
    Math.abs(skew) <= MOST_SKEW_MS ? ok('clock of the database', `${skew} ms from ours.`) : wrong('clock of the database', `${skew} ms from ours.`, 'Let NTP set the clock of this machine and of the database server.'),
  ];
  const migration = await checkMigrations(db);
  return migration.standing === 'wrong' ? [...checks, migration] : [...checks, migration, await checkShipped(db), await checkOutbox(db), await checkStop(db)];
}

async function checkMigrations(db: Db): Promise<Check> {
  const applied = new Set(await appliedMigrations(db));
  const release = (await readMigrations()).map(({ name }) => name);
  const missing = release.filter((name) => !applied.has(name));
  const newer = [...applied].filter((name) => !release.includes(name));
  if (missing.length > 0) return wrong('schema', `Not applied: ${missing.join(', ')}.`, 'Run pacto migrate.');
  if (newer.length > 0) return warn('schema', `The database is of a newer release (${newer.join(', ')}).`, 'Run the newer release everywhere.');
  return ok('schema', `Up to ${release.at(-1) ?? 'nothing'}.`);
}

async function checkShipped(db: Db): Promise<Check> {
  const { strategies, templates } = await published(db);
  if (strategies && templates) return ok('strategies and texts', 'Published.');
  return wrong('strategies and texts', `There is no published ${strategies ? 'text' : 'strategy'}.`, 'Run pacto migrate, which publishes those of this release.');
}

async function checkOutbox(db: Db): Promise<Check> {
  const { pending, oldestWall, poison } = await readBacklog(db);
  const lagMs = oldestWall === null ? 0 : wallNow() - oldestWall;
  if (lagMs > MOST_LAG_MS) return wrong('outbox', `The oldest of ${pending} rows has waited ${Math.round(lagMs / 1_000)} s.`, 'Start pacto pump, and see that Temporal answers it.');
  if (poison > 0) return wrong('outbox', `${poison} rows are set aside: their workflows hear nothing more.`, 'Read pacto outbox list, mend the cause, then pacto outbox retry.');
  return ok('outbox', pending === 0 ? 'Empty.' : `${pending} rows on their way.`);
}

async function checkStop(db: Db): Promise<Check> {
  const stop = await readStop(db);
  const held = [...(stop.all ? ['everything'] : []), ...stop.creditors, ...stop.channels, ...stop.senders.map(({ sender, code }) => `${sender} (refused by the provider: ${code})`)];
  return held.length === 0 ? ok('emergency stop', 'Not pulled.') : warn('emergency stop', `Stopped: ${held.join(', ')}.`, 'When the reason is gone: pacto sending start.');
}
