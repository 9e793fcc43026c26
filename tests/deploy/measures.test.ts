/** What the metrics say, judged against messages that were really sent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instant } from '../../src/db/columns.ts';
import { createMeasures, type Measures } from '../../src/register/measures.ts';
import { at, fact, pay, seedPerson } from '../register/seed.ts';
import { ended, MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';

let desk: Desk;
let read: () => Promise<Measures>;
beforeAll(async () => {
  desk = await openDesk();
  read = createMeasures(desk.ctx, { freshMs: 0, promisesFreshMs: 0 });
});
afterAll(() => desk.close());

test('a message that left an hour after its step was due is an hour late, counted once however often one asks', async () => {
  desk.clock.set(MISSED_AT + 3_600_000);
  expect(ended(await desk.deliver(await desk.agreement(await seedPerson(desk.db)))).result).toBe('sent');
  expect((await read()).lateness).toEqual(new Map([[3_600, 1]]));
  expect((await read()).lateness).toEqual(new Map([[3_600, 1]]));
});

test('a payment after the call began is none; one before it is what must never be', async () => {
  const id = await desk.agreement(await seedPerson(desk.db));
  await desk.deliver(id);
  await pay(desk.ctx, id, 90_000);
  expect((await read()).contactedAfterPayment).toBe(0);
  const other = await desk.agreement(await seedPerson(desk.db));
  await desk.deliver(other);
  await pay(desk.ctx, other, 90_000);
  await desk.db.updateTable('attempt').set({ begin_seq: 1_000 }).where('id', 'in', (await desk.attempts(other)).map((attempt) => attempt.id)).execute();
  expect((await read()).contactedAfterPayment).toBe(1);
});

test('a step that nobody acts on is seen after a quarter of an hour, and a wake that only waits is not', async () => {
  const { dueNotActed: before } = await read();
  const [waiting, due] = [await desk.agreement(await seedPerson(desk.db), { instalments: [{ number: 1, dueOn: '2027-01-05', amountMinor: 90_000 }] }), await desk.agreement(await seedPerson(desk.db))];
  desk.clock.set(MISSED_AT + 10 * 60_000);
  await desk.db.updateTable('agreement').set({ wake_at: instant(MISSED_AT) }).where('id', 'in', [waiting, due]).execute();
  expect((await read()).dueNotActed).toBe(before);
  desk.clock.set(MISSED_AT + 16 * 60_000);
  expect((await read()).dueNotActed).toBe(before + 1);
});

test('promises are open, then kept, kept in part, or broken', async () => {
  desk.clock.set(at('2026-03-05', 12));
  const ids = await Promise.all([90_000, 90_000, 90_000].map(async () => desk.agreement(await seedPerson(desk.db))));
  for (const id of ids) {
    const promise = desk.ctx.newId();
    await fact(desk.ctx, id, 'p', { kind: 'promiseMade', promise, amountMinor: 90_000, dueOn: '2026-03-09', channel: 'call' });
    await desk.db.insertInto('promise').values({ id: promise, agreement_id: id, amount_minor: 90_000, due_on: '2026-03-09', channel: 'call', taken_by: 'agente', made_at: instant(at('2026-03-05', 12)), seq: 1 }).execute();
  }
  expect((await read()).promises).toEqual({ open: 3, kept: 0, partlyKept: 0, broken: 0 });
  const [whole, part] = ids;
  await pay(desk.ctx, whole ?? '', 90_000);
  await pay(desk.ctx, part ?? '', 10_000);
  desk.clock.set(at('2026-03-20', 12));
  expect((await read()).promises).toEqual({ open: 0, kept: 1, partlyKept: 1, broken: 1 });
});
