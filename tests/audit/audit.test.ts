import { createServer, type Server } from 'node:http';
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { instant, json } from '../../src/db/columns.ts';
import type { AgreementState } from '../../src/domain/agreement.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/zone.ts';
import { audit, isClean } from '../../src/register/audit/audit.ts';
import type { AuditReport, Counter } from '../../src/register/audit/report.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { at, pay, seedPerson, type SeededPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

interface JournalEntry {
  channel: 'sms' | 'email';
  to: string;
  attemptId: string | null;
  providerId: string;
  at?: string;
}

/** The provider's journal over HTTP, as the sandbox serves it. */
interface Provider {
  readonly url: string;
  readonly extra: JournalEntry[];
  readonly server: Server;
}

interface World {
  readonly desk: Desk;
  readonly provider: Provider;
  readonly person: SeededPerson;
  /** Reminded, missed, paid, thanked. */
  readonly paid: string;
  /** Reminded, then a notice whose outcome nobody knows. */
  readonly owing: string;
  /** What the runs hold, by workflow id. */
  readonly runs: Map<string, AgreementState>;
}

let world: World;

beforeEach(async () => {
  const desk = await openDesk();
  const person = await seedPerson(desk.db);
  const other = await seedPerson(desk.db, { creditorId: 'otro' });
  const paid = await desk.agreement(person);
  const owing = await desk.agreement(other);
  desk.clock.set(at('2026-02-27', 10, 5));
  expect(ended(await desk.deliver(paid)).result).toBe('sent');
  expect(ended(await desk.deliver(owing)).result).toBe('sent');
  desk.clock.set(MISSED_AT + 5 * MINUTE);
  expect(ended(await desk.deliver(paid)).result).toBe('sent');
  desk.answers.sms.push({ kind: 'unknown', code: 'timeout' });
  expect(ended(await desk.deliver(owing)).result).toBe('unknown');
  desk.clock.set(MISSED_AT + 4 * HOUR);
  await pay(desk.ctx, paid, 90_000);
  expect(ended(await desk.deliver(paid)).result).toBe('sent');
  desk.clock.set(MISSED_AT + 6 * HOUR);
  await desk.db.updateTable('outbox').set({ state: 'done' }).execute();
  world = { desk, provider: await serveJournal(desk), person, paid, owing, runs: new Map() };
  await catchUp();
});

afterEach(async () => {
  world.provider.server.closeAllConnections();
  world.provider.server.close();
  await world.desk.close();
});

