import { describe, expect, test } from 'vitest';
import type { AgreementState, EventBody } from '../../src/domain/agreement.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { overdueAt, viewOf } from '../../src/domain/view.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import type { Act } from '../../src/sandbox/debtors/act.ts';
import { callOf } from '../../src/sandbox/debtors/act.ts';
import { actsOf, type Life } from '../../src/sandbox/debtors/life.ts';
import type { Persona } from '../../src/sandbox/sample/persona.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';

const START = Date.parse('2026-12-01T12:00:00Z');
const STRATEGY: Strategy = { id: 'bare', version: 1, country: ['CL'], graceDays: 2, smallBalance: {}, steps: [] };

function agreement(): AgreementState {
  return initialState({
    agreementId: 'a', creditorId: 'comercial-sur', externalId: 'CS-9', country: 'CL', zone: 'America/Santiago', currency: 'CLP', agreedOn: '2026-12-01',
    instalments: [1, 2, 3].map((number) => ({ number, dueOn: `2026-12-${String(number * 8).padStart(2, '0')}`, amountMinor: 10_000 })),
    components: {}, componentOrder: ['principal'], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null,
  }, STRATEGY);
}

interface World {
  state: AgreementState;
  readonly done: Act[];
  call: Life['call'];
  case: Life['case'];
}

/** The world around one life: what Pacto would answer to each act, a call after twelve days, a case after thirty-two. */
function live(persona: Persona, days: number): World {
  const world: World = { state: agreement(), done: [], call: undefined, case: undefined };
  let seq = 0;
  const record = (at: number, body: EventBody): void => {
    seq += 1;
    world.state = apply(world.state, { ...body, id: `e${seq}`, seq, at });
  };
  for (let now = START; now < START + days * DAY; now += HOUR) {
    escalate(world, now, record);
    for (let acts = dueActs(world, persona, now); acts.length > 0; acts = dueActs(world, persona, now)) {
      for (const act of acts) {
        expect(world.done.map(({ id }) => id)).not.toContain(act.id);
        world.done.push(act);
        answer(world, act, now, record);
      }
    }
  }
  return world;
}

function dueActs(world: World, persona: Persona, now: number): Act[] {
  const life: Life = { persona, agreementId: 'a', personId: 'p', state: world.state, call: world.call, case: world.case, survey: undefined };
  return actsOf(life).filter((act) => act.at <= now);
}

function escalate(world: World, now: number, record: (at: number, body: EventBody) => void): void {
  const { daysPastDue } = overdueAt(world.state, now);
  if (daysPastDue >= 12 && world.call === undefined && !world.state.events.some((event) => event.kind === 'callOutcome')) {
    world.call = { id: 'c1', agreementId: 'a', from: now };
  }
  if (daysPastDue >= 32 && world.case === undefined && !world.state.events.some((event) => event.kind === 'preLegalOpened')) {
    world.case = { id: 'k1', agreementId: 'a', openedAt: now, approvals: 0 };
    record(now, { kind: 'preLegalOpened', case: 'k1', occurrence: 'pre-legal/i1v1' });
  }
}

function answer(world: World, act: Act, now: number, record: (at: number, body: EventBody) => void): void {
  switch (act.kind) {
    case 'pay':
      record(now, { kind: 'paymentBooked', payment: act.externalId, amountMinor: act.amountMinor });
      if (world.case === undefined || overdueAt(world.state, now).overdue) break;
      record(now, { kind: 'preLegalClosed', case: world.case.id, result: 'withdrawn' });
      world.case = undefined;
      break;
    case 'reverse': record(now, { kind: 'paymentReversed', payment: act.payment }); break;
    case 'optOut': record(now, { kind: 'optedOut', scope: 'all' }); break;
    case 'dispute': record(now, { kind: 'disputed', dispute: 'd1', reason: 'amount' }); break;
    case 'resolveDispute': record(now, { kind: 'resolved', dispute: act.dispute, outcome: 'rejected' }); break;
    case 'call':
      world.call = undefined;
      record(now, { kind: 'callOutcome', call: 'k', callback: act.callbackId, channel: 'call', outcome: act.outcome });
      if (act.promise) record(now, { kind: 'promiseMade', promise: 'pr1', ...act.promise, channel: 'call' });
      break;
    case 'approve': if (world.case) world.case = { ...world.case, approvals: world.case.approvals + 1 }; break;
    case 'handOver':
      world.case = undefined;
      record(now, { kind: 'preLegalClosed', case: act.caseId, result: 'handedOver' });
      break;
    case 'answerSurvey': break;
  }
}

