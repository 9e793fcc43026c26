import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementById } from '../../src/db/agreements.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import type { Actor } from '../../src/register/actor.ts';
import { approvePreLegal, handOver, listPreLegal, openPreLegal, readPreLegal, withdraw } from '../../src/register/pre-legal.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { at, fact, movableClock, occurrenceOf, outboxOf, pay, PRE_LEGAL_STEP, registerContext, seedAgreement, seedPerson, silentLog } from './seed.ts';

let database: FreshDatabase;
let opened: OpenedDb;
const clock = movableClock(0);
const context = () => registerContext(opened.db, clock);
const lawyer: Actor = { id: 'key-l', role: 'lawyer', creditorId: null };
const supervisor: Actor = { id: 'key-s', role: 'supervisor', creditorId: null };
const CASE = occurrenceOf(PRE_LEGAL_STEP, { dueAt: at('2026-04-03', 0), expiresAt: null });

beforeAll(async () => {
  database = await freshDatabase();
  opened = openDb(database.url, { log: silentLog, max: 12 });
});
afterAll(async () => {
  await opened.close();
  await database.drop();
});
beforeEach(() => clock.set(at('2026-04-06', 10)));

async function owing(): Promise<string> {
  return seedAgreement(opened.db, await seedPerson(opened.db));
}

async function openCase(id: string): Promise<{ caseId: string; workflowId: string }> {
  const [event] = await openPreLegal(context(), id, CASE);
  if (event?.kind !== 'preLegalOpened') throw new Error('no case was opened');
  const row = await opened.db.selectFrom('pre_legal_case').select('workflow_id').where('id', '=', event.case).executeTakeFirstOrThrow();
  return { caseId: event.case, workflowId: row.workflow_id };
}

const phaseOf = async (id: string) => (await agreementById(opened.db, id))?.phase;

test('a case is opened once, with its overdue amount and its workflow, and the agreement is pre-legal', async () => {
  const id = await owing();
  const { caseId, workflowId } = await openCase(id);
  expect(await openPreLegal(context(), id, CASE)).toMatchObject([{ kind: 'preLegalOpened', case: caseId }]);
  const { items } = await listPreLegal(context(), lawyer, { limit: 50, agreementId: id });
  expect(items).toMatchObject([{ id: caseId, number: 1, state: 'opened', overdueMinor: 90_000, approvals: [] }]);
  expect(workflowId).toMatch(/^pre-legal\/acme\/.+\/1$/);
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start']);
  expect(await phaseOf(id)).toBe('preLegal');
});

test('a payment that the run has not heard of opens no case and is handed over', async () => {
  const id = await owing();
  await pay(context(), id, 70_000);
  const events = await openPreLegal(context(), id, CASE);
  expect(events.map((event) => event.kind)).toEqual(['paymentBooked']);
  expect((await listPreLegal(context(), lawyer, { limit: 50, agreementId: id })).items).toEqual([]);
});

test('two different keys approve; the same key twice does not', async () => {
  const { caseId, workflowId } = await openCase(await owing());
  expect(await approvePreLegal(context(), lawyer, caseId)).toMatchObject({ state: 'opened' });
  await expect(approvePreLegal(context(), lawyer, caseId)).rejects.toMatchObject({ code: 'ERR_APPROVAL' });
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start']);
  await expect(handOver(context(), lawyer, caseId)).rejects.toMatchObject({ code: 'ERR_APPROVAL' });
  expect(await approvePreLegal(context(), supervisor, caseId, { note: 'revisado' })).toMatchObject({ state: 'approved', approvals: [{ by: 'key-l' }, { by: 'key-s' }] });
  await expect(approvePreLegal(context(), { ...lawyer, id: 'key-3' }, caseId)).rejects.toMatchObject({ code: 'ERR_APPROVAL' });
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start', 'preLegalChanged']);
  expect(await readPreLegal(context(), caseId)).toEqual({ state: 'approved', approvals: 2 });
});

