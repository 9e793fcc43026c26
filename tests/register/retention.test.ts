/** Retention: whose last agreement has been over for longer than their law keeps data is erased; nobody else is. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { profileOf } from '../../src/contact-law/profile.ts';
import { retentionEnd } from '../../src/contact-law/retention.ts';
import { setWorkflowState } from '../../src/db/agreements.ts';
import { insertCoDebtor } from '../../src/db/co-debtors.ts';
import { instant, json } from '../../src/db/columns.ts';
import { stopsOf } from '../../src/db/identities.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { DAY } from '../../src/domain/zone.ts';
import { cancelAgreement } from '../../src/register/cancellation.ts';
import { disputeBody, openDispute } from '../../src/register/dispute.ts';
import { reversePayment, bookPayment } from '../../src/register/payment.ts';
import { policiesInForce } from '../../src/register/policies.ts';
import { dailyRetention, retain } from '../../src/register/retention.ts';
import { registerStop } from '../../src/register/stop.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { ADMIN, paymentOf } from './ledger.ts';
import { at, movableClock, pay, registerContext, seedAgreement, seedPerson, silentLog, ZONE, type PersonOptions, type SeededPerson } from './seed.ts';

/** The day on which everybody here ends what they owe. */
const ENDED = at('2026-03-20', 16);
const YEARS = profileOf(policiesInForce(), 'CL')?.retentionYears ?? 0;
/** The first instant at which it has been over for longer. */
const OVER = retentionEnd(ZONE, ENDED, YEARS);

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
beforeEach(async () => {
  clock.set(ENDED);
  // Everybody of an earlier test is out of the way.
  await sql`update person set erased_at = now() where erased_at is null`.execute(opened.db);
  await sql`delete from setting where key like 'retention.%'`.execute(opened.db);
});

/** Paid in full on the day, and the run is over. */
async function settled(person: SeededPerson): Promise<string> {
  const id = await seedAgreement(opened.db, person);
  await pay(context(), id, 90_000);
  await setWorkflowState(opened.db, id, 'finished');
  return id;
}

async function settledPerson(options: PersonOptions = {}): Promise<SeededPerson & { agreementId: string }> {
  const person = await seedPerson(opened.db, options);
  return { ...person, agreementId: await settled(person) };
}

/** The database refuses to erase these, and quotes them; answers how that ends. */
async function broken(personIds: readonly string[]): Promise<() => Promise<void>> {
  const ids = personIds.map((id) => sql`${sql.lit(id)}::uuid`);
  await sql`create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'row of % is broken', old.name; end $$`.execute(opened.db);
  await sql`create trigger refuse before update on person for each row when (old.id in (${sql.join(ids)}) and new.name = '[erased]') execute function refuse()`.execute(opened.db);
  return async () => void (await sql`drop trigger refuse on person`.execute(opened.db));
}

const nameOf = async ({ personId }: SeededPerson) => (await opened.db.selectFrom('person').select('name').where('id', '=', personId).executeTakeFirstOrThrow()).name;
const now = () => retain(context(), { dryRun: false });

