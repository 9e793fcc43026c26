/** Whatever PostgreSQL knows before the call begins wins; what comes after it is no fault. Everything here races on real transactions. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../src/channels/channel.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { holdBody, hold } from '../../src/register/hold.ts';
import { openDispute } from '../../src/register/dispute.ts';
import { optOut } from '../../src/register/opt-out.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { bookUnder, paymentBody } from '../../src/register/payment.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { beginCall } from '../../src/register/sending/begin.ts';
import { claimAttempt } from '../../src/register/sending/claim.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import { recordOutcome } from '../../src/register/sending/record.ts';
import { startSending, stopSending } from '../../src/register/sending/stop.ts';
import type { DeliveryRequest } from '../../src/register/sending/parcel.ts';
import type { Actor } from '../../src/register/actor.ts';
import { at, fact, pay, seedPerson, type SeededPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  desk.answers.sms.length = 0;
  desk.during = () => Promise.resolve();
});

const admin: Actor = { id: 'test', role: 'admin', creditorId: null };

/** Delivers, and does `work` while the delivery stands between claim and begin. */
async function inBetween(agreementId: string, work: () => Promise<unknown>) {
  return ended(await desk.deliver(agreementId, { at: async (moment) => { if (moment === 'claimed') await work(); } }));
}

describe('a fact between claim and begin silences the message', () => {
  const silencers: Record<string, (ctx: RegisterContext, id: string, person: SeededPerson) => Promise<unknown>> = {
    'a payment of all that is owed': (ctx, id) => pay(ctx, id, 90_000),
    'an opt-out from everything': (ctx, _id, person) => optOut(ctx, admin, person.personId, { scope: 'all' }),
    'a hold': (ctx, id) => hold(ctx, admin, id, holdBody.parse({ until: '2026-03-20T12:00:00-03:00', reason: 'vacaciones' })),
    'a dispute': (ctx, id) => openDispute(ctx, admin, id, { reason: 'no es mía' }),
    'a promise': (ctx, id) => fact(ctx, id, 'p', { kind: 'promiseMade', promise: ctx.newId(), amountMinor: 90_000, dueOn: '2026-03-09', channel: 'call' }),
    'a stop of the person': (ctx, id) => fact(ctx, id, 's', { kind: 'stopRegistered', on: 'deceased', permanent: true }),
    'a cancellation': (ctx, id) => fact(ctx, id, 'c', { kind: 'cancelled', reason: 'x' }),
  };

  test.each(Object.entries(silencers))('%s', async (_name, silence) => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    const outcome = await inBetween(id, () => silence(desk.ctx, id, person));
    expect(outcome.result).toBe('silenced');
    expect(desk.journal).toEqual([]);
    const attempts = await desk.attempts(id);
    expect(attempts).toMatchObject([{ state: 'rejected', begin_seq: null }]);
    expect(attempts[0]?.reason).toMatch(/^silenced\.\w+$/);
    expect((await readTimeline(desk.db, id)).map(({ kind }) => kind)).toContain('contactSilenced');
    expect(outcome.events.length).toBeGreaterThan(0);
  });

  test('a payment of a part: the message speaks of the rest only', async () => {
    const id = await desk.agreement(await seedPerson(desk.db, { granted: ['email'] }));
    expect((await inBetween(id, () => pay(desk.ctx, id, 12_345))).result).toBe('sent');
    const [mail] = desk.journal;
    const text = mail?.channel === 'email' ? mail.text : '';
    expect(text).toContain('77.655');
    expect(text).not.toContain('90.000');
  });

  test('a payment of a sibling: it is left out, the rest leaves', async () => {
    const person = await seedPerson(desk.db);
    const [lead, sibling] = [await desk.agreement(person), await desk.agreement(person)];
    expect((await inBetween(lead, () => pay(desk.ctx, sibling, 90_000))).result).toBe('sent');
    expect(desk.journal).toHaveLength(1);
    expect(await desk.attempts(sibling)).toEqual([]);
    expect((await desk.events(sibling)).map(({ kind }) => kind)).toEqual(['paymentBooked']);
  });

  test('an opt-out from the channel: the next one is asked anew', async () => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    const outcome = await inBetween(id, async () => {
      if ((await desk.attempts(id)).length === 1) await optOut(desk.ctx, admin, person.personId, { channel: 'sms', scope: 'channel' });
    });
    expect(desk.journal).not.toMatchObject([{ channel: 'sms' }]);
    expect(outcome).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  });

  test('an emergency stop, or the end of the lawful hours: it is put off', async () => {
    const [stopped, late] = [await desk.agreement(await seedPerson(desk.db)), await desk.agreement(await seedPerson(desk.db))];
    expect(await inBetween(stopped, () => stopSending(desk.ctx, {}))).toMatchObject({ result: 'deferred' });
    await startSending(desk.ctx, {});
    expect(await inBetween(late, async () => desk.clock.set(at('2026-03-05', 20, 1)))).toMatchObject({ result: 'deferred', until: at('2026-03-06', 10) });
    expect(desk.journal).toEqual([]);
  });
});