test('the same key approving twice at the same moment counts once', async () => {
  const { caseId } = await openCase(await owing());
  const both = await Promise.allSettled([approvePreLegal(context(), lawyer, caseId), approvePreLegal(context(), lawyer, caseId)]);
  expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await readPreLegal(context(), caseId)).toEqual({ state: 'opened', approvals: 1 });
});

test('only a lawyer or an administrator hands an approved case over, and it is not withdrawn afterwards', async () => {
  const id = await owing();
  const { caseId } = await openCase(id);
  await approvePreLegal(context(), lawyer, caseId);
  await approvePreLegal(context(), supervisor, caseId);
  await expect(handOver(context(), supervisor, caseId)).rejects.toMatchObject({ code: 'ERR_ROLE' });
  expect(await handOver(context(), lawyer, caseId)).toMatchObject({ state: 'handedOver' });
  expect(await handOver(context(), lawyer, caseId)).toMatchObject({ state: 'handedOver' });
  await expect(withdraw(context(), lawyer, caseId, { reason: 'pago' })).rejects.toMatchObject({ code: 'ERR_STATE' });
  expect(await phaseOf(id)).toBe('preLegal');
});

test.each([
  ['the whole debt is paid', (id: string) => pay(context(), id, 90_000), 'settled'],
  ['less than the least amount stays overdue', (id: string) => pay(context(), id, 65_000), 'active'],
  ['a new plan is agreed', (id: string) => fact(context(), id, 'renegotiated/1', {
    kind: 'renegotiated', version: 2, instalments: [{ number: 1, dueOn: '2026-05-01', amountMinor: 90_000 }], discountMinor: 0,
  }), 'active'],
  ['a final stop is registered', (id: string) => fact(context(), id, 'stopRegistered/1', { kind: 'stopRegistered', on: 'deceased', permanent: true }), 'closed'],
] as const)('a case is withdrawn at once when %s', async (_why, happens, phase) => {
  const id = await owing();
  const { caseId, workflowId } = await openCase(id);
  await approvePreLegal(context(), lawyer, caseId);
  await happens(id);
  expect(await readPreLegal(context(), caseId)).toMatchObject({ state: 'withdrawn' });
  expect(await outboxOf(opened.db, workflowId)).toEqual(['start', 'preLegalChanged']);
  expect(await phaseOf(id)).toBe(phase);
  await expect(approvePreLegal(context(), supervisor, caseId)).rejects.toMatchObject({ code: 'ERR_APPROVAL' });
});

test('a small payment leaves a case open while enough is overdue', async () => {
  const id = await owing();
  const { caseId } = await openCase(id);
  await pay(context(), id, 20_000);
  expect(await readPreLegal(context(), caseId)).toMatchObject({ state: 'opened' });
});

test('a person withdraws a case with a reason; the agreement goes on', async () => {
  const id = await owing();
  const { caseId } = await openCase(id);
  expect(await withdraw(context(), lawyer, caseId, { reason: 'acuerdo en curso' })).toMatchObject({ state: 'withdrawn', reason: 'acuerdo en curso' });
  expect(await withdraw(context(), lawyer, caseId, { reason: 'otra vez' })).toMatchObject({ reason: 'acuerdo en curso' });
  expect(await phaseOf(id)).toBe('active');
  // What a person wrote may name people, so the timeline does not repeat it.
  expect(JSON.stringify(await readTimeline(opened.db, id))).not.toContain('acuerdo en curso');
});

test('a creditor cannot see or move the case of another', async () => {
  const id = await owing();
  const { caseId } = await openCase(id);
  const stranger: Actor = { id: 'key-x', role: 'lawyer', creditorId: 'other' };
  await expect(approvePreLegal(context(), stranger, caseId)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect((await listPreLegal(context(), stranger, { limit: 50 })).items).toEqual([]);
});
