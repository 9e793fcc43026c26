/** Records that may be one person: they wait, are joined, and a wrong join is taken back exactly. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { enterWait } from '../../src/db/contact-waits.ts';
import { json } from '../../src/db/columns.ts';
import { contactHistory } from '../../src/db/history.ts';
import { identityByHash, stopsOf } from '../../src/db/identities.ts';
import { personById } from '../../src/db/persons.ts';
import type { Actor } from '../../src/register/actor.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { lookForOthers } from '../../src/register/identify/look.ts';
import { decide, joinSure, listMatches } from '../../src/register/identify/match.ts';
import { underLockOf } from '../../src/register/person-by-ref.ts';
import { registerStop } from '../../src/register/stop.ts';
import { callLawOf } from '../../src/register/call-law.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { at, pay, seedPerson, type SeededPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

const ADMIN: Actor = { id: 'key-admin', role: 'admin', creditorId: null };
const DAY = 86_400_000;
let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());
beforeEach(async () => {
  await sql`truncate identity, person, agreement, outbox cascade`.execute(desk.db);
  desk.clock.set(MISSED_AT);
  desk.journal.length = 0;
});

async function named(person: SeededPerson, name: string): Promise<SeededPerson> {
  await desk.db.updateTable('person').set({ name }).where('id', '=', person.personId).execute();
  return person;
}

async function look(person: SeededPerson): Promise<void> {
  await underLockOf(desk.ctx, person.personId, (lock, { name, type, national_id: nationalId }) => lookForOthers(desk.ctx, lock, { id: person.personId, name, type, nationalId, created: false }));
}

/** Two records of one phone and mail; the later one was looked at. */
async function pair(given: { readonly creditor?: string } = {}): Promise<{ earlier: SeededPerson; later: SeededPerson; match: string }> {
  const earlier = await named(await seedPerson(desk.db), 'Ana Soto');
  const later = await named(await seedPerson(desk.db, given.creditor === undefined ? {} : { creditorId: given.creditor }), 'SOTO, Ana María');
  await look(later);
  const { items } = await listMatches(desk.ctx, ADMIN, { limit: 10, state: 'open' });
  expect(items).toHaveLength(1);
  return { earlier, later, match: items[0]?.id ?? '' };
}

const identityOf = async (person: SeededPerson): Promise<string> => (await personById(desk.db, person.personId))?.identity_id ?? '';

/** Whatever says which identity something belongs to, and where it stands in the order. */
async function belongings(): Promise<unknown> {
  const { rows } = await sql`
    select 'person' as what, id::text, identity_id::text from person union all select 'agreement', id::text, identity_id::text from agreement
    union all select 'attempt', id::text, identity_id::text from attempt union all select 'stop', id::text, identity_id::text from stop
    union all select 'callback', id::text, identity_id::text from callback union all select 'call', id::text, identity_id::text from call_log
    union all select 'wait', agreement_id::text || medium, identity_id::text from contact_wait union all select 'past', id::text, identity_id::text from past_contact
    union all select 'identity', id::text, coalesce(joined_to::text, national_id_hash) from identity order by 1, 2`.execute(desk.db);
  return rows;
}

async function waiting(agreementId: string, person: SeededPerson): Promise<void> {
  await desk.db.transaction().execute((trx) => enterWait(trx, {
    agreementId, medium: 'written', identityId: person.identityId, creditorId: person.creditorId, since: MISSED_AT, comesAt: MISSED_AT + DAY, channels: ['sms'], purpose: 'collection',
  }));
}