describe('the day', () => {
  test('until the end of the date nothing is erased, from the next day on it is, like on request', async () => {
    const person = await settledPerson();
    expect(YEARS).toBe(2);
    expect(new Date(OVER).toISOString()).toBe('2028-03-21T03:00:00.000Z');
    for (const early of [ENDED + DAY, OVER - DAY, OVER - 1]) {
      clock.set(early);
      expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: { tooEarly: 1 } });
    }
    expect(await nameOf(person)).toBe('Ana');
    const money = () => opened.db.selectFrom('payment').selectAll().where('agreement_id', '=', person.agreementId).execute();
    const before = await money();
    clock.set(OVER);
    expect(await now()).toEqual({ dryRun: false, people: [{ personId: person.personId, creditorId: 'acme', years: 2 }], failed: [], kept: {} });
    expect(await nameOf(person)).toBe('[erased]');
    expect(await money()).toEqual(before);
    const entries = await readTimeline(opened.db, person.agreementId);
    expect(entries.at(-1)?.kind).toBe('personErased');
    expect(verifyChain(entries)).toEqual([]);
    expect(await opened.db.selectFrom('erasure').select(['done_by', 'reason']).where('person_id', '=', person.personId).execute()).toEqual([{ done_by: 'retention', reason: 'retention of 2 years is over' }]);
  });

  test('again finds nobody, and changes nothing', async () => {
    const person = await settledPerson();
    clock.set(OVER);
    expect((await now()).people).toHaveLength(1);
    const length = (await readTimeline(opened.db, person.agreementId)).length;
    expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: {} });
    expect(await readTimeline(opened.db, person.agreementId)).toHaveLength(length);
  });

  test('a dry run names ids and changes nothing', async () => {
    const person = await settledPerson();
    clock.set(OVER);
    const answer = await retain(context(), { dryRun: true });
    expect(answer).toEqual({ dryRun: true, people: [{ personId: person.personId, creditorId: 'acme', years: 2 }], failed: [], kept: {} });
    expect(await nameOf(person)).toBe('Ana');
  });

  test('the last of several agreements counts, and a cancelled one from its cancellation', async () => {
    const person = await settledPerson();
    const second = await seedAgreement(opened.db, person);
    clock.set(ENDED + 100 * DAY);
    await cancelAgreement(context(), ADMIN, second, { reason: 'vendido' });
    await setWorkflowState(opened.db, second, 'finished');
    clock.set(OVER);
    expect((await now()).kept).toEqual({ tooEarly: 1 });
    const later = retentionEnd(ZONE, ENDED + 100 * DAY, YEARS);
    clock.set(later - 1);
    expect((await now()).kept).toEqual({ tooEarly: 1 });
    clock.set(later);
    expect((await now()).people).toHaveLength(1);
  });

  test('a stop for good ends an agreement too; it stays in force after the erasure, with the hash that finds the person again', async () => {
    const person = await seedPerson(opened.db);
    await opened.db.updateTable('identity').set({ national_id_hash: 'kept-hash' }).where('id', '=', person.identityId).execute();
    const id = await seedAgreement(opened.db, person);
    await registerStop(context(), ADMIN, person.personId, { on: 'insolvency', at: ENDED, evidence: 'carta de Leopoldina' });
    await setWorkflowState(opened.db, id, 'finished');
    clock.set(OVER - 1);
    expect((await now()).kept).toEqual({ tooEarly: 1 });
    clock.set(OVER);
    expect((await now()).people).toHaveLength(1);
    expect(await stopsOf(opened.db, person.identityId)).toMatchObject([{ kind: 'insolvency', ended_at: null, evidence: { creditorId: 'acme' } }]);
    expect(JSON.stringify(await stopsOf(opened.db, person.identityId))).not.toContain('Leopoldina');
    expect(await opened.db.selectFrom('identity').select('national_id_hash').where('id', '=', person.identityId).execute()).toEqual([{ national_id_hash: 'kept-hash' }]);
  });
});

