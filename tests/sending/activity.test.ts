/** What Temporal sees of a delivery: the facts, a heartbeat, and a failure to try again only when surely nothing left. */
import { asyncLocalStorage, Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDeliverActivities } from '../../activities/deliver.ts';
import { seedPerson } from '../register/seed.ts';
import { MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  desk.answers.sms.length = 0;
});

/** Runs as the worker would run it; `beats` are the details of its heartbeats, `cancel` what ends it early. */
async function asActivity<T>(work: () => Promise<T>): Promise<{ result: T; beats: unknown[] }> {
  const beats: unknown[] = [];
  const info = { currentAttemptScheduledTimestampMs: MISSED_AT };
  const context = new Context(
    info as never, new Promise<never>(() => undefined), new AbortController().signal, (details: unknown) => void beats.push(details),
    undefined as never, undefined as never, undefined as never, undefined as never,
  );
  return { result: await asyncLocalStorage.run(context, work), beats };
}

const activities = () => createDeliverActivities({ ctx: desk.ctx, sending: desk.deps });

test('the run gets the facts that PostgreSQL recorded, and every step was a heartbeat', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  const input = await desk.dueInput(id);
  const { result, beats } = await asActivity(() => activities().deliver(input));
  expect(result.events).toEqual(await desk.events(id));
  expect(beats).toEqual(['claimed', 'calling', 'called', 'recorded']);
});

test('a provider that surely took nothing is tried again when it said, and nothing else is', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  const input = await desk.dueInput(id);
  desk.answers.sms.push({ kind: 'retry', code: '20429', afterMs: 1_500 }, { kind: 'unknown', code: 'ECONNRESET' });
  const failure = await asActivity(() => activities().deliver(input)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: 'ERR_DEPENDENCY', nextRetryDelay: 1_500 });
  expect((failure as ApplicationFailure).nonRetryable).not.toBe(true);
  expect((await asActivity(() => activities().deliver(input))).result.events).toMatchObject([{ result: 'unknown' }]);
  expect((await asActivity(() => activities().deliver(input))).result.events).toMatchObject([{ result: 'unknown' }]);
  expect(desk.journal).toHaveLength(1);
});

test('what Temporal keeps of a delivery names no person, address or text', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  const input = await desk.dueInput(id);
  const { result, beats } = await asActivity(() => activities().deliver(input));
  expect(JSON.stringify([input, result, beats])).not.toMatch(/Ana|56961234567|example\.org|90\.000/);
});