const kinds = (world: World): string[] => world.done.map(({ kind }) => kind);

test.each<Persona>(['punctual', 'prepays', 'late', 'slow', 'partial', 'viaCreditor', 'keepsPromise', 'breaksPromise', 'reverses', 'unreachable', 'wrongNumber', 'coDebtorPays', 'optsOut', 'disputes'])(
  'who is %s has paid everything in the end, to the unit',
  (persona) => {
    const view = viewOf(live(persona, 150).state);
    expect(view).toMatchObject({ phase: 'settled', balanceMinor: 0, creditMinor: 0 });
  },
);

describe('what each of them does on the way', () => {
  test('a late payer pays each instalment five days after its date', () => {
    const days = live('late', 60).done.map(({ at }) => new Date(at).toISOString().slice(0, 10));
    expect(days).toEqual(['2026-12-13', '2026-12-21', '2026-12-29']);
  });

  test('who prepays covers two instalments before the first is due', () => {
    const [first] = live('prepays', 60).done;
    expect(first).toMatchObject({ kind: 'pay', amountMinor: 20_000 });
    expect(first?.at).toBeLessThan(Date.parse('2026-12-08T00:00:00Z'));
  });

  test('a partial payer pays in two parts that add up', () => {
    const amounts = live('partial', 20).done.flatMap((act) => (act.kind === 'pay' ? [act.amountMinor] : []));
    expect(amounts.slice(0, 2)).toEqual([6_000, 4_000]);
  });

  test('a reversal takes back the first payment once, and it is paid again', () => {
    expect(kinds(live('reverses', 60)).filter((kind) => kind === 'reverse')).toHaveLength(1);
    expect(kinds(live('reverses', 60)).filter((kind) => kind === 'pay')).toHaveLength(4);
  });

  test('a promise that is broken is paid after its date and its grace', () => {
    const { done } = live('breaksPromise', 60);
    const call = done.find((act) => act.kind === 'call');
    const paid = done.find((act) => act.kind === 'pay');
    if (call?.kind !== 'call' || call.promise === undefined || paid === undefined) throw new Error('no promise or no payment');
    expect(paid.at).toBeGreaterThan(Date.parse(`${call.promise.dueOn}T00:00:00Z`) + 4 * DAY);
  });

  test('who never pays is called in vain, approved by two and handed over', () => {
    const { done, state } = live('never', 90);
    expect(done.map(({ kind }) => kind)).toEqual(['call', 'approve', 'approve', 'handOver']);
    expect(done.flatMap((act) => (act.kind === 'approve' ? [callOf(act, { admin: 'a', supervisor: 's', lawyer: 'l' }).key] : []))).toEqual(['s', 'l']);
    expect(viewOf(state).paidMinor).toBe(0);
  });

  test('who pays when it gets serious pays all that is overdue before the hand-over', () => {
    const { done } = live('paysAtLaw', 90);
    expect(done.map(({ kind }) => kind)).not.toContain('handOver');
    expect(done.find((act) => act.kind === 'pay')).toMatchObject({ amountMinor: 30_000 });
  });

  test('who was called and talked pays the next day', () => {
    const { done } = live('afterCall', 40);
    const call = done.find((act) => act.kind === 'call');
    expect(call).toMatchObject({ outcome: 'talked' });
    expect(done.find((act) => act.kind === 'pay')?.at).toBeGreaterThanOrEqual((call?.at ?? 0) + DAY - HOUR);
  });

  test('a wrong number is told to the agent who calls, and nobody promises anything there', () => {
    expect(live('wrongNumber', 40).done.find((act) => act.kind === 'call')).toMatchObject({ outcome: 'wrongNumber' });
  });

  test('an opt-out comes after the first notice, a dispute rests until it is resolved', () => {
    expect(kinds(live('optsOut', 60))[0]).toBe('optOut');
    expect(kinds(live('disputes', 60)).filter((kind) => kind !== 'call').slice(0, 3)).toEqual(['dispute', 'resolveDispute', 'pay']);
  });
});
