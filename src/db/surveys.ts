/** Satisfaction surveys. The token is found by its hash; the token itself is kept only while a message may still carry it. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type SurveyRow = Row<'survey'>;
export type SurveyState = SurveyRow['state'];

export type NewSurvey = Omit<NewRow<'survey'>, 'state' | 'created_at' | 'invited_at' | 'nudge_at' | 'expires_at' | 'answered_at' | 'score' | 'comment'> & {
  created_at: number;
  nudge_at: number;
  expires_at: number;
};

export async function insertSurvey(trx: Trx, survey: NewSurvey): Promise<void> {
  await trx.insertInto('survey').values({
    ...survey, state: 'created', created_at: instant(survey.created_at), nudge_at: instant(survey.nudge_at), expires_at: instant(survey.expires_at),
  }).execute();
}

export async function surveyById(db: Db | Trx, id: string): Promise<SurveyRow | undefined> {
  return db.selectFrom('survey').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function surveyByTokenHash(db: Db | Trx, tokenHash: string): Promise<SurveyRow | undefined> {
  return db.selectFrom('survey').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
}

/** How many surveys an agreement has had. */
export async function countSurveys(db: Db | Trx, agreementId: string): Promise<number> {
  const row = await db.selectFrom('survey').select((eb) => eb.fn.countAll<number>().as('n')).where('agreement_id', '=', agreementId).executeTakeFirstOrThrow();
  return Number(row.n);
}

/** An invitation (or the nudge) left: created -> invited -> nudged; an answered or expired survey stays what it is. */
export async function markInvited(trx: Trx, id: string, at: number, nudge: boolean): Promise<void> {
  await trx.updateTable('survey')
    .set(nudge ? { state: 'nudged' } : { state: 'invited', invited_at: instant(at) })
    .where('id', '=', id).where('state', 'in', nudge ? ['created', 'invited'] : ['created']).execute();
}

export interface SurveyEnd {
  readonly state: 'answered' | 'expired';
  readonly answeredAt?: number;
  readonly score?: number;
  readonly comment?: string | null;
}

/** Ends a survey and forgets its token; false when it had ended before. */
export async function endSurvey(trx: Trx, id: string, end: SurveyEnd): Promise<boolean> {
  const result = await trx.updateTable('survey').set({
    state: end.state, token: null,
    ...(end.answeredAt === undefined ? {} : { answered_at: instant(end.answeredAt) }),
    ...(end.score === undefined ? {} : { score: end.score }),
    ...(end.comment === undefined ? {} : { comment: end.comment }),
  }).where('id', '=', id).where('state', 'in', ['created', 'invited', 'nudged']).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export interface SurveyFilter {
  /** null: every creditor. */
  readonly creditorId: string | null;
  readonly agreementId?: string | undefined;
  readonly state?: SurveyState | undefined;
}

/** One page in the order in which the surveys were made, after the position of the last row seen. */
export async function listSurveyRows(
  db: Db | Trx, filter: SurveyFilter, page: { limit: number; after?: { at: number; id: string } | undefined },
): Promise<SurveyRow[]> {
  let query = db.selectFrom('survey').selectAll();
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  if (filter.agreementId !== undefined) query = query.where('agreement_id', '=', filter.agreementId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (page.after !== undefined) query = query.where(sql<boolean>`(created_at, id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.orderBy('created_at').orderBy('id').limit(page.limit).execute();
}