describe('while it is open', () => {
  test('both are followed as one: what one of them had counts for the other', async () => {
    const { earlier, later, match } = await pair();
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    expect(await identityOf(later)).not.toBe(await identityOf(earlier));
    expect(ended(await desk.deliver(second)).result).toBe('sent');
    expect(ended(await desk.deliver(first))).toMatchObject({ result: 'deferred' });
    expect(desk.journal).toHaveLength(1);
    // Different after all: the contact of the other one is none of its own.
    await decide(desk.ctx, ADMIN, match, 'different');
    desk.clock.set(MISSED_AT + 60_000);
    expect(ended(await desk.deliver(first)).result).toBe('sent');
  });

  test('two deliveries at once, one for each record: one place, one message', async () => {
    for (let round = 0; round < 8; round += 1) {
      await sql`truncate identity, person, agreement, outbox cascade`.execute(desk.db);
      desk.journal.length = 0;
      const { earlier, later } = await pair();
      const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
      const results = (await Promise.all([desk.deliver(first), desk.deliver(second)])).map((delivery) => ended(delivery).result);
      expect(results.toSorted()).toEqual(['deferred', 'sent']);
      expect(desk.journal).toHaveLength(1);
    }
  });

  test('what the later record had before counts for the earlier one', async () => {
    const earlier = await named(await seedPerson(desk.db), 'Ana Soto');
    const later = await named(await seedPerson(desk.db), 'Ana Soto');
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    expect(ended(await desk.deliver(second)).result).toBe('sent');
    await look(later);
    desk.clock.set(MISSED_AT + 60_000);
    expect(ended(await desk.deliver(first))).toMatchObject({ result: 'deferred' });
    expect(desk.journal).toHaveLength(1);
  });

  test('a claim that was made before the question is begun after it only if nothing of the other record counts', async () => {
    const earlier = await named(await seedPerson(desk.db), 'Ana Soto');
    const later = await named(await seedPerson(desk.db), 'Ana Soto');
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    const delivery = await desk.deliver(second, {
      at: async (moment) => {
        if (moment !== 'claimed') return;
        expect(ended(await desk.deliver(first)).result).toBe('sent');
        await look(later);
      },
    });
    expect(ended(delivery).result).toBe('deferred');
    expect(desk.journal).toHaveLength(1);
  });

  test('a stop of one of them holds the other back, by message and by call', async () => {
    const { earlier, later } = await pair();
    const first = await desk.agreement(earlier);
    const law = () => underAgreementLock(desk.ctx, first, (lock, row) => callLawOf(lock, row));
    expect((await law())(MISSED_AT)).toMatchObject({ decision: 'allow' });
    await registerStop(desk.ctx, ADMIN, later.personId, { on: 'deceased', at: MISSED_AT, evidence: 'certificado' });
    expect((await law())(MISSED_AT)).toMatchObject({ decision: 'defer', rules: ['doubtful-person'] });
    expect(ended(await desk.deliver(first))).toMatchObject({ result: 'deferred' });
    expect((await readTimeline(desk.db, first)).at(-1)).toMatchObject({ rules: ['doubtful-person'], text: { es: expect.stringContaining('registrada también de otra forma') } });
    expect(desk.journal).toEqual([]);
  });

  test('a pair is asked about once, and people of a crowded number are not asked about', async () => {
    const { later } = await pair();
    await look(later);
    expect((await listMatches(desk.ctx, ADMIN, { limit: 50 })).items).toHaveLength(1);
    for (let n = 0; n < 20; n += 1) await named(await seedPerson(desk.db), 'Ana Soto');
    await look(await named(await seedPerson(desk.db), 'Ana Soto'));
    expect((await listMatches(desk.ctx, ADMIN, { limit: 50 })).items).toHaveLength(1);
  });
});

