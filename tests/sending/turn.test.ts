import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { waitsOf } from '../../src/db/contact-waits.ts';
import { at, pay, seedPerson } from '../register/seed.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { ended, MISSED_AT, openDesk, type Desk } from './desk.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => desk.clock.set(MISSED_AT));

/** One person with an agreement at each of these creditors. */
async function owesTo(...creditors: string[]): Promise<string[]> {
  const [first, ...others] = creditors;
  const person = await seedPerson(desk.db, { creditorId: first ?? 'acme' });
  const ids = [await desk.agreement(person)];
  for (const creditorId of others) ids.push(await desk.agreement(await seedPerson(desk.db, { creditorId, identityId: person.identityId })));
  return ids;
}

async function queue(agreementId: string): Promise<string[]> {
  const { identity_id: identityId } = await desk.db.selectFrom('agreement').select('identity_id').where('id', '=', agreementId).executeTakeFirstOrThrow();
  return (await waitsOf(desk.db, identityId)).map((wait) => wait.creditor_id);
}

async function deliver(id: string | undefined) {
  return ended(await desk.deliver(id ?? ''));
}

describe('between creditors the next lawful contact goes to who has waited longest', () => {
  test('a creditor whose timer fires first at the next place lets the one go first that has waited since before', async () => {
    const [a, b, c] = await owesTo('t-one', 't-two', 't-three');
    expect((await deliver(a)).result).toBe('sent');
    expect((await deliver(b)).result).toBe('deferred');
    desk.clock.set(MISSED_AT + 60_000);
    expect((await deliver(c)).result).toBe('deferred');
    expect(await queue(a ?? '')).toEqual(['t-two', 't-three']);
    desk.clock.set(at('2026-03-09', 10));
    const third = await deliver(c);
    expect(third).toMatchObject({ result: 'deferred', events: [{ rules: ['turn'] }] });
    expect(third.until).toBeGreaterThan(at('2026-03-09', 10));
    expect((await deliver(b)).result).toBe('sent');
    expect(await queue(a ?? '')).toEqual(['t-three']);
  });

  test('the explanation names no other creditor', async () => {
    const [a, b, c] = await owesTo('t-quiet', 't-first', 't-second');
    await deliver(a);
    await deliver(b);
    desk.clock.set(MISSED_AT + 60_000);
    await deliver(c);
    desk.clock.set(at('2026-03-09', 10));
    await deliver(c);
    const entry = (await readTimeline(desk.db, c ?? '')).at(-1);
    expect(entry).toMatchObject({ outcome: 'deferred', rules: ['turn'] });
    expect(JSON.stringify(entry)).not.toMatch(/t-quiet|t-first/);
  });

  test('nobody waits for a creditor that does not come', async () => {
    const [a, b, c] = await owesTo('t-sent', 't-absent', 't-late');
    await deliver(a);
    await deliver(b);
    desk.clock.set(MISSED_AT + 60_000);
    await deliver(c);
    desk.clock.set(at('2026-03-09', 11, 1));
    expect((await deliver(c)).result).toBe('sent');
  });

  test('nobody waits for a creditor that has been paid', async () => {
    const [a, b, c] = await owesTo('t-before', 't-paid', 't-next');
    await deliver(a);
    await deliver(b);
    desk.clock.set(MISSED_AT + 60_000);
    await deliver(c);
    await pay(desk.ctx, b ?? '', 90_000);
    desk.clock.set(at('2026-03-09', 10));
    expect((await deliver(c)).result).toBe('sent');
  });

  test('of two workers that come for the last lawful contact of the week one gets it', async () => {
    for (let round = 0; round < 5; round += 1) {
      desk.clock.set(MISSED_AT);
      const ids = await owesTo(`r${round}-one`, `r${round}-two`, `r${round}-three`);
      const results = await Promise.all(ids.map((id) => deliver(id)));
      expect(results.map(({ result }) => result).sort()).toEqual(['deferred', 'deferred', 'sent']);
    }
  });
});
