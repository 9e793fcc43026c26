/**
 * The workers are gone for three days over a wall of 500 agreements that come due meanwhile, and then everything wakes at once.
 * Nothing bursts: what expired is skipped with an entry, a person hears from us once a day, in the hours, and what ends
 * first goes first.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { wallNow } from '../../src/clock.ts';
import { setOffset } from '../../src/db/clock-row.ts';
import { eventsOfMany } from '../../src/db/agreement-events.ts';
import type { AgreementEvent } from '../../src/domain/agreement.ts';
import { agreementBody } from '../../src/register/agreement-body.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { createCreditor } from '../../src/register/creditor.ts';
import { publishStrategy } from '../../src/register/publish.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { inventedRut } from '../../src/sandbox/sample/national-ids.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { at, stamp, ZONE } from '../life/office.ts';
import { ADMIN } from '../register/ledger.ts';
import { startLivingSandbox, type JournalEntry, type LivingSandbox } from '../setup/living-sandbox.ts';

const CREDITORS = ['acme-catch-up', 'bravo-catch-up', 'delta-catch-up'] as const;
/** A Tuesday morning, before the first hour of any step; the workers are back on the Friday at the same minute. */
const DOWN_AT = at('2027-01-12', '09:30');
const UP_AT = at('2027-01-15', '09:30');
/** Half past four in the morning when the workers are back. */
const FAR_WEST = 'America/Tijuana';
const LOGGING_LANES = 8;
const ALL_SETTLED_MS = 120_000;

/** Due dates, by what the steps of `wall` do in those days. */
const DUE = {
  /** The reminder of the twelfth ends with the fourteenth. */
  reminder: '2027-01-15',
  /** The notice of the twelfth ends with the fifteenth. */
  notice: '2027-01-09',
  /** The second notice of the twelfth ends with the twentieth; the first one had ended before. */
  second: '2027-01-04',
} as const;
type Kind = keyof typeof DUE;

/** A kind of person: an agreement a line, with the creditor that it is with. */
const HOUSEHOLDS: readonly { readonly name: string; readonly count: number; readonly zone?: string; readonly agreements: readonly (readonly [Kind, (typeof CREDITORS)[number]])[] }[] = [
  { name: 'R', count: 100, agreements: [['reminder', 'acme-catch-up']] },
  { name: 'N', count: 50, agreements: [['notice', 'acme-catch-up']] },
  { name: 'W', count: 50, zone: FAR_WEST, agreements: [['notice', 'acme-catch-up']] },
  { name: 'S', count: 60, agreements: [['second', 'bravo-catch-up']] },
  // One creditor, several agreements: one message says it all.
  { name: 'NN', count: 40, agreements: [['notice', 'acme-catch-up'], ['notice', 'acme-catch-up'], ['second', 'acme-catch-up']] },
  // Two and three creditors: two messages, between which the law wants two days, and the one that ends first must have the first place.
  { name: 'SN', count: 40, agreements: [['second', 'acme-catch-up'], ['notice', 'bravo-catch-up']] },
  { name: 'SNR', count: 20, agreements: [['second', 'acme-catch-up'], ['notice', 'bravo-catch-up'], ['reminder', 'delta-catch-up']] },
];

/** The notice that ends first comes an hour after the one that ends later: left to the order of the timers, the wrong one would go. */
const WALL = {
  id: 'wall', country: ['CL'], graceDays: 2, smallBalance: { CLP: 0 },
  steps: [
    { key: 'upcoming', when: { anchor: 'due', days: -3, at: '10:00' }, do: 'contact', channels: ['sms', 'email'], template: 'upcoming', expiresDays: 2 },
    { key: 'missed', when: { anchor: 'due', days: 3, at: '11:00' }, if: 'unpaid', do: 'contact', channels: ['sms', 'email'], template: 'missed', expiresDays: 3 },
  ],
};
/** A strategy of its own: two creditors' second notices must not come between the first ones of others. */
const SECOND_WALL = {
  ...WALL, id: 'second-wall',
  steps: [{ key: 'second', when: { anchor: 'due', days: 8, at: '10:00' }, if: 'unpaid', do: 'contact', channels: ['sms', 'email'], template: 'second-notice', expiresDays: 8 }],
};

interface Logged {
  readonly id: string;
  readonly kind: Kind;
  readonly household: string;
  readonly phone: string;
  readonly zone: string;
}

let pacto: LivingSandbox;
const logged: Logged[] = [];
let journal: JournalEntry[];
let events: ReadonlyMap<string, readonly AgreementEvent[]>;
let whileDown: { readonly messages: number; readonly attempts: number };

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: DOWN_AT - 60_000, logLevel: 'warn' });
  for (const id of CREDITORS) await createCreditor(pacto.ctx, ADMIN, { id, name: id, type: 'thirdParty', country: 'CL', currency: 'CLP' });
  for (const strategy of [WALL, SECOND_WALL]) await publishStrategy(pacto.ctx, parseStrategy(strategy, { version: 1 }), '');
  await logAll();
  await pacto.advanceTo(DOWN_AT);
  await pacto.workersDown();
  // Nobody serves a queue while the clock moves.
  await setOffset(pacto.db, UP_AT - wallNow());
  whileDown = { messages: (await pacto.journal()).length, attempts: (await pacto.db.selectFrom('attempt').select('id').execute()).length };
  await pacto.workersUp();
  await pacto.advanceTo(at('2027-01-18', '10:45'));
  journal = await pacto.journal();
  events = await eventsOfMany(pacto.db, logged.map(({ id }) => id));
}, 600_000);
afterAll(() => pacto?.stop());

