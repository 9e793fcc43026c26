/** The satisfaction survey after a settlement: one token, one answer, an expiry. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { eventOf } from '../db/agreement-events.ts';
import { creditorById } from '../db/creditors.ts';
import type { AgreementRow } from '../db/database.ts';
import { enqueue } from '../db/outbox.ts';
import { countSurveys, endSurvey, insertSurvey, listSurveyRows, surveyById, surveyByTokenHash, type SurveyRow } from '../db/surveys.ts';
import type { AgreementEvent, AgreementState, Occurrence } from '../domain/agreement.ts';
import { stillDue } from '../domain/decide.ts';
import { strategyOf } from '../domain/facts.ts';
import { addDays, DAY, endOfLocalDay, localDate } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { SURVEY_ANSWERED, WORKFLOWS, type SurveyInput } from '../../workflows/contract.ts';
import { requireVisible, type Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { recordFact } from './fact.ts';
import { EARLY, finishUnder, type Finished } from './finish.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { appendTimeline } from './timeline.ts';
import { hashToken } from './token.ts';

const TOKEN_BYTES = 32;
const DEFAULT_EXPIRES_DAYS = 20;
const NUDGE_AFTER = 7 * DAY;

/** `POST /s/{token}`: 1 (very bad) to 5 (very good). */
export const surveyAnswer = z.strictObject({ score: z.int().min(1).max(5), comment: z.string().trim().min(1).max(1_000).optional() });
export type SurveyAnswer = z.infer<typeof surveyAnswer>;

export interface StartSurveyInput {
  readonly agreementId: string;
  readonly occurrence: Occurrence;
  readonly lastSeq: number;
  readonly runId?: string | undefined;
}

/**
 * Creates the survey of a settlement, its workflow with it, and in the same transaction ends the run when nothing else
 * is left to do. When a reversal has undone the settlement no survey is made and the run gets what it had not heard of.
 */
export async function startSurvey(ctx: RegisterContext, input: StartSurveyInput): Promise<Finished> {
  const { agreementId, occurrence, lastSeq, runId } = input;
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const own = await surveyFact(lock, ctx, row, occurrence);
    return finishUnder(lock, { agreementId, lastSeq, runId, own: own === null ? [] : [own] });
  });
}

async function surveyFact(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, occurrence: Occurrence): Promise<AgreementEvent | null> {
  const factId = `surveyStarted/${occurrence.key}`;
  const known = await eventOf(lock.trx, row.id, factId);
  if (known !== undefined) return known;
  const { state } = await loadState(lock.trx, row.id);
  if (!stillDue(state, occurrence, lock.now + EARLY)) return null;
  const survey = await insertNewSurvey(lock, ctx, row, state, occurrence);
  return recordFact(lock, ctx, row.id, { id: factId, body: { kind: 'surveyStarted', survey, occurrence: occurrence.key }, tell: 'caller' });
}

async function insertNewSurvey(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, state: AgreementState, occurrence: Occurrence): Promise<string> {
  const id = ctx.newId();
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const workflowId = `survey/${row.creditor_id}/${row.kind === 'debt' ? 'debt/' : ''}${row.external_id}/${(await countSurveys(lock.trx, row.id)) + 1}`;
  const days = strategyOf(state).steps.find((step) => step.key === occurrence.step)?.expiresDays ?? DEFAULT_EXPIRES_DAYS;
  const { zone } = state.terms;
  const expiresAt = endOfLocalDay(zone, addDays(localDate(zone, lock.now), days));
  const nudgeAt = Math.min(lock.now + NUDGE_AFTER, expiresAt);
  await insertSurvey(lock.trx, {
    id, creditor_id: row.creditor_id, agreement_id: row.id, person_id: row.person_id, occurrence: occurrence.key,
    token_hash: hashToken(token), token, created_at: lock.now, nudge_at: nudgeAt, expires_at: expiresAt, workflow_id: workflowId,
  });
  const input: SurveyInput = { v: 1, surveyId: id, nudgeAt, expiresAt };
  await enqueue(lock.trx, { workflowId, workflowType: WORKFLOWS.survey, action: 'start', payload: input });
  return id;
}

/** What the survey's page may show before an answer: no person, no amount. */
export interface SurveyPage {
  readonly state: 'open' | 'answered' | 'expired';
  readonly creditorName: string;
}

