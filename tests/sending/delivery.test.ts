import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { instant } from '../../src/db/columns.ts';
import { contactPointById } from '../../src/db/contact-points.ts';
import type { Occurrence } from '../../src/domain/agreement.ts';
import { occurrencesOf } from '../../src/domain/occurrence.ts';
import { viewOf } from '../../src/domain/view.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { startSending, stopSending } from '../../src/register/sending/stop.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import { at, fact, outboxOf, pay, seedPerson } from '../register/seed.ts';
import { DUE, ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
  desk.answers.sms.length = 0;
  desk.answers.email.length = 0;
});

const workflowOf = async (id: string) => (await loadState(desk.db, id)).row.workflow_id;

describe('a message that leaves', () => {
  test('is claimed, begun and recorded with the versions it was judged by, and says what is owed', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const outcome = ended(await desk.deliver(id));
    expect(outcome).toMatchObject({ result: 'sent', events: [{ kind: 'stepResult', result: 'sent', channel: 'sms', occurrences: ['missed/i1v1'] }] });
    const [attempt] = await desk.attempts(id);
    expect(attempt).toMatchObject({
      state: 'sent', channel: 'sms', purpose: 'collection', template: 'missed', provider: 'twilio-sms', valid_until: MISSED_AT + 3_600_000, tz_version: '2026c',
    });
    expect(attempt?.begin_seq).toBeGreaterThan(attempt?.claim_seq ?? Infinity);
    expect(desk.journal).toMatchObject([{ channel: 'sms', to: '+56961234567', attemptId: attempt?.id, validityMs: 3_600_000 }]);
    const entries = await readTimeline(desk.db, id);
    expect(entries.at(-1)?.text.es).toContain('BASE@');
    expect(verifyChain(entries)).toEqual([]);
    expect(await outboxOf(desk.db, await workflowOf(id))).toEqual([]);
  });

  test('does not leave again when the answer to Temporal was lost', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    const input = await desk.dueInput(id);
    const first = ended(await deliverContact(desk.deps, input));
    const again = ended(await deliverContact(desk.deps, input));
    expect(again.events).toEqual(first.events);
    expect(desk.journal).toHaveLength(1);
  });

  test('goes to the phone that was consented to, not to a preferred one that nobody was asked about', async () => {
    const person = await seedPerson(desk.db);
    await desk.db.insertInto('contact_point').values({
      id: desk.ctx.newId(), creditor_id: 'acme', person_id: person.personId, kind: 'phone', value: '+56987654321', channels: ['sms', 'call'], position: 0,
    }).execute();
    expect(ended(await desk.deliver(await desk.agreement(person))).result).toBe('sent');
    expect(desk.journal.map(({ to }) => to)).toEqual(['+56961234567']);
  });

  test('is valid no longer than the lawful window', async () => {
    desk.clock.set(at('2026-03-05', 19, 40));
    const id = await desk.agreement(await seedPerson(desk.db));
    await desk.deliver(id);
    expect(desk.journal).toMatchObject([{ validityMs: 20 * 60_000 }]);
  });
});

