import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/contact-law/evaluate.ts';
import type { PastContact } from '../../src/contact-law/policy.ts';
import { anyCase, anyCaseAtAll, DAY, MINUTE, POLICIES } from './cases.ts';
import { houseAllows, houseNextMinute } from './house-reference.ts';

const RUNS = { numRuns: 1_000 };

test('the engine and the reference agree on what may leave now', () => {
  fc.assert(
    fc.property(anyCaseAtAll, (contact) => {
      const expected = houseAllows(contact, contact.now);
      const { decision, rules } = evaluate(POLICIES, contact);
      expect(decision === 'allow').toBe(expected === true);
      expect(rules.length === 0).toBe(expected === true);
      if (expected === null) expect(decision).toBe('refuse');
    }),
    RUNS,
  );
});

test('a deferral names the first lawful minute: every minute before it fails, it passes', () => {
  fc.assert(
    fc.property(anyCase, (contact) => {
      const { decision, notBefore } = evaluate(POLICIES, contact);
      if (decision === 'allow') return;
      expect(notBefore ?? null).toBe(houseNextMinute(contact));
    }),
    { numRuns: 400 },
  );
});

test('evaluated again at notBefore the contact is allowed, a second earlier it is not', () => {
  fc.assert(
    fc.property(anyCase, (contact) => {
      const { notBefore } = evaluate(POLICIES, contact);
      if (notBefore === undefined) return;
      expect(evaluate(POLICIES, { ...contact, now: notBefore }).decision).toBe('allow');
      expect(evaluate(POLICIES, { ...contact, now: notBefore - 1_000 }).decision).not.toBe('allow');
    }),
    RUNS,
  );
});

test('until windowEnd the contact stays lawful, at windowEnd it is not', () => {
  fc.assert(
    fc.property(anyCase, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (contact, share) => {
      const { decision, windowEnd } = evaluate(POLICIES, contact);
      if (decision !== 'allow' || windowEnd === undefined) return;
      expect(windowEnd).toBeGreaterThan(contact.now);
      expect(windowEnd - contact.now).toBeLessThanOrEqual(10 * 60 * MINUTE);
      expect(houseAllows(contact, contact.now + Math.floor((windowEnd - contact.now) * share))).toBe(true);
      expect(houseAllows(contact, windowEnd)).toBe(false);
    }),
    RUNS,
  );
});

test('more history never turns a deferred or refused contact into an allowed one, nor brings its minute nearer', () => {
  fc.assert(
    fc.property(anyCaseAtAll, anyCase, (contact, other) => {
      const before = evaluate(POLICIES, contact);
      const after = evaluate(POLICIES, { ...contact, history: [...contact.history, ...other.history] });
      if (before.decision !== 'allow') expect(after.decision).not.toBe('allow');
      if (before.notBefore !== undefined && after.notBefore !== undefined) expect(after.notBefore).toBeGreaterThanOrEqual(before.notBefore);
    }),
    RUNS,
  );
});

test('whoever sends whenever it is allowed never contacts a person twice on one local day', () => {
  fc.assert(
    fc.property(anyCase, fc.array(fc.integer({ min: 1, max: 2_000 }), { minLength: 5, maxLength: 40 }), (contact, waits) => {
      const sent: PastContact[] = [];
      let now = contact.now;
      for (const minutes of waits) {
        now += minutes * MINUTE;
        const { decision } = evaluate(POLICIES, { ...contact, purpose: 'collection', now, history: sent });
        if (decision === 'allow') sent.push({ channel: contact.channel, at: now, kind: 'attempt', purpose: 'collection' });
      }
      for (const zone of contact.zones) {
        const days = sent.map((past) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(past.at));
        expect(new Set(days).size).toBe(days.length);
      }
    }),
    RUNS,
  );
});

test('a thousand decisions, searches included, take well under two seconds', () => {
  const started = process.hrtime.bigint();
  fc.assert(
    fc.property(anyCase, (contact) => {
      const { notBefore } = evaluate(POLICIES, contact);
      expect(notBefore === undefined || notBefore <= contact.now + 20 * DAY).toBe(true);
    }),
    RUNS,
  );
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000);
});
