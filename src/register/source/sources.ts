/** Sources of a creditor: saved, listed, switched off, and looked at when it is time. */
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { creditorById } from '../../db/creditors.ts';
import {
  claimRun, dueSources, forgetSighting, holdSource, insertSourceVersion, lastRun, looked, nextLook, openRun, setActive, sight, sourceById, sourceByName, sourceRows, type SourceRow, type SourceRunRow,
} from '../../db/sources.ts';
import { inTransaction, violates } from '../../db/transaction.ts';
import { MINUTE } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { requireVisible, type Actor } from '../actor.ts';
import { pageOf, positionOf, type Page, type PageQuery } from '../page.ts';
import type { RegisterContext } from '../person-lock.ts';
import { definitionOf, type SourceBody } from './definition.ts';
import { askQuery, workOn } from './delivery.ts';
import { filesIn, hashOfFile, openFolder } from './folder.ts';
import type { Secrets } from './rows.ts';

export interface SourceAnswer {
  readonly id: string;
  readonly creditorId: string;
  readonly name: string;
  readonly kind: 'folder' | 'sql';
  readonly version: number;
  readonly active: boolean;
  readonly definition: Record<string, unknown>;
  readonly createdAt: string;
  readonly lookedAt?: string;
  readonly nextAt: string;
  readonly lastRun?: {
    readonly id: string; readonly version: number; readonly file?: string; readonly sha256: string; readonly state: SourceRunRow['state']; readonly importId?: string;
    readonly counts: SourceRunRow['counts']; readonly error?: string; readonly claimedAt: string; readonly endedAt?: string;
  };
}

/** Saves a source as the next version of its name; the same definition again changes nothing but that it is looked at again. */
export async function putSource(ctx: RegisterContext, actor: Actor, body: SourceBody): Promise<{ created: boolean; source: SourceAnswer }> {
  requireVisible(actor, body.creditorId);
  const { created, id } = await inTransaction(ctx.db, async (trx) => {
    if ((await creditorById(trx, body.creditorId)) === undefined) throw new AppError('ERR_BODY', 'There is no such creditor.', { errors: [{ path: 'creditorId', message: 'There is no such creditor.' }] });
    const at = await ctx.clock.now(trx);
    const held = await holdSource(trx, { id: ctx.newId(), creditorId: body.creditorId, name: body.name, kind: body.kind, at });
    if (held.kind !== body.kind) throw new AppError('ERR_BODY', 'A source keeps its kind.', { errors: [{ path: 'kind', message: `is ${held.kind} for this name: use another name` }] });
    const definition = definitionOf(body);
    const standing = held.version === 0 ? undefined : await sourceById(trx, held.id);
    if (standing !== undefined && standing.active && canonicalize(standing.definition) === canonicalize(definition)) return { created: false, id: held.id };
    await insertSourceVersion(trx, { sourceId: held.id, version: held.version + 1, definition, by: actor.id, at });
    return { created: true, id: held.id };
  });
  return { created, source: await answerOf(ctx, required(await sourceById(ctx.db, id))) };
}

export interface SourceQuery extends PageQuery {
  readonly creditorId?: string | undefined;
}

/** Sources in the order in which they were made. */
export async function listSources(ctx: RegisterContext, actor: Actor, query: SourceQuery): Promise<Page<SourceAnswer>> {
  if (query.creditorId !== undefined) requireVisible(actor, query.creditorId);
  const rows = await sourceRows(ctx.db, query.creditorId ?? actor.creditorId, { limit: query.limit + 1, after: positionOf(query.cursor) });
  const answers = new Map<string, SourceAnswer>();
  for (const row of rows.slice(0, query.limit)) answers.set(row.id, await answerOf(ctx, row));
  return pageOf(rows, query.limit, (row) => ({ at: row.created_at, id: row.id }), (row) => required(answers.get(row.id)));
}

/** `creditor/name`; ERR_NOT_FOUND when there is none or the actor may not see it. */
export async function findSource(ctx: RegisterContext, actor: Actor, ref: string): Promise<SourceRow> {
  const [creditorId = '', name = ''] = ref.split('/');
  const source = required(await sourceByName(ctx.db, creditorId, name));
  requireVisible(actor, source.creditor_id);
  return source;
}

/** Not looked at any more; a delivery under way goes on to its end. */
export async function disableSource(ctx: RegisterContext, actor: Actor, ref: string): Promise<SourceAnswer> {
  const { id } = await findSource(ctx, actor, ref);
  await inTransaction(ctx.db, (trx) => setActive(trx, id, false));
  return answerOf(ctx, required(await sourceById(ctx.db, id)));
}

