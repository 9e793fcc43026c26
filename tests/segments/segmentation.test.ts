/** Which strategy an agreement gets, and what is proposed for those that run. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { strategyOf } from '../../src/domain/facts.ts';
import { logAgreement } from '../../src/register/agreement-log.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { publishSegments } from '../../src/register/segment-set.ts';
import { decideProposal, nextSegmentation, proposalsPage, proposeStrategies, segmentDaily } from '../../src/register/strategy-proposal.ts';
import { readTimeline } from '../../src/register/timeline.ts';
import { ACME, ADMIN, BRAVO, bodyOf, logged, openTestRegister, unique, type TestRegister } from '../register/ledger.ts';
import { refusalOf } from '../register/refusal.ts';
import { at, outboxOf } from '../register/seed.ts';

const SEGMENTS = { segments: [
  { key: 'repeated', if: { missed: { min: 2 } }, strategy: 'strict' },
  { key: 'cars', if: { product: ['car'] }, strategy: 'gentle' },
], otherwise: 'standard' };

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());
beforeEach(() => register.clock.set(at('2026-11-20', 12)));

const current = async (id: string): Promise<string> => strategyOf((await loadState(register.db, id)).state).id;
const rowOf = (id: string) => register.db.selectFrom('agreement').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const open = async () => (await proposalsPage(register.ctx, ADMIN, { limit: 200, state: 'open' })).items;

describe('before there are segments', () => {
  test('who names no strategy gets the standard one, and nothing is due', async () => {
    const id = await logged(register.ctx);
    expect(await rowOf(id)).toMatchObject({ strategy_id: 'standard', strategy_chosen: 'default' });
    expect(await nextSegmentation(register.ctx)).toBeNull();
    expect(await segmentDaily(register.ctx)).toBeNull();
  });
});

describe('segments', () => {
  test('are versioned, change nothing when they are the same, and name only strategies that are published', async () => {
    const { ctx } = register;
    expect(await publishSegments(ctx, ADMIN, SEGMENTS)).toMatchObject({ created: true, segments: { version: 1 } });
    expect(await publishSegments(ctx, ADMIN, JSON.stringify(SEGMENTS))).toMatchObject({ created: false, segments: { version: 1 } });
    expect(await refusalOf(publishSegments(ctx, ADMIN, { segments: [{ key: 'a', strategy: 'nowhere' }] }))).toMatchObject({ code: 'ERR_SEGMENT', path: 'segments.0.strategy' });
    expect(await refusalOf(publishSegments(ctx, ACME, SEGMENTS))).toMatchObject({ code: 'ERR_ROLE' });
  });

  test('choose when an agreement is logged without a strategy; a name wins; the same body again is the same agreement', async () => {
    const { ctx } = register;
    const body = bodyOf({ product: 'car' });
    const first = await logAgreement(ctx, ACME, body);
    expect(await rowOf(first.agreementId)).toMatchObject({ strategy_id: 'gentle', strategy_chosen: 'segment', product: 'car' });
    expect(await logAgreement(ctx, ACME, body)).toEqual({ agreementId: first.agreementId, created: false, booked: 0 });
    expect(await rowOf(await logged(ctx, { product: 'car', strategy: 'standard' }))).toMatchObject({ strategy_id: 'standard', strategy_chosen: 'named' });
  });

  test('look at what the person missed at this creditor, not at another', async () => {
    const { ctx } = register;
    const person = { externalId: unique('P') };
    await logged(ctx, { person, instalments: [1, 2].map((number) => ({ number, dueOn: `2026-10-0${number}`, amountMinor: 10_000 })), agreedOn: '2026-09-01' });
    expect(await rowOf(await logged(ctx, { person }))).toMatchObject({ strategy_id: 'strict' });
    expect(await rowOf(await logged(ctx, { person, creditorId: 'bravo' }))).toMatchObject({ strategy_id: 'standard' });
  });
});

describe('re-segmentation', () => {
  test('proposes what the rules would choose now, once, with the score; nothing changes before somebody approves', async () => {
    const { ctx, db, clock } = register;
    const id = await logged(ctx);
    const named = await logged(ctx, { strategy: 'standard' });
    clock.set(at('2026-12-10', 12));
    await proposeStrategies(ctx);
    const proposal = (await open()).find(({ agreementId }) => agreementId === id);
    expect(proposal).toMatchObject({ from: { id: 'standard' }, to: 'strict', segment: 'repeated', segmentVersion: 1, facts: { missed: 3, onTime: 0 }, state: 'open' });
    expect(proposal?.score.points).toBe(proposal?.score.parts.reduce((sum, { points }) => sum + points, 0));
    expect(proposal?.text.es).toMatch(/^Se propone pasar de standard a strict \(segmento repeated/);
    expect((await open()).map(({ agreementId }) => agreementId)).not.toContain(named);
    expect(await current(id)).toBe('standard');
    expect(await proposeStrategies(ctx)).toEqual({ proposed: 0, withdrawn: 0 });

    expect(await refusalOf(decideProposal(ctx, BRAVO, proposal?.id ?? '', 'approved'))).toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(await decideProposal(ctx, ADMIN, proposal?.id ?? '', 'approved')).toMatchObject({ state: 'approved', decidedBy: 'key-admin' });
    expect(await current(id)).toBe('strict');
    expect(await rowOf(id)).toMatchObject({ strategy_id: 'standard', current_strategy_id: 'strict', current_strategy_version: 1, strategy_chosen: 'segment' });
    expect(await outboxOf(db, (await rowOf(id)).workflow_id)).toContain('strategyChanged');
    expect((await readTimeline(db, id)).at(-1)).toMatchObject({ kind: 'strategyChanged', text: { es: 'Estrategia cambiada a strict, versión 1.' } });
    expect(await refusalOf(decideProposal(ctx, ADMIN, proposal?.id ?? '', 'rejected'))).toMatchObject({ code: 'ERR_STATE' });
  });

  test('does not propose again what was rejected under the same rules, and withdraws what the rules do not say any more', async () => {
    const { ctx, db, clock } = register;
    const [rejected, paid] = [await logged(ctx), await logged(ctx)];
    clock.set(at('2026-12-10', 12));
    await proposeStrategies(ctx);
    const of = async (id: string) => (await open()).find(({ agreementId }) => agreementId === id)?.id ?? '';
    await decideProposal(ctx, ADMIN, await of(rejected), 'rejected');
    expect((await readTimeline(db, rejected)).at(-1)).toMatchObject({ kind: 'strategyProposalRejected' });
    expect(await current(rejected)).toBe('standard');
    expect(await of(paid)).not.toBe('');
    await publishSegments(ctx, ADMIN, { ...SEGMENTS, segments: SEGMENTS.segments.map((one) => (one.key === 'repeated' ? { ...one, if: { missed: { min: 9 } } } : one)) });
    await proposeStrategies(ctx);
    expect(await of(paid)).toBe('');
    expect(await of(rejected)).toBe('');
    await publishSegments(ctx, ADMIN, SEGMENTS);
    await proposeStrategies(ctx);
    expect(await of(rejected)).not.toBe('');
  });

  test('is done once a day of the business clock, however often it is asked', async () => {
    const { ctx, clock } = register;
    clock.set(at('2026-12-20', 6));
    expect(await segmentDaily(ctx)).not.toBeNull();
    expect(await segmentDaily(ctx)).toBeNull();
    expect(await nextSegmentation(ctx)).toBe(at('2026-12-21', 6));
    clock.set(at('2026-12-21', 6));
    expect(await segmentDaily(ctx)).not.toBeNull();
  });
});
