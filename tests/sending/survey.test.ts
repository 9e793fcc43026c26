import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { surveyById } from '../../src/db/surveys.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { deliverSurveyMessage } from '../../src/register/sending/delivery.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { answerSurvey, startSurvey } from '../../src/register/survey.ts';
import { at, occurrenceOf, pay, seedPerson, SURVEY_STEP } from '../register/seed.ts';
import { ended, openDesk, type Desk } from './desk.ts';

let desk: Desk;
const NOON = at('2026-03-09', 12);
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(NOON);
  desk.journal.length = 0;
});

async function settledWithSurvey(): Promise<{ agreementId: string; surveyId: string; token: string }> {
  const agreementId = await desk.agreement(await seedPerson(desk.db));
  const now = await desk.clock.now();
  desk.clock.set(at('2026-03-07', 11));
  await pay(desk.ctx, agreementId, 90_000);
  desk.clock.set(now);
  const occurrence = occurrenceOf(SURVEY_STEP, { key: 'survey/s1', instalment: null });
  await startSurvey(desk.ctx, { agreementId, occurrence, lastSeq: 0 });
  const survey = await desk.db.selectFrom('survey').selectAll().where('agreement_id', '=', agreementId).executeTakeFirstOrThrow();
  return { agreementId, surveyId: survey.id, token: survey.token ?? '' };
}

const send = async (surveyId: string, nudge = false) => ended(await deliverSurveyMessage(desk.deps, { surveyId, nudge }));

test('the invitation carries the link of its token, once however often it is asked for', async () => {
  const { surveyId, agreementId, token } = await settledWithSurvey();
  expect(await send(surveyId)).toMatchObject({ result: 'sent', events: [] });
  expect((await send(surveyId)).result).toBe('sent');
  expect(desk.journal).toHaveLength(1);
  expect(JSON.stringify(desk.journal)).toContain(`https://pacto.example.org/s/${token}`);
  expect(await surveyById(desk.db, surveyId)).toMatchObject({ state: 'invited', invited_at: NOON });
  expect(await desk.attempts(agreementId)).toMatchObject([{ purpose: 'survey', template: 'survey', channel: 'email', state: 'sent' }]);
  expect((await readTimeline(desk.db, agreementId)).map(({ kind }) => kind)).toContain('surveyMessage');
});

test('the nudge is a message of its own, and none goes after the answer', async () => {
  const { surveyId, token } = await settledWithSurvey();
  await send(surveyId);
  desk.clock.set(at('2026-03-16', 12));
  expect((await send(surveyId, true)).result).toBe('sent');
  expect(desk.journal).toHaveLength(2);
  expect((await surveyById(desk.db, surveyId))?.state).toBe('nudged');

  const other = await settledWithSurvey();
  await answerSurvey(desk.ctx, other.token, { score: 5 });
  expect((await send(other.surveyId)).result).toBe('silenced');
  expect(desk.journal).toHaveLength(2);
  expect(token).not.toBe(other.token);
});

test('outside the hours it waits, though it uses up no quota', async () => {
  const { surveyId } = await settledWithSurvey();
  desk.clock.set(at('2026-03-09', 20));
  expect(await send(surveyId)).toMatchObject({ result: 'deferred', until: at('2026-03-10', 12) });
});

test('its failures are no business of the agreement', async () => {
  const { surveyId, agreementId } = await settledWithSurvey();
  await send(surveyId);
  const facts = (await desk.events(agreementId)).length;
  const [attempt] = await desk.attempts(agreementId);
  await applyReceipt(desk.ctx, { provider: 'smtp', eventId: 'b1', attemptId: attempt?.id ?? '', status: 'bounced', errorCode: '5.1.1' });
  expect(await desk.attempts(agreementId)).toMatchObject([{ state: 'undeliverable' }]);
  expect(await desk.events(agreementId)).toHaveLength(facts);
});
