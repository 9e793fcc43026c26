/** Whose message goes first when the law leaves a person room for one: what expires soonest, then what has waited longest. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setWake } from '../../src/db/agenda.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import { startSending, stopSending } from '../../src/register/sending/stop.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { at, fact, pay, seedPerson, type PersonOptions } from '../register/seed.ts';
import { ended, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => { desk = await openDesk(); });
afterAll(() => desk.close());

const MONDAY = at('2026-03-16', 10);
const AGAIN = MONDAY + 15 * 60_000;
beforeEach(() => {
  desk.clock.set(MONDAY);
  desk.journal.length = 0;
});

/** Two agreements of one person with two creditors: `soon` ends tonight (missed, due on the fourth), `later` in days (due on the twelfth). */
async function twoCreditors(other: PersonOptions = {}): Promise<{ soon: string; later: string }> {
  const person = await seedPerson(desk.db, { granted: ['sms'] });
  const elsewhere = await seedPerson(desk.db, { granted: ['sms'], creditorId: 'bank', identityId: person.identityId, ...other });
  const later = await due(await desk.agreement(person, { instalments: [{ number: 1, dueOn: '2026-03-12', amountMinor: 90_000 }] }));
  const soon = await due(await desk.agreement(elsewhere, { instalments: [{ number: 1, dueOn: '2026-03-04', amountMinor: 41_000 }] }));
  return { soon, later };
}

/** As the core's own wake would stand in its row. */
async function due(id: string): Promise<string> {
  await setWake(desk.db, id, MONDAY);
  return id;
}

test('what expires sooner goes first, at whichever creditor; the other waits a quarter of an hour, and then for its day', async () => {
  const { soon, later } = await twoCreditors();
  expect(ended(await desk.deliver(later))).toMatchObject({ result: 'deferred', until: AGAIN, events: [{ rules: ['turn'] }] });
  expect(ended(await desk.deliver(soon)).result).toBe('sent');
  desk.clock.set(AGAIN);
  expect(ended(await desk.deliver(later))).toMatchObject({ result: 'deferred', until: at('2026-03-19', 10), events: [{ rules: ['house-day', 'CL-write-gap'] }] });
  const words = (await readTimeline(desk.db, later)).find(({ rules }) => rules?.includes('turn'))?.text;
  expect(words?.es).toContain('La cuota legal de contactos de la persona está en uso');
  expect(JSON.stringify(words)).not.toMatch(/bank|Acme/);
});

test('in the other order nobody waits for anybody', async () => {
  const { soon, later } = await twoCreditors();
  expect(ended(await desk.deliver(soon)).result).toBe('sent');
  expect(ended(await desk.deliver(later))).toMatchObject({ result: 'deferred', events: [{ rules: ['house-day', 'CL-write-gap'] }] });
});

test('a message gives way once a day: one that does not come does not hold it up', async () => {
  const { later } = await twoCreditors();
  expect(ended(await desk.deliver(later)).result).toBe('deferred');
  desk.clock.set(AGAIN);
  expect(ended(await desk.deliver(later)).result).toBe('sent');
});

test('of two that expire together the one that has waited longer goes first', async () => {
  const person = await seedPerson(desk.db, { granted: ['sms'] });
  const elsewhere = await seedPerson(desk.db, { granted: ['sms'], creditorId: 'bank', identityId: person.identityId });
  // Both end with the sixteenth: a notice that has been due since the seventh, and a reminder since the fourteenth.
  const waited = await due(await desk.agreement(elsewhere, { instalments: [{ number: 1, dueOn: '2026-03-04', amountMinor: 41_000 }] }));
  const fresh = await due(await desk.agreement(person, { instalments: [{ number: 1, dueOn: '2026-03-17', amountMinor: 90_000 }] }));
  expect(ended(await desk.deliver(fresh))).toMatchObject({ result: 'deferred', events: [{ occurrences: ['upcoming/i1v1'], rules: ['turn'] }] });
  expect(ended(await desk.deliver(waited)).result).toBe('sent');
});

test('a message that comes later today goes first too, if today is its last day', async () => {
  const { soon, later } = await twoCreditors();
  await fact(desk.ctx, soon, 'd', { kind: 'stepResult', occurrences: ['missed/i1v1', 'second/i1v1'], result: 'deferred', until: at('2026-03-16', 15) });
  await setWake(desk.db, soon, at('2026-03-16', 15));
  expect(ended(await desk.deliver(later))).toMatchObject({ result: 'deferred', until: at('2026-03-16', 15, 15) });
  desk.clock.set(at('2026-03-16', 15));
  expect(ended(await desk.deliver(soon)).result).toBe('sent');
});

test.each<[string, PersonOptions, (soon: string) => Promise<unknown>]>([
  ['has no consent', { granted: [] }, () => Promise.resolve()],
  ['is on hold', {}, (soon) => fact(desk.ctx, soon, 'h', { kind: 'held', until: MONDAY + 86_400_000, reason: 'x' })],
  ['is stopped at its creditor', {}, () => stopSending(desk.ctx, { creditorId: 'bank' })],
  ['was put off itself to after the hours', {}, (soon) => fact(desk.ctx, soon, 'd', { kind: 'stepResult', occurrences: ['missed/i1v1', 'second/i1v1'], result: 'deferred', until: MONDAY + 10.5 * 3_600_000 })],
  ['has been paid', {}, (soon) => pay(desk.ctx, soon, 41_000)],
])('nobody gives way to a message that %s', async (_name, other, change) => {
  const { soon, later } = await twoCreditors(other);
  await change(soon);
  await setWake(desk.db, soon, MONDAY);
  expect(ended(await desk.deliver(later)).result).toBe('sent');
  await startSending(desk.ctx, {});
});

test('thanks use nobody’s place and do not wait', async () => {
  const { later } = await twoCreditors();
  await pay(desk.ctx, later, 90_000);
  const thanks = ended(await desk.deliver(later));
  expect(thanks).toMatchObject({ result: 'sent', events: [{ occurrences: ['thanks/s1'] }] });
});

test('a step that expired while nobody served its run is skipped with an entry, whatever the run had decided', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  desk.clock.set(at('2026-03-05', 10));
  const { occurrences } = await desk.dueInput(id);
  desk.clock.set(at('2026-03-15', 9));
  const late = ended(await deliverContact(desk.deps, { agreementId: id, occurrences }));
  expect(late).toMatchObject({ result: 'silenced', events: [{ kind: 'stepResult', result: 'skipped', occurrences: ['missed/i1v1'] }] });
  expect(ended(await deliverContact(desk.deps, { agreementId: id, occurrences })).events).toEqual(late.events);
  expect((await readTimeline(desk.db, id)).filter(({ outcome }) => outcome === 'skipped')).toHaveLength(1);
  expect(desk.journal).toEqual([]);
});
