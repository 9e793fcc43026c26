/** New plans within the creditor's policy: nobody passes its bounds by the API, by Temporal or by a page; a supervisor does, and it shows. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY } from '../../src/domain/zone.ts';
import { AppError } from '../../src/errors.ts';
import type { Actor } from '../../src/register/actor.ts';
import { createCreditor } from '../../src/register/creditor.ts';
import { offersFor } from '../../src/register/negotiation/offers.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { renegotiate, renegotiationBody } from '../../src/register/renegotiation.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { bookUpdate } from '../../src/register/update.ts';
import { viewOf } from '../../src/domain/view.ts';
import { addDays } from '../../src/domain/zone.ts';
import { ADMIN, logged, openTestRegister, rowCounts, type TestRegister } from './ledger.ts';
import { at } from './seed.ts';

const AGENT: Actor = { id: 'key-agent', role: 'agent', creditorId: null };
const SYSTEM: Actor = { id: 'key-system', role: 'system', creditorId: null };
const SUPERVISOR: Actor = { id: 'key-supervisor', role: 'supervisor', creditorId: null };
const TODAY = '2026-11-20';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
  const creditor = { name: 'Bound', type: 'thirdParty', country: 'CL', currency: 'CLP' } as const;
  const negotiation = { maxDiscountPercent: [{ fromDays: 0, percent: 10 }], maxExtensionDays: 20, minInstalmentMinor: { CLP: 20_000 }, maxInstalments: 4, firstDueWithinDays: 30, coolDownDays: 10, maxRenegotiations: 3 };
  await createCreditor(register.ctx, ADMIN, { ...creditor, id: 'bound', settings: { negotiation } });
  await createCreditor(register.ctx, ADMIN, { ...creditor, id: 'quick', settings: { negotiation: { ...negotiation, coolDownDays: 0 } } });
});
afterAll(() => register.close());

const agreementAt = (creditorId: string, instalments = [{ number: 1, dueOn: '2026-12-01', amountMinor: 100_000 }]): Promise<string> => logged(register.ctx, { creditorId, instalments });
const plan = (amounts: readonly number[], more: Record<string, unknown> = {}, from = addDays(TODAY, 10)) => renegotiationBody.parse({
  instalments: amounts.map((amountMinor, index) => ({ number: index + 1, amountMinor, dueOn: addDays(from, 30 * index) })), reason: 'askedFor', ...more,
});

/** Code and named bounds of the refusal. */
async function boundsOf(work: Promise<unknown>): Promise<{ code: string; bounds: string[] }> {
  const error = await work.then(() => null, (thrown: unknown) => thrown);
  if (!(error instanceof AppError)) throw new Error('expected a refusal', { cause: error });
  return { code: error.code, bounds: error.errors.map(({ path, message }) => `${path} ${message.split(':')[0] ?? ''}`) };
}