describe('kept all the same', () => {
  async function keptFor(reason: string, person: SeededPerson): Promise<void> {
    clock.set(OVER + 400 * DAY);
    expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: { [reason]: 1 } });
    expect(await nameOf(person)).toBe('Ana');
  }

  test('whoever has an open agreement is not even looked at', async () => {
    const person = await settledPerson();
    await seedAgreement(opened.db, person);
    clock.set(OVER + 400 * DAY);
    expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: {} });
    expect(await nameOf(person)).toBe('Ana');
  });

  test('whoever owes an open agreement of somebody else beside them; when it ends, they follow', async () => {
    const [debtor, beside] = [await seedPerson(opened.db), await settledPerson()];
    const shared = await seedAgreement(opened.db, debtor);
    await opened.db.transaction().execute((trx) => insertCoDebtor(trx, shared, beside.personId, 0));
    clock.set(OVER);
    expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: {} });
    await pay(context(), shared, 90_000);
    await setWorkflowState(opened.db, shared, 'finished');
    expect((await now()).kept).toEqual({ tooEarly: 2 });
    clock.set(retentionEnd(ZONE, OVER, YEARS));
    expect((await now()).people.map(({ personId }) => personId).sort()).toEqual([debtor.personId, beside.personId].sort());
  });

  test('while a dispute is open', async () => {
    const person = await settledPerson();
    await openDispute(context(), ADMIN, person.agreementId, disputeBody.parse({ reason: 'monto', text: 'no era tanto' }));
    await setWorkflowState(opened.db, person.agreementId, 'finished');
    await keptFor('dispute', person);
  });

  test('while a hold lasts', async () => {
    const person = await settledPerson();
    await opened.db.updateTable('agreement').set({ hold_until: instant(OVER + 500 * DAY) }).where('id', '=', person.agreementId).execute();
    await keptFor('hold', person);
    clock.set(OVER + 500 * DAY);
    expect((await now()).people).toHaveLength(1);
  });

  test('while a case stands before the court', async () => {
    const person = await settledPerson();
    const id = randomUUID();
    await opened.db.insertInto('pre_legal_case').values({
      id, creditor_id: 'acme', agreement_id: person.agreementId, number: 1, state: 'approved', occurrence: 'x', overdue_minor: 1, reason: null, workflow_id: id, opened_at: instant(ENDED),
    }).execute();
    await keptFor('preLegal', person);
  });

  test('while money of theirs is here: a credit, or a payment that nobody has matched', async () => {
    const person = await settledPerson();
    await pay(context(), person.agreementId, 500);
    await setWorkflowState(opened.db, person.agreementId, 'finished');
    await keptFor('money', person);
    await opened.db.updateTable('agreement').set({ credit_minor: 0 }).where('id', '=', person.agreementId).execute();
    await opened.db.insertInto('suspense').values({ id: randomUUID(), creditor_id: 'acme', agreement_id: person.agreementId, reason: 'currency', payload: json({}), at: instant(ENDED) }).execute();
    await keptFor('money', person);
  });

  test('while a run goes on', async () => {
    const person = await settledPerson();
    await setWorkflowState(opened.db, person.agreementId, 'running');
    await keptFor('running', person);
  });

  test('where no rule says how long: a place without a profile, a profile that does not say', async () => {
    const person = await settledPerson();
    const shipped = policiesInForce();
    const { retentionYears: _, ...silent } = shipped.profiles['CL'] ?? shipped.base;
    clock.set(OVER + 4000 * DAY);
    expect((await retain(context(), { dryRun: false }, { ...shipped, profiles: { ...shipped.profiles, CL: silent } })).kept).toEqual({ noRule: 1 });
    await opened.db.updateTable('person').set({ address: json({ country: 'PY' }) }).where('id', '=', person.personId).execute();
    expect((await now()).kept).toEqual({ noRule: 1 });
    await opened.db.updateTable('person').set({ address: null }).where('id', '=', person.personId).execute();
    expect((await now()).people).toHaveLength(1);
  });

  test('a reversal long after opens what was settled: nothing is erased, and the time begins again with the next payment', async () => {
    const person = await seedPerson(opened.db);
    const id = await seedAgreement(opened.db, person);
    await bookPayment(context(), ADMIN, id, paymentOf({ externalId: `P-${id}`, amountMinor: 90_000 }));
    clock.set(OVER - DAY);
    await reversePayment(context(), ADMIN, id, `P-${id}`, { externalId: `R-${id}` });
    clock.set(OVER + DAY);
    expect(await now()).toEqual({ dryRun: false, people: [], failed: [], kept: {} });
    await pay(context(), id, 90_000);
    await setWorkflowState(opened.db, id, 'finished');
    expect((await now()).kept).toEqual({ tooEarly: 1 });
  });
});

test('whoever told no address is kept as long as the longest of the places of their agreements says', async () => {
  const person = await settledPerson();
  const second = await settled(person);
  await opened.db.updateTable('agreement').set({ country: 'MX' }).where('id', '=', second).execute();
  const longest = profileOf(policiesInForce(), 'MX')?.retentionYears ?? 0;
  expect(longest).toBeGreaterThan(YEARS);
  clock.set(retentionEnd(ZONE, ENDED, longest) - 1);
  expect((await now()).kept).toEqual({ tooEarly: 1 });
  clock.set(retentionEnd(ZONE, ENDED, longest));
  expect((await now()).people).toEqual([{ personId: person.personId, creditorId: 'acme', years: longest }]);
});

