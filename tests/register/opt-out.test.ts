import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementById } from '../../src/db/agreements.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { instant, json } from '../../src/db/columns.ts';
import { contactPointsOf } from '../../src/db/contact-points.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import type { Actor } from '../../src/register/actor.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { optOut, optOutBody, optOutUnder } from '../../src/register/opt-out.ts';
import { registerStop } from '../../src/register/stop.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, movableClock, outboxOf, registerContext, seedAgreement, seedPerson, type SeededPerson, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);
const agent: Actor = { id: 'key-1', role: 'agent', creditorId: null };
const ownKey: Actor = { id: 'key-2', role: 'system', creditorId: 'acme' };

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(at('2026-03-16', 10)));

const consents = async (person: SeededPerson) =>
  Object.assign({}, ...(await contactPointsOf(opened.db, person.personId)).map((point) => point.consent)) as Record<string, string>;
const scopes = async (id: string) => (await eventsOf(opened.db, id)).map((event) => (event.kind === 'optedOut' ? event.scope : event.kind));

test('a channel that is named is denied with evidence, and every agreement with this creditor is told', async () => {
  const person = await seedPerson(opened.db);
  const [one, two] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, person)];
  expect(await optOut(context(), agent, person.personId, { channel: 'sms', scope: 'channel' })).toMatchObject({ channels: ['sms'] });
  expect(await consents(person)).toEqual({ sms: 'denied', call: 'granted', email: 'granted' });
  expect([await scopes(one), await scopes(two)]).toEqual([['sms'], ['sms']]);
  expect(await outboxOf(opened.db, (await agreementById(opened.db, one))?.workflow_id ?? '')).toEqual(['factBooked']);
  const evidence = await opened.db.selectFrom('consent').select('evidence').where('state', '=', 'denied').where('contact_point_id', '=', person.phoneId).execute();
  expect(evidence).toMatchObject([{ evidence: { source: 'optOut', by: 'key-1' } }]);
});

test('opting a phone out silences its channels when there is no other phone, and leaves the e-mail', async () => {
  const person = await seedPerson(opened.db);
  const id = await seedAgreement(opened.db, person);
  await optOut(context(), agent, person.personId, { contactPointId: person.phoneId, scope: 'channel' });
  expect((await scopes(id)).sort()).toEqual(['call', 'sms']);
  expect(await consents(person)).toEqual({ sms: 'denied', call: 'denied', email: 'granted' });
});

test('opting one of two phones out leaves the other, and says so in the timeline only', async () => {
  const person = await seedPerson(opened.db);
  const second = randomUUID();
  await opened.db.insertInto('contact_point').values({ id: second, creditor_id: 'acme', person_id: person.personId, kind: 'phone', value: '+56961234568', channels: ['sms', 'call'], position: 3 }).execute();
  const granted = await opened.db.selectFrom('consent').selectAll().where('contact_point_id', '=', person.phoneId).execute();
  await opened.db.insertInto('consent').values(granted.map((row) => ({ ...row, id: randomUUID(), contact_point_id: second, evidence: json(row.evidence), at: instant(row.at) }))).execute();
  const id = await seedAgreement(opened.db, person);
  expect(await optOut(context(), agent, person.personId, { contactPointId: person.phoneId, scope: 'channel' })).toMatchObject({ channels: [] });
  expect(await scopes(id)).toEqual([]);
  expect(await readTimeline(opened.db, id)).toMatchObject([{ kind: 'optedOut', outcome: 'contactPoint' }]);
  await optOut(context(), agent, person.personId, { contactPointId: second, scope: 'channel' });
  expect((await scopes(id)).sort()).toEqual(['call', 'sms']);
});

test('everything of one creditor is silenced, and nothing of another', async () => {
  const person = await seedPerson(opened.db);
  const elsewhere = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const [here, there] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, elsewhere)];
  await optOut(context(), ownKey, person.personId, { scope: 'creditor' });
  expect([await scopes(here), await scopes(there)]).toEqual([['all'], []]);
  expect(Object.values(await consents(elsewhere))).toEqual(['granted', 'granted', 'granted']);
});

test('everything of every creditor is silenced, but not by the key of one creditor', async () => {
  const person = await seedPerson(opened.db);
  const elsewhere = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const there = await seedAgreement(opened.db, elsewhere);
  await expect(optOut(context(), ownKey, person.personId, { scope: 'all' })).rejects.toMatchObject({ code: 'ERR_ROLE' });
  await optOut(context(), agent, person.personId, { scope: 'all' });
  expect(await scopes(there)).toEqual(['all']);
  expect(Object.values(await consents(elsewhere))).toEqual(['denied', 'denied', 'denied']);
});

test('an opt-out from an update is handed back to its agreement, signalled to the others, and made once', async () => {
  const person = await seedPerson(opened.db);
  const [one, two] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, person)];
  const ask = () => underAgreementLock(context(), one, (lock) =>
    optOutUnder(lock, context(), person.personId, { channel: 'email', scope: 'channel' }, { by: 'workflow', factId: 'update-1', caller: one }));
  const first = await ask();
  expect(first.events).toMatchObject([{ kind: 'optedOut', scope: 'email' }]);
  expect((await ask()).events).toEqual(first.events);
  expect(await outboxOf(opened.db, (await agreementById(opened.db, one))?.workflow_id ?? '')).toEqual([]);
  expect(await outboxOf(opened.db, (await agreementById(opened.db, two))?.workflow_id ?? '')).toEqual(['factBooked']);
});

test('a contact point of somebody else, and a body that names two things or none, are refused', async () => {
  const [person, stranger] = [await seedPerson(opened.db), await seedPerson(opened.db)];
  await expect(optOut(context(), agent, person.personId, { contactPointId: stranger.phoneId, scope: 'channel' })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(optOutBody.safeParse({}).success).toBe(false);
  expect(optOutBody.safeParse({ channel: 'sms', contactPointId: person.phoneId }).success).toBe(false);
  expect(optOutBody.parse({ channel: 'sms' })).toEqual({ channel: 'sms', scope: 'channel' });
});

test('a stop reaches every agreement of the person at every creditor, once', async () => {
  const person = await seedPerson(opened.db);
  const elsewhere = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const [here, there] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, elsewhere)];
  const body = { on: 'insolvency' as const, at: at('2026-03-10', 9), evidence: 'expediente 4711' };
  const stop = await registerStop(context(), ownKey, person.personId, body);
  expect(stop).toMatchObject({ on: 'insolvency', permanent: true, agreements: [here] });
  expect(await registerStop(context(), agent, elsewhere.personId, body)).toMatchObject({ id: stop.id, agreements: [there] });
  for (const id of [here, there]) {
    expect(await scopes(id)).toEqual(['stopRegistered']);
    expect((await agreementById(opened.db, id))?.phase).toBe('closed');
    expect(JSON.stringify(await readTimeline(opened.db, id))).not.toContain('4711');
  }
});

test('a written request to cease pauses without closing', async () => {
  const person = await seedPerson(opened.db);
  const id = await seedAgreement(opened.db, person);
  expect(await registerStop(context(), ownKey, person.personId, { on: 'writtenCease', at: at('2026-03-10', 9), evidence: 'carta' })).toMatchObject({ permanent: false });
  expect((await agreementById(opened.db, id))?.phase).toBe('active');
});
