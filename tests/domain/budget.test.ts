/** The scenario of the budget (design.md section 7) on the pure core: what it costs before Temporal is even asked. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { initialState } from '../../src/domain/facts.ts';
import { DAY } from '../../src/domain/zone.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { monthly, on, plus, termsOf } from './agreement.ts';
import { live } from './life.ts';

it('two contacts and three timers an instalment, no skip for what was paid, then the survey', () => {
  const strategy = parseStrategy(readFileSync(new URL('../budget/strategy.yaml', import.meta.url), 'utf8'), { version: 1 });
  const terms = termsOf({ instalments: monthly(6) });
  const outside = terms.instalments.map(({ dueOn, number }) => ({
    at: on(plus(dueOn, 2), '12:00'), body: { kind: 'paymentBooked' as const, payment: `p${number}`, amountMinor: 10_000 } }));
  const life = live(initialState(terms, strategy), { from: on('2026-12-01'), to: on('2027-06-15') + 60 * DAY, outside });
  expect(life.acts.map(({ act }) => (act.kind === 'contact' ? act.occurrences.map((one) => one.key).join('+') : act.kind))).toEqual([
    ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`upcoming/i${n}v1`, `missed/i${n}v1`]), 'sendSurvey', 'close',
  ]);
  expect(life.timers).toBe(18);
});