export async function answerOf({ db }: Pick<RegisterContext, 'db'>, row: SourceRow): Promise<SourceAnswer> {
  const run = await lastRun(db, row.id);
  return {
    id: row.id, creditorId: row.creditor_id, name: row.name, kind: row.kind, version: row.version, active: row.active, definition: { ...row.definition },
    createdAt: text(row.created_at), ...(row.looked_at === null ? {} : { lookedAt: text(row.looked_at) }), nextAt: text(row.next_at),
    ...(run === undefined ? {} : { lastRun: {
      id: run.id, version: run.version, ...(run.file_name === null ? {} : { file: run.file_name }), sha256: run.sha256, state: run.state, ...(run.import_id === null ? {} : { importId: run.import_id }),
      counts: run.counts, ...(run.error === null ? {} : { error: run.error }), claimedAt: text(run.claimed_at), ...(run.ended_at === null ? {} : { endedAt: text(run.ended_at) }),
    } }),
  };
}

function text(at: number): string {
  return new Date(at).toISOString();
}

function required<T>(row: T | undefined): T {
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such source.');
  return row;
}

export interface SourceDeps {
  readonly ctx: RegisterContext;
  /** Folder of the installation below which the folders of sources lie. */
  readonly base: string;
  readonly secrets: Secrets;
}

/** The folder of sources of an installation. */
export function sourcesFolder(dataDir: string): string {
  return join(dataDir, 'sources');
}

export interface SourceDuty {
  /** When there is something to look at, epoch ms; null: there is no source. */
  next(): Promise<number | null>;
  /** Looks at every source whose time it is, and goes on with deliveries under way. How many moved. */
  run(): Promise<number>;
}

export function sourceDuty(deps: SourceDeps): SourceDuty {
  return {
    next: () => nextLook(deps.ctx.db),
    run: async () => {
      const now = await deps.ctx.clock.now();
      let moved = 0;
      for (const source of await dueSources(deps.ctx.db, now)) {
        try {
          if (await lookAt(deps, source)) moved += 1;
        } catch (error) {
          // The failure of one is no matter of the others; the error names no cell and no connection.
          deps.ctx.log.error({ err: error, source: source.name, creditorId: source.creditor_id }, 'a source could not be looked at');
          await looked(deps.ctx.db, source.id, now, now + AGAIN);
        }
      }
      return moved;
    },
  };
}

/** How soon a source is looked at that has something under way, or failed. */
const AGAIN = MINUTE;

/** One look: a delivery under way goes on, else the next is claimed. True when something moved. */
export async function lookAt(deps: SourceDeps, source: SourceRow): Promise<boolean> {
  const { ctx } = deps;
  const { definition } = source;
  const folder = definition.folder === undefined ? null : await openFolder(deps.base, definition.folder.path);
  const open = await openRun(ctx.db, source.id);
  const now = await ctx.clock.now();
  const run = open ?? (folder === null ? await claimQuery(deps, source, now) : await claimFile(deps, source, folder, now));
  if (run === null) {
    await looked(ctx.db, source.id, now, now + (folder === null ? definition.everyMinutes * MINUTE : AGAIN));
    return false;
  }
  const state = await workOn({ ctx, secrets: deps.secrets, folder }, source, definition, run);
  const over = state === 'done' || state === 'failed';
  await looked(ctx.db, source.id, now, now + (over && folder === null ? definition.everyMinutes * MINUTE : AGAIN));
  return open === undefined || state !== run.state;
}

async function claimQuery({ ctx, secrets }: SourceDeps, source: SourceRow, now: number): Promise<SourceRunRow | null> {
  const { sha256 } = await askQuery(source.definition, secrets);
  return claim(ctx, source, { file: null, sha256, at: now });
}

/** The first file by name that has not changed for as long as the source says. */
async function claimFile({ ctx }: SourceDeps, source: SourceRow, folder: string, now: number): Promise<SourceRunRow | null> {
  const stableMs = (source.definition.folder?.stableSeconds ?? 60) * 1_000;
  for (const { name, bytes, changedMs } of await filesIn(folder)) {
    const since = await sight(ctx.db, { sourceId: source.id, file: name, bytes, changedMs, at: now });
    if (since + stableMs > now) continue;
    const sha256 = await hashOfFile(join(folder, name));
    if (sha256 === null) continue;
    await forgetSighting(ctx.db, source.id, name);
    return claim(ctx, source, { file: name, sha256, at: now });
  }
  return null;
}

/** null: another process was first. */
async function claim(ctx: RegisterContext, source: SourceRow, what: { file: string | null; sha256: string; at: number }): Promise<SourceRunRow | null> {
  try {
    return await claimRun(ctx.db, { id: ctx.newId(), sourceId: source.id, version: source.version, ...what });
  } catch (error) {
    if (violates(error, 'source_run_one_open')) return null;
    throw error;
  }
}
