import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatMinor } from '../../src/domain/money.ts';
import { instantOf } from '../../src/domain/zone.ts';
import { publishStrategy } from '../../src/register/publish.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { agreementBody, creditorBody, daysAfter } from '../life/people.ts';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';
import { costOf, type Cost } from './actions.ts';

const CREDITOR = 'acme-budget';
const DAY = 86_400_000;
/** A Monday; due dates are chosen so that no step falls on a Sunday. */
const START = Date.parse('2027-01-04T14:00:00Z');
const DUE = dueDates();
let pacto: LivingSandbox;

/** Six monthly dates (between 28 and 33 days apart) of which D-3, D+1 and D+6 are all open days of the house profile. */
function dueDates(): string[] {
  const dates: string[] = [];
  let last = '2027-01-08';
  while (dates.length < 6) {
    let date = daysAfter(last, 30);
    while ([-3, 1, 6].some((days) => new Date(`${daysAfter(date, days)}T12:00:00Z`).getUTCDay() === 0)) date = daysAfter(date, 1);
    dates.push(date);
    last = date;
  }
  return dates;
}

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: START });
  await pacto.call('POST', '/v1/creditors', creditorBody(CREDITOR));
  const source = readFileSync(new URL('./strategy.yaml', import.meta.url), 'utf8');
  await publishStrategy(pacto.ctx, parseStrategy(source, { version: 1 }), source);
});
afterAll(() => pacto.stop());

const instalments = DUE.map((dueOn, index) => ({ number: index + 1, dueOn, amountMinor: 45_990 }));
const PUMPED = 'B-PUMP';
const DIRECT = 'B-DIRECT';
const idOf = (externalId: string): string => `agreement/${CREDITOR}/${externalId}`;
const payment = (externalId: string, n: number) => ({ externalId: `${externalId}-P${n}`, amountMinor: 45_990, currency: 'CLP', paidAt: '2027-01-01T12:00:00Z' });

async function log(externalId: string, phone: string): Promise<void> {
  const logged = await pacto.call('POST', '/v1/agreements', agreementBody({
    creditorId: CREDITOR, externalId, phone, email: `${externalId.toLowerCase()}@example.org`, strategy: 'budget', instalments,
  }));
  expect(logged.status).toBe(201);
}

/** A script's signal is booked by an activity; nothing of it is in PostgreSQL before. */
async function signalPayment(n: number): Promise<void> {
  await pacto.gateway.signal(idOf(DIRECT), 'recordPayment', payment(DIRECT, n));
  const booked = async (): Promise<number> => (await pacto.db.selectFrom('payment').select('id').where('external_id', 'like', `${DIRECT}-%`).execute()).length;
  for (let tries = 0; tries < 500 && (await booked()) < n; tries += 1) await sleep(10);
  expect(await booked()).toBe(n);
}

/** What the UI shows after the n-th payment: the next due date as attribute, the money in the details. */
async function expectTrue(externalId: string, n: number): Promise<void> {
  const handle = pacto.gateway.client.workflow.getHandle(idOf(externalId));
  const next = DUE[n];
  const seen = async (): Promise<unknown> => (await handle.describe()).searchAttributes['OldestUnpaidDue'];
  // The list of the UI follows the run by some milliseconds.
  const wanted = next === undefined ? undefined : [new Date(instantOf('America/Santiago', next, 0))];
  await expect.poll(seen, { timeout: 5_000, interval: 10 }).toEqual(wanted);
  const { currentDetails } = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toContain(`Paid ${formatMinor(n * 45_990, 'CLP')} · owed ${formatMinor((6 - n) * 45_990, 'CLP')}`);
}

async function costAtEnd(externalId: string): Promise<Cost> {
  const handle = pacto.gateway.client.workflow.getHandle(idOf(externalId));
  const described = await handle.describe();
  expect(described.status.name).toBe('COMPLETED');
  expect(described.searchAttributes['AgreementPhase']).toEqual(['settled']);
  return costOf(await handle.fetchHistory());
}

test('six instalments paid through the pump cost at most 44 Actions and 215 events, and what the UI shows stays true', async () => {
  await log(PUMPED, '+56961234501');
  await log(DIRECT, '+56961234502');
  for (const { number, dueOn } of instalments) {
    // Noon in Santiago, two days after the date.
    await pacto.advanceTo(Date.parse(`${dueOn}T15:00:00Z`) + 2 * DAY);
    const paid = await pacto.call('POST', `/v1/agreements/${CREDITOR}%2F${PUMPED}/payments`, payment(PUMPED, number));
    expect(paid.status).toBe(201);
    await signalPayment(number);
    if (number < 6) for (const externalId of [PUMPED, DIRECT]) await expectTrue(externalId, number);
  }
  await pacto.advanceDays(1);
  const cost = await costAtEnd(PUMPED);
  const direct = await costAtEnd(DIRECT);
  process.stdout.write(`budget through the pump: ${JSON.stringify(cost)}\nbudget signalled straight to Temporal: ${JSON.stringify(direct)}\n`);
  const journal = await pacto.journal();
  // D-3 and D+1 of six instalments and the invitation; D+6 never.
  for (const phone of ['+56961234501', '+56961234502']) expect(journal.filter((one) => one.to === phone)).toHaveLength(12);
  expect(journal.filter((one) => one.channel === 'email')).toHaveLength(2);
  expect({ signals: cost.signals, upserts: cost.upserts, retries: cost.retries }).toEqual({ signals: 6, upserts: 6, retries: 0 });
  expect(cost.actions).toBeLessThanOrEqual(44);
  expect(cost.events).toBeLessThanOrEqual(215);
});
