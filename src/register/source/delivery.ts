/**
 * One delivery of a source, step by step. Every step says in PostgreSQL or in the folder that it is done, and each may be
 * done again: a process that dies anywhere leaves a delivery that the next look goes on with.
 */
import { createHash } from 'node:crypto';
import { agreementByExternalId } from '../../db/agreements.ts';
import type { RunCounts, SourceDefinition } from '../../db/database.ts';
import { errorsOf, importById } from '../../db/imports.ts';
import { endRun, importing, lastDone, markGone, notSeen, seeRows, type SourceRow, type SourceRunRow } from '../../db/sources.ts';
import { AppError } from '../../errors.ts';
import { externalIdText } from '../agreement-body.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { cancelUnder } from '../cancellation.ts';
import { startImport } from '../import/upload.ts';
import type { RegisterContext } from '../person-lock.ts';
import { getImport, summaryOf } from '../import/reads.ts';
import { putAway, take, takenPath } from './folder.ts';
import type { Mapping } from './mapping.ts';
import { fileLines, queryLines, type DeliveredLine, type Secrets } from './rows.ts';

export interface DeliveryDeps {
  readonly ctx: RegisterContext;
  readonly secrets: Secrets;
  /** The source's folder, opened; null for a query. */
  readonly folder: string | null;
}

const ACTOR = { role: 'system', creditorId: null } as const;

/** A query's answer as it would be imported, and its hash: what was asked twice without a change is not imported twice. */
export async function askQuery(definition: SourceDefinition, secrets: Secrets): Promise<{ sha256: string; mapping: Mapping; lines: DeliveredLine[] }> {
  const { mapping, lines } = await queryLines(definition, secrets);
  const hash = createHash('sha256');
  for (const { text, row } of lines) hash.update(row?.withdrawn === true ? `withdrawn ${row.agreement}\n` : text);
  return { sha256: hash.digest('hex'), mapping, lines };
}

/** Goes on with a claimed delivery as far as its import; a failure that repeating does not heal ends it. */
export async function workOn(deps: DeliveryDeps, source: SourceRow, definition: SourceDefinition, run: SourceRunRow): Promise<SourceRunRow['state']> {
  try {
    return run.state === 'claimed' ? await begin(deps, source, definition, run) : await finish(deps, source, definition, run);
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500 && error.code !== 'ERR_CONFIG') throw error;
    return end(deps, run, { state: 'failed', counts: run.counts, error: `${error.code}: ${error.message}`, report: `line,column,reason\n1,,"${error.message.replaceAll('"', '""')}"\n` });
  }
}

async function begin(deps: DeliveryDeps, source: SourceRow, definition: SourceDefinition, run: SourceRunRow): Promise<SourceRunRow['state']> {
  const { ctx, folder, secrets } = deps;
  if (folder !== null && !(await take(folder, run))) {
    return end(deps, run, { state: 'failed', counts: {}, error: 'ERR_NOT_FOUND: the file changed or went away after it was claimed', report: null });
  }
  const before = await lastDone(ctx.db, source.id);
  if (before?.sha256 === run.sha256 && before.version === run.version) return end(deps, run, { state: 'done', counts: { unchanged: true }, error: null, report: null });
  const asked = folder === null ? await askQuery(definition, secrets) : null;
  // Asked again after a fall it may answer something else: then that is a delivery of its own.
  if (asked !== null && asked.sha256 !== run.sha256) return end(deps, run, { state: 'failed', counts: {}, error: 'ERR_STATE: the answer changed after it was claimed', report: null });
  let mapping: Mapping | null = asked?.mapping ?? null;
  const lines = (): AsyncIterable<DeliveredLine> | Iterable<DeliveredLine> => asked?.lines ?? fileLines(definition, takenPath(folder ?? '', run.id), (read) => { mapping = read; });
  const withdrawn = await look(ctx, source, run, lines());
  // First of all: who is not to be contacted any more is not contacted while thousands of rows are read.
  const counts: RunCounts = { withdrawn: await withdraw(ctx, source, withdrawn) };
  const { importId } = await startImport(ctx, { ...ACTOR, id: `source:${source.name}` }, csvOf(lines(), () => mapping), () => ({ kind: definition.imports, creditorId: source.creditor_id, dryRun: false, sourceId: source.id }));
  await importing(ctx.db, run.id, importId, counts);
  return 'importing';
}

const AT_ONCE = 1_000;

/** Notes which agreements the delivery has; which of them it withdraws. */
async function look(ctx: RegisterContext, source: SourceRow, run: SourceRunRow, lines: AsyncIterable<DeliveredLine> | Iterable<DeliveredLine>): Promise<string[]> {
  const withdrawn = new Set<string>();
  const told = new Set<string>();
  for await (const { row } of lines) {
    if (row === null || !externalIdText.safeParse(row.agreement).success) continue;
    if (row.withdrawn) withdrawn.add(row.agreement);
    told.add(row.agreement);
  }
  const all = [...told];
  for (let at = 0; at < all.length; at += AT_ONCE) await seeRows(ctx.db, source.id, run.id, all.slice(at, at + AT_ONCE));
  return [...withdrawn];
}

