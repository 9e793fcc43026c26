/** Imported files: their pieces, rows, agreements and errors. */
import { sql } from 'kysely';
import { instant, json } from './columns.ts';
import type { ImportKind, ImportOutcome, NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ImportFileRow = Row<'import_file'>;
export type NewImportFile = Omit<NewRow<'import_file'>, 'kind' | 'created_at' | 'ended_at' | 'state' | 'rows'> & { kind: ImportKind; created_at: number };

/** What is wrong at a place of the file; `column` null: with the line as a whole. */
export interface RowError {
  readonly line: number;
  readonly column: string | null;
  readonly reason: string;
}

export interface ImportedLine {
  readonly line: number;
  readonly agreement: string;
  readonly cells: readonly string[];
  readonly bad: boolean;
}

export async function insertImportFile(trx: Trx, file: NewImportFile): Promise<void> {
  await trx.insertInto('import_file').values({ ...file, created_at: instant(file.created_at) }).execute();
}

export async function insertChunk(trx: Trx, importId: string, number: number, bytes: Buffer): Promise<void> {
  await trx.insertInto('import_chunk').values({ import_id: importId, number, bytes }).execute();
}

export async function dropChunks(trx: Trx, importId: string): Promise<void> {
  await trx.deleteFrom('import_chunk').where('import_id', '=', importId).execute();
}

export async function chunkOf(db: Db | Trx, importId: string, number: number): Promise<Buffer | undefined> {
  const row = await db.selectFrom('import_chunk').select('bytes').where('import_id', '=', importId).where('number', '=', number).executeTakeFirst();
  return row?.bytes;
}

export async function importById(db: Db | Trx, id: string): Promise<ImportFileRow | undefined> {
  return db.selectFrom('import_file').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The import of this very file that has not ended. */
export async function openImport(db: Db | Trx, file: { creditorId: string; kind: ImportKind; sha256: string; dryRun: boolean }): Promise<ImportFileRow | undefined> {
  return db.selectFrom('import_file').selectAll().where('creditor_id', '=', file.creditorId).where('kind', '=', file.kind).where('sha256', '=', file.sha256)
    .where('dry_run', '=', file.dryRun).where('state', '<>', 'done').executeTakeFirst();
}

/** Moves the place where reading goes on; false when somebody else has moved it. */
export async function moveReading(trx: Trx, id: string, from: number, to: { bytes: number; line: number; rows: number; end: boolean }): Promise<boolean> {
  const result = await trx.updateTable('import_file').set({
    read_bytes: to.bytes, read_line: to.line, rows: sql<number>`rows + ${to.rows}`, ...(to.end ? { state: 'takingIn' as const } : {}),
  }).where('id', '=', id).where('read_bytes', '=', from).where('state', '=', 'reading').executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function insertRows(trx: Trx, importId: string, rows: readonly (ImportedLine & { person: string; rejected: boolean })[]): Promise<void> {
  if (rows.length === 0) return;
  await trx.insertInto('import_row').values(rows.map((row) => ({
    import_id: importId, line: row.line, agreement: row.agreement, cells: json(row.cells), bad: row.bad,
  }))).execute();
  const firsts = new Map<string, (typeof rows)[number]>();
  for (const row of rows) if (!firsts.has(row.agreement)) firsts.set(row.agreement, row);
  await trx.insertInto('import_agreement').values([...firsts.values()].map((row) => ({
    import_id: importId, agreement: row.agreement, first_line: row.line, person: row.person, outcome: row.rejected ? 'rejected' as const : null,
  }))).onConflict((conflict) => conflict.doNothing()).execute();
}

export async function insertErrors(db: Db | Trx, importId: string, errors: readonly RowError[]): Promise<void> {
  if (errors.length === 0) return;
  await db.insertInto('import_error').values(errors.map(({ line, column, reason }) => ({ import_id: importId, line, column_name: column, reason }))).execute();
}

/** Agreements of the file without an outcome, in the order of their first lines. */
export async function openAgreements(db: Db | Trx, importId: string, limit: number): Promise<{ agreement: string; person: string }[]> {
  return db.selectFrom('import_agreement').select(['agreement', 'person']).where('import_id', '=', importId).where('outcome', 'is', null)
    .orderBy('first_line').limit(limit).execute();
}

/** Which of these agreements the same file brought in, or found, in an earlier import. */
export async function takenBefore(db: Db | Trx, file: ImportFileRow, agreements: readonly string[]): Promise<Set<string>> {
  if (agreements.length === 0) return new Set();
  const rows = await db.selectFrom('import_agreement').innerJoin('import_file', 'import_file.id', 'import_agreement.import_id')
    .select('import_agreement.agreement').distinct()
    .where('import_file.creditor_id', '=', file.creditor_id).where('import_file.kind', '=', file.kind).where('import_file.sha256', '=', file.sha256).where('import_file.dry_run', '=', false)
    .where('import_file.id', '<>', file.id).where('import_agreement.outcome', 'in', ['accepted', 'unchanged'])
    .where('import_agreement.agreement', 'in', agreements).execute();
  return new Set(rows.map((row) => row.agreement));
}

/** The rows of these agreements in the order of the file, at most `limit` of each. */
export async function rowsOfAgreements(db: Db | Trx, importId: string, agreements: readonly string[], limit: number): Promise<Map<string, ImportedLine[]>> {
  const { rows } = await sql<ImportedLine>`
    select line, agreement, cells, bad
      from unnest(${agreements}::text[]) as wanted(name),
           lateral (select line, agreement, cells, bad from import_row where import_id = ${importId}::uuid and agreement = wanted.name order by line limit ${limit}::int) found
     order by line`.execute(db);
  return Map.groupBy(rows, (row) => row.agreement);
}

/** Writes the outcome of an agreement; false when it has one already. */
export async function settle(db: Db | Trx, importId: string, agreement: string, outcome: ImportOutcome): Promise<boolean> {
  const result = await db.updateTable('import_agreement').set({ outcome })
    .where('import_id', '=', importId).where('agreement', '=', agreement)
    // Not `is null`: that fits the partial index of the open ones, and PostgreSQL walked through all of them for each (0.5 ms at 4,000, growing).
    .where(sql<boolean>`coalesce(outcome, '') = ''`).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Ends the import: the file's pieces and rows, which hold personal data, are removed. */
export async function closeImport(trx: Trx, id: string, at: number): Promise<void> {
  await trx.updateTable('import_file').set({ state: 'done', ended_at: instant(at) }).where('id', '=', id).where('state', '<>', 'done').execute();
  await dropChunks(trx, id);
  await trx.deleteFrom('import_row').where('import_id', '=', id).execute();
}

export interface ImportCounts extends Readonly<Record<ImportOutcome, number>> {
  /** Of the file, read so far; those without an outcome included. */
  readonly items: number;
  readonly errors: number;
}

export async function countsOf(db: Db | Trx, importId: string): Promise<ImportCounts> {
  const outcomes = await db.selectFrom('import_agreement').select((eb) => ['outcome', eb.fn.countAll<number>().as('n')]).where('import_id', '=', importId).groupBy('outcome').execute();
  const errors = await db.selectFrom('import_error').select((eb) => eb.fn.countAll<number>().as('n')).where('import_id', '=', importId).executeTakeFirstOrThrow();
  const of = (outcome: ImportOutcome | null): number => outcomes.find((row) => row.outcome === outcome)?.n ?? 0;
  const [accepted, rejected, unchanged] = [of('accepted'), of('rejected'), of('unchanged')];
  return { accepted, rejected, unchanged, items: accepted + rejected + unchanged + of(null), errors: errors.n };
}

/** Errors by line, after the last one seen. */
export async function errorsOf(db: Db | Trx, importId: string, page: { limit: number; after?: { line: number; id: number } | undefined }): Promise<(RowError & { id: number })[]> {
  let query = db.selectFrom('import_error').select(['id', 'line', 'column_name as column', 'reason']).where('import_id', '=', importId)
    .orderBy('line').orderBy('id').limit(page.limit);
  if (page.after !== undefined) query = query.where(sql<boolean>`(line, id) > (${page.after.line}, ${page.after.id})`);
  return query.execute();
}
