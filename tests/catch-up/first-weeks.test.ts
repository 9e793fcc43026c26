/** An installation that sends nothing for its first weeks, and is turned on: on real parts, with workers that are started anew. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, openOffice, type Debtor, type Office } from '../life/office.ts';

let office: Office;
let first: Debtor;
let second: Debtor;

beforeAll(async () => {
  office = await openOffice('acme-first-weeks', { startAt: at('2027-01-04', '11:00'), switches: { send: 'off' } });
  first = await office.debtor('FIRST', { personId: 'P-ONE', instalments: [{ number: 1, dueOn: '2027-01-15', amountMinor: 45_990 }] });
  second = await office.debtor('SECOND', { personId: 'P-ONE', instalments: [{ number: 1, dueOn: '2027-01-17', amountMinor: 60_000 }] });
  await office.pacto.advanceTo(at('2027-01-25', '20:00'));
});
afterAll(() => office?.pacto.stop());

const skips = async (debtor: Debtor): Promise<string[]> => (await office.timeline(debtor)).flatMap(({ outcome, text }) => (outcome === 'skipped' ? [text.es] : []));

test('off: nothing leaves, each step waits with an entry a day and ends with one', async () => {
  expect(await office.messages(first)).toEqual([]);
  for (const debtor of [first, second]) {
    expect((await skips(debtor)).join()).toMatch(/upcoming[\s\S]*missed/);
    const waits = (await office.timeline(debtor)).filter(({ outcome }) => outcome === 'deferred');
    expect(new Set(waits.flatMap(({ rules }) => rules ?? []))).toEqual(new Set(['sending-off']));
    const days = waits.map(({ at: when }) => when.slice(0, 10));
    expect(new Set(days).size).toBe(days.length);
  }
});

test('turned on: one message for everything that is still due, and no burst of what was missed', async () => {
  await office.pacto.workersDown();
  await office.pacto.workersUp({ send: 'on' });
  await office.pacto.advanceTo(at('2027-01-26', '20:00'));
  const sent = await office.messages(first);
  // At ten, the hour of Chile's useful notice, which is due too and takes the step of eleven along.
  expect(sent.map(({ at: when, channel }) => `${when} ${channel}`)).toEqual(['2027-01-26 10:00 email']);
  expect(sent[0]?.text).toMatch(/FIRST[\s\S]*SECOND/);
  expect((await office.audit()).findings).toEqual([]);
});
