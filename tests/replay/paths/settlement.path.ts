/** Who pays: thanks, a survey and what becomes of it; and a payment that comes back after the settlement. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openOffice, PATIENCE, type Called, type Debtor, type Office } from '../../life/office.ts';
import { keep } from './keep.ts';

const AMOUNT = 45_990;
let office: Office;

beforeAll(async () => {
  office = await openOffice('acme-pays', { startAt: at('2027-01-04', '11:00') });
});
afterAll(() => office?.pacto.stop());

async function done(answer: Promise<Called>): Promise<void> {
  expect((await answer).status).toBe(201);
}

async function answerSurvey(debtor: Debtor): Promise<void> {
  const link = (await office.messages(debtor)).flatMap(({ text }) => /https?:\/\/\S+\/s\/[\w-]+/.exec(text)?.[0] ?? []).at(-1);
  if (link === undefined) throw new Error(`no survey was sent to ${debtor.externalId}`);
  expect((await fetch(link, { method: 'POST', body: new URLSearchParams({ score: '4' }) })).status).toBe(200);
}

async function runsOf(workflowId: string): Promise<string[]> {
  const found: { runId: string; began: number }[] = [];
  for await (const { runId, startTime } of office.pacto.gateway.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) found.push({ runId, began: startTime.getTime() });
  return found.sort((a, b) => a.began - b.began).map(({ runId }) => runId);
}

test('the debtors pay, answer or not, and every path is kept', async () => {
  const { pacto } = office;
  const once = { instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }] };
  const punctual = await office.debtor('PUNCTUAL', { instalments: [...once.instalments, { number: 2, dueOn: '2027-02-15', amountMinor: AMOUNT }] });
  const [answering, nudged, mute, bounced] = [await office.debtor('ANSWERING', once), await office.debtor('NUDGED', once), await office.debtor('MUTE', once), await office.debtor('BOUNCED', once)];
  await pacto.advanceTo(at('2027-01-15', '12:00'));
  for (const debtor of [punctual, answering, nudged, mute, bounced]) await done(office.pay(debtor, AMOUNT, `PAY-${debtor.externalId}`));
  await pacto.advanceTo(at('2027-01-18', '14:00'));
  await answerSurvey(answering);
  await done(pacto.call('POST', `/v1/agreements/${bounced.id}/payments/PAY-BOUNCED/reversal`, { externalId: 'REV-1', reason: 'returned' }));
  await pacto.advanceTo(at('2027-01-26', '14:00'));
  await answerSurvey(nudged);
  await pacto.advanceTo(at('2027-02-15', '12:00'));
  await done(office.pay(punctual, AMOUNT, 'PAY-2'));
  await done(office.pay(bounced, AMOUNT, 'PAY-AGAIN'));
  await pacto.advanceTo(at('2027-02-20', '20:00'));

  const run = (path: Parameters<typeof keep>[2]['path'], workflowId: string, runId?: string) =>
    keep(pacto.gateway, pacto.taskQueue, { path, workflowId, ...(runId === undefined ? {} : { runId }) });
  expect(await office.ended(punctual.workflowId)).toMatchObject({ status: 'COMPLETED' });
  await run('agreement-paid-on-time', punctual.workflowId);
  await expect.poll(async () => (await runsOf(bounced.workflowId)).length, PATIENCE).toBe(2);
  const [first, second] = await runsOf(bounced.workflowId);
  await run('agreement-reversed-first-run', bounced.workflowId, first);
  await run('agreement-reversed-second-run', bounced.workflowId, second);
  for (const [path, debtor, state] of [['survey-answered', answering, 'answered'], ['survey-nudged', nudged, 'answered'], ['survey-expired', mute, 'expired']] as const) {
    const workflowId = `survey/acme-pays/${debtor.externalId}/1`;
    await expect.poll(() => office.ended(workflowId), PATIENCE).toEqual({ status: 'COMPLETED', result: { state } });
    await run(path, workflowId);
  }
});
