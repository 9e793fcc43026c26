import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import {
  bookCallback, bookCallbackForStep, cancelCallback, closeCallback, listCallbacks, missCallback, queueCallback,
} from '../../src/register/callback.ts';
import { freeSlots } from '../../src/register/slots.ts';
import { processActor, type Actor } from '../../src/register/actor.ts';
import type { AgreementEvent } from '../../src/domain/agreement.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import {
  at, CALL_STEP, fact, movableClock, occurrenceOf, outboxOf, pay, registerContext, seedAgent, seedAgreement, seedPerson, ZONE, silentLog,
} from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const agent: Actor = { id: 'key-1', role: 'agent', creditorId: null };
// A Monday, 12 days after the instalment fell due.
const MONDAY = '2026-03-16';

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(async () => {
  clock.set(at(MONDAY, 8));
  await opened.db.deleteFrom('call_log').execute();
  await opened.db.deleteFrom('callback').execute();
  await opened.db.deleteFrom('shift').execute();
  await opened.db.deleteFrom('agent').execute();
});

const context = () => registerContext(opened.db, clock);
const CALL = occurrenceOf(CALL_STEP);
const booked = (events: readonly AgreementEvent[]) => events.find((event) => event.kind === 'callbackBooked');
const result = (events: readonly AgreementEvent[]) => events.find((event) => event.kind === 'stepResult');

async function owing(): Promise<string> {
  return seedAgreement(opened.db, await seedPerson(opened.db));
}

test('a call step takes the first free slot of a shift and starts the workflow of the callback', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const made = booked(await bookCallbackForStep(context(), id, CALL));
  expect(made).toMatchObject({ from: at(MONDAY, 9), until: at(MONDAY, 9, 30), occurrence: CALL.key });
  expect(await outboxOf(opened.db, `callback/${made?.callback}`)).toEqual(['start']);
  expect(await eventsOf(opened.db, id)).toHaveLength(1);
});

test('a retried booking gives the same call and books no second one', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const first = await bookCallbackForStep(context(), id, CALL);
  clock.set(at(MONDAY, 11));
  const second = await bookCallbackForStep(context(), id, CALL);
  expect(second).toEqual(first);
  expect((await listCallbacks(context(), agent, { limit: 50, agreementId: id })).items).toHaveLength(1);
});

test('many people booked at the same moment never share a slot of one agent', async () => {
  await seedAgent(opened.db, 'g1');
  const ids = await Promise.all(Array.from({ length: 8 }, owing));
  const events = await Promise.all(ids.map((id) => bookCallbackForStep(context(), id, CALL)));
  const starts = events.map((own) => booked(own)?.from);
  expect(new Set(starts).size).toBe(8);
  expect(starts.every((from) => from !== undefined && from < at(MONDAY, 13))).toBe(true);
});

test('two agents share the work of one hour', async () => {
  await seedAgent(opened.db, 'g1');
  await seedAgent(opened.db, 'g2');
  const [one, two] = [await owing(), await owing()];
  await bookCallbackForStep(context(), one, CALL);
  await bookCallbackForStep(context(), two, CALL);
  const { items } = await listCallbacks(context(), agent, { limit: 50 });
  expect(items.map((item) => item.from)).toEqual(Array(2).fill(new Date(at(MONDAY, 9)).toISOString()));
  expect(items.map((item) => item.agentId).sort()).toEqual(['g1', 'g2']);
});

test('an agent who does not serve the creditor is never booked', async () => {
  await seedAgent(opened.db, 'g1', ['other']);
  const step = result(await bookCallbackForStep(context(), await owing(), CALL));
  expect(step).toMatchObject({ result: 'deferred', rules: ['no-agent-slot'], until: at(MONDAY, 9) });
});

