/**
 * A recorded run gives the boundaries: every event of its history. Then one debtor pays at each of them, by the API and
 * by a signal straight to Temporal, while time goes on: whatever the run was doing, nothing leaves after the payment was
 * committed, and the balance is right in the register and in the run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal } from '@temporalio/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { wallNow } from '../../src/clock.ts';
import { audit } from '../../src/register/audit/audit.ts';
import type { AgreementAnswer } from '../../src/register/agreement-reads.ts';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';
import { at } from './office.ts';
import { agreementBody, creditorBody } from './people.ts';

const CREDITOR = 'acme-moment';
const AMOUNT = 45_990;
const PART = 20_000;
const DUE = '2027-01-15';
/** The reminder before the date, the first after it and the second lie in between. */
const [START, END] = [at('2027-01-11', '09:00'), at('2027-01-24', '20:00')];
const ALL_SETTLED_MS = 120_000;
/** What asks for money; thanks and the survey after the last payment are what a payment brings about. */
const ASKING = ['collection', 'preDueReminder'] as const;

type Way = 'api' | 'signal' | 'part';
interface Payer {
  readonly way: Way;
  /** After which event of the history the payment is made. */
  readonly boundary: number;
  readonly agreement: AgreementAnswer;
  /** The kind of that event; `end` when the history did not grow so long before the last day. */
  paidAfter: string;
}

let pacto: LivingSandbox;
let people = 0;
let payers: Payer[];

async function log(externalId: string): Promise<AgreementAnswer> {
  people += 1;
  const logged = await pacto.call('POST', '/v1/agreements', agreementBody({
    creditorId: CREDITOR, externalId, phone: `+5696123${String(people).padStart(4, '0')}`, email: `pagadora-${people}@example.org`,
    instalments: [{ number: 1, dueOn: DUE, amountMinor: AMOUNT }],
  }));
  expect(logged.status).toBe(201);
  return logged.body;
}

/** Resolves with the kind of the n-th event as soon as the server has it, or with `end`. */
async function eventReached(workflowId: string, boundary: number, over: AbortSignal): Promise<string> {
  const { connection, options } = pacto.gateway.client;
  let seen = 0;
  let nextPageToken: Uint8Array = new Uint8Array();
  while (!over.aborted) {
    const page = await connection.withAbortSignal(over, () => pacto.gateway.client.workflowService.getWorkflowExecutionHistory({
      namespace: options.namespace, execution: { workflowId }, waitNewEvent: true, nextPageToken,
    })).catch(() => null);
    if (page === null) {
      // Logged, and the pump has not started the run yet; or the advance is over, which ends the loop.
      await sleep(10);
      continue;
    }
    for (const event of page.history?.events ?? []) {
      seen += 1;
      if (seen === boundary) return temporal.api.enums.v1.EventType[Number(event.eventType)] ?? 'unknown';
    }
    nextPageToken = page.nextPageToken ?? new Uint8Array();
    if (nextPageToken.length === 0) await sleep(5);
  }
  return 'end';
}

async function pay(payer: Payer): Promise<void> {
  const body = { externalId: `PAY-${payer.agreement.externalId}`, amountMinor: payer.way === 'part' ? PART : AMOUNT, currency: 'CLP', paidAt: '2027-01-11T12:00:00Z' };
  if (payer.way === 'signal') {
    const handle = pacto.gateway.client.workflow.getHandle(payer.agreement.workflowId);
    await handle.signal('recordPayment', body);
    return handle.signal('recordPayment', body);
  }
  const path = `/v1/agreements/${payer.agreement.id}/payments`;
  expect((await pacto.call('POST', path, body)).status).toBe(201);
  expect((await pacto.call('POST', path, body)).status).toBe(200);
}

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: START, logLevel: 'warn' });
  await pacto.call('POST', '/v1/creditors', creditorBody(CREDITOR));
  const recorded = await log('RECORDED');
  await pacto.advanceTo(END);
  const { events } = await pacto.gateway.client.workflow.getHandle(recorded.workflowId).fetchHistory();
  await pacto.stop();
  people = 0;

  pacto = await startLivingSandbox({ startAt: START, logLevel: 'warn' });
  await pacto.call('POST', '/v1/creditors', creditorBody(CREDITOR));
  const over = new AbortController();
  payers = [];
  const paying: Promise<void>[] = [];
  for (let boundary = 1; boundary <= (events?.length ?? 0); boundary += 1) {
    for (const way of ['api', 'signal', ...(boundary % 3 === 0 ? ['part' as const] : [])] as const) {
      const payer: Payer = { way, boundary, agreement: await log(`${way}-${boundary}`), paidAfter: '' };
      payers.push(payer);
      paying.push(eventReached(payer.agreement.workflowId, boundary, over.signal).then((kind) => {
        payer.paidAfter = kind;
        return pay(payer);
      }));
    }
  }
  await pacto.advanceTo(END);
  over.abort();
  await Promise.all(paying);
  await pacto.advanceDays(1);
}, 480_000);
afterAll(() => pacto.stop());