describe('joined', () => {
  test('contacts and stops count for both from then on, and an undo gives everything back', async () => {
    const { earlier, later, match } = await pair({ creditor: 'bravo' });
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    await waiting(second, later);
    const stop = await registerStop(desk.ctx, ADMIN, later.personId, { on: 'attorney', at: MISSED_AT - DAY, evidence: 'poder' });
    const before = await belongings();
    await decide(desk.ctx, ADMIN, match, 'same');
    const joined = await identityOf(earlier);
    expect(await identityOf(later)).toBe(joined);
    expect((await stopsOf(desk.db, joined)).map(({ id }) => id)).toEqual([stop.id]);
    expect(ended(await desk.deliver(first)).result).toBe('refused');
    expect((await readTimeline(desk.db, second)).at(-1)).toMatchObject({ kind: 'personsJoined' });
    await decide(desk.ctx, ADMIN, match, 'different');
    expect(await belongings()).toEqual(before);
    expect(await stopsOf(desk.db, await identityOf(earlier))).toEqual([]);
    expect((await readTimeline(desk.db, first)).at(-1)).toMatchObject({ kind: 'personsSeparated' });
  });

  test('one contact for both, and after the undo each keeps what happened to it meanwhile', async () => {
    const { earlier, later, match } = await pair();
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    await decide(desk.ctx, ADMIN, match, 'same');
    expect(ended(await desk.deliver(first)).result).toBe('sent');
    expect(ended(await desk.deliver(second))).toMatchObject({ result: 'deferred' });
    const third = await desk.agreement({ ...later, identityId: await identityOf(later) });
    const [mine, theirs] = [
      await registerStop(desk.ctx, ADMIN, earlier.personId, { on: 'attorney', at: MISSED_AT, evidence: 'x' }),
      await registerStop(desk.ctx, ADMIN, later.personId, { on: 'insolvency', at: MISSED_AT, evidence: 'x' }),
    ];
    await decide(desk.ctx, ADMIN, match, 'different');
    const [a, b] = [await identityOf(earlier), await identityOf(later)];
    expect([a, b]).toEqual([earlier.identityId, later.identityId]);
    expect(await contactHistory(desk.db, [a], 0)).toHaveLength(1);
    expect(await contactHistory(desk.db, [b], 0)).toEqual([]);
    expect((await stopsOf(desk.db, a)).map(({ id }) => id)).toEqual([mine.id]);
    expect((await stopsOf(desk.db, b)).map(({ id }) => id)).toEqual([theirs.id]);
    expect(await desk.db.selectFrom('agreement').select('identity_id').where('id', '=', third).executeTakeFirst()).toEqual({ identity_id: b });
    // No number is given twice: what comes after stands behind everything of the meantime.
    await pay(desk.ctx, second, 1_000);
    await pay(desk.ctx, first, 1_000);
    for (const id of [first, second]) {
      const seqs = (await desk.events(id)).map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].sort((x, y) => x - y));
    }
  });

  test('the audit does not hold against a contact what was joined after it', async () => {
    const earlier = await named(await seedPerson(desk.db), 'Ana Soto');
    const later = await named(await seedPerson(desk.db), 'Ana Soto');
    const [first, second] = [await desk.agreement(earlier), await desk.agreement(later)];
    // The later one's numbers are higher: by them alone the other contact would lie before its own.
    for (let n = 0; n < 4; n += 1) await pay(desk.ctx, second, 1_000);
    for (const id of [first, second]) expect(ended(await desk.deliver(id)).result).toBe('sent');
    await look(later);
    const [match] = (await listMatches(desk.ctx, ADMIN, { limit: 10 })).items;
    await decide(desk.ctx, ADMIN, match?.id ?? '', 'same');
    const unlawful = async () => (await audit(desk.ctx, { policies: shippedPolicies('2026c'), wallNow: () => Date.now() + 61_000 })).findings.filter(({ counter }) => counter === 'unlawful');
    expect(await unlawful()).toEqual([]);
    // But a contact after the join is judged with all of it.
    const attempts = await desk.attempts(second);
    await desk.db.updateTable('attempt').set({ begin_seq: 1_000 }).where('id', '=', attempts[0]?.id ?? '').execute();
    expect(await unlawful()).toHaveLength(1);
  });

  test('a join that another one hangs on is undone last, and people who came by its national id go with it', async () => {
    const { earlier, later, match } = await pair();
    await desk.db.updateTable('identity').set({ national_id_hash: 'CL:123456785' }).where('id', '=', later.identityId).execute();
    await decide(desk.ctx, ADMIN, match, 'same');
    expect(await desk.db.transaction().execute((trx) => identityByHash(trx, 'CL:123456785'))).toBe(earlier.identityId);
    const third = await named(await seedPerson(desk.db), 'Ana María Soto');
    await desk.db.updateTable('contact_point').set({ value: '+56911111111' }).where('person_id', '=', earlier.personId).where('kind', '=', 'phone').execute();
    await desk.db.updateTable('contact_point').set({ value: 'otra@example.org' }).where('person_id', '=', earlier.personId).where('kind', '=', 'email').execute();
    await look(third);
    const [open] = (await listMatches(desk.ctx, ADMIN, { limit: 10, state: 'open' })).items;
    expect(open?.other.id).toBe(later.personId);
    await decide(desk.ctx, ADMIN, open?.id ?? '', 'same');
    await expect(decide(desk.ctx, ADMIN, match, 'different')).rejects.toMatchObject({ code: 'ERR_STATE', message: expect.stringContaining(open?.id ?? '-') });
    const newcomer = await seedPerson(desk.db, { creditorId: 'bravo', identityId: earlier.identityId });
    await desk.db.updateTable('person').set({ national_id: json({ country: 'CL', type: 'rut', value: '123456785' }) }).where('id', '=', newcomer.personId).execute();
    await decide(desk.ctx, ADMIN, open?.id ?? '', 'different');
    await decide(desk.ctx, ADMIN, match, 'different');
    expect(await Promise.all([earlier, later, third, newcomer].map(identityOf))).toEqual([earlier.identityId, later.identityId, third.identityId, later.identityId]);
  });

  test('a sure match is joined by itself, a doubtful one is not', async () => {
    await named(await seedPerson(desk.db), 'María José Pérez Soto');
    const sure = await named(await seedPerson(desk.db), 'PEREZ SOTO MARIA JOSE');
    await look(sure);
    const doubtful = await named(await seedPerson(desk.db), 'María Pérez Soto');
    await look(doubtful);
    expect(await joinSure(desk.ctx)).toBe(1);
    expect((await listMatches(desk.ctx, ADMIN, { limit: 10, state: 'same' })).items).toMatchObject([{ person: { id: sure.personId }, decidedBy: 'likeness' }]);
    expect(await identityOf(doubtful)).toBe(doubtful.identityId);
    expect(await joinSure(desk.ctx)).toBe(0);
  });
});