test('a person who was called this morning is booked a week later, whichever creditor called', async () => {
  await seedAgent(opened.db, 'g1');
  const person = await seedPerson(opened.db);
  const other = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const theirs = await seedAgreement(opened.db, other);
  await bookCallbackForStep(context(), theirs, CALL);
  const made = booked(await bookCallbackForStep(context(), await seedAgreement(opened.db, person), CALL));
  expect(made?.from).toBe(at('2026-03-23', 9));
});

test('without consent for calls the step is refused, not put off', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await seedAgreement(opened.db, await seedPerson(opened.db, { granted: ['sms', 'email'] }));
  expect(result(await bookCallbackForStep(context(), id, CALL))).toMatchObject({ result: 'refused', rules: expect.arrayContaining(['base-consent']) as unknown });
});

test('without a known zone the call is booked when every zone of the country is open', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await seedAgreement(opened.db, await seedPerson(opened.db, { zone: null }));
  // 08:00 on Easter Island is 10:00 in Santiago.
  expect(booked(await bookCallbackForStep(context(), id, CALL))?.from).toBe(at(MONDAY, 10));
});

test('when every slot left is unlawful the deferral names the rules', async () => {
  await seedAgent(opened.db, 'g1');
  const person = await seedPerson(opened.db);
  // At another creditor: a sibling's call would be waited for.
  const elsewhere = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const [one, two] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, elsewhere)];
  const today = occurrenceOf(CALL_STEP, { expiresAt: at('2026-03-17', 0) });
  await bookCallbackForStep(context(), one, today);
  expect(result(await bookCallbackForStep(context(), two, today))).toMatchObject({ result: 'deferred', rules: expect.arrayContaining(['CL-call-week']) as unknown });
});

test('a deferral looks again next morning, at the latest when the step expires, and a retry repeats it', async () => {
  const id = await owing();
  clock.set(at(MONDAY, 12));
  const first = await bookCallbackForStep(context(), id, CALL);
  expect(result(first)).toMatchObject({ result: 'deferred', until: at('2026-03-17', 9) });
  expect(await bookCallbackForStep(context(), id, CALL)).toEqual(expect.arrayContaining(first));
  expect(await eventsOf(opened.db, id)).toHaveLength(1);
  const soon = occurrenceOf(CALL_STEP, { expiresAt: at(MONDAY, 20) });
  const other = await owing();
  expect(result(await bookCallbackForStep(context(), other, soon))).toMatchObject({ until: at(MONDAY, 20) });
});

test('a payment that the run has not heard of books nothing and is handed over', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  await pay(context(), id, 90_000);
  const events = await bookCallbackForStep(context(), id, CALL);
  expect(events.map((event) => event.kind)).toEqual(['paymentBooked']);
});

test('paying what is overdue calls the booked call off and frees the slot', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const made = booked(await bookCallbackForStep(context(), id, CALL));
  await pay(context(), id, 90_000);
  const { items } = await listCallbacks(context(), agent, { limit: 50, agreementId: id });
  expect(items).toMatchObject([{ state: 'cancelled' }]);
  expect(await outboxOf(opened.db, `callback/${made?.callback}`)).toEqual(['start', 'callbackClosed']);
  const next = booked(await bookCallbackForStep(context(), await owing(), CALL));
  expect(next?.from).toBe(made?.from);
});

test('an agent books by hand only what is free, on shift and lawful, and one call at a time', async () => {
  await seedAgent(opened.db, 'g1');
  const [one, two] = [await owing(), await owing()];
  const ten = { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) };
  await expect(bookCallback(context(), agent, one, { from: at(MONDAY, 7), until: at(MONDAY, 8) })).rejects.toMatchObject({ code: 'ERR_SLOT' });
  await expect(bookCallback(context(), agent, one, { from: at(MONDAY, 18), until: at(MONDAY, 18, 30) })).rejects.toMatchObject({ code: 'ERR_SLOT' });
  await expect(bookCallback(context(), agent, one, { from: at('2026-03-22', 10), until: at('2026-03-22', 11) })).rejects.toMatchObject({ code: 'ERR_SLOT' });
  expect(await bookCallback(context(), agent, one, ten)).toMatchObject({ state: 'booked', agentId: 'g1' });
  await expect(bookCallback(context(), agent, one, { from: at(MONDAY, 11), until: at(MONDAY, 12) })).rejects.toMatchObject({ code: 'ERR_STATE' });
  await expect(bookCallback(context(), agent, two, { from: at(MONDAY, 10, 15), until: at(MONDAY, 10, 45) })).rejects.toMatchObject({ code: 'ERR_SLOT' });
});

