/** Publishing, overriding and changing strategies on the register. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextStep } from '../../src/domain/decide.ts';
import { strategyOf } from '../../src/domain/facts.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { patchCreditor } from '../../src/register/creditor.ts';
import { loadState, loadStates } from '../../src/register/rebuild.ts';
import { migrateStrategy, strategyRef } from '../../src/register/strategy-change.ts';
import { publishNextVersion } from '../../src/register/strategy-version.ts';
import { ACME, ADMIN, bodyOf, logged, openTestRegister, type TestRegister } from '../register/ledger.ts';
import { refusalOf } from '../register/refusal.ts';
import { at, fact, pay } from '../register/seed.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

const notice = (days: number, more: object = {}): object => ({ key: 'notice', when: { anchor: 'due', days, at: '10:00' }, do: 'contact', template: 'missed', expiresDays: 5, ...more });
const current = async (id: string) => {
  const { id: strategy, version } = strategyOf((await loadState(register.db, id)).state);
  return `${strategy}@${version}`;
};

test('what can never happen is not published, with the step and the rule; what slips is published with a warning', async () => {
  const { ctx, db } = register;
  const hopeless = { id: 'hopeless', country: ['MX'], steps: [3, 4, 5, 6].map((day) => ({ ...notice(day, { expiresDays: 0 }), key: `day-${day}` })) };
  await expect(publishNextVersion(ctx, ADMIN, hopeless)).rejects.toMatchObject({
    code: 'ERR_STRATEGY', errors: expect.arrayContaining([{ path: 'day-6', message: expect.stringContaining('MX-house') }]),
  });
  expect(await db.selectFrom('strategy').select('id').where('id', '=', 'hopeless').execute()).toEqual([]);
  const published = await publishNextVersion(ctx, ADMIN, { id: 'short', country: ['CL'], steps: [notice(3)] });
  expect(published).toMatchObject({ created: true, strategy: { version: 1 } });
  expect(published.warnings).toContainEqual(expect.objectContaining({ step: 'notice', country: 'CL', rules: expect.arrayContaining(['CL-feriados']) }));
  expect(await publishNextVersion(ctx, ADMIN, { id: 'short', country: ['CL'], steps: [notice(3)] })).toMatchObject({ created: false, strategy: { version: 1 }, warnings: [] });
});

test('a creditor\'s overrides shape the agreements that are logged from then on, and those only', async () => {
  const { ctx } = register;
  const before = await logged(ctx);
  const settings = { strategies: { standard: { graceDays: 5, smallBalance: { CLP: 500 }, minOverdue: { CLP: 99_000 }, steps: { upcoming: { disabled: true }, missed: { at: '15:30' } } } } };
  await patchCreditor(ctx, ADMIN, 'acme', { settings });
  const after = await logged(ctx);
  const { state } = await loadState(register.db, after);
  expect(state.strategy).toMatchObject({ id: 'standard', graceDays: 5, smallBalance: { CLP: 500 } });
  expect(state.strategy.steps.find(({ key }) => key === 'pre-legal')?.minOverdue).toMatchObject({ CLP: 99_000, PEN: 12_000 });
  expect(nextStep(state, at('2026-11-20', 12))).toMatchObject({ step: 'missed', at: at('2026-12-04', 15, 30) });
  const start = await register.db.selectFrom('outbox').select('payload').where('action', '=', 'start').orderBy('id', 'desc').executeTakeFirstOrThrow();
  expect(start.payload).toEqual({ v: 1, state });
  expect((await loadStates(register.db, [before]))[0]?.state.strategy.graceDays).toBe(2);
  expect(await refusalOf(patchCreditor(ctx, ADMIN, 'acme', { settings: { strategies: { standard: { steps: { nothing: { disabled: true } } } } } }))).toMatchObject({ code: 'ERR_STRATEGY', path: 'settings.strategies.standard' });
  const deaf = { strategies: { standard: { steps: { missed: { disabled: true }, second: { disabled: true }, third: { disabled: true } } } } };
  expect(await refusalOf(patchCreditor(ctx, ADMIN, 'acme', { settings: deaf }))).toMatchObject({ code: 'ERR_STRATEGY' });
  await patchCreditor(ctx, ADMIN, 'acme', { settings: { strategies: {} } });
});

test('migrate says who would move, moves them as facts, and moves nobody twice; what is over or elsewhere stays', async () => {
  const { ctx } = register;
  const steps = [notice(3)];
  await publishNextVersion(ctx, ADMIN, { id: 'mover', country: ['CL'], steps });
  const [one, two, paid, other] = [await logged(ctx, { strategy: 'mover' }), await logged(ctx, { strategy: 'mover' }), await logged(ctx, { strategy: 'mover' }), await logged(ctx)];
  await pay(ctx, paid, 30_000);
  await publishNextVersion(ctx, ADMIN, { id: 'mover', country: ['CL'], steps: [notice(4)] });
  const [from, to] = [strategyRef('mover@1'), strategyRef('mover')];
  const dry = await migrateStrategy(ctx, ADMIN, from, to, { dryRun: true });
  expect(dry.agreements.map(({ id }) => id).sort()).toEqual([one, two].sort());
  expect(await current(one)).toBe('mover@1');
  expect((await migrateStrategy(ctx, ADMIN, from, to, { dryRun: false })).agreements).toHaveLength(2);
  expect(await Promise.all([one, two, paid, other].map(current))).toEqual(['mover@2', 'mover@2', 'mover@1', 'standard@2']);
  expect((await migrateStrategy(ctx, ADMIN, from, to, { dryRun: false })).agreements).toEqual([]);
  expect((await migrateStrategy(ctx, ADMIN, strategyRef('mover@2'), strategyRef('mover@1'), { dryRun: false })).agreements).toHaveLength(2);
  expect(await refusalOf(migrateStrategy(ctx, ACME, from, to, { dryRun: true }))).toMatchObject({ code: 'ERR_ROLE' });
  expect(await refusalOf(migrateStrategy(ctx, ADMIN, from, strategyRef('nowhere'), { dryRun: true }))).toMatchObject({ code: 'ERR_STRATEGY' });
});

test('the row says which strategy an agreement follows now', async () => {
  const { ctx } = register;
  const { agreementId } = await logAgreement(ctx, ACME, bodyOf());
  const { state } = await loadState(register.db, agreementId);
  await fact(ctx, agreementId, 'strategyChanged/test', { kind: 'strategyChanged', strategy: { ...state.strategy, version: 7 } });
  expect(await register.db.selectFrom('agreement').select(['current_strategy_id', 'current_strategy_version']).where('id', '=', agreementId).executeTakeFirst()).toEqual({ current_strategy_id: 'standard', current_strategy_version: 7 });
});