describe('the order is that of the person, not of the clocks', () => {
  test('a payment that holds the lock before the begin makes it wait, and wins', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    let paying: Promise<void> | undefined;
    const outcome = ended(await desk.deliver(id, {
      at: async (moment) => {
        if (moment !== 'claimed' || paying !== undefined) return;
        const entered = Promise.withResolvers<void>();
        paying = underAgreementLock(desk.ctx, id, async (lock, row) => {
          entered.resolve();
          await sleep(60);
          await bookUnder(lock, desk.ctx, row, paymentBody.parse({ externalId: 'late', amountMinor: 90_000, currency: 'CLP', paidAt: '2026-03-05T13:00:00Z' }), { by: 'test', tell: 'workflow' });
        }).then(() => undefined);
        await entered.promise;
      },
    }));
    await paying;
    expect(outcome).toMatchObject({ result: 'silenced', events: [{ kind: 'paymentBooked' }] });
    expect(desk.journal).toEqual([]);
  });

  test('a payment after the begin does not stop the call, and stands after it in the sequence', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.during = () => pay(desk.ctx, id, 90_000);
    expect(ended(await desk.deliver(id)).result).toBe('sent');
    const [attempt] = await desk.attempts(id);
    const payment = (await desk.events(id)).find(({ kind }) => kind === 'paymentBooked');
    expect(attempt?.begin_seq).toBeLessThan(payment?.seq ?? 0);
  });

  test('payments started at any moment of a delivery, many times: never a call that began after the payment', async () => {
    let silenced = 0;
    const runs = 24;
    for (let run = 0; run < runs; run += 1) {
      const id = await desk.agreement(await seedPerson(desk.db));
      const input = await desk.dueInput(id);
      const moments = ['start', 'claimed', 'calling'] as const;
      const paying: Promise<void>[] = [];
      const payAt = (moment: string): void => { if (moment === moments[run % 3]) paying.push(pay(desk.ctx, id, 90_000)); };
      payAt('start');
      // The payment is not waited for: its transaction runs against those of the delivery.
      await deliverContact({ ...desk.deps, at: payAt }, input);
      await Promise.all(paying);
      const [attempt] = await desk.attempts(id);
      const payment = (await desk.events(id)).find(({ kind }) => kind === 'paymentBooked');
      const called = desk.journal.some((message) => message.attemptId === attempt?.id);
      expect(called).toBe(typeof attempt?.begin_seq === 'number');
      if (called) expect(attempt?.begin_seq).toBeLessThan(payment?.seq ?? 0);
      else silenced += 1;
    }
    // Both orders must have happened, or the race was none.
    expect(silenced).toBeGreaterThan(0);
    expect(silenced).toBeLessThan(runs);
  });
});