/** By the register itself, as the import does it; a person's agreements one after the other. */
async function logAll(): Promise<void> {
  const persons = HOUSEHOLDS.flatMap((household) => Array.from({ length: household.count }, (_, index) => ({ ...household, person: `${household.name}-${index}` })));
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let number = next++; ; number = next++) {
      const person = persons[number];
      if (person === undefined) return;
      await logPerson(person, number);
    }
  };
  await Promise.all(Array.from({ length: LOGGING_LANES }, lane));
}

async function logPerson({ name, agreements, person, zone = ZONE }: (typeof HOUSEHOLDS)[number] & { readonly person: string }, number: number): Promise<void> {
  const phone = `+5696${1_230_000 + number}`;
  for (const [index, [kind, creditorId]] of agreements.entries()) {
    const body = agreementBody.parse({
      creditorId, externalId: `${person}-${index}`, currency: 'CLP', strategy: kind === 'second' ? SECOND_WALL.id : WALL.id, instalments: [{ number: 1, dueOn: DUE[kind], amountMinor: 45_990 }],
      person: {
        externalId: person, name: 'Ana Prueba Ficticia', zone, nationalId: { country: 'CL', type: 'rut', value: inventedRut(number) },
        contactPoints: [{ kind: 'phone', value: phone, consent: 'granted' }],
      },
    });
    const { agreementId } = await logAgreement(pacto.ctx, ADMIN, body);
    logged.push({ id: agreementId, kind, household: name, phone, zone });
  }
}

/** What became of an agreement since the workers are back; what the core had skipped before counts for nothing here. */
function became({ id }: Logged): string[] {
  return (events.get(id) ?? []).flatMap((event) => (event.kind === 'stepResult' && event.at >= UP_AT && event.result !== 'deferred' ? [event.result] : []));
}
const of = (...households: string[]): Logged[] => logged.filter(({ household }) => households.includes(household));
const messagesTo = (phone: string): string[] => journal.filter(({ to }) => to === phone).map(({ at: when }) => stamp(when));

test('nothing left while nobody was there', () => {
  expect(logged.length).toBeGreaterThan(500);
  expect(whileDown).toEqual({ messages: 0, attempts: 0 });
});

test('a step whose days passed is skipped with an entry, and sends nothing', async () => {
  const reminders = logged.filter(({ kind }) => kind === 'reminder');
  expect(reminders.map(became)).toEqual(reminders.map(() => ['skipped']));
  for (const { phone } of of('R')) expect(messagesTo(phone)).toEqual([]);
  for (const { id } of reminders.slice(0, 20)) {
    expect((await readTimeline(pacto.db, id)).at(-1)).toMatchObject({ outcome: 'skipped', rules: ['expired'], text: { es: expect.stringContaining('upcoming (1)') as string } });
  }
});

test('everything that still may, leaves: nobody is left out', () => {
  const others = logged.filter(({ kind }) => kind !== 'reminder');
  expect(others.map((one) => [one.household, one.kind, became(one).length])).toEqual(others.map((one) => [one.household, one.kind, 1]));
  expect(new Set(others.flatMap(became))).toEqual(new Set(['sent', 'covered']));
});

test('a person hears from us once a day at most, and never outside the hours', () => {
  const zones = new Map(logged.map(({ phone, zone }) => [phone, zone]));
  const heard = journal.map(({ to, at: when }) => ({ to, at: new Date(when).toLocaleString('sv-SE', { timeZone: zones.get(to) ?? 'UTC' }) }));
  const days = heard.map(({ to, at: when }) => `${to} ${when.slice(0, 10)}`);
  expect(new Set(days).size).toBe(days.length);
  expect(new Set(heard.map(({ at: when }) => when.slice(0, 10)))).toEqual(new Set(['2027-01-15', '2027-01-18']));
  for (const { at: when } of heard) expect(Number(when.slice(11, 13))).toSatisfy((hour: number) => hour >= 9 && hour < 19);
  // At the hour of the step, where the workers came back in the night.
  expect(new Set(heard.filter(({ to }) => zones.get(to) === FAR_WEST).map(({ at: when }) => when.slice(0, 16)))).toEqual(new Set(['2027-01-15 11:00']));
});

test('one message says what is due of all agreements with a creditor', () => {
  for (const { phone } of of('NN')) expect(messagesTo(phone)).toHaveLength(1);
  expect(of('NN').map(became).filter(([result]) => result === 'sent')).toHaveLength(40);
});

test('what ends first goes first, whichever run wakes first: both are kept', () => {
  const rivals = of('SN', 'SNR').filter(({ kind }) => kind !== 'reminder');
  const sentOn = (one: Logged): string => new Date((events.get(one.id) ?? []).find((event) => event.kind === 'stepResult' && event.result === 'sent')?.at ?? 0).toISOString().slice(0, 10);
  expect(rivals.map((one) => [one.kind, sentOn(one)])).toEqual(rivals.map(({ kind }) => [kind, kind === 'notice' ? '2027-01-15' : '2027-01-18']));
});

test('the audit of all of them is clean', async () => {
  const { findings, contacts } = await audit(pacto.ctx, {
    gateway: pacto.gateway, providerUrl: pacto.providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + ALL_SETTLED_MS,
  });
  expect(findings).toEqual([]);
  expect(contacts).toBe(journal.length);
});
