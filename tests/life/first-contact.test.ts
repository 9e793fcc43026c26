import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';
import { agreementBody, creditorBody } from './people.ts';

const START = Date.parse('2027-01-04T14:00:00Z');
const ACME = 'acme-first';
let pacto: LivingSandbox;

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: START });
  await pacto.call('POST', '/v1/creditors', creditorBody(ACME));
});
afterAll(() => pacto.stop());

test('an agreement that is logged is reminded once, three days before its instalment, by SMS', async () => {
  const logged = await pacto.call('POST', '/v1/agreements', agreementBody({ creditorId: ACME, externalId: 'A-1', instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: 45_990 }] }));
  expect(logged.status).toBe(201);
  await pacto.advanceTo(Date.parse('2027-01-12T23:00:00Z'));
  const journal = await pacto.journal();
  expect(journal.map(({ channel, to }) => ({ channel, to }))).toEqual([{ channel: 'sms', to: '+56961234567' }]);
  expect(journal[0]?.at.slice(0, 13)).toBe('2027-01-12T13');
  const history = await pacto.gateway.client.workflow.getHandle(`agreement/${ACME}/A-1`).fetchHistory();
  const unnamed = (history.events ?? []).filter((event) => (event.timerStartedEventAttributes || event.activityTaskScheduledEventAttributes) && !event.userMetadata?.summary);
  expect(unnamed).toEqual([]);
});
