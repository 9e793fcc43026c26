/** Contacts that the law forbids, forged into the ledger one at a time: the audit finds each, by the engine and by the second opinion. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PolicySet } from '../../src/contact-law/policy.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { instant, json } from '../../src/db/columns.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { at, seedPerson, type SeededPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

let desk: Desk;
let person: SeededPerson;
let owing: string;

/** One person who was reminded on Friday 27 February and got notices on 5 and 10 March. */
beforeEach(async () => {
  desk = await openDesk();
  person = await seedPerson(desk.db);
  owing = await desk.agreement(person);
  for (const when of [at('2026-02-27', 10, 5), MISSED_AT, at('2026-03-10', 11)]) {
    desk.clock.set(when);
    expect(ended(await desk.deliver(owing)).result).toBe('sent');
  }
  desk.clock.set(at('2026-03-10', 12));
});
afterEach(() => desk.close());

async function unlawful(policies: PolicySet = shippedPolicies('2026c')): Promise<string[]> {
  const report = await audit(desk.ctx, { policies, wallNow: () => Date.now() + 61_000 });
  return report.findings.flatMap(({ counter, detail }) => (counter === 'unlawful' ? [detail] : []));
}

async function attempt(step: string): Promise<string> {
  const row = await desk.db.selectFrom('attempt_agreement').select('attempt_id').where('agreement_id', '=', owing).where('occurrence', 'like', `${step}/%`).executeTakeFirstOrThrow();
  return row.attempt_id;
}

async function begun(step: string, when: number): Promise<void> {
  await desk.db.updateTable('attempt').set({ begun_at: instant(when) }).where('id', '=', await attempt(step)).execute();
}

async function livesIn(place: { profile: string; zones: string[] }): Promise<void> {
  await desk.db.updateTable('attempt').set({ place: json({ ...place, debtorType: 'person' as const }) }).execute();
}

async function before(step: string): Promise<number> {
  const row = await desk.db.selectFrom('attempt').select('begin_seq').where('id', '=', await attempt(step)).executeTakeFirstOrThrow();
  return (row.begin_seq ?? 0) - 1;
}

async function stopped(kind: string): Promise<void> {
  await desk.db.insertInto('stop').values({
    id: randomUUID(), identity_id: person.identityId, creditor_id: null, kind, at: instant(at('2026-03-01', 9)), evidence: json({}), seq: await before('missed'),
  }).execute();
}

const FORGERIES: readonly { readonly what: string; readonly forge: () => Promise<void>; readonly rule: RegExp }[] = [
  { what: 'a notice at half past ten in the evening', forge: () => begun('missed', at('2026-03-05', 22, 30)), rule: /CL-hours-write/ },
  { what: 'a notice at a quarter to eight in the morning', forge: () => begun('missed', at('2026-03-05', 7, 45)), rule: /CL-hours-write/ },
  { what: 'a notice on a Sunday', forge: () => begun('missed', at('2026-03-08', 10)), rule: /CL-hours-write/ },
  { what: 'a notice on Holy Saturday, which the holiday package does not know', forge: () => begun('second', at('2026-04-04', 11)), rule: /CL-feriados/ },
  { what: 'two notices within two days', forge: () => begun('second', at('2026-03-07', 11)), rule: /CL-write-gap/ },
  {
    what: 'a third written contact in a week', rule: /CL-write-week/,
    forge: async () => {
      await begun('upcoming', at('2026-03-03', 10));
      await begun('missed', at('2026-03-06', 10));
      await begun('second', at('2026-03-09', 10));
    },
  },
  {
    what: 'a message on the day of a call', rule: /house-day/,
    forge: async () => {
      await desk.db.insertInto('call_log').values({
        id: randomUUID(), creditor_id: 'acme', agreement_id: owing, identity_id: person.identityId, callback_id: null, channel: 'call',
        at: instant(at('2026-03-05', 9)), outcome: 'noAnswer', conversation: false, note: null, made_by: 'agent', seq: await before('missed'),
      }).execute();
    },
  },
  { what: 'a notice to somebody who had been served in a suit', forge: () => stopped('servedInSuit'), rule: /base-stop.*CL-stop|CL-stop.*base-stop/ },
  { what: 'a notice to somebody who had died', forge: () => stopped('deceased'), rule: /base-stop/ },
  {
    what: 'a notice by a channel that had been denied', rule: /base-consent/,
    forge: async () => {
      await desk.db.insertInto('consent').values({
        id: randomUUID(), contact_point_id: person.phoneId, channel: 'sms', state: 'denied', evidence: json({}), at: instant(MISSED_AT), seq: await before('missed'),
      }).execute();
    },
  },
  { what: 'an SMS and a mail in one Colombian week', forge: async () => { await livesIn({ profile: 'CO', zones: ['America/Bogota'] }); await begun('missed', at('2026-03-11', 12)); }, rule: /CO-one-channel/ },
  { what: 'a notice on a Saturday in Peru', forge: async () => { await livesIn({ profile: 'PE', zones: ['America/Lima'] }); await begun('missed', at('2026-03-07', 12)); }, rule: /PE-write/ },
  { what: 'a notice in a country without rules', forge: () => livesIn({ profile: 'BO', zones: ['America/La_Paz'] }), rule: /missing-profile/ },
  { what: 'a notice at nine in Santiago to somebody on Easter Island', forge: async () => { await livesIn({ profile: 'CL', zones: ['America/Santiago', 'Pacific/Easter'] }); await begun('missed', at('2026-03-05', 9)); }, rule: /CL-hours-write/ },
];

test('what was done as it should be is lawful', async () => {
  expect(await unlawful()).toEqual([]);
});

test.each(FORGERIES)('$what is found', async ({ forge, rule }) => {
  await forge();
  expect((await unlawful()).join('\n')).toMatch(rule);
});

test('a fault in the engine’s own rules does not hide a contact: the second opinion finds it', async () => {
  await begun('missed', at('2026-03-05', 22, 30));
  const policies = shippedPolicies('2026c');
  const { windows: _, ...withoutHours } = policies.profiles['CL'] ?? { id: 'CL', version: 'none' };
  const lax = { ...policies, profiles: { ...policies.profiles, CL: withoutHours } };
  expect(await unlawful(lax)).toEqual([expect.stringMatching(/CL-hours-write \(second opinion\)/)]);
});

test('who wrote the ledger cannot be trusted to have moved nothing: a row without a place is judged by where the person is', async () => {
  await sql`update attempt set place = null`.execute(desk.db);
  expect(await unlawful()).toEqual([]);
  await begun('missed', at('2026-03-05', 22, 30));
  expect((await unlawful()).join()).toMatch(/CL-hours-write/);
});