async function serveJournal(desk: Desk): Promise<Provider> {
  const extra: JournalEntry[] = [];
  const server = createServer((_request, response) => {
    const own = desk.journal.map((message): JournalEntry => ({ channel: message.channel, to: message.to, attemptId: message.attemptId, providerId: `P-${message.attemptId}` }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify([...own, ...extra]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, extra, server };
}

/** The runs have applied everything that the register knows. */
async function catchUp(): Promise<void> {
  for (const id of [world.paid, world.owing]) {
    const { row, state } = await loadState(world.desk.db, id);
    world.runs.set(row.workflow_id, state);
  }
}

function look(options: { wallShiftMs?: number } = {}): Promise<AuditReport> {
  const { desk, provider, runs } = world;
  return audit(desk.ctx, {
    gateway: { queryState: (workflowId) => { const state = runs.get(workflowId); return Promise.resolve(state === undefined ? null : { state }); } },
    providerUrl: provider.url,
    policies: shippedPolicies('2026c'),
    // Everything of this test is younger than the minute that is not judged.
    wallNow: () => Date.now() + (options.wallShiftMs ?? 61_000),
    pause: () => Promise.resolve(),
  });
}

async function expectOnly(counter: Counter, agreementId: string | null, detail: RegExp): Promise<void> {
  const report = await look();
  expect(report.findings).toEqual([{ counter, agreementId, detail: expect.stringMatching(detail) }]);
  expect(report[counter]).toBe(1);
}

async function attemptOf(agreementId: string, step: string): Promise<string> {
  const row = await world.desk.db.selectFrom('attempt_agreement').select('attempt_id').where('agreement_id', '=', agreementId).where('occurrence', 'like', `${step}/%`).executeTakeFirstOrThrow();
  return row.attempt_id;
}

test('a register whose work was done as it should be is clean, and its contacts are counted', async () => {
  const report = await look();
  expect(report.findings).toEqual([]);
  expect(isClean(report)).toBe(true);
  expect(report).toMatchObject({ attempts: 5, contacts: 5, duplicates: 0, unexplained: 0, lost: 0, unlawful: 0, contactedAfterPayment: 0, unbalanced: 0, brokenChains: 0 });
});

describe('evidence and money', () => {
  test('a timeline entry that was changed afterwards breaks its chain', async () => {
    await world.desk.db.updateTable('timeline_entry').set({ text: json({ es: 'otra cosa', en: 'something else' }) }).where('agreement_id', '=', world.paid).where('seq', '=', 2).execute();
    await expectOnly('brokenChains', world.paid, /^entry 2: /);
  });

  test('a timeline entry that was taken out breaks the chain after it', async () => {
    await world.desk.db.deleteFrom('timeline_entry').where('agreement_id', '=', world.paid).where('seq', '=', 2).execute();
    expect((await look()).brokenChains).toBeGreaterThan(0);
  });

  test('a payment that was deleted with its allocations no longer adds up', async () => {
    await world.desk.db.deleteFrom('allocation').where('agreement_id', '=', world.paid).execute();
    await world.desk.db.deleteFrom('payment').where('agreement_id', '=', world.paid).execute();
    await expectOnly('unbalanced', world.paid, /paid - reversed 0 is not the facts 90000/);
  });

  test('an amount that was changed in one place does not add up', async () => {
    await world.desk.db.updateTable('allocation').set({ amount_minor: 89_999 }).where('agreement_id', '=', world.paid).execute();
    await expectOnly('unbalanced', world.paid, /allocated \+ credit 89999.*allocations are not those of the facts/);
  });

  test('a balance that was embellished in the list is found', async () => {
    await world.desk.db.updateTable('agreement').set({ balance_minor: 1 }).where('id', '=', world.owing).execute();
    await expectOnly('unbalanced', world.owing, /mirror of the balance 1 is not the facts 90000/);
  });
});

describe('messages', () => {
  test('an SMS posted straight to the provider is explained by no attempt', async () => {
    world.provider.extra.push({ channel: 'sms', to: '+56961234567', attemptId: null, providerId: 'SM-forged' });
    await expectOnly('unexplained', null, /SM-forged: it names no attempt/);
  });

  test('an SMS under the id of an attempt that never called, or meant for somebody else, is not explained either', async () => {
    const attemptId = await attemptOf(world.paid, 'missed');
    world.provider.extra.push({ channel: 'sms', to: '+56961234567', attemptId: randomUUID(), providerId: 'SM-1' }, { channel: 'sms', to: '+56990000001', attemptId, providerId: 'SM-2' });
    expect((await look()).findings.map(({ counter }) => counter)).toEqual(['unexplained', 'unexplained']);
  });

  test('a message that left days before its attempt began is not explained by it', async () => {
    const attemptId = await attemptOf(world.paid, 'missed');
    const { begun_at: begunAt } = await world.desk.db.selectFrom('attempt').select('begun_at').where('id', '=', attemptId).executeTakeFirstOrThrow();
    const left = (days: number): string => new Date((begunAt ?? 0) - days * 86_400_000).toISOString();
    world.provider.extra.push({ channel: 'sms', to: '+56961234567', attemptId, providerId: 'SM-early', at: left(8) });
    await expectOnly('unexplained', world.paid, /SM-early: it left more than an hour before attempt/);
  });

  test('one attempt in the journal twice is a duplicate', async () => {
    const attemptId = await attemptOf(world.paid, 'missed');
    world.provider.extra.push({ channel: 'sms', to: '+56961234567', attemptId, providerId: 'SM-again' });
    await expectOnly('duplicates', world.paid, /handed over again as SM-again/);
  });

  test('an attempt that was doubled in the ledger is a duplicate, and a second contact of the day', async () => {
    const id = await attemptOf(world.owing, 'missed');
    const forged = await double(id, 1_000);
    const { findings } = await look();
    expect(findings.map(({ counter }) => counter).sort()).toEqual(['duplicates', 'unlawful']);
    for (const finding of findings) expect(finding).toMatchObject({ agreementId: world.owing, detail: expect.stringContaining(forged) });
  });

  test('a message outside the lawful hours is unlawful', async () => {
    const id = await attemptOf(world.owing, 'upcoming');
    await world.desk.db.updateTable('attempt').set({ begun_at: instant(at('2026-02-26', 22)) }).where('id', '=', id).execute();
    await expectOnly('unlawful', world.owing, /CL-hours-write/);
  });

  test('a message to somebody who had withdrawn the consent is unlawful; one before the withdrawal is not', async () => {
    const id = await attemptOf(world.owing, 'missed');
    const { begin_seq: begun, contact_point_id: point } = await world.desk.db.selectFrom('attempt').select(['begin_seq', 'contact_point_id']).where('id', '=', id).executeTakeFirstOrThrow();
    const denied = { id: randomUUID(), contact_point_id: point, channel: 'sms' as const, state: 'denied' as const, evidence: json({}), at: instant(MISSED_AT) };
    await world.desk.db.insertInto('consent').values({ ...denied, seq: (begun ?? 0) + 1 }).execute();
    expect((await look()).findings).toEqual([]);
    await world.desk.db.updateTable('consent').set({ seq: (begun ?? 0) - 1 }).where('id', '=', denied.id).execute();
    await expectOnly('unlawful', world.owing, /base-consent/);
  });

  test('a reminder that began after the payment that closed its instalment is a contact after payment; by the sequence, not by clocks', async () => {
    const id = await attemptOf(world.paid, 'missed');
    const { seq } = await world.desk.db.selectFrom('agreement_event').select('seq').where('agreement_id', '=', world.paid).where('kind', '=', 'paymentBooked').executeTakeFirstOrThrow();
    await world.desk.db.updateTable('attempt').set({ begin_seq: seq + 1 }).where('id', '=', id).execute();
    await expectOnly('contactedAfterPayment', world.paid, /missed\/i1v1/);
  });

  test('an attempt without an end after its validity and an hour is lost', async () => {
    const id = await attemptOf(world.owing, 'missed');
    await world.desk.db.updateTable('attempt').set({ state: 'calling', valid_until: instant(MISSED_AT + HOUR) }).where('id', '=', id).execute();
    await expectOnly('lost', world.owing, /still calling/);
  });
});

describe('what was accepted and not applied', () => {
  test('a fact that the run has not applied is lost', async () => {
    const { row, state } = await loadState(world.desk.db, world.owing);
    world.runs.set(row.workflow_id, { ...state, events: state.events.slice(0, -1) });
    await expectOnly('lost', world.owing, /has not applied stepResult/);
  });

  test('a payment written past the register into the facts is one that no run has heard of', async () => {
    const id = randomUUID();
    const body = { kind: 'paymentBooked' as const, payment: id, amountMinor: 1, id: `paymentBooked/${id}`, seq: 9_999, at: MISSED_AT };
    await world.desk.db.insertInto('agreement_event').values({ agreement_id: world.owing, seq: 9_999, id: body.id, kind: 'paymentBooked', at: instant(MISSED_AT), body: json(body) }).execute();
    const report = await look();
    expect(report.lost).toBe(1);
    expect(report.unbalanced).toBe(1);
  });

  test('a run that is gone is lost, and so is one that ended with work left', async () => {
    const { row } = await loadState(world.desk.db, world.owing);
    world.runs.delete(row.workflow_id);
    await expectOnly('lost', world.owing, /no such run/);
    await world.desk.db.updateTable('agreement').set({ workflow_state: 'finished' }).where('id', '=', world.owing).execute();
    await expectOnly('lost', world.owing, /its run is over/);
  });

  test('a run that catches up while it is looked at is not lost', async () => {
    const { row, state } = await loadState(world.desk.db, world.owing);
    let asked = 0;
    const report = await audit(world.desk.ctx, {
      gateway: { queryState: (workflowId) => {
        const behind = workflowId === row.workflow_id && (asked += 1) === 1;
        return Promise.resolve({ state: behind ? { ...state, events: [] } : world.runs.get(workflowId) ?? state });
      } },
      policies: shippedPolicies('2026c'), wallNow: () => Date.now() + 61_000, pause: () => Promise.resolve(),
    });
    expect(report.findings).toEqual([]);
    expect(asked).toBe(2);
  });

  test('a message that the pump never handed over is lost once it is a minute old', async () => {
    await world.desk.db.insertInto('outbox').values({ workflow_id: 'agreement/otro/x', workflow_type: 'agreement', action: 'signal', name: 'optedOut', payload: json({}) }).execute();
    await expectOnly('lost', null, /the outbox holds optedOut/);
    expect((await look({ wallShiftMs: 0 })).lost).toBe(0);
  });

  test('a step that was due and that nobody took is lost after 24 lawful hours, not before', async () => {
    // The second notice is due on Tuesday the tenth at ten; twenty-four lawful hours later it is Thursday, 10:00.
    await world.desk.db.updateTable('attempt').set({ ended_at: instant(MISSED_AT + DAY) }).where('state', '=', 'unknown').execute();
    world.desk.clock.set(at('2026-03-12', 9, 50));
    expect((await look()).findings.filter(({ agreementId }) => agreementId === world.owing)).toEqual([]);
    world.desk.clock.set(at('2026-03-12', 10, 10));
    expect((await look()).findings.filter(({ agreementId }) => agreementId === world.owing)).toEqual([
      { counter: 'lost', agreementId: world.owing, detail: expect.stringContaining('second/i1v1') },
    ]);
  });
});

/** The same attempt once more under another id, a while later by the sequence. */
async function double(id: string, seqShift: number): Promise<string> {
  const { db } = world.desk;
  const forged = randomUUID();
  const row = await db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await sql`insert into attempt select (jsonb_populate_record(a, jsonb_build_object('id', ${forged}::text, 'claim_seq', a.claim_seq + ${seqShift}::int, 'begin_seq', a.begin_seq + ${seqShift}::int))).* from attempt a where id = ${row.id}::uuid`.execute(db);
  await sql`insert into attempt_agreement (attempt_id, agreement_id, occurrence, "leading", instalments) select ${forged}::uuid, p.agreement_id, p.occurrence, p.leading, p.instalments from attempt_agreement p where attempt_id = ${row.id}::uuid`.execute(db);
  return forged;
}

test('details and findings name no phone, no address and no person', async () => {
  world.provider.extra.push({ channel: 'sms', to: '+56961234567', attemptId: null, providerId: 'SM-x' });
  await world.desk.db.updateTable('attempt').set({ begun_at: instant(at('2026-02-26', 22)) }).execute();
  expect(JSON.stringify(await look())).not.toMatch(/5696|example\.org|Ana/);
});
