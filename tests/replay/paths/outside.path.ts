/** Who goes straight to Temporal: payments by signal, and every update. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UpdateName, UpdateVerdict } from '../../../workflows/contract.ts';
import { at, openOffice, PATIENCE, type Debtor, type Office } from '../../life/office.ts';
import type { PATHS } from '../paths.ts';
import { keep } from './keep.ts';

const AMOUNT = 45_990;
let office: Office;

beforeAll(async () => {
  office = await openOffice('acme-outside', { startAt: at('2027-01-04', '11:00') });
});
afterAll(() => office?.pacto.stop());

const handleOf = (debtor: Debtor) => office.pacto.gateway.client.workflow.getHandle(debtor.workflowId);

async function ask(debtor: Debtor, name: UpdateName, body: unknown, accepted = true, updateId?: string): Promise<UpdateVerdict> {
  const verdict = await handleOf(debtor).executeUpdate<UpdateVerdict, [unknown]>(name, { args: [body], ...(updateId === undefined ? {} : { updateId }) });
  expect({ name, accepted: verdict.accepted, detail: accepted ? verdict.detail : undefined }).toEqual({ name, accepted, detail: undefined });
  return verdict;
}

async function rejections(debtor: Debtor): Promise<number> {
  return (await office.timeline(debtor)).filter(({ kind }) => kind === 'signalRejected').length;
}

test('scripts signal and ask, and every path is kept', async () => {
  const due = { instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }, { number: 2, dueOn: '2027-02-15', amountMinor: 60_000 }] };
  const debtors: Record<string, Debtor> = {};
  for (const name of ['PAYER', 'MISTAKEN', 'HELD', 'DISPUTING', 'PROMISING', 'RENEGOTIATING', 'CALLED', 'OPTED-OUT', 'CANCELLED']) debtors[name] = await office.debtor(name, due);
  const who = (name: string): Debtor => {
    const found = debtors[name];
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  await office.pacto.advanceTo(at('2027-01-13', '20:00'));
  const payment = { externalId: 'P-1', amountMinor: AMOUNT, currency: 'CLP', paidAt: '2027-01-13T15:00:00Z' };
  for (let time = 0; time < 2; time += 1) await handleOf(who('PAYER')).signal('recordPayment', payment);
  await expect.poll(async () => (await office.run(who('PAYER'))).view.paidMinor, PATIENCE).toBe(AMOUNT);
  for (const [index, wrong] of [{ ...payment, currency: 'COP' }, 'paid'].entries()) {
    await handleOf(who('MISTAKEN')).signal('recordPayment', wrong);
    await expect.poll(() => rejections(who('MISTAKEN')), PATIENCE).toBe(index + 1);
  }
  await ask(who('HELD'), 'hold', { until: '2027-01-30T12:00:00-03:00', reason: 'vacation' });
  await ask(who('HELD'), 'release', {});
  await ask(who('HELD'), 'release', {}, false);
  const { id: disputeId } = await ask(who('DISPUTING'), 'dispute', { reason: 'amount' }, true, 'script-7');
  await ask(who('DISPUTING'), 'dispute', { reason: 'amount' }, true, 'script-7');
  await ask(who('DISPUTING'), 'resolveDispute', { disputeId, outcome: 'upheld', note: 'right' });
  await ask(who('PROMISING'), 'promise', { amountMinor: AMOUNT, dueOn: '2027-01-20', channel: 'chat' });
  await ask(who('PROMISING'), 'promise', { amountMinor: 9_000_000, dueOn: '2027-01-20', channel: 'chat' }, false);
  await ask(who('RENEGOTIATING'), 'renegotiate', { instalments: [{ number: 1, dueOn: '2027-03-15', amountMinor: AMOUNT + 60_000 }], reason: 'askedForTime' });
  await ask(who('CALLED'), 'bookCallback', { from: '2027-01-14T18:30:00-03:00', until: '2027-01-14T18:45:00-03:00' }, false);
  await ask(who('CALLED'), 'bookCallback', { from: '2027-01-14T10:00:00-03:00', until: '2027-01-14T10:15:00-03:00' });
  await ask(who('OPTED-OUT'), 'optOut', { channel: 'sms' });
  await ask(who('CANCELLED'), 'cancel', { reason: 'recalled' });
  await office.pacto.advanceTo(at('2027-01-20', '20:00'));
  await handleOf(who('PAYER')).signal('recordPayment', { ...payment, externalId: 'P-2', amountMinor: 60_000, paidAt: '2027-01-20T15:00:00Z' });
  await expect.poll(async () => (await office.agreement(who('PAYER'))).phase, PATIENCE).toBe('settled');
  await office.pacto.advanceTo(at('2027-01-25', '20:00'));

  const kept: Record<keyof (typeof PATHS)['outside.path.ts'], string> = {
    'agreement-signalled-payment': 'PAYER', 'agreement-signal-rejected': 'MISTAKEN', 'agreement-update-hold-release': 'HELD',
    'agreement-update-dispute-resolve': 'DISPUTING', 'agreement-update-promise': 'PROMISING', 'agreement-update-renegotiate': 'RENEGOTIATING',
    'agreement-update-book-callback': 'CALLED', 'agreement-update-opt-out': 'OPTED-OUT', 'agreement-update-cancel': 'CANCELLED',
  };
  for (const [path, name] of Object.entries(kept) as [keyof typeof kept, string][]) {
    await keep(office.pacto.gateway, office.pacto.taskQueue, { path, workflowId: who(name).workflowId });
  }
  for (const name of ['PAYER', 'CANCELLED']) expect(await office.ended(who(name).workflowId)).toMatchObject({ status: 'COMPLETED' });
});
