/** Who goes straight to Temporal is honoured, and who looks there finds the truth. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutsidePayment, UpdateName, UpdateVerdict } from '../../workflows/contract.ts';
import { testTemporal } from '../setup/temporal.ts';
import { at, openOffice, PATIENCE, type Debtor, type Office } from './office.ts';
import { stories, unexplained } from './story.ts';

const AMOUNT = 45_990;
let office: Office;
let payer: Debtor;
let mistaken: Debtor;
let updated: Debtor;
let cancelled: Debtor;

beforeAll(async () => {
  office = await openOffice('acme-outside', { startAt: at('2027-01-04', '11:00') });
  const due = { instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }, { number: 2, dueOn: '2027-02-15', amountMinor: 60_000 }] };
  payer = await office.debtor('PAYER', due);
  mistaken = await office.debtor('MISTAKEN', due);
  updated = await office.debtor('UPDATED', due);
  cancelled = await office.debtor('CANCELLED', due);
  await office.pacto.advanceTo(at('2027-01-13', '20:00'));
});
afterAll(() => office?.pacto.stop());

const payment: OutsidePayment = { externalId: 'P-1', amountMinor: AMOUNT, currency: 'CLP', paidAt: '2027-01-13T15:00:00Z' };

/** As an agent's script does it, with the CLI of Temporal. */
async function signalByCli(debtor: Debtor, given: unknown): Promise<void> {
  const { binary, address, namespace } = testTemporal();
  await promisify(execFile)(binary, [
    'workflow', 'signal', '--address', address, '--namespace', namespace, '--workflow-id', debtor.workflowId, '--name', 'recordPayment', '--input', JSON.stringify(given),
  ]);
}

function handleOf(debtor: Debtor) {
  return office.pacto.gateway.client.workflow.getHandle(debtor.workflowId);
}

async function update(debtor: Debtor, name: UpdateName, body: unknown): Promise<UpdateVerdict> {
  return handleOf(debtor).executeUpdate<UpdateVerdict, [unknown]>(name, { args: [body] });
}

async function booked(debtor: Debtor): Promise<unknown[]> {
  const { body } = await office.pacto.call('GET', `/v1/agreements/${debtor.id}/payments`);
  return (body as { items: unknown[] }).items;
}

async function rejected(debtor: Debtor): Promise<(string | undefined)[]> {
  return (await office.timeline(debtor)).flatMap(({ kind, outcome }) => (kind === 'signalRejected' ? [outcome] : []));
}

test('a payment signalled from a script stands in the register and in the run, once however often it is signalled', async () => {
  await signalByCli(payer, payment);
  await handleOf(payer).signal('recordPayment', payment);
  await expect.poll(async () => (await office.run(payer)).view.paidMinor, PATIENCE).toBe(AMOUNT);
  await expect.poll(async () => (await handleOf(payer).describe()).raw.pendingActivities?.length ?? 0, PATIENCE).toBe(0);
  expect(await booked(payer)).toMatchObject([{ externalId: 'P-1', amountMinor: AMOUNT, currency: 'CLP', paidAt: '2027-01-13T15:00:00.000Z' }]);
  expect(await office.agreement(payer)).toMatchObject({ balanceMinor: 60_000, instalments: [{ paidMinor: AMOUNT }, { paidMinor: 0 }] });
  expect(await rejected(payer)).toEqual([]);
});

test('a wrong currency, another amount under a known id, or no payment at all: an entry and suspense, and nothing is counted', async () => {
  await handleOf(mistaken).signal('recordPayment', { ...payment, externalId: 'P-2', currency: 'COP' });
  await expect.poll(() => rejected(mistaken), PATIENCE).toEqual(['ERR_CURRENCY']);
  await handleOf(mistaken).signal('recordPayment', { ...payment, amountMinor: AMOUNT + 1 });
  await expect.poll(() => rejected(mistaken), PATIENCE).toEqual(['ERR_CURRENCY', 'ERR_PAYMENT_CONFLICT']);
  await handleOf(mistaken).signal('recordPayment', 'pagado');
  await expect.poll(() => rejected(mistaken), PATIENCE).toEqual(['ERR_CURRENCY', 'ERR_PAYMENT_CONFLICT', 'ERR_BODY']);
  const suspense = await office.pacto.db.selectFrom('suspense').select('reason').where('agreement_id', '=', mistaken.id).execute();
  expect(suspense.map(({ reason }) => reason).toSorted()).toEqual(['ERR_BODY', 'ERR_CURRENCY', 'ERR_PAYMENT_CONFLICT']);
  expect(await booked(mistaken)).toEqual([]);
  expect((await office.run(mistaken)).view).toMatchObject({ paidMinor: 0, balanceMinor: AMOUNT + 60_000 });
  expect((await handleOf(mistaken).describe()).status.name).toBe('RUNNING');
});

