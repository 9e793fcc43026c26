/** Segments (ordered rules that choose a strategy) and the proposals that come of them. */
import { sql } from 'kysely';
import type { Score } from '../strategy/score.ts';
import type { SegmentFacts, SegmentSet } from '../strategy/segment.ts';
import { instant, json } from './columns.ts';
import type { ProposalState, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type SegmentSetRow = Row<'segment_set'>;
export type ProposalRow = Row<'strategy_proposal'>;

/** The set in force, or undefined when none was published. */
export async function latestSegments(db: Db | Trx): Promise<SegmentSetRow | undefined> {
  return db.selectFrom('segment_set').selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
}

/** Every version, the newest first. */
export async function listSegments(db: Db | Trx): Promise<SegmentSetRow[]> {
  return db.selectFrom('segment_set').selectAll().orderBy('version', 'desc').execute();
}

/** Stores a version that is new; false when somebody else was faster. */
export async function insertSegments(db: Db | Trx, set: { version: number; definition: SegmentSet; source: string; publishedBy: string; publishedAt: number }): Promise<boolean> {
  const result = await db.insertInto('segment_set')
    .values({ version: set.version, definition: json(set.definition), source: set.source, published_by: set.publishedBy, published_at: instant(set.publishedAt) })
    .onConflict((conflict) => conflict.column('version').doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Agreements that may follow another strategy: running, and of a strategy that nobody named; by id, after the last one seen. A debt has no plan that segments could speak of. */
export async function agreementsToSegment(db: Db | Trx, after: string | null, limit: number): Promise<string[]> {
  let query = db.selectFrom('agreement').select('id').where('phase', 'in', ['active', 'broken']).where('strategy_chosen', '!=', 'named').where('kind', '=', 'agreement').orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return (await query.execute()).map(({ id }) => id);
}

/** Running agreements that follow this version of a strategy now; by id, after the last one seen. */
export async function agreementsFollowing(db: Db | Trx, strategy: { id: string; version: number | null }, after: string | null, limit: number): Promise<Pick<Row<'agreement'>, 'id' | 'creditor_id' | 'external_id'>[]> {
  let query = db.selectFrom('agreement').select(['id', 'creditor_id', 'external_id']).where('phase', 'in', ['active', 'broken'])
    .where(sql<boolean>`coalesce(current_strategy_id, strategy_id) = ${strategy.id}`).orderBy('id').limit(limit);
  if (strategy.version !== null) query = query.where(sql<boolean>`coalesce(current_strategy_version, strategy_version) = ${strategy.version}`);
  if (after !== null) query = query.where('id', '>', after);
  return query.execute();
}

export async function setStrategyChosen(trx: Trx, agreementId: string, chosen: 'segment'): Promise<void> {
  await trx.updateTable('agreement').set({ strategy_chosen: chosen }).where('id', '=', agreementId).execute();
}

export async function openProposalOf(db: Db | Trx, agreementId: string): Promise<ProposalRow | undefined> {
  return db.selectFrom('strategy_proposal').selectAll().where('agreement_id', '=', agreementId).where('state', '=', 'open').executeTakeFirst();
}

/** The last proposal of an agreement that somebody rejected. */
export async function lastRejected(db: Db | Trx, agreementId: string): Promise<ProposalRow | undefined> {
  return db.selectFrom('strategy_proposal').selectAll().where('agreement_id', '=', agreementId).where('state', '=', 'rejected').orderBy('decided_at', 'desc').limit(1).executeTakeFirst();
}

export interface NewProposal {
  readonly id: string;
  readonly creditorId: string;
  readonly agreementId: string;
  readonly from: { readonly id: string; readonly version: number };
  readonly to: string;
  readonly segment: string | null;
  readonly segmentVersion: number;
  readonly facts: SegmentFacts;
  readonly score: Score;
  readonly at: number;
}

export async function insertProposal(trx: Trx, given: NewProposal): Promise<void> {
  await trx.insertInto('strategy_proposal').values({
    id: given.id, creditor_id: given.creditorId, agreement_id: given.agreementId, from_strategy: given.from.id, from_version: given.from.version, to_strategy: given.to,
    segment: given.segment, segment_version: given.segmentVersion, facts: json(given.facts), score: json(given.score), state: 'open', proposed_at: instant(given.at),
  }).execute();
}

export async function proposalById(db: Db | Trx, id: string): Promise<ProposalRow | undefined> {
  return db.selectFrom('strategy_proposal').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Ends an open proposal; false when it is not open any more. */
export async function closeProposal(trx: Trx, id: string, end: { state: Exclude<ProposalState, 'open'>; by: string; at: number }): Promise<boolean> {
  const result = await trx.updateTable('strategy_proposal').set({ state: end.state, decided_by: end.by, decided_at: instant(end.at) })
    .where('id', '=', id).where('state', '=', 'open').executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** One page, oldest first; `creditorId` null: every creditor. */
export async function listProposals(db: Db | Trx, filter: { creditorId: string | null; state?: ProposalState | undefined }, page: { limit: number; after?: { at: number; id: string } | undefined }): Promise<ProposalRow[]> {
  let query = db.selectFrom('strategy_proposal').selectAll();
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (page.after !== undefined) query = query.where(sql<boolean>`(proposed_at, id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.orderBy('proposed_at').orderBy('id').limit(page.limit).execute();
}
