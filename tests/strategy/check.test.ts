import { expect, it } from 'vitest';
import { checkStrategy } from '../../src/strategy/check.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';

const notice = { key: 'notice', when: { anchor: 'due', days: 3 }, do: 'contact', template: 'missed' };
const law = { key: 'law', when: { anchor: 'due', days: 30 }, do: 'preLegal' };

function problems(steps: readonly object[], country: readonly string[] = ['CL', 'MX']): string[] {
  return checkStrategy(parseStrategy({ id: 'test', country, steps }, { version: 1 })).map((one) => `${one.step}: ${one.message}`);
}

it('finds nothing wrong with what is shipped', () => {
  for (const { strategy } of shippedStrategies()) expect(checkStrategy(strategy)).toEqual([]);
});

it.each([
  ['a case that requires more notices than are sent before it', [notice, { ...law, requires: { noticesDelivered: 2 } }], /requires 2 notices, and only 1 /],
  ['a case that requires a call nobody books', [notice, { ...law, requires: { callAttempts: 1 } }], /no step before it books one/],
  ['a call that is booked after the case', [{ key: 'call', when: { anchor: 'due', days: 40 }, do: 'callback' }, { ...law, requires: { callAttempts: 1 } }], /no step before it books one/],
  ['a case within the grace', [{ ...law, when: { anchor: 'due', days: 2 } }], /nothing is overdue yet/],
  ['a case without an amount for one of its countries', [{ ...law, minOverdue: { CLP: 1 } }], /no amount in MXN/],
  ['a message at night', [{ ...notice, when: { anchor: 'due', days: 3, at: '23:00' } }], /always be deferred/],
  ['a reminder that may come after the date', [{ ...notice, when: { anchor: 'due', days: -3 }, expiresDays: 4 }], /sent after it/],
  ['two notices on two days running in Chile', [notice, { ...notice, key: 'next', when: { anchor: 'due', days: 4 } }], /next: it comes 1 days after notice; CL/],
])('finds %s', (_, steps, said) => {
  expect(problems(steps).join('\n')).toMatch(said);
});

it('lets two notices on two days running pass where no law minds', () => {
  expect(problems([notice, { ...notice, key: 'next', when: { anchor: 'due', days: 4 } }], ['MX'])).toEqual([]);
});

it('says that a strategy is not for a country it does not list', () => {
  expect(checkStrategy(parseStrategy({ id: 'test', country: ['CL'], steps: [notice] }, { version: 1 }), 'BR')).toEqual([{ step: null, message: 'is not for BR: country lists CL' }]);
});