describe('a message that has to wait', () => {
  test('outside the hours waits for the first lawful minute at or after the hour of its step', async () => {
    desk.clock.set(at('2026-03-08', 12));
    const id = await desk.agreement(await seedPerson(desk.db));
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'deferred', until: at('2026-03-09', 10), events: [{ result: 'deferred', rules: ['CL-hours-write'] }] });
    expect(desk.journal).toHaveLength(0);
    expect(await desk.attempts(id)).toHaveLength(0);
    expect((await readTimeline(desk.db, id)).at(-1)).toMatchObject({ outcome: 'deferred', rules: ['CL-hours-write'] });
  });

  test('a retry of the same deferral leaves one fact', async () => {
    desk.clock.set(at('2026-03-08', 12));
    const id = await desk.agreement(await seedPerson(desk.db));
    const input = await desk.dueInput(id);
    await deliverContact(desk.deps, input);
    await deliverContact(desk.deps, input);
    expect(await desk.events(id)).toHaveLength(1);
  });

  test('two clear days lie between written contacts over all creditors', async () => {
    const person = await seedPerson(desk.db);
    const elsewhere = await seedPerson(desk.db, { creditorId: 'bank', identityId: person.identityId });
    const [first, second] = [await desk.agreement(person), await desk.agreement(elsewhere)];
    expect(ended(await desk.deliver(first)).result).toBe('sent');
    expect(ended(await desk.deliver(second))).toMatchObject({ result: 'deferred', until: at('2026-03-09', 10), events: [{ rules: ['house-day', 'CL-write-gap'] }] });
    desk.clock.set(at('2026-03-09', 10));
    expect(ended(await desk.deliver(second)).result).toBe('sent');
  });

  test('a call that is booked keeps its day free of messages', async () => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    await desk.db.insertInto('agent').values({ id: 'g1', name: 'G', zone: 'America/Santiago', creditors: null }).execute();
    await desk.db.insertInto('callback').values({
      id: desk.ctx.newId(), creditor_id: 'acme', agreement_id: id, identity_id: person.identityId, agent_id: 'g1', state: 'booked', occurrence: null,
      from_at: instant(at('2026-03-05', 16)), until_at: instant(at('2026-03-05', 16, 30)), booked_at: instant(MISSED_AT), seq: 1,
    }).execute();
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'deferred', until: at('2026-03-06', 10) });
  });

  test('an installation that is off, or tests with a list, sends to nobody else: the step waits for the hour of the next day', async () => {
    const [off, listed, other] = [await desk.agreement(await seedPerson(desk.db)), await desk.agreement(await seedPerson(desk.db)), await desk.agreement(await seedPerson(desk.db))];
    const config = desk.deps.config;
    expect(ended(await desk.deliver(off, { config: { ...config, send: 'off' } }))).toMatchObject({ result: 'deferred', until: at('2026-03-06', 10), events: [{ rules: ['sending-off'] }] });
    expect(ended(await desk.deliver(other, { config: { ...config, send: 'allowlist', sendAllowlist: ['+56900000000'] } }))).toMatchObject({ result: 'deferred', until: at('2026-03-06', 10), events: [{ rules: ['sending-allowlist'] }] });
    expect(ended(await desk.deliver(listed, { config: { ...config, send: 'allowlist', sendAllowlist: ['+56961234567'] } })).result).toBe('sent');
  });

  test('an emergency stop puts it off, and its end lets it go', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    for (const target of [{}, { creditorId: 'acme' }] as const) {
      await stopSending(desk.ctx, target);
      expect(ended(await desk.deliver(id))).toMatchObject({ result: 'deferred', events: [{ rules: ['sending-stopped'] }] });
      await startSending(desk.ctx, target);
      desk.clock.set((await desk.clock.now()) + 60_000);
    }
    await stopSending(desk.ctx, { channel: 'sms' });
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
    await startSending(desk.ctx, {});
  });
});

describe('a message that is not permitted', () => {
  test('without recorded consent nothing leaves, whatever the channel', async () => {
    const id = await desk.agreement(await seedPerson(desk.db, { granted: ['call'] }));
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'refused', events: [{ rules: ['base-consent'] }] });
    expect(desk.journal).toHaveLength(0);
  });

  test('a channel without consent gives way to the next', async () => {
    const id = await desk.agreement(await seedPerson(desk.db, { granted: ['email'] }));
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
  });

  test('without a known zone it leaves only when every zone of the country is open', async () => {
    const id = await desk.agreement(await seedPerson(desk.db, { zone: null }));
    desk.clock.set(at('2026-03-06', 9, 30)); // 07:30 on Easter Island
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'deferred', until: at('2026-03-06', 10), events: [{ rules: ['CL-hours-write'] }] });
    desk.clock.set(at('2026-03-06', 10));
    expect(ended(await desk.deliver(id)).result).toBe('sent');
  });

  test('in a country without rules nothing leaves', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    await desk.db.updateTable('agreement').set({ country: 'BO' }).where('id', '=', id).execute();
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'refused', events: [{ rules: ['missing-profile'] }] });
  });

});

