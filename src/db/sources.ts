/** Sources of a creditor's debtors, their versions and deliveries. */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { Row, RunCounts, SourceDefinition } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type SourceRow = Row<'source'> & { readonly definition: SourceDefinition };
export type SourceRunRow = Row<'source_run'>;

function selected(db: Db | Trx) {
  return db.selectFrom('source').innerJoin('source_version', (join) => join.onRef('source_version.source_id', '=', 'source.id').onRef('source_version.version', '=', 'source.version'))
    .selectAll('source').select('source_version.definition');
}

export async function sourceByName(db: Db | Trx, creditorId: string, name: string): Promise<SourceRow | undefined> {
  return selected(db).where('creditor_id', '=', creditorId).where('name', '=', name).executeTakeFirst();
}

export async function sourceById(db: Db | Trx, id: string): Promise<SourceRow | undefined> {
  return selected(db).where('source.id', '=', id).executeTakeFirst();
}

/** By the time they were made, after the last one seen. */
export async function sourceRows(db: Db, creditorId: string | null, page: { limit: number; after?: { at: number; id: string } | undefined }): Promise<SourceRow[]> {
  let query = selected(db).orderBy('source.created_at').orderBy('source.id').limit(page.limit);
  if (creditorId !== null) query = query.where('creditor_id', '=', creditorId);
  if (page.after !== undefined) query = query.where(sql<boolean>`(source.created_at, source.id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.execute();
}

/** Makes the source, or its row to hang the next version on; locked. */
export async function holdSource(trx: Trx, source: { id: string; creditorId: string; name: string; kind: 'folder' | 'sql'; at: number }): Promise<Row<'source'>> {
  return trx.insertInto('source').values({
    id: source.id, creditor_id: source.creditorId, name: source.name, kind: source.kind, version: 0, active: true, created_at: instant(source.at), next_at: instant(source.at),
  }).onConflict((conflict) => conflict.columns(['creditor_id', 'name']).doUpdateSet({ name: source.name })).returningAll().executeTakeFirstOrThrow();
}

export async function insertSourceVersion(trx: Trx, version: { sourceId: string; version: number; definition: SourceDefinition; by: string; at: number }): Promise<void> {
  await trx.insertInto('source_version').values({
    source_id: version.sourceId, version: version.version, definition: json(version.definition), published_by: version.by, published_at: instant(version.at),
  }).execute();
  await trx.updateTable('source').set({ version: version.version, active: true, next_at: instant(version.at) }).where('id', '=', version.sourceId).execute();
}

export async function setActive(trx: Trx, id: string, active: boolean): Promise<void> {
  await trx.updateTable('source').set({ active }).where('id', '=', id).execute();
}

/** Sources that are to be looked at by `now` (epoch ms), or have a delivery under way. */
export async function dueSources(db: Db, now: number): Promise<SourceRow[]> {
  return selected(db).where((eb) => eb.or([
    eb.and([eb('active', '=', true), eb('next_at', '<=', instant(now))]),
    eb.exists(eb.selectFrom('source_run').select('source_run.id').whereRef('source_run.source_id', '=', 'source.id').where('state', 'in', ['claimed', 'importing'])),
  ])).orderBy('source.id').execute();
}

/** When the next source is to be looked at, epoch ms; null: there is none. */
export async function nextLook(db: Db): Promise<number | null> {
  const row = await db.selectFrom('source').select((eb) => eb.fn.min('next_at').as('at')).where('active', '=', true).executeTakeFirst();
  return row?.at ?? null;
}

export async function looked(db: Db | Trx, id: string, at: number, next: number): Promise<void> {
  await db.updateTable('source').set({ looked_at: instant(at), next_at: instant(next) }).where('id', '=', id).execute();
}

/** Notes how a file looks; since when (epoch ms) it has looked like that. */
export async function sight(db: Db | Trx, seen: { sourceId: string; file: string; bytes: number; changedMs: number; at: number }): Promise<number> {
  const row = await db.insertInto('source_sighting').values({ source_id: seen.sourceId, file_name: seen.file, bytes: seen.bytes, changed_ms: seen.changedMs, since: instant(seen.at) })
    .onConflict((conflict) => conflict.columns(['source_id', 'file_name']).doUpdateSet({
      since: sql<number>`case when source_sighting.bytes = excluded.bytes and source_sighting.changed_ms = excluded.changed_ms then source_sighting.since else excluded.since end`,
      bytes: sql<number>`excluded.bytes`, changed_ms: sql<number>`excluded.changed_ms`,
    })).returning('since').executeTakeFirstOrThrow();
  return row.since;
}

export async function forgetSighting(db: Db | Trx, sourceId: string, file: string): Promise<void> {
  await db.deleteFrom('source_sighting').where('source_id', '=', sourceId).where('file_name', '=', file).execute();
}

/** Claims a delivery by the hash of what came; violates source_run_one_open while another is under way. */
export async function claimRun(db: Db | Trx, run: { id: string; sourceId: string; version: number; file: string | null; sha256: string; at: number }): Promise<SourceRunRow> {
  return db.insertInto('source_run').values({
    id: run.id, source_id: run.sourceId, version: run.version, file_name: run.file, sha256: run.sha256, state: 'claimed', counts: json({}), claimed_at: instant(run.at),
  }).returningAll().executeTakeFirstOrThrow();
}

export async function openRun(db: Db | Trx, sourceId: string): Promise<SourceRunRow | undefined> {
  return db.selectFrom('source_run').selectAll().where('source_id', '=', sourceId).where('state', 'in', ['claimed', 'importing']).executeTakeFirst();
}

export async function lastRun(db: Db | Trx, sourceId: string): Promise<SourceRunRow | undefined> {
  return db.selectFrom('source_run').selectAll().where('source_id', '=', sourceId).orderBy('claimed_at', 'desc').orderBy('id').limit(1).executeTakeFirst();
}

/** The last delivery that was taken in: the same content again says nothing new. */
export async function lastDone(db: Db | Trx, sourceId: string): Promise<SourceRunRow | undefined> {
  return db.selectFrom('source_run').selectAll().where('source_id', '=', sourceId).where('state', '=', 'done').orderBy('ended_at', 'desc').limit(1).executeTakeFirst();
}

export async function importing(db: Db | Trx, id: string, importId: string, counts: RunCounts): Promise<void> {
  await db.updateTable('source_run').set({ state: 'importing', import_id: importId, counts: json(counts) }).where('id', '=', id).where('state', '=', 'claimed').execute();
}

export async function endRun(db: Db | Trx, id: string, end: { state: 'done' | 'failed'; counts: RunCounts; error: string | null; at: number }): Promise<void> {
  await db.updateTable('source_run').set({ state: end.state, counts: json(end.counts), error: end.error, ended_at: instant(end.at) }).where('id', '=', id).execute();
}

/** Notes what a delivery had. */
export async function seeRows(db: Db | Trx, sourceId: string, runId: string, agreements: readonly string[]): Promise<void> {
  await sql`insert into source_row (source_id, agreement, seen_run) select ${sourceId}::uuid, agreement, ${runId}::uuid from unnest(${[...agreements]}::text[]) as told(agreement)
    on conflict (source_id, agreement) do update set seen_run = excluded.seen_run, gone_at = null`.execute(db);
}

/** Agreements that the source told before and not in this delivery; how many are known in all. */
export async function notSeen(db: Db | Trx, sourceId: string, runId: string): Promise<{ known: number; gone: string[] }> {
  const rows = await db.selectFrom('source_row').select(['agreement', 'seen_run']).where('source_id', '=', sourceId).where('gone_at', 'is', null).orderBy('agreement').execute();
  return { known: rows.length, gone: rows.filter((row) => row.seen_run !== runId).map((row) => row.agreement) };
}

export async function markGone(db: Db | Trx, sourceId: string, agreements: readonly string[], at: number): Promise<void> {
  if (agreements.length === 0) return;
  await db.updateTable('source_row').set({ gone_at: instant(at) }).where('source_id', '=', sourceId).where('agreement', 'in', [...agreements]).execute();
}