test('an update is answered with a verdict when it is booked, and with code and reason when the state forbids it', async () => {
  expect(await update(updated, 'promise', { amountMinor: AMOUNT, dueOn: '2027-01-20', channel: 'chat' })).toMatchObject({ accepted: true, id: expect.any(String) as string });
  expect((await office.agreement(updated)).flags.promise).toBe(true);
  expect(await update(updated, 'promise', { amountMinor: 9_000_000, dueOn: '2027-01-20', channel: 'chat' })).toMatchObject({
    accepted: false, code: 'ERR_PROMISE_LIMIT', detail: 'The promised amount is more than the balance (105990).',
  });
  expect(await update(updated, 'hold', { until: 'mañana', reason: 'vacation' })).toMatchObject({ accepted: false, code: 'ERR_BODY', detail: expect.stringContaining('until: must be an instant') as string });
  expect(await update(updated, 'hold', { until: '2027-01-18T12:00:00-03:00', reason: 'vacation' })).toEqual({ accepted: true });
  expect((await office.agreement(updated)).flags.hold).toBe(true);
  expect((await handleOf(updated).describe()).searchAttributes['OnHold']).toEqual([true]);
  expect(await update(updated, 'release', {})).toEqual({ accepted: true });
  expect(await update(updated, 'release', {})).toMatchObject({ accepted: false, code: 'ERR_STATE', detail: 'The agreement is not on hold.' });
  expect(await update(updated, 'optOut', { channel: 'sms' })).toMatchObject({ accepted: true });
  expect((await office.agreement(updated)).flags).toMatchObject({ optedOut: true, hold: false });
  expect((await office.run(updated)).state.events.map(({ kind }) => kind)).toEqual(['stepResult', 'promiseMade', 'held', 'released', 'optedOut']);
});

test('the same update asked again under its id is booked once', async () => {
  const ask = () => handleOf(updated).executeUpdate<UpdateVerdict, [unknown]>('dispute', { updateId: 'script-7', args: [{ reason: 'amount' }] });
  const [first, second] = [await ask(), await ask()];
  expect(first.accepted).toBe(true);
  expect(second).toEqual(first);
  expect((await office.run(updated)).view.disputes).toEqual([first.id]);
  expect(await update(updated, 'resolveDispute', { disputeId: first.id, outcome: 'rejected', note: 'revisado' })).toMatchObject({ accepted: true });
});

test('a call and a new plan can be asked for as well; a slot outside the shifts is refused', async () => {
  const slot = { from: '2027-01-14T10:00:00-03:00', until: '2027-01-14T10:15:00-03:00' };
  expect(await update(mistaken, 'bookCallback', { from: '2027-01-14T18:30:00-03:00', until: '2027-01-14T18:45:00-03:00' })).toMatchObject({ accepted: false, code: 'ERR_SLOT' });
  const booking = await update(mistaken, 'bookCallback', slot);
  expect(booking).toMatchObject({ accepted: true });
  expect(await office.callbacks(mistaken)).toMatchObject([{ id: booking.id, state: 'booked', from: '2027-01-14T13:00:00.000Z' }]);
  expect(await update(mistaken, 'renegotiate', { instalments: [{ number: 1, dueOn: '2027-03-15', amountMinor: AMOUNT + 60_000 }], reason: 'askedForTime' })).toEqual({ accepted: true });
  expect(await office.agreement(mistaken)).toMatchObject({ balanceMinor: AMOUNT + 60_000, instalments: [{ dueOn: '2027-03-15', version: 2 }] });
  expect((await office.callbacks(mistaken)).map(({ state }) => state)).toEqual(['cancelled']);
});

test('a cancellation ends the run, and its phase shows why', async () => {
  expect(await update(cancelled, 'cancel', { reason: 'recalled' })).toMatchObject({ accepted: true });
  await office.pacto.advanceTo(at('2027-01-14', '09:00'));
  await expect.poll(() => office.ended(cancelled.workflowId), PATIENCE).toMatchObject({ status: 'COMPLETED' });
  expect((await handleOf(cancelled).describe()).searchAttributes['AgreementPhase']).toEqual(['closed']);
  expect((await office.agreement(cancelled)).phase).toBe('closed');
});

test('the queries, the details and the summary of a run tell what PostgreSQL tells', async () => {
  const handle = handleOf(payer);
  const shown = await office.agreement(payer);
  expect(await handle.query('nextSteps')).toEqual(shown.nextStep);
  expect(shown.nextStep).toEqual({ step: 'upcoming', at: new Date(at('2027-02-12', '10:00')).toISOString() });
  const { view } = await office.run(payer);
  expect({ balanceMinor: view.balanceMinor, phase: view.phase }).toEqual({ balanceMinor: shown.balanceMinor, phase: shown.phase });
  const described = await handle.describe();
  expect(await described.staticSummary()).toMatch(/^PAYER · 2 instalments · CLP 105[.,]990 · acme-outside$/);
  expect(described.searchAttributes).toMatchObject({ CreditorId: ['acme-outside'], AgreementPhase: ['active'], OnHold: [false], Country: ['CL'] });
  expect(described.searchAttributes['OldestUnpaidDue']).toEqual([new Date(at('2027-02-15', '00:00'))]);
  const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toMatch(/^\*\*PAYER\*\* · acme-outside · active\n/);
  expect(currentDetails).toMatch(/\| 1 \| 2027-01-15 \| CLP 45[.,]990 \| CLP 45[.,]990 \|\n\| 2 \| 2027-02-15 \| CLP 60[.,]000 \| CLP 0 \|/);
  expect(currentDetails).toContain('Next: upcoming at 2027-02-12 10:00 (America/Santiago)');
});

test('a script may pay the rest: the run settles, thanks and completes, though no message of Pacto reached it', async () => {
  await signalByCli(payer, { ...payment, externalId: 'P-3', amountMinor: 60_000 });
  await expect.poll(async () => (await office.agreement(payer)).phase, PATIENCE).toBe('settled');
  await office.pacto.advanceTo(at('2027-01-20', '20:00'));
  await expect.poll(() => office.ended(payer.workflowId), PATIENCE).toMatchObject({ status: 'COMPLETED' });
  expect((await office.messages(payer)).map(({ channel }) => channel)).toEqual(['sms', 'email', 'email']);
});

test('the audit of the whole office is clean, and every timer and activity of every history says what it is for', async () => {
  expect((await office.audit()).findings).toEqual([]);
  expect(unexplained(await stories(office.pacto))).toEqual([]);
});
