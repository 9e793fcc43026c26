/** Whose money covers what, in which order, and how it is taken back. */
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/domain/view.ts';
import { formatMinor, splitProRata } from '../../src/domain/money.ts';
import { on, strategyOf, termsOf, Told } from './agreement.ts';

const day = on('2027-01-05');
const paid = (told: Told): number[] => viewOf(told.state).instalments.map((one) => one.paidMinor);

describe('allocation', () => {
  it('covers the oldest date first, the rest becomes credit once nothing is owed', () => {
    expect(paid(new Told().pays(day, 60_000))).toEqual([50_000, 10_000]);
    const over = viewOf(new Told().pays(day, 60_000).pays(day, 45_000).state);
    expect(over).toMatchObject({ balanceMinor: 0, creditMinor: 5_000, paidMinor: 105_000, phase: 'settled', settlements: 1 });
  });

  it('covers a named instalment first', () => {
    const told = new Told().tell(day, { kind: 'paymentBooked', payment: 'p', amountMinor: 70_000, instalment: 2 });
    expect(paid(told)).toEqual([20_000, 50_000]);
  });

  it("splits by the creditor's order of components", () => {
    const told = new Told(termsOf({ components: { principal: 80_000, fees: 20_000 }, componentOrder: ['fees', 'principal'] })).pays(day, 15_000, 'p');
    expect(viewOf(told.state).allocations).toMatchObject([{ component: 'fees', amountMinor: 10_000 }, { component: 'principal', amountMinor: 5_000 }]);
  });

  it('a reversal reopens what it paid, newest first, and counts once, also when it comes twice or ahead of its payment', () => {
    const told = new Told().pays(day, 50_000, 'p1').pays(day, 50_000, 'p2').tell(day, { kind: 'paymentReversed', payment: 'p1' });
    expect(paid(told)).toEqual([0, 50_000]);
    expect(viewOf(told.state)).toMatchObject({ phase: 'active', settledAt: null, balanceMinor: 50_000 });
    expect(paid(told.tell(day, { kind: 'paymentReversed', payment: 'p1' }))).toEqual([0, 50_000]);
    expect(viewOf(new Told().tell(day, { kind: 'paymentReversed', payment: 'p9' }).pays(day, 10_000, 'p9').state).paidMinor).toBe(0);
  });

  it('a rest within the small-balance tolerance settles; a peso more does not', () => {
    const strategy = strategyOf([{ key: 'a', when: { anchor: 'due', days: 1 }, do: 'contact', template: 'missed' }], { smallBalance: { CLP: 500 } });
    expect(viewOf(new Told(termsOf(), strategy).pays(day, 99_500).state).phase).toBe('settled');
    expect(viewOf(new Told(termsOf(), strategy).pays(day, 99_499).state).phase).toBe('active');
  });

  it('a plan that falls brings the lapsed discount back; a settled one does not fall', () => {
    const terms = termsOf({ discountMinor: 20_000, discountLapsesOnBreak: true });
    expect(viewOf(new Told(terms).tell(day, { kind: 'planBroken' }).state)).toMatchObject({ phase: 'broken', balanceMinor: 120_000 });
    expect(viewOf(new Told(terms).pays(day, 100_000).tell(day, { kind: 'planBroken' }).state)).toMatchObject({ phase: 'settled', balanceMinor: 0 });
  });

  it('a new plan keeps what was paid on the old one', () => {
    const told = new Told().pays(day, 30_000).tell(day, { kind: 'renegotiated', version: 2, discountMinor: 0, instalments: [{ number: 1, dueOn: '2027-05-01', amountMinor: 65_000 }] });
    expect(viewOf(told.state)).toMatchObject({ planVersion: 2, balanceMinor: 65_000, paidMinor: 30_000 });
    expect(viewOf(told.state).superseded.reduce((sum, one) => sum + one.paidMinor, 0)).toBe(30_000);
  });
});

describe('amounts', () => {
  it('are split to the unit', () => {
    expect(splitProRata(100, [1, 1, 1])).toEqual([34, 33, 33]);
    expect(splitProRata(900_000_000_001, [700_000_000_003, 1])).toEqual([900_000_000_000, 1]);
  });

  it('are written as people write them in the country of the currency', () => {
    expect([formatMinor(275_940, 'CLP'), formatMinor(123_450, 'MXN'), formatMinor(-105, 'COP')]).toEqual(['CLP 275.940', 'MXN 1,234.50', 'COP -1,05']);
  });
});