describe('many deliveries at once', () => {
  test('for one person at several creditors: one contact that day', async () => {
    const person = await seedPerson(desk.db);
    const elsewhere = await Promise.all(['bank', 'store', 'telco'].map((creditorId) => seedPerson(desk.db, { creditorId, identityId: person.identityId })));
    const ids = await Promise.all([person, ...elsewhere].flatMap((one) => Array.from({ length: 5 }, () => desk.agreement(one))));
    const inputs = await Promise.all(ids.map((id) => desk.dueInput(id)));
    const results = await Promise.all(inputs.map(async (input) => ended(await deliverContact(desk.deps, input)).result));
    expect(desk.journal).toHaveLength(1);
    expect(results.filter((result) => result === 'sent')).toHaveLength(1);
    expect(results).toHaveLength(20);
    const day = await desk.db.selectFrom('attempt').selectAll().where('identity_id', '=', person.identityId).execute();
    expect(day).toHaveLength(1);
  });

  test('of the same step: one call, the others are told to come back', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const input = await desk.dueInput(id);
    desk.during = () => sleep(30);
    const deliveries = await Promise.all(Array.from({ length: 10 }, () => deliverContact(desk.deps, input)));
    expect(desk.journal).toHaveLength(1);
    expect(await desk.attempts(id)).toMatchObject([{ state: 'sent' }]);
    expect(deliveries.filter((one) => one.kind === 'done' && one.outcome.result === 'sent')).toHaveLength(1);
    for (const one of deliveries) if (one.kind === 'retry') expect(one.code).toBe('busy');
  });
});

describe('a worker that lost its attempt', () => {
  const request = async (id: string): Promise<DeliveryRequest> => {
    const { occurrences } = await desk.dueInput(id);
    return { kind: 'contact', agreementId: id, occurrences: occurrences.map(({ key }) => key) };
  };

  test.each<[string, SendOutcome]>([
    ['sent', { kind: 'sent', providerId: 'P-1' }], ['rejected', { kind: 'rejected', reason: 'badAddress', code: '21211' }],
    ['retry', { kind: 'retry', code: 'x' }], ['unknown', { kind: 'unknown', code: 'x' }],
  ])('records nothing of its %s', async (_name, answer) => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    const asked = await request(id);
    const claim = await claimAttempt(desk.deps, asked);
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const begun = await beginCall(desk.deps, asked, claim.attemptId);
    if (begun.kind !== 'call') throw new Error('not begun');
    expect(await claimAttempt({ ...desk.deps, leaseMs: 0 }, asked)).toMatchObject({ kind: 'done', outcome: { result: 'unknown' } });
    const before = { attempts: await desk.attempts(id), events: await desk.events(id) };
    expect(await recordOutcome(desk.deps, asked, begun.call, answer)).toEqual({ kind: 'lost' });
    expect({ attempts: await desk.attempts(id), events: await desk.events(id) }).toEqual(before);
  });

  test('writes nothing over the call that another worker is making meanwhile', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const asked = await request(id);
    const claim = await claimAttempt(desk.deps, asked);
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const first = await beginCall(desk.deps, asked, claim.attemptId);
    if (first.kind !== 'call') throw new Error('not begun');
    expect(await recordOutcome(desk.deps, asked, first.call, { kind: 'retry', code: 'x' })).toMatchObject({ kind: 'retry' });
    const second = await beginCall(desk.deps, asked, claim.attemptId);
    if (second.kind !== 'call') throw new Error('not begun again');
    const before = { attempts: await desk.attempts(id), events: await desk.events(id) };
    for (const late of [{ kind: 'sent', providerId: 'P-OLD' }, { kind: 'unknown', code: 'x' }] as const) {
      expect(await recordOutcome(desk.deps, asked, first.call, late)).toEqual({ kind: 'lost' });
    }
    expect({ attempts: await desk.attempts(id), events: await desk.events(id) }).toEqual(before);
    expect(await recordOutcome(desk.deps, asked, second.call, { kind: 'sent', providerId: 'P-NEW' })).toMatchObject({ kind: 'done', outcome: { result: 'sent' } });
    expect(await desk.attempts(id)).toMatchObject([{ state: 'sent', provider_id: 'P-NEW' }]);
  });

  test('never calls: the second begin of a claim is refused', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const asked = await request(id);
    const claim = await claimAttempt(desk.deps, asked);
    if (claim.kind !== 'claimed') throw new Error('not claimed');
    const begins = await Promise.all([beginCall(desk.deps, asked, claim.attemptId), beginCall(desk.deps, asked, claim.attemptId)]);
    expect(begins.map(({ kind }) => kind).sort()).toEqual(['call', 'lost']);
  });
});
