/** Offers and judgement against the policy, recomputed here in another way; and whole lives of renegotiations that were judged. */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { AgreementState, Instant } from '../../src/domain/agreement.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { judge } from '../../src/domain/negotiation.ts';
import { equalParts, offers } from '../../src/domain/negotiation-offers.ts';
import { MAX_GAP_DAYS, restsOf, type NegotiationPolicy, type NewPlan } from '../../src/domain/negotiation-policy.ts';
import { overdueAt, viewOf } from '../../src/domain/view.ts';
import { addDays, DAY, daysBetween, isLocalDate, localDate } from '../../src/domain/zone.ts';
import { on, standard, termsOf } from './agreement.ts';
import { instants, states } from './arbitrary.ts';
import { property } from './property.ts';

const policies: fc.Arbitrary<NegotiationPolicy> = fc.record({
  maxDiscountPercent: fc.uniqueArray(fc.record({ fromDays: fc.integer({ min: 0, max: 120 }), percent: fc.integer({ min: 0, max: 100 }) }), { maxLength: 3, selector: ({ fromDays }) => fromDays }),
  maxExtensionDays: fc.integer({ min: 0, max: 60 }), minInstalmentMinor: fc.record({ CLP: fc.integer({ min: 1, max: 9_000 }), MXN: fc.integer({ min: 1, max: 9_000 }) }),
  maxInstalments: fc.integer({ min: 1, max: 14 }), firstDueWithinDays: fc.integer({ min: 0, max: 45 }), coolDownDays: fc.integer({ min: 0, max: 60 }), maxRenegotiations: fc.integer({ min: 0, max: 8 }),
});
const currencies = fc.constantFrom('CLP', 'MXN');
const zones = fc.constantFrom('America/Santiago', 'America/Mexico_City', 'Pacific/Easter');
const anywhere = fc.record({ state: states, currency: currencies, zone: zones }).map(({ state, currency, zone }): AgreementState => ({ ...state, terms: { ...state.terms, currency, zone } }));

const sumOf = (plan: NewPlan): number => plan.instalments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

/** What a plan near the bounds looks like: dice decide how near. */
const sketches = fc.record({
  count: fc.integer({ min: 1, max: 15 }), first: fc.integer({ min: -1, max: 46 }), gap: fc.integer({ min: 0, max: 33 }), percent: fc.constantFrom(0, 0, 5, 20, 60), off: fc.constantFrom(0, 0, 0, 1, -1),
  move: fc.boolean(), days: fc.integer({ min: 0, max: 70 }),
});
type Sketch = typeof sketches extends fc.Arbitrary<infer T> ? T : never;

function planOf({ count, first, gap, percent, off, move, days }: Sketch, state: AgreementState, now: Instant): NewPlan {
  const today = localDate(state.terms.zone, now);
  const rests = restsOf(viewOf(state));
  if (move) {
    return { discountMinor: 0, instalments: rests.map(({ dueOn, amountMinor }, index) => ({ number: index + 1, amountMinor, dueOn: addDays(dueOn > today ? dueOn : today, days) })) };
  }
  const { balanceMinor } = viewOf(state);
  const discountMinor = Math.floor(balanceMinor * percent / 100);
  return { discountMinor, instalments: equalParts(Math.max(0, balanceMinor - discountMinor + off), count).map((amountMinor, index) => ({ number: index + 1, amountMinor, dueOn: addDays(today, first + gap * index) })) };
}

/** The bounds, said once more. */
function expectWithin(plan: NewPlan, state: AgreementState, policy: NegotiationPolicy, now: Instant): void {
  const { zone, currency } = state.terms;
  const [view, today] = [viewOf(state), localDate(zone, now)];
  const made = state.events.filter(({ kind }) => kind === 'renegotiated');
  expect(sumOf(plan) + plan.discountMinor).toBe(view.balanceMinor);
  expect(['active', 'broken', 'preLegal']).toContain(view.phase);
  expect(made.length).toBeLessThan(policy.maxRenegotiations);
  // Facts of these states may be dated ahead of now: without a cool-down that forbids nothing.
  if (policy.coolDownDays > 0) for (const { at } of made) expect(daysBetween(localDate(zone, at), today)).toBeGreaterThanOrEqual(policy.coolDownDays);
  const age = overdueAt(state, now).daysPastDue;
  const percent = [...policy.maxDiscountPercent].sort((a, b) => a.fromDays - b.fromDays).findLast(({ fromDays }) => fromDays <= age)?.percent ?? 0;
  if (plan.discountMinor > 0) expect((plan.discountMinor + view.negotiatedDiscountMinor) * 100).toBeLessThanOrEqual((view.balanceMinor + view.negotiatedDiscountMinor) * percent);
  expect(plan.instalments.every(({ dueOn }) => isLocalDate(dueOn) && dueOn >= today)).toBe(true);
  expect(plan.instalments.every(({ amountMinor }) => Number.isSafeInteger(amountMinor) && amountMinor > 0)).toBe(true);
  const dates = [...plan.instalments].sort((a, b) => (a.dueOn < b.dueOn ? -1 : 1));
  const rests = restsOf(view);
  const onlyMoved = view.brokenAt === null && plan.discountMinor === 0 && rests.length === dates.length && rests.every(({ amountMinor }, index) => dates[index]?.amountMinor === amountMinor);
  if (onlyMoved) {
    rests.forEach(({ dueOn }, index) => {
      const to = dates[index]?.dueOn ?? '';
      if (to > dueOn) expect(daysBetween(dueOn > today ? dueOn : today, to)).toBeLessThanOrEqual(policy.maxExtensionDays);
    });
    return;
  }
  expect(dates.length).toBeLessThanOrEqual(policy.maxInstalments);
  if (dates.length > 1) for (const { amountMinor } of dates) expect(amountMinor).toBeGreaterThanOrEqual(policy.minInstalmentMinor[currency] ?? 1);
  expect(daysBetween(today, dates[0]?.dueOn ?? '')).toBeLessThanOrEqual(policy.firstDueWithinDays);
  dates.slice(1).forEach(({ dueOn }, index) => expect(daysBetween(dates[index]?.dueOn ?? '', dueOn)).toBeLessThanOrEqual(MAX_GAP_DAYS));
}

