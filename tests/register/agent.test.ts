import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import type { Actor } from '../../src/register/actor.ts';
import { addShift, agentBody, readAgents, readShifts, saveAgent, shiftBody } from '../../src/register/agent.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { movableClock, registerContext, ZONE, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);
const admin: Actor = { id: 'key-1', role: 'admin', creditorId: null };
const ofAcme: Actor = { id: 'key-2', role: 'supervisor', creditorId: 'acme' };

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});

test('an agent saved again is replaced, and the same shift stands once', async () => {
  await saveAgent(context(), admin, agentBody.parse({ id: 'g1', name: 'Gestor', zone: ZONE, creditors: ['acme'] }));
  await saveAgent(context(), admin, agentBody.parse({ id: 'g1', name: 'Gestora', zone: ZONE }));
  expect(await readAgents(context(), admin)).toEqual([{ id: 'g1', name: 'Gestora', zone: ZONE, creditors: null, active: true }]);
  const shift = shiftBody.parse({ agentId: 'g1', weekday: 1, fromMinute: 540, untilMinute: 1_080 });
  expect(await addShift(context(), admin, shift)).toEqual(await addShift(context(), admin, shift));
  expect(await readShifts(context(), admin)).toHaveLength(1);
});

test('a creditor sees the agents who serve it and moves none', async () => {
  await saveAgent(context(), admin, agentBody.parse({ id: 'g2', name: 'Otra', zone: ZONE, creditors: ['other'] }));
  expect((await readAgents(context(), ofAcme)).map((agent) => agent.id)).toEqual(['g1']);
  await expect(saveAgent(context(), ofAcme, agentBody.parse({ id: 'g1', name: 'X', zone: ZONE }))).rejects.toMatchObject({ code: 'ERR_ROLE' });
});

test('a zone that does not exist, a shift without room for a slot and an unknown agent are refused', async () => {
  expect(agentBody.safeParse({ id: 'g3', name: 'X', zone: 'America/Nowhere' }).success).toBe(false);
  expect(shiftBody.safeParse({ agentId: 'g1', weekday: 1, fromMinute: 540, untilMinute: 550 }).success).toBe(false);
  await expect(addShift(context(), admin, shiftBody.parse({ agentId: 'g9', weekday: 1, fromMinute: 0, untilMinute: 60 }))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});