test('the payments came at every kind of event that a run records while it lives', () => {
  expect([...new Set(payers.map(({ paidAfter }) => paidAfter.replace('EVENT_TYPE_', '')))].toSorted()).toEqual(expect.arrayContaining([
    'ACTIVITY_TASK_COMPLETED', 'ACTIVITY_TASK_SCHEDULED', 'ACTIVITY_TASK_STARTED', 'TIMER_FIRED', 'TIMER_STARTED', 'WORKFLOW_EXECUTION_STARTED',
    'WORKFLOW_TASK_COMPLETED', 'WORKFLOW_TASK_SCHEDULED', 'WORKFLOW_TASK_STARTED',
  ]));
  expect(payers.length).toBeGreaterThan(100);
});

test('who has paid in full is never asked again: no call to a provider begins after the commit', async () => {
  const late = await pacto.db.selectFrom('attempt')
    .innerJoin('attempt_agreement', 'attempt_agreement.attempt_id', 'attempt.id').innerJoin('payment', 'payment.agreement_id', 'attempt_agreement.agreement_id')
    .select(['payment.external_id', 'attempt.purpose', 'attempt.begin_seq', 'payment.seq'])
    .where('payment.amount_minor', '=', AMOUNT).whereRef('attempt.begin_seq', '>', 'payment.seq').where('attempt.purpose', 'in', ASKING).execute();
  expect(late).toEqual([]);
  // The journal is what really left: as many messages as calls that began, none of them twice.
  const sent = (await pacto.journal()).map(({ attemptId }) => attemptId ?? 'nobody');
  expect(new Set(sent).size).toBe(sent.length);
  const begun = await pacto.db.selectFrom('attempt').select('id').where('begin_seq', 'is not', null).execute();
  expect(sent.toSorted()).toEqual(begun.map(({ id }) => id).toSorted());
});

test('the payments did silence somebody: the later the boundary, the more was said before it', async () => {
  const counts = await pacto.db.selectFrom('attempt_agreement').innerJoin('attempt', 'attempt.id', 'attempt_agreement.attempt_id')
    .select((eb) => ['agreement_id', eb.fn.countAll<number>().as('n')]).where('attempt.state', '=', 'sent').where('attempt.purpose', 'in', ASKING).groupBy('agreement_id').execute();
  const said = (payer: Payer): number => Number(counts.find(({ agreement_id }) => agreement_id === payer.agreement.id)?.n ?? 0);
  const full = payers.filter(({ way }) => way !== 'part');
  expect(said(full[0] as Payer)).toBe(0);
  expect(Math.max(...full.map(said))).toBeGreaterThanOrEqual(2);
});

test('each payment is booked once, and the balance is right in the register and in the run', async () => {
  const booked = await pacto.db.selectFrom('payment').select(['agreement_id', 'amount_minor']).execute();
  expect(booked.length).toBe(payers.length);
  for (const { way, agreement } of payers) {
    const left = way === 'part' ? AMOUNT - PART : 0;
    const { body } = await pacto.call('GET', `/v1/agreements/${agreement.id}`) as { body: AgreementAnswer };
    expect({ id: agreement.externalId, balance: body.balanceMinor, credit: body.creditMinor, phase: body.phase })
      .toEqual({ id: agreement.externalId, balance: left, credit: 0, phase: way === 'part' ? 'active' : 'settled' });
    expect((await pacto.gateway.queryState(agreement.workflowId))?.view).toMatchObject({ balanceMinor: left, creditMinor: 0 });
  }
});

test('the audit finds nothing: nobody contacted after a payment, nothing lost, nothing twice', async () => {
  const report = await audit(pacto.ctx, {
    gateway: pacto.gateway, providerUrl: pacto.providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + ALL_SETTLED_MS,
  });
  expect(report.findings).toEqual([]);
  expect(report.contactedAfterPayment).toBe(0);
});
