/** One call answers for every agreement of a person at a creditor. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDb, type Db } from '../../src/db/pool.ts';
import { missingRequirements } from '../../src/domain/decide.ts';
import { createLog } from '../../src/observability/log.ts';
import { bookCallbackForStep, closeCallback, listCallbacks } from '../../src/register/callback.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { freshDatabase } from '../setup/database.ts';
import { ADMIN } from './ledger.ts';
import { at, CALL_STEP, movableClock, occurrenceOf, outboxOf, registerContext, seedAgent, seedAgreement, seedPerson, type MovableClock } from './seed.ts';

let db: Db;
let ctx: RegisterContext;
let clock: MovableClock;
let stop: () => Promise<void>;
beforeAll(async () => {
  const database = await freshDatabase();
  const opened = openDb(database.url, { log: createLog({ level: 'silent', process: 'test' }), max: 8 });
  db = opened.db;
  clock = movableClock(at('2026-03-16', 9));
  ctx = registerContext(db, clock);
  stop = async () => {
    await opened.close();
    await database.drop();
  };
});
afterAll(() => stop());

test('a sibling waits for the call that is booked, and the outcome is its call too; the other creditor\'s is not', async () => {
  await seedAgent(db, 'gestor');
  const person = await seedPerson(db);
  const [first, second] = [await seedAgreement(db, person), await seedAgreement(db, person)];
  const elsewhere = await seedAgreement(db, await seedPerson(db, { creditorId: 'other', identityId: person.identityId }));
  const [booked] = await bookCallbackForStep(ctx, first, occurrenceOf(CALL_STEP));
  expect(booked).toMatchObject({ kind: 'callbackBooked' });
  const [waits] = await bookCallbackForStep(ctx, second, occurrenceOf(CALL_STEP));
  expect(waits).toMatchObject({ kind: 'stepResult', result: 'deferred', rules: ['sibling-call'] });
  const { items } = await listCallbacks(ctx, ADMIN, { limit: 10 });
  expect(items).toHaveLength(1);
  clock.set(Date.parse(items[0]?.until ?? ''));
  await closeCallback(ctx, ADMIN, items[0]?.id ?? '', { outcome: 'noAnswer' });
  const told = async (id: string) => (await loadState(db, id)).state.events.filter(({ kind }) => kind === 'callOutcome' || kind === 'stepResult');
  expect((await told(second)).slice(-2)).toMatchObject([{ kind: 'callOutcome', outcome: 'noAnswer' }, { kind: 'stepResult', result: 'covered', occurrences: ['call/i1v1'] }]);
  expect((await readTimeline(db, second)).at(-1)).toMatchObject({
    channel: 'call', outcome: 'covered', rules: ['one-call'], text: { es: expect.stringContaining('Una sola llamada trata todos'), en: expect.stringContaining('(call). One call is about all agreements') },
  });
  expect(await told(elsewhere)).toEqual([]);
  const { state, row } = await loadState(db, second);
  expect(await outboxOf(db, row.workflow_id)).toEqual(['callOutcome', 'factBooked']);
  const preLegal = { ...occurrenceOf(CALL_STEP), key: 'pre-legal/i1v1', step: 'pre-legal' };
  expect(missingRequirements(state, preLegal, at('2026-04-10', 9))).not.toContain('callAttempts');
});