describe('one message for all agreements of a person with a creditor', () => {
  test('what is due in the coming day goes along, and its own wake sends nothing', async () => {
    const person = await seedPerson(desk.db);
    const lead = await desk.agreement(person);
    const sibling = await desk.agreement(person, { instalments: [{ number: 1, dueOn: '2026-03-03', amountMinor: 41_000 }] });
    const later = await desk.agreement(person, { instalments: [{ number: 1, dueOn: '2026-04-20', amountMinor: 7_000 }] });
    expect(ended(await desk.deliver(lead)).events).toMatchObject([{ result: 'sent' }]);
    expect(desk.journal).toHaveLength(1);
    const [attempt] = await desk.attempts(lead);
    expect(await desk.events(sibling)).toMatchObject([{ kind: 'stepResult', result: 'covered', attempt: attempt?.id, occurrences: ['missed/i1v1'] }]);
    expect(await desk.events(later)).toEqual([]);
    expect(await outboxOf(desk.db, await workflowOf(sibling))).toEqual(['factBooked']);
    const [covered] = await desk.events(sibling);
    desk.clock.set(at('2026-03-06', 10));
    const late = ended(await deliverContact(desk.deps, { agreementId: sibling, occurrences: [await missedOf(sibling)] }));
    expect(late).toMatchObject({ result: 'silenced', events: [{ id: covered?.id }] });
    expect(desk.journal).toHaveLength(1);
  });

  test('the text lists every agreement with what is owed of it', async () => {
    const person = await seedPerson(desk.db, { granted: ['email'] });
    await desk.db.updateTable('person').set({ confirmed_at: instant(0) }).where('id', '=', person.personId).execute();
    const lead = await desk.agreement(person, { externalId: 'A-1' });
    await desk.agreement(person, { externalId: 'A-2', instalments: [{ number: 1, dueOn: DUE, amountMinor: 41_000 }] });
    await pay(desk.ctx, lead, 10_000);
    await desk.deliver(lead);
    const [mail] = desk.journal;
    expect(mail?.channel === 'email' ? mail.text : '').toMatch(/A-1[\s\S]*80\.000[\s\S]*A-2[\s\S]*41\.000[\s\S]*121\.000/);
  });

  test('a charge that was added later is none of the instalments', async () => {
    const person = await seedPerson(desk.db, { granted: ['email'] });
    const id = await desk.agreement(person, { externalId: 'A-3' });
    await fact(desk.ctx, id, 'charge', { kind: 'chargeAdded', charge: desk.ctx.newId(), amountMinor: 5_000, dueOn: DUE });
    await desk.deliver(id);
    const [mail] = desk.journal;
    expect(mail?.channel === 'email' ? mail.text : '').toMatch(/2 montos por \$95\.000[\s\S]*A-3 · 1 de 1[\s\S]*A-3 · Cargo/);
  });

  test('what is on hold, disputed or promised stays out of it', async () => {
    const person = await seedPerson(desk.db);
    const lead = await desk.agreement(person);
    const [held, disputed, promised] = [await desk.agreement(person), await desk.agreement(person), await desk.agreement(person)];
    await fact(desk.ctx, held, 'h', { kind: 'held', until: MISSED_AT + 5 * 3_600_000, reason: 'x' });
    await fact(desk.ctx, disputed, 'd', { kind: 'disputed', dispute: desk.ctx.newId(), reason: 'x' });
    await fact(desk.ctx, promised, 'p', { kind: 'promiseMade', promise: desk.ctx.newId(), amountMinor: 90_000, dueOn: '2026-03-05', channel: 'call' });
    await desk.deliver(lead);
    expect(await desk.attempts(lead)).toHaveLength(1);
    for (const id of [held, disputed, promised]) expect(await desk.attempts(id)).toHaveLength(0);
  });
});

