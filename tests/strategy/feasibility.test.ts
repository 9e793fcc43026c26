import { describe, expect, it } from 'vitest';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { judge, judgeParts, sweepFrom, together } from '../../src/strategy/feasibility/judge.ts';
import { COARSE, HOUSEHOLDS, sweep, type SweepFinding } from '../../src/strategy/feasibility/sweep.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';

const policies = shippedPolicies('test');
const FROM = '2027-01-01';
const of = (steps: readonly object[], country = ['CL']): Strategy => parseStrategy({ id: 'test', country, steps }, { version: 1 });
const notice = (key: string, days: number, more: object = {}): object => ({ key, when: { anchor: 'due', days, at: '10:00' }, if: 'unpaid', do: 'contact', template: 'missed', expiresDays: 3, ...more });
const refusals = (strategy: Strategy) => together(judgeParts(policies, strategy, FROM)).refusals;
const coarse = (strategy: Strategy, country: string, household: (typeof HOUSEHOLDS)[number] = 'one'): SweepFinding => sweep({ policies, strategy, country, from: FROM, stride: COARSE }, household);

describe('the shipped strategies', () => {
  it.each(shippedStrategies().flatMap(({ strategy }) => strategy.country.map((country) => [strategy.id, country, strategy] as const)))('%s can be lived in %s, with one agreement, two, three, and two creditors', (_, country, strategy) => {
    for (const household of HOUSEHOLDS) {
      const finding = coarse(strategy, country, household);
      expect(judge(finding).refusals).toEqual([]);
      expect(finding.preLegal.opened).toBeGreaterThan(0);
      expect(finding.preLegal).toMatchObject({ withoutNotice: 0, withoutCall: 0 });
      expect(finding.duties.every(({ missed }) => missed === 0)).toBe(true);
    }
  });

  it('three agreements at one creditor are called about with one call, and each reaches its case with it', () => {
    const standard = shippedStrategies().find(({ strategy }) => strategy.id === 'standard');
    const call = coarse(standard?.strategy ?? of([]), 'CL', 'three').steps.find(({ step }) => step === 'call');
    expect(call).toMatchObject({ wanted: 51, done: 51, expired: 0 });
  });
});

describe('a strategy that cannot be lived is refused', () => {
  it('a fourth message within four days where three a week are the most, with the rule', () => {
    const found = refusals(of([3, 4, 5, 6].map((day) => notice(`day-${day}`, day, { expiresDays: 0 })), ['MX']));
    expect(found.filter(({ household }) => household === 'one')).toMatchObject([{ step: 'day-6', country: 'MX', rules: ['MX-house'], message: expect.stringContaining('can never happen, by MX-house') }]);
  });

  it('a notice after the case was opened', () => {
    const found = refusals(of([notice('first', 3), { key: 'law', when: { anchor: 'due', days: 10 }, do: 'preLegal' }, notice('late', 14)], ['MX']));
    expect(found.filter(({ household }) => household === 'one')).toMatchObject([{ step: 'late', rules: ['preLegal'] }]);
  });

  it('a case that its own requirements never let happen', () => {
    const found = refusals(of([notice('first', 3), { key: 'law', when: { anchor: 'due', days: 10 }, do: 'preLegal', requires: { callAttempts: 1 } }], ['MX']));
    expect(found[0]).toMatchObject({ step: 'law', rules: ['requires'] });
  });

  it('a case that nobody was written to about, because the notice lapsed', () => {
    const found = refusals(of([notice('first', 3, { expiresDays: 0 }), { key: 'law', when: { anchor: 'due', days: 20 }, do: 'preLegal' }], ['PE']));
    expect(found.map(({ step }) => step)).toContain(null);
    expect(found.find(({ step }) => step === null)?.message).toMatch(/cases would be opened without a delivered notice/);
  });
});

it('what only slips or lapses is a warning, and a case without a call too', () => {
  const { refusals: none, warnings } = together(judgeParts(policies, of([notice('first', 3, { expiresDays: 5 }), { key: 'law', when: { anchor: 'due', days: 20 }, do: 'preLegal', requires: { noticesDelivered: 1 } }], ['PE']), FROM));
  expect(none).toEqual([]);
  expect(warnings.map(({ message }) => message).join('\n')).toMatch(/comes up to \d days later, by .*PE-write/);
  expect(warnings.map(({ message }) => message).join('\n')).toMatch(/without a call attempt/);
});

it('a cap of the strategy is lived too: a message a month leaves no room for the second notice', () => {
  const capped = parseStrategy({ id: 'test', country: ['MX'], caps: [{ channels: ['sms', 'email'], max: 1, over: { rollingDays: 30 } }], steps: [notice('first', 3), notice('second', 8)] }, { version: 1 });
  expect(refusals(capped).filter(({ household }) => household === 'one')).toMatchObject([{ step: 'second' }]);
});

it('says that there are no rules for a country instead of taking it for free', () => {
  expect(() => coarse(of([notice('first', 3)], ['JP']), 'JP')).toThrow(/no contact rules for JP/);
});

it('begins its year where the calendars of every country reach', () => {
  expect(sweepFrom(policies, '2026-11-27')).toBe('2026-11-27');
  expect(sweepFrom(policies, '2041-01-01') < '2030-01-01').toBe(true);
  expect(judge(sweep({ policies, strategy: of([notice('first', 3, { expiresDays: 6 })]), country: 'CL', from: sweepFrom(policies, '2041-01-01'), stride: COARSE }, 'one')).refusals).toEqual([]);
});