test('a plan beyond the limits is refused for whoever asks, with every bound named and nothing stored', async () => {
  const { ctx, db } = register;
  const id = await agreementAt('bound');
  // Five instalments, one too small, the first too late, a gap of 60 days, a discount beyond 10 %.
  const wild = renegotiationBody.parse({
    reason: 'askedFor', discountMinor: 10_001, instalments: [
      { number: 1, dueOn: '2026-12-21', amountMinor: 19_999 }, { number: 2, dueOn: '2027-02-19', amountMinor: 20_000 }, { number: 3, dueOn: '2027-03-01', amountMinor: 20_000 },
      { number: 4, dueOn: '2027-03-02', amountMinor: 20_000 }, { number: 5, dueOn: '2026-11-19', amountMinor: 10_000 },
    ],
  });
  const before = await rowCounts(db);
  for (const actor of [AGENT, SYSTEM, SUPERVISOR, ADMIN]) {
    expect(await boundsOf(renegotiate(ctx, actor, id, wild))).toEqual({ code: 'ERR_PLAN_LIMIT', bounds: [
      'discountMinor maxDiscountPercent', 'instalments.4.dueOn pastDate', 'instalments maxInstalments', 'instalments.0.amountMinor minInstalmentMinor', 'instalments.4.amountMinor minInstalmentMinor',
      'instalments.0.dueOn maxGapDays', 'instalments.1.dueOn maxGapDays',
    ] });
  }
  const { verdict } = await bookUpdate(ctx, { agreementId: id, name: 'renegotiate', updateId: 'u-1', args: plan([100_000], { discountMinor: 1 }) });
  expect(verdict).toMatchObject({ accepted: false, code: 'ERR_PLAN_LIMIT', detail: expect.stringContaining('balance') });
  expect(await boundsOf(renegotiate(ctx, AGENT, id, plan([50_000, 50_000], {}, addDays(TODAY, 31))))).toMatchObject({ bounds: ['instalments.0.dueOn firstDueWithinDays'] });
  expect(await boundsOf(renegotiate(ctx, AGENT, id, plan([100_000], {}, '2026-12-22')))).toMatchObject({ bounds: ['instalments.0.dueOn maxExtensionDays'] });
  expect(await rowCounts(db)).toEqual(before);
  expect(await renegotiate(ctx, AGENT, id, plan([45_000, 45_000], { discountMinor: 10_000 }))).toEqual({ agreementId: id, version: 2 });
});

test('only a supervisor passes a limit, by saying so; reason, bounds and who it was are kept, and the timeline says it', async () => {
  const { ctx, db } = register;
  const id = await agreementAt('bound');
  const wide = plan([10_000, 10_000, 10_000, 10_000, 60_000], { override: true, reason: 'Ana quedó sin trabajo' });
  for (const actor of [AGENT, SYSTEM]) expect(await boundsOf(renegotiate(ctx, actor, id, wide))).toMatchObject({ code: 'ERR_ROLE' });
  expect((await bookUpdate(ctx, { agreementId: id, name: 'renegotiate', updateId: 'u-1', args: wide })).verdict).toMatchObject({ accepted: false, code: 'ERR_ROLE' });
  expect(await renegotiate(ctx, SUPERVISOR, id, wide)).toEqual({ agreementId: id, version: 2 });
  expect(await db.selectFrom('limit_override').select(['version', 'overridden_by', 'bounds', 'reason']).where('agreement_id', '=', id).execute())
    .toEqual([{ version: 2, overridden_by: 'key-supervisor', bounds: ['maxInstalments', 'minInstalmentMinor'], reason: 'Ana quedó sin trabajo' }]);
  const entries = await readTimeline(db, id);
  expect(entries.at(-1)).toMatchObject({ kind: 'renegotiated', outcome: 'override', text: { es: expect.stringContaining('fuera de los límites del acreedor (número de cuotas, cuota mínima), autorizado por supervisión') } });
  expect(JSON.stringify(entries)).not.toContain('Ana');
  expect(verifyChain(entries)).toEqual([]);
  // Nothing is forgiven without being called a discount, whoever says so.
  expect(await boundsOf(renegotiate(ctx, ADMIN, id, plan([99_999], { override: true })))).toMatchObject({ code: 'ERR_BODY' });
});

