import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAgreementActivities } from '../../activities/agreements.ts';
import { createCallbackActivities } from '../../activities/callbacks.ts';
import { createPreLegalActivities } from '../../activities/pre-legal.ts';
import { createSurveyActivities } from '../../activities/survey.ts';
import { openGateway } from '../../src/client/gateway.ts';
import { promote } from '../../src/client/promote.ts';
import { connectTemporal } from '../../src/client/temporal.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { drain } from '../../src/intake/pump.ts';
import { createLog } from '../../src/observability/log.ts';
import type { Actor } from '../../src/register/actor.ts';
import { bookCallback, cancelCallback, closeCallback, listCallbacks } from '../../src/register/callback.ts';
import { approvePreLegal, openPreLegal } from '../../src/register/pre-legal.ts';
import { answerSurvey, startSurvey } from '../../src/register/survey.ts';
import { buildId, workflowBundle } from '../../src/worker/bundle.ts';
import { startWorkers, type RunningWorkers } from '../../src/worker/workers.ts';
import type { DeliverActivities } from '../../workflows/contract.ts';
import { at, movableClock, occurrenceOf, pay, PRE_LEGAL_STEP, registerContext, seedAgent, seedAgreement, seedPerson, SURVEY_STEP } from '../register/seed.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { testTemporal } from '../setup/temporal.ts';

/** Slots and expiries far ahead of the wall clock: a run waits for messages. Those long past it: a run goes through to its end at once. */
/** Later than any day of these tests, and a day whose calendar is there: without one the law allows no call. */
const AHEAD = '2029-03-12';
const PAST = '2026-03-16';

let database: FreshDatabase;
let opened: OpenedDb;
let gateway: Awaited<ReturnType<typeof openGateway>>;
let workers: RunningWorkers;
const clock = movableClock(0);
const sent: boolean[] = [];
const agent: Actor = { id: 'key-1', role: 'admin', creditorId: null };
const lines: string[] = [];
const log = createLog({ level: 'warn', process: 'test', destination: { write: (line) => void lines.push(line) } });
const context = () => registerContext(opened.db, clock);

const deliver: DeliverActivities = {
  deliver: () => Promise.resolve({ events: [] }),
  deliverSurvey: ({ nudge }) => {
    sent.push(nudge);
    return Promise.resolve({ result: 'sent' });
  },
};

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log, max: 20 });
  const { address, namespace } = testTemporal();
  const temporal = { address, namespace, apiKey: null, tls: false };
  const prefix = `t${randomBytes(4).toString('hex')}`;
  const queues = { agreements: `${prefix}-agreements`, deliver: `${prefix}-deliver`, batch: `${prefix}-batch` };
  const deps = { ctx: { ...context(), clock: { kind: 'wall' as const, now: () => clock.now() } } };
  const build = await buildId();
  workers = await startWorkers({
    temporal, clock: 'wall', queues, serve: ['agreements', 'deliver', 'batch'], buildId: build, deploymentName: `pacto-${prefix}`,
    bundlePath: await workflowBundle(join(import.meta.dirname, '..', '..', '.cache')), log,
    activities: { ...createAgreementActivities(deps), ...createCallbackActivities(deps), ...createPreLegalActivities(deps), ...createSurveyActivities(deps), ...deliver },
  });
  gateway = await openGateway({ temporal, clock: 'wall', db: opened.db, taskQueue: queues.agreements });
  const connection = await connectTemporal({ address, namespace });
  await promote(connection, { namespace, buildId: build, deploymentName: `pacto-${prefix}`, patienceMs: 20_000, pause: (ms) => sleep(ms) });
  await connection.close();
  await seedAgent(opened.db, 'g1');
});
afterAll(async () => {
  await workers.stop();
  await gateway.close();
  await opened.close();
  await database.drop();
});

const pump = () => drain({ db: opened.db, receiver: gateway, log, pause: (ms) => sleep(ms) });
const owing = async () => seedAgreement(opened.db, await seedPerson(opened.db));
const resultOf = (workflowId: string): Promise<unknown> => gateway.client.workflow.getHandle(workflowId).result();