let offered = 0;
property('every offer passes the judgement and every bound, to the last unit, on days that have not passed', fc.property(anywhere, policies, instants, (state, policy, now) => {
  for (const offer of offers(state, policy, now)) {
    offered += 1;
    expect(judge(offer, state, policy, now)).toEqual([]);
    expectWithin(offer, state, policy, now);
    if (offer.kind !== 'moveDate') expect(Math.max(...offer.instalments.map(({ amountMinor }) => amountMinor)) - Math.min(...offer.instalments.map(({ amountMinor }) => amountMinor))).toBeLessThanOrEqual(1);
    expect(offer.discountMinor > 0).toBe(offer.kind === 'payNow');
  }
}), { runs: 2_000 });

const STANDARD = standard();
let passed = 0;
property('no plan that passes the judgement passes a bound', fc.property(anywhere, policies, instants, sketches, (state, policy, now, sketch) => {
  const plan = planOf(sketch, state, now);
  if (judge(plan, state, policy, now).length > 0) return;
  passed += 1;
  expectWithin(plan, state, policy, now);
}), { runs: 4_000 });

property('however a plan is renegotiated again and again, what is forgiven and by how much dates move stay what one agreement may give', fc.property(
  policies, fc.array(fc.record({ wait: fc.integer({ min: 0, max: 70 }), sketch: sketches }), { minLength: 2, maxLength: 5 }), (given, tries) => {
    // One band, so that the most that may ever be forgiven is known from the start.
    const percent = given.maxDiscountPercent[0]?.percent ?? 0;
    const policy = { ...given, maxDiscountPercent: [{ fromDays: 0, percent }], firstDueWithinDays: 400, maxRenegotiations: 50, coolDownDays: given.coolDownDays % 3 };
    let state = initialState(termsOf(), STANDARD);
    let now = on('2026-12-05');
    let moves = 0;
    let start = restsOf(viewOf(state)).map(({ dueOn }) => dueOn);
    for (const { wait, sketch } of tries) {
      now += wait * DAY;
      const plan = planOf(sketch, state, now);
      if (judge(plan, state, policy, now).length > 0) continue;
      passed += 1;
      const before = restsOf(viewOf(state));
      state = apply(state, { kind: 'renegotiated', id: `r${state.events.length}`, seq: state.events.length + 1, at: now, version: viewOf(state).planVersion + 1, ...plan });
      const after = restsOf(viewOf(state));
      const moved = plan.discountMinor === 0 && before.length === after.length && before.every(({ amountMinor }, index) => after[index]?.amountMinor === amountMinor);
      moves = moved ? moves + 1 : 0;
      if (!moved) start = after.map(({ dueOn }) => dueOn);
      // Nothing fell due in between: then the days count from the dates of the plan itself.
      else if (start.every((date) => date >= localDate(state.terms.zone, now))) after.forEach(({ dueOn }, index) => expect(daysBetween(start[index] ?? '', dueOn)).toBeLessThanOrEqual(policy.maxExtensionDays));
      expect(viewOf(state).negotiatedDiscountMinor * 100).toBeLessThanOrEqual(100_000 * percent);
      expect(viewOf(state).balanceMinor + viewOf(state).negotiatedDiscountMinor).toBe(100_000);
    }
  },
));

property('the properties above looked at something', fc.property(fc.constant(null), () => {
  expect(offered).toBeGreaterThan(500);
  expect(passed).toBeGreaterThan(200);
}));
