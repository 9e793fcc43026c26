import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgreementEvent } from '../../src/domain/agreement.ts';
import { DAY } from '../../src/domain/zone.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { bookUpdate } from '../../src/register/update.ts';
import { UPDATES, type UpdateName } from '../../workflows/contract.ts';
import { logged, openTestRegister, rowCounts, type TestRegister } from './ledger.ts';
import { at, seedAgent } from './seed.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
  await seedAgent(register.db, 'gestor-1');
});
afterAll(() => register.close());

const soon = new Date(at('2026-11-20', 12) + DAY).toISOString();
const slot = { from: new Date(at('2026-11-23', 10)).toISOString(), until: new Date(at('2026-11-23', 10, 30)).toISOString() };
const plan = { instalments: [{ number: 1, dueOn: '2027-01-05', amountMinor: 30_000 }], reason: 'askedFor' };

const ARGS: Readonly<Record<UpdateName, unknown>> = {
  optOut: { channel: 'sms' }, hold: { until: soon, reason: 'travel' }, release: null, dispute: { reason: 'amount' },
  resolveDispute: { disputeId: randomUUID(), outcome: 'upheld', note: 'ok' }, promise: { amountMinor: 5_000, dueOn: '2026-11-30', channel: 'call' },
  renegotiate: plan, bookCallback: slot, cancel: { reason: 'mistake' },
};

/** The update, after what it needs, on a fresh agreement. */
async function prepared(name: UpdateName): Promise<{ id: string; args: unknown; before: readonly AgreementEvent[] }> {
  const { ctx } = register;
  const id = await logged(ctx);
  if (name === 'release') return { id, args: ARGS.release, before: (await bookUpdate(ctx, { agreementId: id, name: 'hold', updateId: 'before', args: ARGS.hold })).events };
  if (name !== 'resolveDispute') return { id, args: ARGS[name], before: [] };
  const opened = await bookUpdate(ctx, { agreementId: id, name: 'dispute', updateId: 'before', args: ARGS.dispute });
  return { id, args: { disputeId: opened.verdict.id, outcome: 'upheld', note: 'ok' }, before: opened.events };
}

test.each(UPDATES.map((name) => [name]))('%s is booked, its facts go back to the caller and not to the outbox; again under the same id it is the same', async (name) => {
  const { ctx, db } = register;
  const { id, args, before } = await prepared(name);
  const first = await bookUpdate(ctx, { agreementId: id, name, updateId: 'u-1', args });
  expect(first.verdict.accepted).toBe(true);
  expect(first.events.length).toBeGreaterThan(0);
  const { row, state } = await loadState(db, id);
  expect(state.events).toEqual([...before, ...first.events]);
  const signals = await db.selectFrom('outbox').select('name').where('workflow_id', '=', row.workflow_id).where('action', '=', 'signal').execute();
  expect(signals).toEqual([]);
  const counts = await rowCounts(db);
  expect(await bookUpdate(ctx, { agreementId: id, name, updateId: 'u-1', args })).toEqual(first);
  expect(await rowCounts(db)).toEqual(counts);
});

test.each([
  ['hold', { until: 'soon', reason: 'x' }, 'ERR_BODY'], ['hold', { until: soon, reason: 'x', extra: 1 }, 'ERR_BODY'], ['release', null, 'ERR_STATE'],
  ['promise', { amountMinor: 5_000, dueOn: '2027-11-30', channel: 'call' }, 'ERR_PROMISE_LIMIT'], ['renegotiate', { ...plan, instalments: [] }, 'ERR_BODY'],
  ['bookCallback', { from: '2026-11-22T13:00:00Z', until: '2026-11-22T13:30:00Z' }, 'ERR_SLOT'], ['cancel', 'please', 'ERR_BODY'],
  ['resolveDispute', ARGS.resolveDispute, 'ERR_NOT_FOUND'],
] as const)('%s with %j is refused with %s as a value, and nothing is stored', async (name, args, code) => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const before = await rowCounts(db);
  const { events, verdict } = await bookUpdate(ctx, { agreementId: id, name, updateId: 'u-1', args });
  expect({ events, accepted: verdict.accepted, code: verdict.code }).toEqual({ events: [], accepted: false, code });
  expect(verdict.detail).toMatch(/\w/);
  expect(await rowCounts(db)).toEqual(before);
});