/** The survey behind a link; ERR_NOT_FOUND for a token that is none of ours. */
export async function surveyByToken(ctx: RegisterContext, token: string): Promise<SurveyPage> {
  const row = await surveyByTokenHash(ctx.db, hashToken(token));
  if (row === undefined) throw notFound();
  const creditor = await creditorById(ctx.db, row.creditor_id);
  return { state: openState(row, await ctx.clock.now()), creditorName: creditor?.name ?? '' };
}

function openState(row: SurveyRow, now: number): SurveyPage['state'] {
  if (row.state === 'answered') return 'answered';
  return row.state === 'expired' || row.expires_at <= now ? 'expired' : 'open';
}

/** Takes the one answer of a token; ERR_STATE for a second one and after the expiry. */
export async function answerSurvey(ctx: RegisterContext, token: string, answer: SurveyAnswer): Promise<void> {
  const found = await surveyByTokenHash(ctx.db, hashToken(token));
  if (found === undefined) throw notFound();
  await withSurvey(ctx, found, async (lock, row) => {
    const state = openState(row, lock.now);
    if (state !== 'open') throw new AppError('ERR_STATE', state === 'answered' ? 'This survey has been answered.' : 'This survey has expired.');
    await endSurvey(lock.trx, row.id, { state: 'answered', answeredAt: lock.now, score: answer.score, comment: answer.comment ?? null });
    await appendTimeline(lock.trx, row.agreement_id, {
      at: lock.now, kind: 'surveyAnswered', outcome: String(answer.score),
      text: { es: `Encuesta respondida: ${answer.score} de 5.`, en: `Survey answered: ${answer.score} of 5.` },
    });
    await enqueue(lock.trx, { workflowId: row.workflow_id, workflowType: WORKFLOWS.survey, action: 'signal', name: SURVEY_ANSWERED, payload: { surveyId: row.id } });
  });
}

/** Ends a survey that nobody answered; gives `answered` when an answer came first. */
export async function expireSurvey(ctx: RegisterContext, surveyId: string): Promise<'expired' | 'answered'> {
  const found = await surveyById(ctx.db, surveyId);
  if (found === undefined) throw notFound();
  return withSurvey(ctx, found, async (lock, row) => {
    if (row.state === 'answered' || row.state === 'expired') return row.state;
    await endSurvey(lock.trx, row.id, { state: 'expired' });
    await appendTimeline(lock.trx, row.agreement_id, {
      at: lock.now, kind: 'surveyExpired',
      text: { es: 'La encuesta venció sin respuesta.', en: 'The survey expired without an answer.' },
    });
    return 'expired';
  });
}

async function withSurvey<T>(ctx: RegisterContext, found: SurveyRow, work: (lock: PersonLock, row: SurveyRow) => Promise<T>): Promise<T> {
  return underAgreementLock(ctx, found.agreement_id, async (lock) => work(lock, (await surveyById(lock.trx, found.id)) ?? found));
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such survey.');
}

/** A survey as the API answers it; instants RFC 3339 in UTC. The comment is the debtor's own text. */
export interface SurveyItem {
  readonly id: string;
  readonly agreementId: string;
  readonly creditorId: string;
  readonly state: SurveyRow['state'];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly answeredAt?: string;
  readonly score?: number;
  readonly comment?: string;
}

function toItem(row: SurveyRow): SurveyItem {
  return {
    id: row.id, agreementId: row.agreement_id, creditorId: row.creditor_id, state: row.state,
    createdAt: new Date(row.created_at).toISOString(), expiresAt: new Date(row.expires_at).toISOString(),
    ...(row.answered_at === null ? {} : { answeredAt: new Date(row.answered_at).toISOString() }),
    ...(row.score === null ? {} : { score: row.score }),
    ...(row.comment === null ? {} : { comment: row.comment }),
  };
}

export interface SurveyQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  readonly agreementId?: string | undefined;
  readonly state?: SurveyRow['state'] | undefined;
}

/** Surveys in the order in which they were made; a creditor's key sees its own. */
export async function listSurveys(ctx: RegisterContext, actor: Actor, query: SurveyQuery): Promise<Page<SurveyItem>> {
  const { limit, cursor, creditorId, ...filter } = query;
  if (creditorId !== undefined) requireVisible(actor, creditorId);
  const rows = await listSurveyRows(ctx.db, { ...filter, creditorId: creditorId ?? actor.creditorId }, { limit: limit + 1, after: positionOf(cursor) });
  return pageOf(rows, limit, (row) => ({ at: row.created_at, id: row.id }), toItem);
}
