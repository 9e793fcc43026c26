import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ReceiptStatus } from '../../src/channels/channel.ts';
import type { ProviderEvent } from '../../src/channels/receipts.ts';
import { contactPointById, contactPointsOf } from '../../src/db/contact-points.ts';
import { beginCall } from '../../src/register/sending/begin.ts';
import { claimAttempt } from '../../src/register/sending/claim.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import type { DeliveryRequest } from '../../src/register/sending/parcel.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { at, outboxOf, seedPerson } from '../register/seed.ts';
import { maskTokens } from '../../src/text/token-mask.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  desk.answers.sms.length = 0;
  desk.during = () => Promise.resolve();
  desk.lookup = () => ({ kind: 'notFound' });
});

const receipt = (attemptId: string, status: ReceiptStatus, errorCode?: string): ProviderEvent => ({
  provider: 'twilio-sms', eventId: `${attemptId}:${status}`, attemptId, providerId: `P-${attemptId}`, status, ...(errorCode === undefined ? {} : { errorCode }),
});
const attemptOf = async (id: string) => {
  const attempt = (await desk.attempts(id)).at(-1);
  if (attempt === undefined) throw new Error('no attempt');
  return attempt;
};
const outbox = async (id: string) => outboxOf(desk.db, (await loadState(desk.db, id)).row.workflow_id);
const kinds = async (id: string) => (await desk.events(id)).map((event) => [event.kind, 'result' in event ? event.result : null]);

/** An attempt whose call never came to an end: the worker went away. */
async function abandoned(id: string): Promise<string> {
  const { occurrences } = await desk.dueInput(id);
  const request: DeliveryRequest = { kind: 'contact', agreementId: id, occurrences: occurrences.map(({ key }) => key) };
  const claim = await claimAttempt(desk.deps, request);
  if (claim.kind !== 'claimed') throw new Error('not claimed');
  await beginCall(desk.deps, request, claim.attemptId);
  return claim.attemptId;
}

describe('receipts', () => {
  test('of success never become signals, and count once in any order', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    await desk.deliver(id);
    const { id: attempt } = await attemptOf(id);
    expect(await applyReceipt(desk.ctx, receipt(attempt, 'delivered'))).toBe('applied');
    expect(await applyReceipt(desk.ctx, receipt(attempt, 'sent'))).toBe('known');
    expect(await applyReceipt(desk.ctx, receipt(attempt, 'queued'))).toBe('known');
    expect(await applyReceipt(desk.ctx, receipt(attempt, 'delivered'))).toBe('known');
    expect(await attemptOf(id)).toMatchObject({ state: 'sent', receipt: 'delivered', receipt_rank: 4 });
    expect(await outbox(id)).toEqual([]);
    expect(await desk.events(id)).toHaveLength(1);
  });

  test('of failure reach every agreement of the message once, and mark the address', async () => {
    const person = await seedPerson(desk.db);
    const [lead, sibling] = [await desk.agreement(person), await desk.agreement(person)];
    await desk.deliver(lead);
    const { id: attempt } = await attemptOf(lead);
    await applyReceipt(desk.ctx, receipt(attempt, 'undelivered', '30006'));
    await applyReceipt(desk.ctx, receipt(attempt, 'undelivered', '30006'));
    expect(await attemptOf(lead)).toMatchObject({ state: 'undeliverable', receipt: 'undelivered' });
    expect((await contactPointById(desk.db, person.phoneId))?.health).toBe('landline');
    expect(await outbox(lead)).toEqual(['deliveryFailed']);
    expect(await outbox(sibling)).toEqual(['factBooked', 'deliveryFailed']);
  });

  test('of somebody who unsubscribed opt the address out of that channel only, once, and the agreements hear of it', async () => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    await desk.deliver(id);
    const { id: attempt } = await attemptOf(id);
    await applyReceipt(desk.ctx, receipt(attempt, 'unsubscribed'));
    await applyReceipt(desk.ctx, { ...receipt(attempt, 'complained'), eventId: 'another' });
    expect((await contactPointsOf(desk.db, person.personId)).map(({ consent }) => consent)).toEqual([{ sms: 'denied', call: 'granted' }, { email: 'granted' }]);
    expect((await desk.events(id)).flatMap((event) => (event.kind === 'optedOut' ? [event.scope] : []))).toEqual(['sms']);
    expect(await outbox(id)).toEqual(['factBooked']);
  });

  test('after a late failure the law decides when the next channel may be tried', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    await desk.deliver(id);
    await applyReceipt(desk.ctx, receipt((await attemptOf(id)).id, 'undelivered', '30005'));
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'deferred', until: at('2026-03-09', 10), events: [{ rules: ['house-day', 'CL-write-gap'] }] });
    desk.clock.set(at('2026-03-09', 10));
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  });

  test('faster than the worker are kept for its record', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.during = async ({ attemptId }) => {
      await applyReceipt(desk.ctx, receipt(attemptId, 'undelivered', '30005'));
    };
    const outcome = ended(await desk.deliver(id));
    expect(outcome.events.map(({ kind }) => kind)).toEqual(['stepResult', 'deliveryFailed']);
    expect(await attemptOf(id)).toMatchObject({ state: 'undeliverable' });
  });

  test('of nobody are kept and change nothing', async () => {
    const event = receipt(desk.ctx.newId(), 'undelivered');
    expect(await applyReceipt(desk.ctx, event)).toBe('unmatched');
    expect(await applyReceipt(desk.ctx, event)).toBe('known');
    expect(await applyReceipt(desk.ctx, { ...event, eventId: 'other', attemptId: "x' or 1=1", providerId: 'P-none' })).toBe('unmatched');
  });

  test('repeated at once: one consequence', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    await desk.deliver(id);
    const { id: attempt } = await attemptOf(id);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => applyReceipt(desk.ctx, receipt(attempt, 'failed', '30005'))));
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(1);
    expect(await outbox(id)).toEqual(['deliveryFailed']);
  });
});

