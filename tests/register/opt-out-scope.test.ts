/** "BAJA" by text message, and the click in a mail: how much falls silent is the law's of where the person is. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PolicySet } from '../../src/contact-law/policy.ts';
import { CL } from '../../src/contact-law/profiles/cl.ts';
import { CO } from '../../src/contact-law/profiles/co.ts';
import { OPT_OUT } from '../../src/contact-law/profiles/lists.ts';
import { US } from '../../src/contact-law/profiles/us.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { instant, json } from '../../src/db/columns.ts';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { receiveSms } from '../../src/register/inbound.ts';
import { optOut } from '../../src/register/opt-out.ts';
import { optOutLawOf } from '../../src/register/opt-out-scope.ts';
import { policiesInForce } from '../../src/register/policies.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { ADMIN } from './ledger.ts';
import { at, movableClock, registerContext, seedAgreement, seedPerson, silentLog, type PersonOptions, type SeededPerson } from './seed.ts';

const NOW = at('2026-03-16', 10);
let database: FreshDatabase;
let opened: OpenedDb;
const context = () => registerContext(opened.db, movableClock(NOW));

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

interface TwoPhones extends SeededPerson {
  readonly phone: string;
  readonly agreementId: string;
}

let numbers = 0;

/** A person in a country with two phones and two mailboxes, all of which may be used. */
async function inCountry(country: string, options: PersonOptions & { phone?: string; addressless?: boolean } = {}): Promise<TwoPhones> {
  const { db } = opened;
  const person = await seedPerson(db, { zone: null, ...options });
  numbers += 1;
  const phone = options.phone ?? `+5696000${String(numbers).padStart(4, '0')}`;
  await db.updateTable('contact_point').set({ value: phone }).where('id', '=', person.phoneId).execute();
  if (options.addressless !== true) await db.updateTable('person').set({ address: json({ country }) }).where('id', '=', person.personId).execute();
  for (const [kind, value, channels] of [['phone', `${phone}1`, ['sms', 'call']], ['email', 'otra@example.org', ['email']]] as const) {
    const id = randomUUID();
    await db.insertInto('contact_point').values({ id, creditor_id: person.creditorId, person_id: person.personId, kind, value, channels: [...channels], position: 5 }).execute();
    await db.insertInto('consent').values(channels.map((channel) => ({ id: randomUUID(), contact_point_id: id, channel, state: 'granted' as const, evidence: json({}), at: instant(NOW), seq: 0 }))).execute();
  }
  const agreementId = await seedAgreement(db, person);
  await db.updateTable('agreement').set({ country }).where('id', '=', agreementId).execute();
  return { ...person, phone, agreementId };
}

const says = async (person: { phone: string }, body: string): Promise<string> => {
  const eventId = randomUUID();
  await receiveSms(context(), { provider: 'twilio-sms', eventId, from: person.phone, to: '+56900000000', providerId: eventId, body });
  return (await opened.db.selectFrom('provider_event').select('status').where('event_id', '=', eventId).executeTakeFirstOrThrow()).status;
};

/** What is denied, as `own phone` and `other phone` and so on. */
async function silent({ personId, phoneId, emailId }: SeededPerson): Promise<string[]> {
  const points = await contactPointsOf(opened.db, personId);
  return points.flatMap(({ id, kind, consent }) => Object.entries(consent).filter(([, state]) => state === 'denied')
    .map(([channel]) => `${channel} ${id === phoneId || id === emailId ? 'own' : 'other'} ${kind}`)).sort();
}

const told = async ({ agreementId }: TwoPhones) => (await eventsOf(opened.db, agreementId)).flatMap((event) => (event.kind === 'optedOut' ? [event.scope] : [])).sort();

const ADDRESS = ['call own phone', 'sms own phone'];
const CHANNEL = [...ADDRESS, 'sms other phone'].sort();

test.each([['CL', CL], ['CO', CO], ['US', US]] as const)('BAJA in %s silences what its profile says', async (country, policy) => {
  const person = await inCountry(country);
  await says(person, 'BAJA');
  const scope = policy.optOut?.[0]?.scope;
  expect(await silent(person)).toEqual(scope === 'channel' ? CHANNEL : ADDRESS);
  expect(await told(person)).toEqual(scope === 'channel' ? ['sms'] : []);
});

test('in Colombia the whole channel means that the other phone gets no message either, but may be called', async () => {
  const person = await inCountry('CO');
  await says(person, 'baja.');
  expect(await silent(person)).toContain('sms other phone');
  expect(await silent(person)).not.toContain('call other phone');
});

test('a country without rules is treated as if the channel were meant', async () => {
  const person = await inCountry('PY');
  await says(person, 'stop');
  expect(await silent(person)).toEqual(CHANNEL);
});

test('who told no address is where their agreements are: of two countries the wider law wins', async () => {
  const person = await inCountry('CL', { addressless: true });
  const second = await seedAgreement(opened.db, person);
  await opened.db.updateTable('agreement').set({ country: 'CO' }).where('id', '=', second).execute();
  await says(person, 'BAJA');
  expect(await silent(person)).toEqual(CHANNEL);
});

test('without an agreement that goes on, the country of the creditor counts', async () => {
  const person = await inCountry('CO', { addressless: true });
  await opened.db.updateTable('agreement').set({ phase: 'closed' }).where('id', '=', person.agreementId).execute();
  await says(person, 'BAJA');
  expect(await silent(person)).toEqual(ADDRESS);
});

test('a phone at two creditors falls silent at both, at each as far as the law of the place says', async () => {
  const here = await inCountry('CL');
  const there = await inCountry('CO', { creditorId: 'otro', phone: here.phone });
  await says(here, 'BAJA');
  expect([await silent(here), await silent(there)]).toEqual([ADDRESS, CHANNEL]);
});

test('a word that the rules of the place name stops too, and is noted as an opt-out; to pay is no opt-out', async () => {
  const person = await inCountry('CL');
  expect(await says(person, 'Cancelar')).toBe('inbound');
  expect(await silent(person)).toEqual([]);
  expect(await says(person, 'No más')).toBe('inbound.optOut');
  expect(await silent(person)).toEqual(ADDRESS);
});

test('a law that silences everything reaches every channel of this creditor, and no other creditor', async () => {
  const person = await inCountry('CL');
  const elsewhere = await inCountry('CL', { creditorId: 'otro', identityId: person.identityId });
  const policies: PolicySet = { ...policiesInForce(), profiles: { ...policiesInForce().profiles, CL: { ...CL, optOut: [{ ...OPT_OUT, id: 'CL-out', scope: 'debtor' }] } } };
  const { body } = await optOutLawOf(opened.db, { personId: person.personId, contactPointId: person.phoneId, channel: 'sms' }, NOW, policies);
  await optOut(context(), ADMIN, person.personId, body);
  expect(await silent(person)).toHaveLength(6);
  expect(await told(person)).toEqual(['all']);
  expect(await silent(elsewhere)).toEqual([]);
});