async function* csvOf(lines: AsyncIterable<DeliveredLine> | Iterable<DeliveredLine>, mapping: () => Mapping | null): AsyncGenerator<Buffer> {
  let waiting: string[] = [];
  let headed = false;
  const head = (): string[] => (headed ? [] : [`${mapping()?.header.join(',') ?? ''}\n`]);
  for await (const { text } of lines) {
    waiting.push(...head(), text);
    headed = true;
    if (waiting.length < AT_ONCE) continue;
    yield Buffer.from(waiting.join(''));
    waiting = [];
  }
  yield Buffer.from([...head(), ...waiting].join(''));
}

/** Ends agreements that the creditor took back, each in its own transaction; those that are over, or were never here, stay as they are. How many ended now. */
async function withdraw(ctx: RegisterContext, source: SourceRow, agreements: readonly string[]): Promise<number> {
  let ended = 0;
  for (const externalId of agreements) {
    const row = await agreementByExternalId(ctx.db, source.creditor_id, externalId);
    if (row === undefined || row.phase === 'closed' || row.phase === 'settled') continue;
    await underAgreementLock(ctx, row.id, async (lock, held) => {
      if (held.phase === 'closed' || held.phase === 'settled') return;
      await cancelUnder(lock, ctx, held.id, { reason: 'withdrawn' }, { by: `source:${source.name}`, tell: 'workflow', factId: `cancelled/source-${source.id}` });
      ended += 1;
    });
  }
  return ended;
}

/** When the import has ended: what is missing, the report, the file put away. */
async function finish(deps: DeliveryDeps, source: SourceRow, definition: SourceDefinition, run: SourceRunRow): Promise<SourceRunRow['state']> {
  const { ctx } = deps;
  const file = run.import_id === null ? undefined : await importById(ctx.db, run.import_id);
  if (file === undefined) return end(deps, run, { state: 'failed', counts: run.counts, error: 'ERR_INTERNAL: the import is gone', report: null });
  if (file.state !== 'done') return 'importing';
  const answer = await getImport(ctx, { ...ACTOR, id: 'source' }, file.id, { limit: 1 });
  const unreadable = answer.errorCount > 0 && (await errorsOf(ctx.db, file.id, { limit: MOST_ERRORS })).some(({ column }) => column === null || column === 'agreement');
  const missing = definition.delivers === 'full' ? await missingOf(ctx, source, definition, run, unreadable) : {};
  const { accepted, rejected, unchanged } = summaryOf(answer);
  const failed = rejected > 0 && accepted + unchanged === 0;
  return end(deps, run, {
    state: failed ? 'failed' : 'done', counts: { ...run.counts, ...missing }, error: rejected > 0 ? `${rejected} of ${accepted + rejected + unchanged} rejected` : null,
    report: answer.errorCount === 0 ? null : await reportOf(deps, definition, file.id),
  });
}

const MOST_ERRORS = 10_000;

/** What the delivery no longer has. Withdrawn only when the source says so, every line could be read, and not too many are gone at once. */
async function missingOf(ctx: RegisterContext, source: SourceRow, definition: SourceDefinition, run: SourceRunRow, unreadable: boolean): Promise<RunCounts> {
  const { known, gone } = await notSeen(ctx.db, source.id, run.id);
  if (gone.length === 0) return { missing: 0 };
  const many = gone.length * 100 > known * definition.missingAtMostPercent;
  if (definition.missing !== 'withdraw' || unreadable || many) {
    if (definition.missing === 'withdraw') ctx.log.warn({ source: source.name, creditorId: source.creditor_id, missing: gone.length, known, unreadable }, 'a full delivery lacks agreements: they were not withdrawn');
    return { missing: gone.length };
  }
  const missingWithdrawn = await withdraw(ctx, source, gone);
  await markGone(ctx.db, source.id, gone, await ctx.clock.now());
  return { missing: gone.length, missingWithdrawn };
}

/** Lines as in the source (the header is the first), columns by the source's own names; no cell. */
async function reportOf({ ctx, folder }: DeliveryDeps, definition: SourceDefinition, importId: string): Promise<string | null> {
  if (folder === null) return null;
  return `line,column,reason\n${(await errorsOf(ctx.db, importId, { limit: MOST_ERRORS })).map(({ line, column, reason }) => `${line},"${nameOf(definition, column)}","${reason.replaceAll('"', '""')}"\n`).join('')}`;
}

function nameOf({ columns }: SourceDefinition, column: string | null): string {
  const from = column === null ? '' : columns[column] ?? column;
  return (typeof from === 'string' ? from : column ?? '').replaceAll('"', '""');
}

async function end(deps: DeliveryDeps, run: SourceRunRow, result: { state: 'done' | 'failed'; counts: RunCounts; error: string | null; report: string | null }): Promise<'done' | 'failed'> {
  if (deps.folder !== null) await putAway(deps.folder, run, { into: result.state, report: result.report });
  await endRun(deps.ctx.db, run.id, { ...result, at: await deps.ctx.clock.now() });
  return result.state;
}