test('the free slots leave out what is booked, and one of them can be booked by its id', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const day = { creditorId: 'acme', from: at(MONDAY, 0), until: at('2026-03-17', 0) };
  const before = await freeSlots(context(), agent, day);
  expect(before).toHaveLength(18);
  const callback = await bookCallback(context(), agent, id, { slotId: before[3]?.slotId ?? '' });
  expect(callback.from).toBe(new Date(at(MONDAY, 10, 30)).toISOString());
  const after = await freeSlots(context(), agent, day);
  expect(after.map((slot) => slot.from)).toEqual(before.map((slot) => slot.from).filter((from) => from !== callback.from));
  await expect(bookCallback(context(), agent, await owing(), { slotId: before[3]?.slotId ?? '' })).rejects.toMatchObject({ code: 'ERR_SLOT' });
  await expect(bookCallback(context(), agent, await owing(), { slotId: 'nonsense' })).rejects.toMatchObject({ code: 'ERR_SLOT' });
});

test('the outcome of a call is an attempt in law, a fact, and the end of the callback; another outcome is refused', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const callback = await bookCallback(context(), agent, id, { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) });
  clock.set(at(MONDAY, 10));
  expect(await queueCallback(context(), callback.id)).toBe('due');
  expect(await closeCallback(context(), agent, callback.id, { outcome: 'talked', note: 'pagará' })).toMatchObject({ state: 'done', outcome: 'talked' });
  expect(await closeCallback(context(), agent, callback.id, { outcome: 'talked' })).toMatchObject({ state: 'done' });
  await expect(closeCallback(context(), agent, callback.id, { outcome: 'busy' })).rejects.toMatchObject({ code: 'ERR_CALLBACK_STATE' });
  expect(await queueCallback(context(), callback.id)).toBe('done');
  const calls = await opened.db.selectFrom('call_log').selectAll().where('agreement_id', '=', id).execute();
  expect(calls).toMatchObject([{ callback_id: callback.id, outcome: 'talked', conversation: true }]);
  expect(await outboxOf(opened.db, `callback/${callback.id}`)).toEqual(['start', 'callbackClosed']);
  expect((await eventsOf(opened.db, id)).map((event) => event.kind)).toEqual(['callbackBooked', 'callOutcome']);
});

test('a promise made in a call is taken with the outcome, and one beyond the limits takes the outcome with it', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const callback = await bookCallback(context(), agent, id, { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) });
  clock.set(at(MONDAY, 10, 5));
  const far = { outcome: 'promise' as const, promise: { amountMinor: 90_000, dueOn: '2027-01-01' } };
  await expect(closeCallback(context(), agent, callback.id, far)).rejects.toMatchObject({ code: 'ERR_PROMISE_LIMIT' });
  expect(await eventsOf(opened.db, id)).toHaveLength(1);
  await closeCallback(context(), agent, callback.id, { outcome: 'promise', promise: { amountMinor: 90_000, dueOn: '2026-03-20' } });
  expect((await eventsOf(opened.db, id)).map((event) => event.kind)).toEqual(['callbackBooked', 'callOutcome', 'promiseMade']);
});

