/** A debt that has no agreement yet, followed by the real fleet in virtual time until one is logged for it, it is paid, or it is withdrawn. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgreementAnswer } from '../../src/register/agreement-reads.ts';
import type { DebtAnswer } from '../../src/register/debt.ts';
import { at, openOffice, PATIENCE, stamp, type Office } from './office.ts';
import { agreementBody } from './people.ts';

const CREDITOR = 'acme-debts';
let office: Office;

beforeAll(async () => {
  office = await openOffice(CREDITOR, { startAt: at('2027-01-04', '11:00') });
});
afterAll(() => office?.pacto.stop());

interface Owing {
  readonly id: string;
  readonly workflowId: string;
  readonly email: string;
}

async function assign(externalId: string, number: number): Promise<Owing> {
  const email = `deudora-${externalId.toLowerCase()}@example.org`;
  const { instalments: _, ...told } = agreementBody({ creditorId: CREDITOR, externalId, instalments: [], phone: `+5696123450${number}`, email });
  const answer = await office.post('/v1/debts', { ...told, debt: { contractRef: `C-${externalId}`, principalMinor: 180_000 } });
  expect(answer.status).toBe(201);
  const { id, workflowId }: DebtAnswer = answer.body;
  return { id, workflowId, email };
}

const sentTo = async ({ email }: Owing): Promise<string[]> => (await office.pacto.journal()).filter(({ to }) => to === email).map((entry) => `${stamp(entry.at).slice(0, 10)} ${entry.subject ?? ''}`);
const debtOf = async ({ id }: Owing): Promise<DebtAnswer> => (await office.pacto.call('GET', `/v1/debts/${id}`)).body;

test('each is written to once before anything happens, and after it is over never again', async () => {
  const { pacto } = office;
  const [paid, agreed, withdrawn] = [await assign('PAID', 1), await assign('AGREED', 2), await assign('WITHDRAWN', 3)];
  await pacto.advanceTo(at('2027-01-06', '20:00'));
  for (const one of [paid, agreed, withdrawn]) expect((await sentTo(one)).map((line) => line.slice(0, 10))).toEqual(['2027-01-05']);
  expect((await pacto.gateway.client.workflow.getHandle(paid.workflowId).describe()).type).toBe('debt');

  expect((await office.post(`/v1/debts/${paid.id}/payments`, { externalId: 'PAY-DEBT', amountMinor: 180_000, currency: 'CLP', paidAt: '2027-01-06T23:30:00Z' })).status).toBe(201);
  expect((await office.post(`/v1/debts/${withdrawn.id}/withdrawal`, { reason: 'vendida' })).status).toBe(200);
  const logged = await office.post('/v1/agreements', {
    ...agreementBody({ creditorId: CREDITOR, externalId: 'AGREED', phone: '+56961234502', email: agreed.email, instalments: [{ number: 1, dueOn: '2027-02-12', amountMinor: 180_000 }] }), debtId: 'AGREED',
  });
  expect(logged.status).toBe(201);
  const agreement: AgreementAnswer = logged.body;

  await pacto.advanceTo(at('2027-02-10', '20:00'));
  expect(await debtOf(paid)).toMatchObject({ state: 'paid', balanceMinor: 0 });
  expect(await debtOf(agreed)).toMatchObject({ state: 'agreed', agreementId: agreement.id });
  expect(await debtOf(withdrawn)).toMatchObject({ state: 'withdrawn' });
  for (const one of [agreed, withdrawn]) await expect.poll(() => office.ended(one.workflowId), PATIENCE).toMatchObject({ status: 'COMPLETED' });
  // Of the agreement comes its own reminder, by SMS; of the debt nothing.
  expect(await sentTo(withdrawn)).toHaveLength(1);
  expect(await sentTo(agreed)).toHaveLength(1);
  expect((await pacto.journal()).filter(({ to }) => to === '+56961234502').map((entry) => stamp(entry.at).slice(0, 10))).toEqual(['2027-02-09']);
  // The thanks and the survey's messages, no notice.
  expect((await sentTo(paid)).slice(1).every((line) => !/opciones/.test(line))).toBe(true);
  expect((await sentTo(paid)).length).toBeGreaterThan(1);
  const { items }: { items: AgreementAnswer[] } = (await pacto.call('GET', `/v1/agreements?creditorId=${CREDITOR}`)).body;
  expect(items.map(({ id }) => id)).toEqual([agreement.id]);
  const { findings, ...report } = await office.audit();
  expect({ ...report, findings }).toMatchObject({ duplicates: 0, unexplained: 0, lost: 0, unlawful: 0, contactedAfterPayment: 0, unbalanced: 0, brokenChains: 0, findings: [] });
});
