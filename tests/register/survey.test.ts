import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementById } from '../../src/db/agreements.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { surveyById } from '../../src/db/surveys.ts';
import { DAY } from '../../src/domain/zone.ts';
import { processActor } from '../../src/register/actor.ts';
import { answerSurvey, expireSurvey, listSurveys, startSurvey, surveyByToken } from '../../src/register/survey.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, fact, movableClock, occurrenceOf, outboxOf, pay, registerContext, seedAgreement, seedPerson, SURVEY_STEP, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);
const SURVEY = occurrenceOf(SURVEY_STEP, { key: 'survey/s1', instalment: null });
const PAID_AT = at('2026-03-10', 10);
const SURVEY_AT = at('2026-03-12', 12);

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(PAID_AT));

async function settled(): Promise<{ id: string; lastSeq: number }> {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  await pay(context(), id, 90_000);
  clock.set(SURVEY_AT);
  return { id, lastSeq: (await eventsOf(opened.db, id)).at(-1)?.seq ?? 0 };
}

async function surveyed(): Promise<{ id: string; token: string; surveyId: string; workflowId: string }> {
  const { id, lastSeq } = await settled();
  await startSurvey(context(), { agreementId: id, occurrence: SURVEY, lastSeq, runId: 'run-1' });
  const row = await opened.db.selectFrom('survey').selectAll().where('agreement_id', '=', id).executeTakeFirstOrThrow();
  return { id, token: row.token ?? '', surveyId: row.id, workflowId: row.workflow_id };
}

test('a settled agreement gets one survey and its run ends with it; a retry gives the same answer', async () => {
  const { id, lastSeq } = await settled();
  const first = await startSurvey(context(), { agreementId: id, occurrence: SURVEY, lastSeq, runId: 'run-1' });
  const second = await startSurvey(context(), { agreementId: id, occurrence: SURVEY, lastSeq, runId: 'run-1' });
  expect(first).toMatchObject({ finished: true });
  expect(first.events.map((event) => event.kind)).toContain('surveyStarted');
  expect(second.events.filter((event) => event.kind === 'surveyStarted')).toEqual(first.events.filter((event) => event.kind === 'surveyStarted'));
  expect(second.finished).toBe(true);
  expect((await agreementById(opened.db, id))?.workflow_state).toBe('finished');
  expect((await listSurveys(context(), processActor('test'), { limit: 50, agreementId: id })).items).toHaveLength(1);
});

test('the token is stored hashed, and forgotten once the survey is answered', async () => {
  const { token, surveyId, workflowId } = await surveyed();
  const row = await surveyById(opened.db, surveyId);
  expect(row?.token_hash).toMatch(/^[0-9a-f]{64}$/);
  expect(row?.token_hash).not.toContain(token);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(row?.nudge_at).toBe(SURVEY_AT + 7 * DAY);
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start']);
  await answerSurvey(context(), token, { score: 4, comment: 'gracias' });
  expect(await surveyById(opened.db, surveyId)).toMatchObject({ state: 'answered', score: 4, comment: 'gracias', token: null });
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start', 'surveyAnswered']);
});

test('of many answers at the same moment one counts', async () => {
  const { id, token, workflowId } = await surveyed();
  const answers = await Promise.allSettled([1, 2, 3, 4, 5].map((score) => answerSurvey(context(), token, { score })));
  expect(answers.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  expect((await readTimeline(opened.db, id)).filter((entry) => entry.kind === 'surveyAnswered')).toHaveLength(1);
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start', 'surveyAnswered']);
  await expect(answerSurvey(context(), token, { score: 5 })).rejects.toMatchObject({ code: 'ERR_STATE' });
});

test('an expired survey takes no answer, and an answer that came first keeps it from expiring', async () => {
  const late = await surveyed();
  clock.set(SURVEY_AT + 22 * DAY);
  await expect(answerSurvey(context(), late.token, { score: 5 })).rejects.toMatchObject({ code: 'ERR_STATE' });
  expect(await surveyByToken(context(), late.token)).toEqual({ state: 'expired', creditorName: 'Acme' });
  expect(await expireSurvey(context(), late.surveyId)).toBe('expired');
  expect(await expireSurvey(context(), late.surveyId)).toBe('expired');
  clock.set(PAID_AT);
  const intime = await surveyed();
  expect(await surveyByToken(context(), intime.token)).toMatchObject({ state: 'open' });
  await answerSurvey(context(), intime.token, { score: 1 });
  expect(await expireSurvey(context(), intime.surveyId)).toBe('answered');
  expect(await surveyByToken(context(), intime.token)).toMatchObject({ state: 'answered' });
});

test('a token that is none of ours finds nothing', async () => {
  await expect(surveyByToken(context(), 'x')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  await expect(answerSurvey(context(), 'x', { score: 3 })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test('a reversal that the run has not heard of makes no survey and keeps the run alive', async () => {
  const { id, lastSeq } = await settled();
  const [booked] = await eventsOf(opened.db, id);
  if (booked?.kind !== 'paymentBooked') throw new Error('no payment');
  await fact(context(), id, 'reversal/1', { kind: 'paymentReversed', payment: booked.payment });
  const answer = await startSurvey(context(), { agreementId: id, occurrence: SURVEY, lastSeq, runId: 'run-1' });
  expect(answer.finished).toBe(false);
  expect(answer.events.map((event) => event.kind)).toContain('paymentReversed');
  expect((await listSurveys(context(), processActor('test'), { limit: 50, agreementId: id })).items).toEqual([]);
  expect((await agreementById(opened.db, id))?.workflow_state).toBe('running');
});

test('a debt settled twice is asked about twice, under a workflow of its own', async () => {
  const { id, workflowId } = await surveyed();
  const [booked] = await eventsOf(opened.db, id);
  if (booked?.kind !== 'paymentBooked') throw new Error('no payment');
  await fact(context(), id, 'reversal/1', { kind: 'paymentReversed', payment: booked.payment });
  expect((await agreementById(opened.db, id))?.workflow_state).toBe('starting');
  await pay(context(), id, 90_000);
  clock.set(SURVEY_AT + 5 * DAY);
  const lastSeq = (await eventsOf(opened.db, id)).at(-1)?.seq ?? 0;
  await startSurvey(context(), { agreementId: id, occurrence: { ...SURVEY, key: 'survey/s2' }, lastSeq, runId: 'run-2' });
  const rows = await opened.db.selectFrom('survey').select('workflow_id').where('agreement_id', '=', id).orderBy('workflow_id').execute();
  expect(rows.map((row) => row.workflow_id)).toEqual([workflowId, workflowId.replace(/1$/, '2')]);
});
