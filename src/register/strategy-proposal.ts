/** Re-segmentation: what the rules would choose now is proposed, and a person decides; nothing changes by itself. */
import { agreementsToSegment, closeProposal, insertProposal, lastRejected, latestSegments, listProposals, openProposalOf, proposalById, type ProposalRow, type SegmentSetRow } from '../db/segments.ts';
import type { ProposalState } from '../db/database.ts';
import { changeSetting, readSetting } from '../db/settings.ts';
import { latestStrategy } from '../db/strategies.ts';
import { strategyOf } from '../domain/facts.ts';
import { viewOf } from '../domain/view.ts';
import { DAY } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import type { Score } from '../strategy/score.ts';
import { chooseStrategy, type SegmentFacts } from '../strategy/segment.ts';
import { requireVisible, type Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import type { RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { factsOfAgreement } from './segmentation.ts';
import { changeStrategyUnder } from './strategy-change.ts';
import { appendTimeline } from './timeline.ts';

/** A proposal as the API answers it; instants RFC 3339 in UTC. */
export interface ProposalAnswer {
  readonly id: string;
  readonly creditorId: string;
  readonly agreementId: string;
  readonly from: { readonly id: string; readonly version: number };
  readonly to: string;
  readonly segment: string | null;
  readonly segmentVersion: number;
  readonly facts: SegmentFacts;
  readonly score: Score;
  readonly state: ProposalState;
  readonly proposedAt: string;
  readonly decidedAt?: string;
  readonly decidedBy?: string;
  readonly text: { readonly es: string; readonly en: string };
}

function answerOf(row: ProposalRow): ProposalAnswer {
  const segment = row.segment === null ? { es: 'ningún segmento coincide', en: 'no segment matches' } : { es: `segmento ${row.segment}`, en: `segment ${row.segment}` };
  return {
    id: row.id, creditorId: row.creditor_id, agreementId: row.agreement_id, from: { id: row.from_strategy, version: row.from_version }, to: row.to_strategy,
    segment: row.segment, segmentVersion: row.segment_version, facts: row.facts, score: row.score, state: row.state, proposedAt: new Date(row.proposed_at).toISOString(),
    ...(row.decided_at === null ? {} : { decidedAt: new Date(row.decided_at).toISOString() }), ...(row.decided_by === null ? {} : { decidedBy: row.decided_by }),
    text: {
      es: `Se propone pasar de ${row.from_strategy} a ${row.to_strategy} (${segment.es}, ${row.score.points} puntos). ${row.score.parts.map(({ text }) => text.es).join('. ')}.`,
      en: `Proposed: from ${row.from_strategy} to ${row.to_strategy} (${segment.en}, ${row.score.points} points). ${row.score.parts.map(({ text }) => text.en).join('. ')}.`,
    },
  };
}

const BATCH = 200;

/** Looks at every running agreement whose strategy nobody named; makes and withdraws proposals. The same again changes nothing. */
export async function proposeStrategies(ctx: RegisterContext): Promise<{ proposed: number; withdrawn: number }> {
  const set = await latestSegments(ctx.db);
  const done = { proposed: 0, withdrawn: 0 };
  if (set === undefined) return done;
  for (let after: string | null = null; ; ) {
    const ids: string[] = await agreementsToSegment(ctx.db, after, BATCH);
    for (const id of ids) {
      const change = await underAgreementLock(ctx, id, (lock) => proposeUnder(ctx, lock, id, set));
      done.proposed += Number(change === 'proposed');
      done.withdrawn += Number(change === 'withdrawn');
    }
    after = ids.at(-1) ?? null;
    if (ids.length < BATCH) return done;
  }
}

async function proposeUnder(ctx: RegisterContext, lock: Parameters<typeof changeStrategyUnder>[0], agreementId: string, set: SegmentSetRow): Promise<'proposed' | 'withdrawn' | 'same'> {
  const loaded = await loadState(lock.trx, agreementId);
  const { phase } = viewOf(loaded.state);
  const current = strategyOf(loaded.state);
  const { facts, score } = await factsOfAgreement(lock.trx, loaded, lock.now);
  const choice = chooseStrategy(set.definition, facts);
  const target = (await latestStrategy(lock.trx, choice.strategy))?.definition;
  const wanted = (phase === 'active' || phase === 'broken') && target !== undefined && target.id !== current.id && target.country.includes(facts.country) ? target : null;
  const open = await openProposalOf(lock.trx, agreementId);
  if (open !== undefined && open.to_strategy === wanted?.id) return 'same';
  if (open !== undefined) await closeProposal(lock.trx, open.id, { state: 'withdrawn', by: 'segments', at: lock.now });
  // What somebody rejected is not proposed again under the same rules.
  const rejected = await lastRejected(lock.trx, agreementId);
  if (wanted === null || (rejected?.to_strategy === wanted.id && rejected.segment_version === set.version)) return open === undefined ? 'same' : 'withdrawn';
  await insertProposal(lock.trx, {
    id: ctx.newId(), creditorId: loaded.row.creditor_id, agreementId, from: { id: current.id, version: current.version }, to: wanted.id,
    segment: choice.segment, segmentVersion: set.version, facts, score, at: lock.now,
  });
  return 'proposed';
}

const LAST_RUN = 'segments.lastRun';

/** When the next look is due, epoch ms; null while there are no segments. */
export async function nextSegmentation(ctx: Pick<RegisterContext, 'db'>): Promise<number | null> {
  const set = await latestSegments(ctx.db);
  if (set === undefined) return null;
  const last = await readSetting(ctx.db, LAST_RUN);
  return typeof last === 'number' ? last + DAY : set.published_at;
}

/** The daily look: once a day of the business clock, however often it is called. */
export async function segmentDaily(ctx: RegisterContext): Promise<{ proposed: number; withdrawn: number } | null> {
  const due = await nextSegmentation(ctx);
  const now = await ctx.clock.now();
  if (due === null || due > now) return null;
  const done = await proposeStrategies(ctx);
  await ctx.db.transaction().execute((trx) => changeSetting(trx, LAST_RUN, () => now));
  if (done.proposed + done.withdrawn > 0) ctx.log.info(done, 'segments looked at the running agreements');
  return done;
}

export interface ProposalQuery extends PageQuery {
  readonly state?: ProposalState | undefined;
}

/** Proposals, the oldest first; a creditor's key sees its own. */
export async function proposalsPage(ctx: RegisterContext, actor: Actor, query: ProposalQuery): Promise<Page<ProposalAnswer>> {
  const after = positionOf(query.cursor);
  const rows = await listProposals(ctx.db, { creditorId: actor.creditorId, state: query.state }, { limit: query.limit + 1, after });
  return pageOf(rows, query.limit, (row) => ({ at: row.proposed_at, id: row.id }), answerOf);
}

/** Decides a proposal: the agreement moves to the newest version of the proposed strategy, or stays. ERR_STATE when it is decided already. */
export async function decideProposal(ctx: RegisterContext, actor: Actor, id: string, verdict: 'approved' | 'rejected'): Promise<ProposalAnswer> {
  const found = await proposalById(ctx.db, id);
  if (found === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such proposal.');
  requireVisible(actor, found.creditor_id);
  return underAgreementLock(ctx, found.agreement_id, async (lock) => {
    const { state } = await loadState(lock.trx, found.agreement_id);
    const { phase } = viewOf(state);
    if (!(await closeProposal(lock.trx, id, { state: verdict, by: actor.id, at: lock.now }))) {
      const now = await proposalById(lock.trx, id);
      if (now?.state === verdict) return answerOf(now);
      throw new AppError('ERR_STATE', `The proposal is ${now?.state ?? 'gone'} already.`);
    }
    if (verdict === 'approved') {
      if (phase !== 'active' && phase !== 'broken') throw new AppError('ERR_STATE', `The agreement is ${phase}: its strategy does not change any more.`);
      const to = await latestStrategy(lock.trx, found.to_strategy);
      if (to === undefined) throw new AppError('ERR_STRATEGY', `There is no strategy ${found.to_strategy}.`);
      await changeStrategyUnder(lock, ctx, found.agreement_id, found.creditor_id, to.definition, 'segment');
    } else {
      await appendTimeline(lock.trx, found.agreement_id, {
        at: lock.now, kind: 'strategyProposalRejected',
        text: { es: `Se mantiene la estrategia: propuesta de pasar a ${found.to_strategy} rechazada.`, en: `The strategy stays: the proposal of ${found.to_strategy} was rejected.` },
      });
    }
    return answerOf((await proposalById(lock.trx, id)) ?? found);
  });
}
