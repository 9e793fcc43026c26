/** A debt that has no agreement yet: it is written to, then paid, agreed, or withdrawn. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DebtAnswer } from '../../../src/register/debt.ts';
import { at, openOffice, PATIENCE, type Office } from '../../life/office.ts';
import { agreementBody } from '../../life/people.ts';
import { keep } from './keep.ts';

const CREDITOR = 'acme-debts';
let office: Office;

beforeAll(async () => {
  office = await openOffice(CREDITOR, { startAt: at('2027-01-04', '11:00') });
});
afterAll(() => office?.pacto.stop());

async function assign(externalId: string): Promise<{ id: string; workflowId: string }> {
  const { instalments: _, ...told } = agreementBody({ creditorId: CREDITOR, externalId, instalments: [] });
  const answer = await office.post('/v1/debts', { ...told, debt: { contractRef: `C-${externalId}`, principalMinor: 180_000 } });
  expect(answer.status).toBe(201);
  const { id, workflowId }: DebtAnswer = answer.body;
  return { id, workflowId };
}

test('the debts end in three ways, and every path is kept', async () => {
  const { pacto } = office;
  const [paid, agreed, withdrawn] = [await assign('PAID'), await assign('AGREED'), await assign('WITHDRAWN')];
  await pacto.advanceTo(at('2027-01-06', '20:00'));
  expect((await office.post(`/v1/debts/${paid.id}/payments`, { externalId: 'PAY-1', amountMinor: 180_000, currency: 'CLP', paidAt: '2027-01-06T23:30:00Z' })).status).toBe(201);
  expect((await office.post(`/v1/debts/${withdrawn.id}/withdrawal`, {})).status).toBe(200);
  const plan = [{ number: 1, dueOn: '2027-03-12', amountMinor: 180_000 }];
  expect((await office.post('/v1/agreements', { ...agreementBody({ creditorId: CREDITOR, externalId: 'AGREED', instalments: plan }), debtId: 'AGREED' })).status).toBe(201);
  await pacto.advanceTo(at('2027-01-20', '20:00'));
  for (const [path, { workflowId }] of [['debt-paid', paid], ['debt-agreed', agreed], ['debt-withdrawn', withdrawn]] as const) {
    await expect.poll(() => office.ended(workflowId), PATIENCE).toMatchObject({ status: 'COMPLETED' });
    await keep(pacto.gateway, pacto.taskQueue, { path, workflowId });
  }
});
