/** A duty of the law goes the way of every message: claimed, begun, called, recorded, and bound by the same law. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { json } from '../../src/db/columns.ts';
import type { AgreementTerms } from '../../src/domain/agreement.ts';
import { decide } from '../../src/domain/decide.ts';
import { dutyStandings } from '../../src/domain/duty.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { deliverContact } from '../../src/register/sending/delivery.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { at, fact, seedPerson } from '../register/seed.ts';
import { ended, openDesk, type Desk } from './desk.ts';

const DUTIES: NonNullable<AgreementTerms['duties']> = { policyVersion: 'CL@test', rules: [{ rule: 'CL-util', do: 'freeUsefulNotice', days: 15, cite: 'LPDC 37' }] };
/** Nine days after the due date: six are left for the notice. */
const ON = at('2026-03-11', 10);

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk();
});
afterAll(() => desk.close());
beforeEach(() => {
  desk.clock.set(ON);
  desk.journal.length = 0;
});

/** A Chilean agreement whose ladder's notices all lapsed. */
async function unheard(): Promise<string> {
  const id = await desk.agreement(await seedPerson(desk.db));
  const { row } = await loadState(desk.db, id);
  await desk.db.updateTable('agreement').set({ terms: json<AgreementTerms>({ ...row.terms, duties: DUTIES }) }).where('id', '=', id).execute();
  await fact(desk.ctx, id, 'lapsed', { kind: 'stepResult', occurrences: ['upcoming/i1v1', 'missed/i1v1', 'second/i1v1'], result: 'skipped' });
  return id;
}

async function deliverDuty(id: string) {
  const decision = decide((await loadState(desk.db, id)).state, await desk.clock.now());
  if (decision.kind !== 'duty') throw new Error(`expected a duty, got ${decision.kind}`);
  return ended(await deliverContact(desk.deps, { agreementId: id, occurrences: decision.occurrences }));
}

test('it leaves with a template of its own, stands in the ledger as a collection contact, and fulfils the duty', async () => {
  const id = await unheard();
  expect(await deliverDuty(id)).toMatchObject({ result: 'sent' });
  expect(desk.journal).toMatchObject([{ channel: 'email' }]);
  expect(await desk.attempts(id)).toMatchObject([{ template: 'useful-notice', purpose: 'collection', state: 'sent' }]);
  const { state } = await loadState(desk.db, id);
  expect(dutyStandings(state, ON)).toMatchObject([{ rule: 'CL-util', status: 'fulfilled' }]);
  expect(decide(state, ON).kind).toBe('wait');
  expect((await readTimeline(desk.db, id)).at(-1)?.text.es).toMatch(/^Mensaje enviado por correo \(CL-util\)\./);
});

test('it waits for a lawful minute like every written contact', async () => {
  const id = await unheard();
  desk.clock.set(at('2026-03-11', 23));
  const outcome = await deliverDuty(id);
  expect(outcome.result).toBe('deferred');
  expect(outcome.until).toBeGreaterThan(at('2026-03-12', 7));
  expect(desk.journal).toEqual([]);
  expect(decide((await loadState(desk.db, id)).state, outcome.until ?? 0)).toMatchObject({ kind: 'duty', rule: 'CL-util' });
});

test('one that comes due beside a notice that the law has put off is put off with it: the run is not asked the same again', async () => {
  const person = await seedPerson(desk.db);
  const elsewhere = await desk.agreement(await seedPerson(desk.db, { creditorId: 'bank', identityId: person.identityId }), { instalments: [{ number: 1, dueOn: '2026-03-06', amountMinor: 41_000 }] });
  const id = await desk.agreement(person);
  const { row } = await loadState(desk.db, id);
  await desk.db.updateTable('agreement').set({ terms: json<AgreementTerms>({ ...row.terms, duties: DUTIES }) }).where('id', '=', id).execute();
  await fact(desk.ctx, id, 'lapsed', { kind: 'stepResult', occurrences: ['upcoming/i1v1', 'missed/i1v1'], result: 'skipped' });
  const ask = async (now: number) => {
    desk.clock.set(now);
    const decision = decide((await loadState(desk.db, id)).state, now);
    if (decision.kind !== 'contact' && decision.kind !== 'duty') throw new Error(`expected a message, got ${decision.kind}`);
    return { keys: decision.occurrences.map(({ key }) => key), until: ended(await deliverContact(desk.deps, { agreementId: id, occurrences: decision.occurrences })).until };
  };
  desk.clock.set(at('2026-03-09', 10));
  expect(ended(await desk.deliver(elsewhere)).result).toBe('sent');
  const until = at('2026-03-12', 10);
  expect(await ask(at('2026-03-10', 11))).toEqual({ keys: ['second/i1v1'], until });
  expect(await ask(at('2026-03-11', 10))).toEqual({ keys: ['second/i1v1', 'CL-util/i1v1'], until });
  expect(decide((await loadState(desk.db, id)).state, at('2026-03-11', 10))).toMatchObject({ kind: 'wait', until });
});