test('many small renegotiations come to no more than one: the wait, the number, the discount and the days are counted over all versions', async () => {
  const { ctx, db, clock } = register;
  const start = at(TODAY, 12);
  const [bound, quick, moving] = [await agreementAt('bound'), await agreementAt('quick'), await agreementAt('quick')];
  await renegotiate(ctx, AGENT, bound, plan([50_000, 50_000]));
  expect(await boundsOf(renegotiate(ctx, AGENT, bound, plan([50_000, 50_000])))).toEqual({ code: 'ERR_PLAN_LIMIT', bounds: ['agreement coolDownDays'] });
  clock.set(at('2026-11-29', 23));
  expect(await boundsOf(renegotiate(ctx, AGENT, bound, plan([50_000, 50_000])))).toMatchObject({ bounds: ['agreement coolDownDays'] });
  clock.set(at('2026-11-30', 0));
  await renegotiate(ctx, AGENT, bound, plan([50_000, 50_000]));
  clock.set(start);
  await renegotiate(ctx, AGENT, quick, plan([47_000, 47_000], { discountMinor: 6_000 }));
  expect(await boundsOf(renegotiate(ctx, AGENT, quick, plan([44_500, 45_000], { discountMinor: 4_500 })))).toMatchObject({ bounds: ['discountMinor maxDiscountPercent'] });
  await renegotiate(ctx, AGENT, quick, plan([45_000, 45_000], { discountMinor: 4_000 }));
  expect(await boundsOf(renegotiate(ctx, AGENT, quick, plan([44_999, 45_000], { discountMinor: 1 })))).toMatchObject({ bounds: ['discountMinor maxDiscountPercent'] });
  await renegotiate(ctx, AGENT, quick, plan([45_000, 45_000]));
  expect(await boundsOf(renegotiate(ctx, AGENT, quick, plan([45_000, 45_000])))).toMatchObject({ bounds: ['agreement maxRenegotiations'] });
  expect(viewOf((await loadState(db, quick)).state).balanceMinor).toBe(90_000);
  await renegotiate(ctx, AGENT, moving, plan([100_000], {}, '2026-12-11'));
  expect(await boundsOf(renegotiate(ctx, AGENT, moving, plan([100_000], {}, '2026-12-22')))).toMatchObject({ bounds: ['instalments.0.dueOn maxExtensionDays'] });
  await renegotiate(ctx, AGENT, moving, plan([100_000], {}, '2026-12-21'));
  expect(await boundsOf(renegotiate(ctx, AGENT, moving, plan([100_000], {}, '2026-12-22')))).toMatchObject({ bounds: ['instalments.0.dueOn maxExtensionDays'] });
});

test('of two new plans at once one is made and the other sees it', async () => {
  const { ctx } = register;
  const id = await agreementAt('bound');
  const tries = await Promise.allSettled([0, 1, 2, 3].map(() => renegotiate(ctx, AGENT, id, plan([50_000, 50_000], { discountMinor: 0 }))));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ERR_PLAN_LIMIT' });
});

test('a creditor without a policy binds no agent, and offers debtors nothing off and little later', async () => {
  const { ctx, clock } = register;
  const id = await logged(ctx, { instalments: [{ number: 1, dueOn: '2026-11-01', amountMinor: 90_000 }], terms: { acceleratesAfterMissed: 1, discountLapsesOnBreak: true } });
  const { offers, limits, nextAllowedAt } = await offersFor(ctx, id);
  expect(offers.map(({ kind, discountMinor, instalments }) => [kind, discountMinor, ...instalments.map(({ dueOn, amountMinor }) => `${dueOn} ${amountMinor}`)])).toEqual([
    ['moveDate', 0, '2026-11-27 90000'], ['moveDate', 0, '2026-12-05 90000'],
    ['newPlan', 0, '2026-12-05 45000', '2027-01-05 45000'], ['newPlan', 0, '2026-12-05 30000', '2027-01-05 30000', '2027-02-05 30000'],
  ]);
  expect({ limits, nextAllowedAt }).toMatchObject({ limits: { maxDiscountMinor: 0, maxInstalments: 3, renegotiationsMade: 0, firstDueBy: '2026-12-05', promise: { maxDaysAhead: 31, maxInARow: 2 } }, nextAllowedAt: null });
  // What its agents agree on with people is what it told them; then the debtor waits.
  await renegotiate(ctx, AGENT, id, plan(Array.from({ length: 30 }, () => 3_000)));
  expect(await offersFor(ctx, id)).toMatchObject({ offers: [], nextAllowedAt: at('2026-12-20', 0), limits: { renegotiationsMade: 1 } });
  clock.set((await clock.now()) + 40 * DAY);
  expect(await offersFor(ctx, id)).toMatchObject({ nextAllowedAt: null });
  clock.set(at(TODAY, 12));
  await expect(offersFor(ctx, '0190a000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
});