/** A booked call whose workflow runs. */
async function bookedCall(date: string): Promise<string> {
  clock.set(at(date, 8));
  const { id } = await bookCallback(context(), agent, await owing(), { from: at(date, 10), until: at(date, 10, 30) });
  await pump();
  return id;
}

test('the run of a callback ends with the outcome that the agent logged, or when it is called off', async () => {
  const done = await bookedCall(AHEAD);
  await closeCallback(context(), agent, done, { outcome: 'talked' });
  const off = await bookedCall(AHEAD);
  await cancelCallback(context(), agent, off);
  await pump();
  expect(await resultOf(`callback/${done}`)).toEqual({ state: 'done' });
  expect(await resultOf(`callback/${off}`)).toEqual({ state: 'cancelled' });
});

test('a call that nobody made goes through the queue and ends as missed, also in PostgreSQL', async () => {
  const id = await bookedCall(PAST);
  expect(await resultOf(`callback/${id}`)).toEqual({ state: 'missed' });
  const { items } = await listCallbacks(context(), agent, { limit: 200 });
  expect(items.find((item) => item.id === id)?.state).toBe('missed');
});

test('the run of a case follows two approvals and ends when a payment withdraws it', async () => {
  clock.set(at('2026-04-06', 10));
  const id = await owing();
  const [event] = await openPreLegal(context(), id, occurrenceOf(PRE_LEGAL_STEP, { dueAt: at('2026-04-03', 0), expiresAt: null }));
  if (event?.kind !== 'preLegalOpened') throw new Error('no case');
  const { workflow_id: workflowId } = await opened.db.selectFrom('pre_legal_case').select('workflow_id').where('id', '=', event.case).executeTakeFirstOrThrow();
  await approvePreLegal(context(), agent, event.case);
  await approvePreLegal(context(), { ...agent, id: 'key-2' }, event.case);
  await opened.db.updateTable('outbox').set({ state: 'done' }).where('workflow_id', 'like', 'agreement/%').execute();
  await pump();
  await pay(context(), id, 90_000);
  await opened.db.updateTable('outbox').set({ state: 'done' }).where('workflow_id', 'like', 'agreement/%').execute();
  await pump();
  expect(await resultOf(workflowId)).toEqual({ state: 'withdrawn' });
});

async function surveyed(date: string): Promise<{ token: string; workflowId: string }> {
  clock.set(at(date, 10));
  const id = await owing();
  await pay(context(), id, 90_000);
  clock.set((await clock.now()) + 3 * 86_400_000);
  await startSurvey(context(), { agreementId: id, occurrence: occurrenceOf(SURVEY_STEP, { key: 'survey/s1', instalment: null }), lastSeq: 99 });
  const row = await opened.db.selectFrom('survey').select(['token', 'workflow_id']).where('agreement_id', '=', id).executeTakeFirstOrThrow();
  await opened.db.updateTable('outbox').set({ state: 'done' }).where('workflow_id', 'like', 'agreement/%').execute();
  await pump();
  return { token: row.token ?? '', workflowId: row.workflow_id };
}

test('the run of a survey invites once and ends with the answer, or with its expiry', async () => {
  const answered = await surveyed(AHEAD);
  await vi.waitFor(() => expect(sent).toEqual([false]), { timeout: 10_000, interval: 20 });
  await answerSurvey(context(), answered.token, { score: 5 });
  await pump();
  expect(await resultOf(answered.workflowId)).toEqual({ state: 'answered' });
  const expired = await surveyed(PAST);
  expect(await resultOf(expired.workflowId)).toEqual({ state: 'expired' });
  // Long past its expiry it is neither sent nor nudged.
  expect(sent).toEqual([false]);
});

test('no person stands in the log of all this', () => {
  expect(lines.join('\n')).not.toMatch(/Ana|56961234567|example\.org/);
});
