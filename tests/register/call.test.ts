import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementById } from '../../src/db/agreements.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { contactPointById } from '../../src/db/contact-points.ts';
import { contactHistory } from '../../src/db/history.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import type { CallOutcomeName } from '../../src/domain/agreement.ts';
import { missingRequirements } from '../../src/domain/decide.ts';
import type { Actor } from '../../src/register/actor.ts';
import { branchOf, callBody, logCall, OUTCOME_TREE, outcomeBody, setCallOutcome } from '../../src/register/call.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, movableClock, occurrenceOf, PRE_LEGAL_STEP, registerContext, seedAgreement, seedPerson, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);
const agent: Actor = { id: 'key-1', role: 'agent', creditorId: null };
const NOW = at('2026-03-16', 10);

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(NOW));

const kinds = async (id: string) => (await eventsOf(opened.db, id)).map((event) => event.kind);
const call = (agreementId: string, outcome: CallOutcomeName) => logCall(context(), agent, { agreementId, channel: 'call', at: NOW - 60_000, outcome });

test('every outcome stands in one branch of the tree, and only the right party makes a conversation in law', async () => {
  const names = Object.values(OUTCOME_TREE).flat();
  expect(new Set(names).size).toBe(19);
  const person = await seedPerson(opened.db);
  const id = await seedAgreement(opened.db, person);
  await call(id, 'noAnswer');
  await call(id, 'messageLeft');
  await call(id, 'talked');
  expect((await contactHistory(opened.db, [person.identityId], 0)).map((past) => past.kind)).toEqual(['attempt', 'attempt', 'conversation']);
  expect([branchOf('busy'), branchOf('refusesMessage'), branchOf('insolvency'), branchOf('deceased')]).toEqual(['noContact', 'thirdParty', 'rightParty', 'deceased']);
});

test('a logged call counts as a contact in law from its own hour, and confirms the person once', async () => {
  const person = await seedPerson(opened.db);
  const id = await seedAgreement(opened.db, person);
  expect(await call(id, 'talked')).toMatchObject({ outcome: 'talked', contact: 'rightParty', at: new Date(NOW - 60_000).toISOString() });
  const row = await opened.db.selectFrom('person').select('confirmed_at').where('id', '=', person.personId).executeTakeFirst();
  expect(row?.confirmed_at).toBe(NOW - 60_000);
  expect(await kinds(id)).toEqual(['callOutcome']);
});

test('a call that is yet to come is not logged', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  await expect(logCall(context(), agent, { agreementId: id, channel: 'call', at: NOW + 3_600_000, outcome: 'talked' }))
    .rejects.toMatchObject({ code: 'ERR_BODY', errors: [{ path: 'at' }] });
  expect(await kinds(id)).toEqual([]);
});

test('a promise goes only with the outcome promise', () => {
  const promise = { amountMinor: 1_000, dueOn: '2026-03-20' };
  expect(outcomeBody.safeParse({ outcome: 'talked', promise }).success).toBe(false);
  expect(outcomeBody.safeParse({ outcome: 'promise', promise }).success).toBe(true);
  expect(callBody.safeParse({ outcome: 'shouted', agreementId: 'a/b', channel: 'call', at: '2026-03-16T10:00:00Z' }).success).toBe(false);
});

test('a visit in which a payment was promised silences like any promise', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  await logCall(context(), agent, { agreementId: id, channel: 'visit', at: NOW, outcome: 'promise', promise: { amountMinor: 90_000, dueOn: '2026-03-20' } });
  expect(await kinds(id)).toEqual(['callOutcome', 'promiseMade']);
  expect((await opened.db.selectFrom('promise').selectAll().where('agreement_id', '=', id).execute())).toMatchObject([{ channel: 'visit', taken_by: 'key-1' }]);
});

test('who disputes the debt in a call is not collected from any more', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  await call(id, 'dispute');
  expect(await kinds(id)).toEqual(['callOutcome', 'disputed']);
  expect((await agreementById(opened.db, id))?.disputed).toBe(true);
  await call(id, 'dispute');
  expect(await kinds(id)).toEqual(['callOutcome', 'disputed', 'callOutcome']);
});

test('a wrong number is put aside until somebody has looked', async () => {
  const person = await seedPerson(opened.db);
  await call(await seedAgreement(opened.db, person), 'wrongNumber');
  expect((await contactPointById(opened.db, person.phoneId))?.health).toBe('quarantined');
});

test('news of a death lets everything of this creditor rest, as a hold and never as a stop', async () => {
  const person = await seedPerson(opened.db);
  const elsewhere = await seedPerson(opened.db, { creditorId: 'other', identityId: person.identityId });
  const [one, two, there] = [await seedAgreement(opened.db, person), await seedAgreement(opened.db, person), await seedAgreement(opened.db, elsewhere)];
  await call(one, 'deceased');
  expect([await kinds(one), await kinds(two), await kinds(there)]).toEqual([['callOutcome', 'held'], ['callOutcome', 'stepResult', 'held'], []]);
  expect((await agreementById(opened.db, two))?.hold_until).toBe(NOW + 30 * 86_400_000);
});

test('a corrected outcome is a fact of its own and still one call', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  const logged = await call(id, 'noAnswer');
  expect(await setCallOutcome(context(), agent, logged.id, { outcome: 'talked', note: 'devolvió la llamada' })).toMatchObject({ outcome: 'talked' });
  await setCallOutcome(context(), agent, logged.id, { outcome: 'talked' });
  expect(await kinds(id)).toEqual(['callOutcome', 'callOutcome']);
  const { state } = await loadState(opened.db, id);
  const twoCalls = { ...state, strategy: { ...state.strategy, steps: [{ ...PRE_LEGAL_STEP, requires: { callAttempts: 2 } }] } };
  expect(missingRequirements(twoCalls, occurrenceOf(PRE_LEGAL_STEP), at('2026-04-06', 10))).toEqual(['callAttempts']);
});

test('a creditor cannot log a call for an agreement of another', async () => {
  const id = await seedAgreement(opened.db, await seedPerson(opened.db));
  const stranger: Actor = { id: 'key-x', role: 'agent', creditorId: 'other' };
  await expect(logCall(context(), stranger, { agreementId: id, channel: 'call', at: NOW, outcome: 'talked' })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});