describe('who may see and decide', () => {
  test('a creditor sees the pairs of which it has both, and decides no other', async () => {
    const { match } = await pair({ creditor: 'bravo' });
    for (const creditorId of ['acme', 'bravo']) {
      const actor: Actor = { id: `key-${creditorId}`, role: 'supervisor', creditorId };
      expect((await listMatches(desk.ctx, actor, { limit: 10 })).items).toEqual([]);
      await expect(decide(desk.ctx, actor, match, 'same')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    }
  });

  test('the same decision again changes nothing', async () => {
    const { match } = await pair();
    const first = await decide(desk.ctx, ADMIN, match, 'same');
    expect(await decide(desk.ctx, { ...ADMIN, id: 'another' }, match, 'same')).toEqual(first);
    expect(await desk.db.selectFrom('identity_join').selectAll().execute()).toHaveLength(1);
  });
});

test('decisions in a circle, payments and stops at once end without a deadlock', async () => {
  const persons = await Promise.all(Array.from({ length: 6 }, async () => named(await seedPerson(desk.db), 'Ana Soto')));
  const agreements = await Promise.all(persons.map((person) => desk.agreement(person)));
  for (const person of persons) await look(person);
  const { items } = await listMatches(desk.ctx, ADMIN, { limit: 50 });
  expect(items).toHaveLength(15);
  const deadlocks = async (): Promise<unknown> => (await sql<{ n: number }>`select deadlocks::int as n from pg_stat_database where datname = current_database()`.execute(desk.db)).rows[0]?.n;
  const before = await deadlocks();
  const work = [
    ...items.map(({ id }) => decide(desk.ctx, ADMIN, id, 'same')), ...[...items].reverse().map(({ id }) => decide(desk.ctx, ADMIN, id, 'same')),
    ...agreements.map((id) => pay(desk.ctx, id, 1_000)), ...persons.map(({ personId }) => registerStop(desk.ctx, ADMIN, personId, { on: 'attorney', at: at('2026-03-01', 9), evidence: 'x' })),
  ];
  const ends = await Promise.allSettled(work);
  // Whoever saw both moved under its hands four times over gives up with a sentence; nothing else goes wrong.
  const failed = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason.code)] : []));
  expect(failed.filter((code) => code !== 'ERR_DEPENDENCY')).toEqual([]);
  for (const { id } of items) await decide(desk.ctx, ADMIN, id, 'same');
  expect(new Set(await Promise.all(persons.map(identityOf))).size).toBe(1);
  expect(await deadlocks()).toBe(before);
  for (const id of agreements) expect((await desk.events(id)).filter(({ kind }) => kind === 'paymentBooked')).toHaveLength(1);
});

test('a person who gets the national id of another while waiting for a place keeps the place', async () => {
  const person = await seedPerson(desk.db);
  const agreement = await desk.agreement(person);
  await waiting(agreement, person);
  const known = randomUUID();
  await desk.db.insertInto('identity').values({ id: known, national_id_hash: 'CL:11' }).execute();
  const { movePerson } = await import('../../src/db/persons.ts');
  await desk.db.transaction().execute((trx) => movePerson(trx, person.personId, person.identityId, known));
  expect(await desk.db.selectFrom('contact_wait').select('identity_id').execute()).toEqual([{ identity_id: known }]);
});
