import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementById } from '../../src/db/agreements.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { breakPlan, finishAgreement, recordSkips } from '../../src/register/finish.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, CALL_STEP, fact, movableClock, occurrenceOf, outboxOf, pay, PRE_LEGAL_STEP, registerContext, seedAgreement, seedPerson, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(at('2026-03-16', 10)));

const lastSeqOf = async (id: string) => (await eventsOf(opened.db, id)).at(-1)?.seq ?? 0;
const workflowState = async (id: string) => (await agreementById(opened.db, id))?.workflow_state;

async function cancelled(): Promise<string> {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  await fact(context(), id, 'cancelled', { kind: 'cancelled', reason: 'error' });
  return id;
}

test('a run that holds every fact and has nothing left to do ends; a retry of it gives the same', async () => {
  const id = await cancelled();
  const input = { agreementId: id, reason: 'cancelled', lastSeq: await lastSeqOf(id), runId: 'run-1' };
  expect(await finishAgreement(context(), input)).toMatchObject({ finished: true });
  expect(await finishAgreement(context(), input)).toMatchObject({ finished: true });
  expect(await workflowState(id)).toBe('finished');
});

test('a fact beyond the last one that the run holds keeps it alive and is handed over', async () => {
  const id = await cancelled();
  const lastSeq = await lastSeqOf(id);
  await fact(context(), id, 'hold/1', { kind: 'held', until: at('2026-04-01', 0), reason: 'x' });
  const answer = await finishAgreement(context(), { agreementId: id, reason: 'cancelled', lastSeq, runId: 'run-1' });
  expect(answer).toMatchObject({ finished: false, events: [{ kind: 'cancelled' }, { kind: 'held' }] });
  expect(await workflowState(id)).toBe('running');
});

test('an agreement that still has something to do does not end, whatever the run believes', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  expect(await finishAgreement(context(), { agreementId: id, reason: 'settled', lastSeq: 99, runId: 'run-1' })).toMatchObject({ finished: false });
  expect(await workflowState(id)).toBe('running');
});

test('facts still in the outbox go along with the end, so that the run ends with all of them', async () => {
  const id = await cancelled();
  const answer = await finishAgreement(context(), { agreementId: id, reason: 'cancelled', lastSeq: await lastSeqOf(id), runId: 'run-1' });
  expect(answer).toMatchObject({ finished: true, events: [{ kind: 'cancelled' }] });
});

test('the retry of a run that a reversal has reopened meanwhile ends the old run and leaves the new one alone', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db), { runId: 'run-1' });
  await pay(context(), id, 90_000);
  await fact(context(), id, 'survey', { kind: 'surveyStarted', survey: 's', occurrence: 'survey/s1' });
  const input = { agreementId: id, reason: 'settled', lastSeq: await lastSeqOf(id), runId: 'run-1' };
  expect(await finishAgreement(context(), input)).toMatchObject({ finished: true });
  const [booked] = await eventsOf(opened.db, id);
  if (booked?.kind !== 'paymentBooked') throw new Error('no payment');
  await fact(context(), id, 'reversal/1', { kind: 'paymentReversed', payment: booked.payment });
  expect(await workflowState(id)).toBe('starting');
  expect(await finishAgreement(context(), input)).toMatchObject({ finished: true });
  expect(await workflowState(id)).toBe('starting');
  expect(await finishAgreement(context(), { ...input, runId: 'run-2' })).toMatchObject({ finished: false });
});

test('of a finish and a payment at the same moment the payment is never lost', async () => {
  for (let round = 0; round < 6; round += 1) {
    const id = await cancelled();
    const lastSeq = await lastSeqOf(id);
    const workflowId = (await agreementById(opened.db, id))?.workflow_id ?? '';
    const finish = () => finishAgreement(context(), { agreementId: id, reason: 'cancelled', lastSeq, runId: 'run-1' });
    const hold = () => fact(context(), id, 'hold/1', { kind: 'held', until: at('2026-04-01', 0), reason: 'x' });
    const [first, second] = round % 2 === 0 ? [finish(), hold()] : [hold(), finish()];
    await Promise.all([first, second]);
    const answer = await (round % 2 === 0 ? first : second);
    if (!('finished' in answer)) throw new Error('not an answer');
    const signalled = (await outboxOf(opened.db, workflowId)).length === 2;
    // Either the run hears of it, or it came after the end and nobody has to.
    expect(answer.finished).toBe(!signalled);
    expect(answer.events.some((event) => event.kind === 'held')).toBe(signalled);
  }
});

test('expired steps leave one fact and one entry that names the rule; a retry adds nothing', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  const occurrences = [occurrenceOf(CALL_STEP), occurrenceOf(PRE_LEGAL_STEP)];
  const first = await recordSkips(context(), id, occurrences);
  expect(await recordSkips(context(), id, occurrences)).toEqual(first);
  expect(first).toMatchObject([{ kind: 'stepResult', result: 'skipped', occurrences: ['call/i1v1', 'pre-legal/i1v1'], rules: ['expired'] }]);
  const entries = await readTimeline(opened.db, id);
  expect(entries).toMatchObject([{ kind: 'stepResult', outcome: 'skipped', rules: ['expired'] }]);
  expect(entries[0]?.text.es).toContain('call (1), pre-legal (1)');
});

test('hundreds of steps may expire at once', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  const occurrences = Array.from({ length: 400 }, (_, number) => occurrenceOf(CALL_STEP, { key: `call/c${randomUUID()}`, instalment: number }));
  expect(await recordSkips(context(), id, occurrences)).toMatchObject([{ result: 'skipped' }]);
});

test('a plan falls once when too many instalments are overdue, and not after a payment that the run has not heard of', async () => {
  const plan = {
    acceleratesAfterMissed: 2,
    instalments: [{ number: 1, dueOn: '2026-02-02', amountMinor: 40_000 }, { number: 2, dueOn: '2026-03-02', amountMinor: 40_000 }, { number: 3, dueOn: '2026-04-02', amountMinor: 40_000 }],
  };
  const falls = await seedAgreement(opened.db, await seedPerson(opened.db), plan);
  const first = await breakPlan(context(), falls);
  expect(first).toMatchObject([{ kind: 'planBroken' }]);
  expect(await breakPlan(context(), falls)).toEqual(first);
  expect((await agreementById(opened.db, falls))?.phase).toBe('broken');
  const stands = await seedAgreement(opened.db, await seedPerson(opened.db), plan);
  await pay(context(), stands, 40_000);
  expect((await breakPlan(context(), stands)).map((event) => event.kind)).toEqual(['paymentBooked']);
  expect((await agreementById(opened.db, stands))?.phase).toBe('active');
});
