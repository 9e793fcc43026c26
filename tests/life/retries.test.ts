import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLivingSandbox, type LivingSandbox } from '../setup/living-sandbox.ts';
import { agreementBody, creditorBody } from './people.ts';

const ACME = 'acme-retries';
let pacto: LivingSandbox;

beforeAll(async () => {
  pacto = await startLivingSandbox({ startAt: Date.parse('2027-01-04T14:00:00Z') });
  await pacto.call('POST', '/v1/creditors', creditorBody(ACME));
});
afterAll(() => pacto.stop());

test('a provider that asks to be tried again in 30 s is, in virtual time, and the message leaves once', async () => {
  const logged = await pacto.call('POST', '/v1/agreements', agreementBody({ creditorId: ACME, externalId: 'R-1', instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: 45_990 }] }));
  expect(logged.status).toBe(201);
  const faulty = await fetch(`${pacto.providerUrl}/__faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ channel: 'sms', kind: '429', next: 1 }) });
  expect(faulty.status).toBeLessThan(300);
  const began = performance.now();
  await pacto.advanceTo(Date.parse('2027-01-13T23:00:00Z'));
  expect(performance.now() - began).toBeLessThan(15_000);
  const journal = await pacto.journal();
  expect(journal.map(({ channel, at }) => `${channel} ${at.slice(0, 16)}`)).toEqual(['sms 2027-01-12T13:00']);
  const attempts = await pacto.db.selectFrom('attempt').select(['state', 'tries']).execute();
  expect(attempts).toHaveLength(1);
  expect(attempts[0]).toMatchObject({ state: 'sent', tries: 1 });
});
