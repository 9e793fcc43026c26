import { expect, it } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import { on, strategyOf, termsOf, Told } from './agreement.ts';

const step = (key: string, days: number, more: object = {}): object => ({ key, when: { anchor: 'due', days, at: '10:00' }, do: 'contact', template: 'missed', channels: ['sms', 'email'], ...more });
const terms = termsOf({ instalments: [{ number: 1, dueOn: '2027-01-10', amountMinor: 50_000 }] });
const told = (caps: readonly object[], more: object = {}): Told => new Told(terms, strategyOf([step('a', 1), step('b', 3, more)], { caps })).sent(on('2027-01-11', '10:00'), 't1', 'a/i1v1');

it('a cap of the strategy puts a step off to the first day that has room, at its own hour', () => {
  const capped = told([{ max: 1, over: { rollingDays: 5 } }]);
  expect(decide(capped.state, on('2027-01-13', '10:00'))).toMatchObject({ kind: 'wait', until: on('2027-01-16', '10:00'), why: 'strategyCap' });
  expect(decide(capped.state, on('2027-01-16', '10:00'))).toMatchObject({ kind: 'contact', occurrences: [{ key: 'b/i1v1' }] });
});

it('a cap of one channel leaves the other', () => {
  expect(decide(told([{ channels: ['sms'], max: 1, over: { rollingDays: 5 } }]).state, on('2027-01-13', '10:00'))).toMatchObject({ kind: 'contact', occurrences: [{ channels: ['email'] }] });
});

it('a cap of a step binds that step alone, a week begins on Monday', () => {
  const capped = told([], { caps: [{ max: 1, over: { calendarWeek: 'mon' } }] });
  expect(decide(capped.state, on('2027-01-13', '10:00'))).toMatchObject({ kind: 'wait', until: on('2027-01-18', '10:00') });
});

it('calls are counted with calls', () => {
  const calls = strategyOf([{ key: 'call', when: { anchor: 'due', days: 3, at: '09:00' }, do: 'callback' }], { caps: [{ channels: ['call'], max: 1, over: { rollingDays: 7 } }] });
  const called = new Told(terms, calls).tell(on('2027-01-12'), { kind: 'callOutcome', call: 'k1', channel: 'call', outcome: 'noAnswer' });
  expect(decide(called.state, on('2027-01-13', '09:00'))).toMatchObject({ kind: 'wait', until: on('2027-01-19', '09:00') });
});

it('what the person asked for is outside every cap', () => {
  const after = strategyOf([step('a', 1), { key: 'thanks', when: { anchor: 'settled', days: 0 }, do: 'contact', template: 'settled' }], { caps: [{ max: 1, over: { rollingDays: 30 } }] });
  const paid = new Told(terms, after).sent(on('2027-01-11', '10:00'), 't1', 'a/i1v1').pays(on('2027-01-12'), 50_000);
  expect(decide(paid.state, on('2027-01-12'))).toMatchObject({ kind: 'contact', occurrences: [{ key: 'thanks/s1' }] });
});