test('a call that nobody made is missed, and its outcome may still be told later', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const callback = await bookCallback(context(), agent, id, { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) });
  clock.set(at(MONDAY, 12, 30));
  expect(await missCallback(context(), callback.id)).toBe('missed');
  expect(await missCallback(context(), callback.id)).toBe('missed');
  expect((await eventsOf(opened.db, id)).filter((event) => event.kind === 'callbackClosed')).toHaveLength(1);
  expect(await closeCallback(context(), agent, callback.id, { outcome: 'noAnswer' })).toMatchObject({ state: 'done' });
  expect(await outboxOf(opened.db, `callback/${callback.id}`)).toEqual(['start']);
});

test('a call that was called off cannot get an outcome', async () => {
  await seedAgent(opened.db, 'g1');
  const callback = await bookCallback(context(), agent, await owing(), { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) });
  expect(await cancelCallback(context(), agent, callback.id)).toMatchObject({ state: 'cancelled' });
  await expect(cancelCallback(context(), agent, callback.id)).rejects.toMatchObject({ code: 'ERR_CALLBACK_STATE' });
  await expect(closeCallback(context(), agent, callback.id, { outcome: 'talked' })).rejects.toMatchObject({ code: 'ERR_CALLBACK_STATE' });
});

test('a missed call is booked once more when the step asks again', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  const first = booked(await bookCallbackForStep(context(), id, CALL));
  clock.set(at(MONDAY, 12));
  await missCallback(context(), first?.callback ?? '');
  const events = await bookCallbackForStep(context(), id, CALL);
  const bookings = events.filter((event) => event.kind === 'callbackBooked');
  expect(bookings).toHaveLength(2);
  expect(bookings[1]).toMatchObject({ from: at(MONDAY, 12, 30) });
});

test('a creditor sees its own callbacks only', async () => {
  await seedAgent(opened.db, 'g1');
  const callback = await bookCallback(context(), agent, await owing(), { from: at(MONDAY, 10), until: at(MONDAY, 10, 30) });
  const stranger: Actor = { id: 'key-2', role: 'creditor', creditorId: 'other' };
  expect((await listCallbacks(context(), stranger, { limit: 50 })).items).toEqual([]);
  await expect(cancelCallback(context(), stranger, callback.id)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  await expect(cancelCallback(context(), agent, randomUUID())).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});

test('pages of callbacks follow each other without a gap', async () => {
  await seedAgent(opened.db, 'g1');
  for (const hour of [9, 10, 11]) await bookCallback(context(), processActor('test'), await owing(), { from: at(MONDAY, hour), until: at(MONDAY, hour, 30) });
  const first = await listCallbacks(context(), agent, { limit: 2 });
  const second = await listCallbacks(context(), agent, { limit: 2, cursor: first.nextCursor ?? '' });
  expect([...first.items, ...second.items].map((item) => item.from)).toEqual([9, 10, 11].map((hour) => new Date(at(MONDAY, hour)).toISOString()));
  expect(second.nextCursor).toBeNull();
  await expect(listCallbacks(context(), agent, { limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'ERR_QUERY' });
});

test('what happens to a callback stands in the chain of the timeline', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await owing();
  await bookCallbackForStep(context(), id, CALL);
  await fact(context(), id, 'optedOut/1', { kind: 'optedOut', scope: 'call' });
  const entries = await readTimeline(opened.db, id);
  expect(entries.map((entry) => entry.kind)).toEqual(['callbackBooked', 'optedOut', 'callbackClosed']);
  expect(entries[2]?.text.es).toContain('no quiere llamadas');
  expect(verifyChain(entries)).toEqual([]);
});

test('a day in another zone than the agent gives slots of the agent at hours lawful for the person', async () => {
  await seedAgent(opened.db, 'g1');
  const id = await seedAgreement(opened.db, await seedPerson(opened.db, { zone: 'America/Tijuana' }));
  const made = booked(await bookCallbackForStep(context(), id, CALL));
  // 08:00 in Tijuana is 12:00 in Santiago in March.
  expect(made?.from).toBe(at(MONDAY, 12));
  expect(ZONE).not.toBe('America/Tijuana');
});