test('what happens between the look and the lock is seen: the dispute that came in time keeps them', async () => {
  const person = await settledPerson();
  clock.set(OVER);
  let asked = 0;
  const meanwhile = async () => {
    asked += 1;
    // The first question is the look's, the second is asked under the lock.
    if (asked === 2) await opened.db.updateTable('agreement').set({ disputed: true }).where('id', '=', person.agreementId).execute();
    return clock.now();
  };
  expect(await retain({ ...context(), clock: { kind: 'virtual', now: meanwhile } }, { dryRun: false })).toMatchObject({ people: [], failed: [] });
  expect(asked).toBe(2);
  expect(await nameOf(person)).toBe('Ana');
});

test('two creditors judge by their own agreements: one forgets, the other keeps', async () => {
  const here = await settledPerson();
  const there = await seedPerson(opened.db, { creditorId: 'otro', identityId: here.identityId });
  await seedAgreement(opened.db, there);
  await opened.db.updateTable('identity').set({ national_id_hash: 'both-know' }).where('id', '=', here.identityId).execute();
  clock.set(OVER);
  expect((await now()).people.map(({ creditorId }) => creditorId)).toEqual(['acme']);
  expect([await nameOf(here), await nameOf(there)]).toEqual(['[erased]', 'Ana']);
  expect(await opened.db.selectFrom('identity').select('national_id_hash').where('id', '=', here.identityId).execute()).toEqual([{ national_id_hash: 'both-know' }]);
});

test('one person with whom it fails does not keep the others, and the log names nobody', async () => {
  const people = [await settledPerson(), await settledPerson(), await settledPerson()];
  const middle = people.map(({ personId }) => personId).sort()[1] ?? '';
  await opened.db.updateTable('person').set({ name: 'Zulema Quintrileo' }).where('id', '=', middle).execute();
  const mend = await broken([middle]);
  clock.set(OVER);
  const lines: string[] = [];
  const ctx = { ...context(), log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }) };
  const answer = await retain(ctx, { dryRun: false });
  expect(answer).toMatchObject({ failed: [middle] });
  expect(answer.people).toHaveLength(2);
  expect(lines.join('')).toContain(middle);
  expect(lines.join('')).not.toMatch(/Zulema|Ana\b|is broken/);
  await mend();
  expect(await now()).toMatchObject({ people: [{ personId: middle }], failed: [] });
});

describe('the daily duty', () => {
  test('is due a year after the first agreement at the earliest, then once a day; in between it does nothing', async () => {
    await settledPerson();
    const duty = dailyRetention(context());
    const first = (await opened.db.selectFrom('agreement').select('logged_at').orderBy('logged_at').executeTakeFirstOrThrow()).logged_at;
    expect(await duty.next()).toBe(first + 365 * DAY);
    expect(await duty.run()).toBeNull();
    clock.set(OVER);
    expect(await duty.run()).toEqual({ erased: 1, failed: 0 });
    expect(await duty.next()).toBe(OVER + DAY);
    await settledPerson();
    clock.set(OVER + DAY - 1);
    expect(await duty.run()).toBeNull();
    clock.set(OVER + DAY);
    expect(await duty.run()).toEqual({ erased: 0, failed: 0 });
  });

  test('of many people it erases a batch at a time, and goes on where it was, in another process too', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await settledPerson()).personId);
    // The first two fail for good: the others come all the same.
    const [one = '', two = ''] = ids.sort();
    const mend = await broken([one, two]);
    clock.set(OVER);
    const step = () => dailyRetention(context(), { page: 1, batch: 2 });
    expect(await step().run()).toEqual({ erased: 0, failed: 2 });
    expect(await step().next()).toBeLessThanOrEqual(OVER);
    expect(await step().run()).toEqual({ erased: 2, failed: 0 });
    expect(await step().run()).toEqual({ erased: 1, failed: 0 });
    expect(await step().next()).toBe(OVER + DAY);
    expect(await step().run()).toBeNull();
    await mend();
    clock.set(OVER + DAY);
    expect(await step().run()).toEqual({ erased: 2, failed: 0 });
  });
});
