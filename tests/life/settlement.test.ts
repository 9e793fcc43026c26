/** Who pays: silence, thanks, a survey; and what a payment that is taken back brings about. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openOffice, PATIENCE, type Debtor, type Office } from './office.ts';
import { stories, unexplained } from './story.ts';

const AMOUNT = 45_990;
let office: Office;
/** Pays the day after the date and answers the survey. */
let answering: Debtor;
/** Pays and never answers. */
let mute: Debtor;
/** Pays, and the payment comes back. */
let bounced: Debtor;
/** Pays the first of two instalments. */
let halfway: Debtor;

beforeAll(async () => {
  office = await openOffice('acme-settled', { startAt: at('2027-01-04', '11:00') });
  const due = { instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: AMOUNT }] };
  answering = await office.debtor('ANSWERING', due);
  mute = await office.debtor('MUTE', due);
  bounced = await office.debtor('BOUNCED', due);
  halfway = await office.debtor('HALFWAY', { instalments: [...due.instalments, { number: 2, dueOn: '2027-02-15', amountMinor: AMOUNT }] });
  await office.pacto.advanceTo(at('2027-01-16', '12:00'));
  for (const debtor of [answering, mute, bounced, halfway]) expect((await office.pay(debtor, AMOUNT, `PAY-${debtor.externalId}`)).status).toBe(201);
  await office.pacto.advanceTo(at('2027-01-19', '09:00'));
});
afterAll(() => office?.pacto.stop());

async function channels(debtor: Debtor): Promise<string[]> {
  return (await office.messages(debtor)).map(({ at: when, channel }) => `${when} ${channel}`);
}

/** The run of an agreement, as the UI lists it. */
async function listed(debtor: Debtor): Promise<{ status: string; phase: unknown; runId: string }[]> {
  const found = [];
  const query = `WorkflowId = '${debtor.workflowId}'`;
  for await (const { status, searchAttributes, runId } of office.pacto.gateway.client.workflow.list({ query })) {
    found.push({ status: status.name, phase: searchAttributes['AgreementPhase'], runId });
  }
  return found;
}

/** The link of the survey in the last message that carries one. */
async function surveyLink(debtor: Debtor): Promise<string> {
  const links = (await office.messages(debtor)).flatMap(({ text }) => /https?:\/\/\S+\/s\/[\w-]+/.exec(text)?.[0] ?? []);
  const link = links.at(-1);
  if (link === undefined) throw new Error(`no survey was sent to ${debtor.externalId}`);
  return link;
}

const open = async (link: string) => (await fetch(link)).status;
const answer = async (link: string, score: string) => (await fetch(link, { method: 'POST', body: new URLSearchParams({ score }) })).status;

test('a payment silences the notices of what it covers: thanks at once, a survey two days later, and nothing else', async () => {
  for (const debtor of [answering, mute, bounced]) {
    expect(await channels(debtor)).toEqual(['2027-01-12 10:00 sms', '2027-01-16 12:00 email', '2027-01-18 12:00 email']);
  }
  const [, thanks, invitation] = await office.messages(answering);
  expect(thanks?.text).toContain('pagado por completo');
  expect(invitation?.text).toContain('¿Cómo fue nuestra atención?');
  expect(await channels(halfway)).toEqual(['2027-01-12 10:00 sms']);
});

test('the run of a settled agreement is over once its survey has started, and the UI finds it by its phase', async () => {
  expect(await office.ended(answering.workflowId)).toMatchObject({ status: 'COMPLETED' });
  await expect.poll(() => listed(answering), PATIENCE).toMatchObject([{ status: 'COMPLETED', phase: ['settled'] }]);
  expect((await office.agreement(answering)).phase).toBe('settled');
  expect(await listed(halfway)).toMatchObject([{ status: 'RUNNING', phase: ['active'] }]);
});

test('the survey is answered once on its page, and its run ends', async () => {
  const link = await surveyLink(answering);
  expect([await open(link), await answer(link, '5'), await answer(link, '1')]).toEqual([200, 200, 409]);
  const surveys = await office.pacto.call('GET', `/v1/surveys?agreementId=${answering.id}`);
  expect(surveys.body).toMatchObject({ items: [{ state: 'answered', score: 5 }] });
  await expect.poll(() => office.ended(`survey/${office.creditorId}/ANSWERING/1`), PATIENCE).toEqual({ status: 'COMPLETED', result: { state: 'answered' } });
});

test('a payment taken back after the settlement reopens the same agreement in a new run, and the notices begin again', async () => {
  const [first] = await listed(bounced);
  const reversal = await office.pacto.call('POST', `/v1/agreements/${bounced.id}/payments/PAY-BOUNCED/reversal`, { externalId: 'REV-BOUNCED', reason: 'cheque devuelto' });
  expect(reversal.status).toBe(201);
  await office.pacto.advanceTo(at('2027-01-25', '20:00'));
  const [now] = await listed(bounced);
  expect(now).toMatchObject({ status: 'RUNNING', phase: ['active'] });
  expect(now?.runId).not.toBe(first?.runId);
  expect(await office.agreement(bounced)).toMatchObject({ phase: 'active', balanceMinor: AMOUNT, overdue: true });
  // The days of the ladder count from the day the payment came back.
  expect((await channels(bounced)).slice(3)).toEqual(['2027-01-22 10:00 sms']);
  expect(await office.kinds(bounced)).toEqual(expect.arrayContaining(['paymentBooked', 'surveyStarted', 'paymentReversed']));
});

test('who does not answer is reminded once after a week; then the survey expires and its page says so', async () => {
  await office.pacto.advanceTo(at('2027-02-09', '09:00'));
  expect((await office.messages(mute)).slice(3).map(({ at: when, channel }) => `${when.slice(0, 13)} ${channel}`)).toEqual(['2027-01-25 12 email']);
  const link = await surveyLink(mute);
  expect(await open(link)).toBe(410);
  expect(await office.ended(`survey/${office.creditorId}/MUTE/1`)).toEqual({ status: 'COMPLETED', result: { state: 'expired' } });
});

test('the reopened debt is paid again: a second settlement, a second survey, and the earlier run stays as it was', async () => {
  expect((await office.pay(bounced, AMOUNT, 'PAY-AGAIN')).status).toBe(201);
  await office.pacto.advanceTo(at('2027-02-14', '20:00'));
  expect((await listed(bounced)).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']);
  const surveys = await office.pacto.call('GET', `/v1/surveys?agreementId=${bounced.id}`);
  expect((surveys.body as { items: unknown[] }).items).toHaveLength(2);
  // The second instalment has its own reminder; the first is silent.
  expect(await channels(halfway)).toEqual(['2027-01-12 10:00 sms', '2027-02-12 10:00 sms']);
});

test('the audit of the whole office is clean, and every timer and activity of every history says what it is for', async () => {
  expect((await office.audit()).findings).toEqual([]);
  const all = await stories(office.pacto);
  expect(all.filter(({ workflowId }) => workflowId === bounced.workflowId)).toHaveLength(2);
  expect(unexplained(all)).toEqual([]);
});