describe('an unknown outcome', () => {
  test('is not sent again, and a receipt settles it', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push({ kind: 'unknown', code: 'ECONNRESET' });
    const input = await desk.dueInput(id);
    expect(ended(await deliverContact(desk.deps, input))).toMatchObject({ result: 'unknown', until: MISSED_AT + 3_600_000 });
    expect(ended(await deliverContact(desk.deps, input))).toMatchObject({ events: [{ result: 'unknown' }] });
    expect(desk.journal).toHaveLength(1);
    await applyReceipt(desk.ctx, receipt((await attemptOf(id)).id, 'delivered'));
    expect(await attemptOf(id)).toMatchObject({ state: 'sent', receipt: 'delivered' });
    expect(await kinds(id)).toEqual([['stepResult', 'unknown'], ['contactResult', 'sent']]);
    expect(await outbox(id)).toEqual(['factBooked']);
  });

  test('is looked up by its own words and settled', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push({ kind: 'unknown', code: 'ETIMEDOUT' });
    await desk.deliver(id);
    desk.lookup = (asked) => ({ kind: 'found', providerId: 'SM1', status: asked.since === MISSED_AT && asked.body === maskTokens(sms() ?? '') ? 'sent' : 'failed' });
    expect(await reconcileUnknown(desk.deps)).toEqual({ abandoned: 0, found: 1, closed: 0, released: 0 });
    expect(await attemptOf(id)).toMatchObject({ state: 'sent', provider_id: 'SM1', receipt: 'sent' });
    expect(await reconcileUnknown(desk.deps)).toEqual({ abandoned: 0, found: 0, closed: 0, released: 0 });
  });

  test('that nobody finds stays open until its validity ends, then unknown for good, and counts as a contact', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push({ kind: 'unknown', code: 'ETIMEDOUT' });
    await desk.deliver(id);
    expect((await reconcileUnknown(desk.deps)).closed).toBe(0);
    expect(await attemptOf(id)).toMatchObject({ state: 'unknown', ended_at: null });
    expect((await reconcileUnknown(desk.deps, MISSED_AT + 3_600_000)).closed).toBe(1);
    expect(await attemptOf(id)).toMatchObject({ state: 'unknown', ended_at: MISSED_AT + 3_600_000 });
    expect(await kinds(id)).toEqual([['stepResult', 'unknown'], ['contactResult', 'unknown']]);
    desk.clock.set(MISSED_AT + 7_200_000);
    expect((await desk.dueInput(id)).occurrences).toEqual([]);
  });
});

describe('a worker that is gone', () => {
  test('in the middle of a call: the job closes it, and the retry finds the result', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const input = await desk.dueInput(id);
    const attempt = await abandoned(id);
    expect((await reconcileUnknown(desk.deps)).abandoned).toBe(0);
    expect((await reconcileUnknown({ ...desk.deps, leaseMs: 0 })).abandoned).toBe(1);
    expect(await attemptOf(id)).toMatchObject({ state: 'unknown', reason: 'abandoned' });
    expect(ended(await deliverContact(desk.deps, input)).events).toMatchObject([{ result: 'unknown', attempt }]);
    expect(desk.journal).toEqual([]);
  });

  test('whose message was reported on: it did leave', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const input = await desk.dueInput(id);
    const attempt = await abandoned(id);
    await applyReceipt(desk.ctx, receipt(attempt, 'delivered'));
    expect(ended(await deliverContact({ ...desk.deps, leaseMs: 0 }, input))).toMatchObject({ result: 'sent', events: [{ result: 'sent', attempt }] });
    expect(await attemptOf(id)).toMatchObject({ state: 'sent', provider_id: `P-${attempt}`, receipt: 'delivered' });
  });

  test('after the claim, with nobody to go on: the place is given back when its validity is over', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const { occurrences } = await desk.dueInput(id);
    await claimAttempt(desk.deps, { kind: 'contact', agreementId: id, occurrences: occurrences.map(({ key }) => key) });
    expect((await reconcileUnknown({ ...desk.deps, leaseMs: 0 })).released).toBe(0);
    expect((await reconcileUnknown({ ...desk.deps, leaseMs: 0 }, MISSED_AT + 3_600_001)).released).toBe(1);
    expect(await attemptOf(id)).toMatchObject({ state: 'rejected', reason: 'abandoned' });
    expect(ended(await desk.deliver(id)).result).toBe('sent');
  });
});

function sms(): string {
  const [message] = desk.journal;
  return message?.channel === 'sms' ? message.body : '';
}
