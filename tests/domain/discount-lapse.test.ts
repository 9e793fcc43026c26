/** A conditional discount over versions of the plan: what is owed when one of them falls, by state and balance. */
import { describe, expect, it } from 'vitest';
import type { AgreementTerms } from '../../src/domain/agreement.ts';
import { decide } from '../../src/domain/decide.ts';
import { viewOf } from '../../src/domain/view.ts';
import { on, termsOf, Told } from './agreement.ts';

const agreed = (given: Partial<AgreementTerms> = {}): Told => new Told(termsOf({ discountMinor: 20_000, discountLapsesOnBreak: true, acceleratesAfterMissed: 2, ...given }));
const day = on('2026-12-20');
const again = (told: Told, amountMinor: number, discountMinor: number, more: { conditional?: true; dueOn?: string } = {}): Told => told.tell(day, {
  kind: 'renegotiated', version: viewOf(told.state).planVersion + 1, discountMinor, instalments: [{ number: 1, dueOn: more.dueOn ?? '2027-01-20', amountMinor }], ...(more.conditional === true ? { conditional: true } : {}),
});
const falls = (told: Told): Told => told.tell(on('2027-03-01'), { kind: 'planBroken' });
const owed = (told: Told): number => viewOf(told.state).balanceMinor;

describe('a discount that lapses when the plan falls', () => {
  it('is the one of the terms while there is no other', () => {
    expect(owed(falls(agreed()))).toBe(120_000);
  });

  it('is that of the new plan and that of the terms: asking for another plan does not make a discount unconditional', () => {
    const told = again(agreed(), 90_000, 10_000);
    expect([owed(told), viewOf(told.state).lapsingDiscountMinor, viewOf(told.state).negotiatedDiscountMinor]).toEqual([90_000, 30_000, 10_000]);
    falls(told);
    expect([owed(told), viewOf(told.state).lapsingDiscountMinor, viewOf(told.state).negotiatedDiscountMinor]).toEqual([120_000, 0, 0]);
  });

  it('lapses once: after the fall a third plan has only its own to lose', () => {
    const told = again(falls(again(agreed(), 90_000, 10_000)), 115_000, 5_000);
    expect(owed(told)).toBe(115_000);
    expect(owed(falls(told))).toBe(120_000);
  });

  it('is owed besides what payments in between left open, and a reversal afterwards adds what it takes back', () => {
    const told = again(agreed().pays(day, 40_000, 'first'), 50_000, 10_000).pays(on('2027-01-10'), 30_000, 'second');
    expect(owed(told)).toBe(20_000);
    falls(told);
    expect(owed(told)).toBe(50_000);
    told.tell(on('2027-03-02'), { kind: 'paymentReversed', payment: 'first' });
    expect(owed(told)).toBe(90_000);
    told.pays(on('2027-03-03'), 90_000, 'third');
    expect(viewOf(told.state)).toMatchObject({ balanceMinor: 0, phase: 'settled', creditMinor: 0 });
  });

  it('stays forgiven once the plan is paid; when the payment is taken back and the plan falls then, it is owed again', () => {
    const told = again(agreed(), 90_000, 10_000).pays(on('2027-01-10'), 90_000, 'all');
    expect(owed(falls(told))).toBe(0);
    told.tell(on('2027-03-02'), { kind: 'paymentReversed', payment: 'all' }).tell(on('2027-03-08'), { kind: 'planBroken' });
    expect(owed(told)).toBe(120_000);
  });

  it('never lapses where the terms say nothing of it, unless it was given for a date', () => {
    const terms = { discountLapsesOnBreak: false, acceleratesAfterMissed: null };
    expect(owed(falls(again(agreed(terms), 90_000, 10_000)))).toBe(90_000);
    const told = again(agreed(terms), 90_000, 10_000, { conditional: true });
    expect(viewOf(told.state)).toMatchObject({ fallsAfterMissed: 1, lapsingDiscountMinor: 10_000 });
    expect(owed(falls(told))).toBe(100_000);
    expect(viewOf(told.state).fallsAfterMissed).toBeNull();
  });

  it('given for a date makes the plan fall when that one date is missed, at the end of its grace and not before', () => {
    const told = again(agreed({ acceleratesAfterMissed: null }), 90_000, 10_000, { conditional: true });
    const decided = (at: number): string => {
      const decision = decide(told.state, at);
      return decision.kind === 'escalate' ? decision.to : decision.kind;
    };
    expect(decided(on('2027-01-22', '23:59'))).not.toBe('broken');
    expect(decided(on('2027-01-23', '00:00'))).toBe('broken');
    // Another plan over it does not shake the date off.
    again(told, 90_000, 0, { dueOn: '2027-02-20' });
    expect(decided(on('2027-02-23', '00:00'))).toBe('broken');
    expect(owed(falls(told))).toBe(120_000);
  });
});
