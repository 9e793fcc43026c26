/** Facts about agreements whose run is over: money that comes late, money that goes back, and who knocks at Temporal's door himself. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WorkflowNotFoundError } from '@temporalio/client';
import { loadState } from '../../src/register/rebuild.ts';
import { at, openOffice, PATIENCE, type Debtor, type Office } from '../life/office.ts';
import { testTemporal } from '../setup/temporal.ts';

const AMOUNT = 45_990;
const TIP = 10_000;
let office: Office;
/** Pays everything, and later once more. */
let settled: Debtor;
/** Pays everything and once more, and the first payment comes back. */
let returned: Debtor;
/** Recalled by its creditor before the date. */
let recalled: Debtor;

beforeAll(async () => {
  office = await openOffice('acme-finished', { startAt: at('2027-01-04', '11:00') });
  const due = { instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }] };
  [settled, returned, recalled] = [await office.debtor('SETTLED', due), await office.debtor('RETURNED', due), await office.debtor('RECALLED', due)];
  await office.pacto.advanceTo(at('2027-01-05', '09:00'));
  for (const debtor of [settled, returned]) expect((await office.pay(debtor, AMOUNT, `ALL-${debtor.externalId}`)).status).toBe(201);
  expect((await office.post(`/v1/agreements/${recalled.id}/cancel`, { reason: 'recalled' })).status).toBeLessThan(300);
  // Thanks, and the survey two days later: then the run has nothing left to do.
  await office.pacto.advanceTo(at('2027-01-08', '12:00'));
});
afterAll(() => office?.pacto.stop());

async function runsOf(debtor: Debtor): Promise<string[]> {
  const found: string[] = [];
  for await (const { status } of office.pacto.gateway.client.workflow.list({ query: `WorkflowId = '${debtor.workflowId}'` })) found.push(status.name);
  return found;
}

async function lastEntry(debtor: Debtor): Promise<{ kind: string; text: { es: string } } | undefined> {
  return (await office.timeline(debtor)).at(-1);
}

async function openRows(): Promise<unknown[]> {
  return office.pacto.db.selectFrom('outbox').select(['workflow_id', 'state', 'error']).where('state', '!=', 'done').execute();
}

test('who has paid and who was recalled has no run any more', async () => {
  for (const debtor of [settled, returned, recalled]) await expect.poll(() => runsOf(debtor), PATIENCE).toEqual(['COMPLETED']);
});

test('money after the settlement is credit: booked, visible, in the evidence, and nobody is woken for it', async () => {
  const before = (await office.messages(settled)).length;
  const late = await office.pay(settled, TIP, 'LATE');
  expect(late).toMatchObject({ status: 201, body: { externalId: 'LATE', amountMinor: TIP } });
  expect(await office.agreement(settled)).toMatchObject({ phase: 'settled', balanceMinor: 0, creditMinor: TIP });
  expect(await lastEntry(settled)).toMatchObject({ kind: 'paymentBooked', text: { es: expect.stringContaining('10.000') as string } });
  const { body } = await office.pacto.call('GET', `/v1/agreements/${settled.id}/payments`);
  expect((body as { items: unknown[] }).items).toHaveLength(2);
  await office.pacto.advanceTo(at('2027-01-11', '12:00'));
  expect(await runsOf(settled)).toEqual(['COMPLETED']);
  expect(await office.messages(settled)).toHaveLength(before);
  expect((await office.pay(settled, TIP, 'LATE')).status).toBe(200);
});

test('a payment that comes back after the settlement opens the agreement again, from PostgreSQL: the late money counts for it', async () => {
  expect((await office.pay(returned, TIP, 'LATE-R')).status).toBe(201);
  const reversal = await office.pacto.call('POST', `/v1/agreements/${returned.id}/payments/ALL-RETURNED/reversal`, { externalId: 'REV' });
  expect(reversal.status).toBe(201);
  await expect.poll(() => runsOf(returned), PATIENCE).toEqual(['RUNNING', 'COMPLETED']);
  expect(await office.agreement(returned)).toMatchObject({ phase: 'active', balanceMinor: AMOUNT - TIP, creditMinor: 0 });
  await office.pacto.advanceTo(at('2027-01-12', '20:00'));
  // The second run began with every fact, also with those that no run had been told of.
  const { state } = await loadState(office.pacto.db, returned.id);
  expect((await office.run(returned)).state).toEqual(state);
  expect(state.events.filter(({ kind }) => kind === 'paymentBooked')).toHaveLength(2);
  // Its own reminder is sent, as the plan has it.
  expect((await office.messages(returned)).map(({ at: when }) => when)).toContain('2027-01-12 10:00');
  expect((await office.pay(returned, AMOUNT - TIP, 'REST')).status).toBe(201);
  await office.pacto.advanceTo(at('2027-01-16', '20:00'));
  await expect.poll(() => runsOf(returned), PATIENCE).toEqual(['COMPLETED', 'COMPLETED']);
});

test('money for a recalled agreement is taken, shown, and starts nothing', async () => {
  expect((await office.pay(recalled, AMOUNT + TIP, 'AFTER')).status).toBe(201);
  const shown = await office.agreement(recalled);
  expect(shown).toMatchObject({ phase: 'closed', nextStep: null, creditMinor: TIP, balanceMinor: 0 });
  expect(await lastEntry(recalled)).toMatchObject({ kind: 'paymentBooked' });
  const reversal = await office.pacto.call('POST', `/v1/agreements/${recalled.id}/payments/AFTER/reversal`, { externalId: 'REV-AFTER' });
  expect(reversal.status).toBe(201);
  expect(await office.agreement(recalled)).toMatchObject({ phase: 'closed', balanceMinor: AMOUNT, creditMinor: 0 });
  await office.pacto.advanceTo(at('2027-01-19', '20:00'));
  expect(await runsOf(recalled)).toEqual(['COMPLETED']);
  expect(await office.messages(recalled)).toEqual([]);
});

test('a signal straight to a finished run is refused by Temporal itself, so the sender knows; over HTTP the same payment is taken', async () => {
  const payment = { externalId: 'STRAIGHT', amountMinor: TIP, currency: 'CLP', paidAt: '2027-01-19T15:00:00Z' };
  const { binary, address, namespace } = testTemporal();
  const cli = promisify(execFile)(binary, [
    'workflow', 'signal', '--address', address, '--namespace', namespace, '--workflow-id', settled.workflowId, '--name', 'recordPayment', '--input', JSON.stringify(payment),
  ]);
  await expect(cli).rejects.toThrow(/already completed/);
  await expect(office.pacto.gateway.client.workflow.getHandle(settled.workflowId).signal('recordPayment', payment)).rejects.toBeInstanceOf(WorkflowNotFoundError);
  const booked = async (): Promise<unknown[]> => office.pacto.db.selectFrom('payment').select('id').where('external_id', '=', 'STRAIGHT').execute();
  expect(await booked()).toEqual([]);
  expect((await office.pay(settled, TIP, 'STRAIGHT')).status).toBe(201);
  expect(await booked()).toHaveLength(1);
});

test('nothing stands in the outbox, the money adds up, and the audit of all of it is clean', async () => {
  await expect.poll(openRows, PATIENCE).toEqual([]);
  expect((await office.audit()).findings).toEqual([]);
});
