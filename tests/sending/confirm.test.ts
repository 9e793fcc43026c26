/** Messages whose end nobody tells: asked for, bounded, never sent again. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LookupOutcome, OpenAttempt } from '../../src/channels/channel.ts';
import { receiptsDue } from '../../src/db/attempts.ts';
import { contactPointById } from '../../src/db/contact-points.ts';
import { confirmReceipts } from '../../src/register/sending/confirm.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { reconcileContacts } from '../../src/register/sending/reconcile.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { seedPerson, type SeededPerson } from '../register/seed.ts';
import { MISSED_AT, openDesk, type Desk } from './desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let desk: Desk;
let asked: OpenAttempt[];
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(async () => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  asked = [];
  answerWith({ kind: 'notFound' });
  // What earlier tests left to be looked for.
  await desk.db.updateTable('attempt').set({ receipt_due_at: null }).execute();
});

function answerWith(...answers: LookupOutcome[]): void {
  desk.lookup = (attempt) => {
    asked.push(attempt);
    return answers[Math.min(asked.length, answers.length) - 1] ?? { kind: 'notFound' };
  };
}

async function sent(person: SeededPerson): Promise<{ id: string; attempt: () => Promise<Awaited<ReturnType<Desk['attempts']>>[number]> }> {
  const id = await desk.agreement(person);
  await desk.deliver(id);
  return {
    id,
    attempt: async () => {
      const row = (await desk.attempts(id)).at(-1);
      if (row === undefined) throw new Error('no attempt');
      return row;
    },
  };
}

const told = async (id: string) => (await readTimeline(desk.db, id)).filter(({ kind }) => kind === 'contactUnconfirmed');
const round = (at: number) => confirmReceipts(desk.deps, MISSED_AT + at);

test('an SMS that nobody reported on is asked for after an hour, by its id, and never sent again', async () => {
  const { attempt } = await sent(await seedPerson(desk.db));
  answerWith({ kind: 'found', providerId: 'SM9', status: 'delivered' });
  expect(await round(HOUR - 1)).toEqual({ found: 0, unconfirmed: 0 });
  expect(asked).toEqual([]);
  expect(await round(HOUR)).toEqual({ found: 1, unconfirmed: 0 });
  expect(asked).toMatchObject([{ providerId: `P-${(await attempt()).id}` }]);
  expect(await attempt()).toMatchObject({ state: 'sent', receipt: 'delivered', receipt_due_at: null });
  expect(await round(30 * DAY)).toEqual({ found: 0, unconfirmed: 0 });
  expect(desk.journal).toHaveLength(1);
});

test('one that was reported on is not asked for', async () => {
  const { attempt } = await sent(await seedPerson(desk.db));
  const { id } = await attempt();
  await applyReceipt(desk.ctx, { provider: 'twilio-sms', eventId: `${id}:d`, attemptId: id, status: 'delivered' });
  await round(DAY);
  expect(asked).toEqual([]);
});

test('a failure that was only found by asking has the consequences of one that was told', async () => {
  const person = await seedPerson(desk.db);
  const { id, attempt } = await sent(person);
  answerWith({ kind: 'found', providerId: 'SM9', status: 'undelivered', errorCode: '30003' });
  expect(await reconcileContacts(desk.deps, MISSED_AT + HOUR)).toBe(true);
  expect(await attempt()).toMatchObject({ state: 'undeliverable', receipt: 'undelivered', receipt_code: '30003', receipt_due_at: null });
  expect((await desk.events(id)).map(({ kind }) => kind)).toEqual(['stepResult', 'deliveryFailed']);
  expect((await contactPointById(desk.db, person.phoneId))?.health).toBe('softFailing');
  expect(await reconcileContacts(desk.deps, MISSED_AT + 2 * HOUR)).toBe(false);
});

test('one that stays on its way is asked for until a day is over, then it stays sent, unconfirmed; the truth still comes in later', async () => {
  const { id, attempt } = await sent(await seedPerson(desk.db));
  answerWith({ kind: 'found', providerId: 'SM9', status: 'queued' }, { kind: 'found', providerId: 'SM9', status: 'sent' });
  for (let hours = 1; hours < 24; hours += 1) await round(hours * HOUR);
  expect(asked).toHaveLength(8);
  expect(await told(id)).toEqual([]);
  expect(await round(DAY)).toEqual({ found: 0, unconfirmed: 1 });
  expect(await attempt()).toMatchObject({ state: 'sent', receipt: 'sent', receipt_due_at: null });
  expect(await told(id)).toMatchObject([{ channel: 'sms', outcome: 'unconfirmed' }]);
  await round(2 * DAY);
  expect(await told(id)).toHaveLength(1);
  const { id: attemptId } = await attempt();
  expect(await applyReceipt(desk.ctx, { provider: 'twilio-sms', eventId: `${attemptId}:late`, attemptId, status: 'undelivered', errorCode: '30003' })).toBe('applied');
  expect(await attempt()).toMatchObject({ state: 'undeliverable' });
});

test('a mail cannot be asked for: by SMTP silence for five days is all there is', async () => {
  const { id, attempt } = await sent(await seedPerson(desk.db, { granted: ['email'] }));
  expect(await round(5 * DAY - 1)).toEqual({ found: 0, unconfirmed: 0 });
  expect(await round(5 * DAY)).toEqual({ found: 0, unconfirmed: 1 });
  expect(asked).toEqual([]);
  expect(await attempt()).toMatchObject({ state: 'sent', receipt: null, receipt_due_at: null });
  expect(await told(id)).toMatchObject([{ channel: 'email' }]);
});

test('a provider that does not answer is asked once a round, and again soon', async () => {
  await sent(await seedPerson(desk.db));
  await sent(await seedPerson(desk.db));
  answerWith({ kind: 'unavailable', code: 'ECONNREFUSED' });
  expect(await reconcileContacts(desk.deps, MISSED_AT + HOUR)).toBe(false);
  expect(asked).toHaveLength(1);
  await round(HOUR + 9 * 60_000);
  expect(asked).toHaveLength(1);
  answerWith({ kind: 'found', providerId: 'SM9', status: 'delivered' });
  expect(await round(HOUR + 10 * 60_000)).toEqual({ found: 2, unconfirmed: 0 });
});

test('an SMS that nobody knows is given up when its time is over', async () => {
  const { id } = await sent(await seedPerson(desk.db));
  await round(HOUR);
  expect(await told(id)).toEqual([]);
  expect(await round(DAY)).toEqual({ found: 0, unconfirmed: 1 });
});

test('a round takes a bounded batch, the longest awaited first', async () => {
  const first = await sent(await seedPerson(desk.db));
  desk.clock.set(MISSED_AT + 60_000);
  await sent(await seedPerson(desk.db));
  const due = await receiptsDue(desk.db, MISSED_AT + DAY, 1);
  expect(due.map(({ id }) => id)).toEqual([(await first.attempt()).id]);
});
