import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

async function live(externalId: string, pay: (n: number) => Promise<void>): Promise<Cost> {
  const logged = await pacto.call('POST', '/v1/agreements', agreementBody({
    creditorId: CREDITOR, externalId, phone: '+56961234500', email: `${externalId.toLowerCase()}@example.org`, strategy: 'budget', instalments,
  }));
  expect(logged.status).toBe(201);
  for (const { number, dueOn } of instalments) {
    // Noon in Santiago, two days after the date.
    await pacto.advanceTo(Date.parse(`${dueOn}T15:00:00Z`) + 2 * DAY);
    await pay(number);
  }
  await pacto.advanceDays(1);
  const handle = pacto.gateway.client.workflow.getHandle(`agreement/${CREDITOR}/${externalId}`);
  const described = await handle.describe();
  expect(described.status.name).toBe('COMPLETED');
  expect(described.searchAttributes['AgreementPhase']).toEqual(['settled']);
  const cost = costOf(await handle.fetchHistory());
  console.log(`budget ${externalId}: ${JSON.stringify(cost)}`);
  return cost;
}

const payment = (externalId: string, n: number): Record<string, unknown> => ({ externalId: `${externalId}-P${n}`, amountMinor: 45_990, currency: 'CLP', paidAt: '2027-01-01T12:00:00Z' });

test('six instalments paid through the pump cost at most 44 Actions and 215 events', async () => {
  const externalId = 'B-1';
  const cost = await live(externalId, async (n) => {
    const paid = await pacto.call('POST', `/v1/agreements/${CREDITOR}%2F${externalId}/payments`, payment(externalId, n));
    expect(paid.status).toBe(201);
  });
  expect(await messages()).toBe(12 + 1);
  expect(cost.actions).toBeLessThanOrEqual(44);
  expect(cost.events).toBeLessThanOrEqual(215);
});

async function messages(): Promise<number> {
  return (await pacto.journal()).length;
}