describe('a provider that refuses', () => {
  test('for the address: it is marked, and the next channel goes at once', async () => {
    const person = await seedPerson(desk.db);
    const id = await desk.agreement(person);
    desk.answers.sms.push({ kind: 'rejected', reason: 'badAddress', code: '21211' });
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'sent', events: [{ channel: 'email' }] });
    expect((await contactPointById(desk.db, person.phoneId))?.health).toBe('invalid');
    expect((await desk.attempts(id)).map(({ state, reason }) => [state, reason])).toEqual([['rejected', 'provider.badAddress.21211'], ['sent', null]]);
    expect(desk.journal).toMatchObject([{ channel: 'email' }]);
  });

  test('on every channel: the step ends as undeliverable', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push({ kind: 'rejected', reason: 'badAddress', code: '21614' });
    desk.answers.email.push({ kind: 'rejected', reason: 'content', code: '5.6.0' });
    expect(ended(await desk.deliver(id))).toMatchObject({ result: 'undeliverable', events: [{ result: 'undeliverable' }] });
    expect((await desk.dueInput(id)).occurrences).toEqual([]);
  });

  test('for want of consent: it is withdrawn, no other channel is tried, and every agreement of the person hears of it', async () => {
    const person = await seedPerson(desk.db);
    const [id, later] = [await desk.agreement(person), await desk.agreement(person, { instalments: [{ number: 1, dueOn: '2026-04-20', amountMinor: 7_000 }] })];
    desk.answers.sms.push({ kind: 'rejected', reason: 'consent', code: '21610' });
    expect(ended(await desk.deliver(id)).result).toBe('undeliverable');
    expect(desk.journal).toHaveLength(0);
    const denied = await desk.db.selectFrom('consent').selectAll().where('state', '=', 'denied').execute();
    expect(denied).toMatchObject([{ channel: 'sms', evidence: { source: 'provider', code: '21610' } }]);
    for (const one of [id, later]) {
      expect((await desk.events(one)).filter(({ kind }) => kind === 'optedOut')).toMatchObject([{ scope: 'sms' }]);
      expect(viewOf((await loadState(desk.db, one)).state).optedOut).toEqual(['sms']);
      expect(await outboxOf(desk.db, await workflowOf(one))).toEqual(['factBooked']);
    }
  });

  test('for our configuration: the sender stands still until a person starts it', async () => {
    const [one, two] = [await desk.agreement(await seedPerson(desk.db, { granted: ['sms'] })), await desk.agreement(await seedPerson(desk.db, { granted: ['sms'] }))];
    desk.answers.sms.push({ kind: 'rejected', reason: 'config', code: '20003' });
    expect(ended(await desk.deliver(one))).toMatchObject({ result: 'deferred', events: [{ rules: ['sending-stopped'] }] });
    expect(ended(await desk.deliver(two))).toMatchObject({ result: 'deferred', events: [{ rules: ['sending-stopped'] }] });
    await startSending(desk.ctx, { channel: 'sms' });
    expect(ended(await desk.deliver(two)).result).toBe('sent');
  });

  test('for now: the same attempt is called again a few times, then the step waits', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push(...Array.from({ length: 4 }, () => ({ kind: 'retry', code: 'ECONNREFUSED' }) as const));
    const input = await desk.dueInput(id);
    for (const afterMs of [2_000, 4_000, 8_000]) expect(await deliverContact(desk.deps, input)).toEqual({ kind: 'retry', afterMs, code: 'ECONNREFUSED' });
    expect(ended(await deliverContact(desk.deps, input))).toMatchObject({ result: 'deferred', until: MISSED_AT + 3 * 3_600_000, events: [{ rules: ['provider-unavailable'] }] });
    expect((await desk.attempts(id)).map(({ state, tries }) => [state, tries])).toEqual([['rejected', 3]]);
    expect(desk.journal).toHaveLength(0);
  });

  test('and then takes it: one attempt, one message', async () => {
    const id = await desk.agreement(await seedPerson(desk.db));
    desk.answers.sms.push({ kind: 'retry', code: '20429', afterMs: 1_500 });
    const input = await desk.dueInput(id);
    expect(await deliverContact(desk.deps, input)).toMatchObject({ kind: 'retry', afterMs: 1_500 });
    expect(ended(await deliverContact(desk.deps, input)).result).toBe('sent');
    expect(await desk.attempts(id)).toMatchObject([{ state: 'sent', tries: 1 }]);
    expect(desk.journal).toHaveLength(1);
  });
});

/** What a wake that was decided before the covering would still ask for. */
async function missedOf(agreementId: string): Promise<Occurrence> {
  const { state } = await loadState(desk.db, agreementId);
  const [first] = occurrencesOf(state).filter(({ step }) => step === 'missed');
  if (first === undefined) throw new Error('the step is not planned');
  return first;
}
