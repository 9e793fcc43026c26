import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/contact-law/evaluate.ts';
import { referenceAnswer } from '../../src/contact-law/reference/answer.ts';
import { holidays, lawCase, MINUTE, POLICIES, PROFILES } from './cases.ts';

describe.each(Object.keys(PROFILES))('%s', (profile) => {
  const anyCase = lawCase([profile]);

  test('engine and reference give the same answer, the same rules and the same first lawful minute', () => {
    fc.assert(fc.property(anyCase, (contact) => {
      const expected = referenceAnswer(contact, holidays);
      const answer = evaluate(POLICIES, contact);
      expect({ decision: answer.decision, rules: [...answer.rules].sort(), notBefore: answer.notBefore })
        .toEqual({ decision: expected?.decision, rules: [...(expected?.rules ?? [])].sort(), notBefore: expected?.notBefore });
      if (answer.decision === 'refuse') expect(answer.permanent).toBe(expected?.permanent);
    }), { numRuns: 120 });
  });

  test('a deferral fails at every minute before its instant and passes at it', () => {
    fc.assert(fc.property(anyCase, fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 20, maxLength: 20 }), (contact, shares) => {
      const { notBefore } = evaluate(POLICIES, contact);
      if (notBefore === undefined) return;
      expect(evaluate(POLICIES, { ...contact, now: notBefore }).decision).toBe('allow');
      expect(evaluate(POLICIES, { ...contact, now: notBefore - MINUTE }).decision).not.toBe('allow');
      for (const share of shares) expect(evaluate(POLICIES, { ...contact, now: contact.now + Math.floor((notBefore - contact.now) * share) }).decision).not.toBe('allow');
    }), { numRuns: 400 });
  });

  test('more history never makes a contact allowed', () => {
    fc.assert(fc.property(anyCase, anyCase, (contact, other) => {
      // A message from the person may be answered: that is no history of ours.
      const more = other.history.filter((past) => past.direction !== 'in').map((past) => ({ ...past, at: contact.now + (past.at - other.now) }));
      const before = evaluate(POLICIES, contact);
      const after = evaluate(POLICIES, { ...contact, history: [...contact.history, ...more] });
      if (before.decision !== 'allow') expect(after.decision).not.toBe('allow');
      if (before.notBefore !== undefined && after.notBefore !== undefined) expect(after.notBefore).toBeGreaterThanOrEqual(before.notBefore);
    }), { numRuns: 500 });
  });
});
