import { describe, expect, test } from 'vitest';
import { evaluate, lawfulWindowEnd, nextLawful } from '../../src/contact-law/evaluate.ts';
import { explainRule, rulesOf } from '../../src/contact-law/explain.ts';
import { BASE, HOUSE, MISSING } from '../../src/contact-law/house.ts';
import type { StopEvent } from '../../src/contact-law/policy.ts';
import { contactCase, DAY, HOUR, POLICIES, WEDNESDAY_11 } from './cases.ts';

const at = (text: string): number => Date.parse(text);

describe('hours of the house', () => {
  test('a contact on a working morning is allowed until the evening closes', () => {
    const { windowEnd, ...decision } = evaluate(POLICIES, contactCase());
    expect(windowEnd).toBe(at('2026-12-02T22:00:00Z'));
    expect(decision).toEqual({
      decision: 'allow', rules: [],
      policyVersion: `BASE@${BASE.version}+HOUSE@${HOUSE.version}`, calendarVersion: POLICIES.calendarVersion, tzVersion: '2026c',
    });
  });

  test('the last second before 19:00 is inside, 19:00 itself is not', () => {
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-02T21:59:59Z') })).decision).toBe('allow');
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-02T22:00:00Z') }))).toMatchObject({
      decision: 'defer', notBefore: at('2026-12-03T12:00:00Z'), rules: ['HOUSE-hours'],
    });
  });

  test('one second before 09:00 waits for 09:00', () => {
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-02T11:59:59Z') }))).toMatchObject({ decision: 'defer', notBefore: at('2026-12-02T12:00:00Z') });
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-02T12:00:00Z') })).decision).toBe('allow');
  });

  test('Saturday is a working day, Sunday waits for Monday', () => {
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-05T14:00:00Z') })).decision).toBe('allow');
    expect(evaluate(POLICIES, contactCase({ now: at('2026-12-06T14:00:00Z') }))).toMatchObject({ decision: 'defer', notBefore: at('2026-12-07T12:00:00Z') });
  });

  test('two candidate zones must both be open, and the window ends when the first closes', () => {
    const zones = ['America/Santiago', 'Pacific/Easter'];
    expect(evaluate(POLICIES, contactCase({ zones, now: at('2026-12-02T12:30:00Z') }))).toMatchObject({ decision: 'defer', notBefore: at('2026-12-02T14:00:00Z') });
    expect(lawfulWindowEnd(POLICIES, contactCase({ zones, now: at('2026-12-02T15:00:00Z') }))).toBe(at('2026-12-02T22:00:00Z'));
  });

  test('the day on which Santiago has no midnight still opens at nine of the new time', () => {
    expect(nextLawful(POLICIES, contactCase({ now: at('2026-09-05T23:30:00Z') }))).toBe(at('2026-09-07T12:00:00Z'));
    expect(nextLawful(POLICIES, contactCase({ now: at('2026-09-04T23:30:00Z') }))).toBe(at('2026-09-05T13:00:00Z'));
  });
});

describe('one contact a day', () => {
  const smsToday = { channel: 'sms' as const, at: WEDNESDAY_11 - 2 * HOUR, kind: 'attempt' as const };

  test('a second contact of the day waits for the next morning, whatever channel and creditor', () => {
    const second = contactCase({ channel: 'call', history: [{ ...smsToday, creditorId: 'another', debtId: 'another' }] });
    expect(evaluate(POLICIES, second)).toMatchObject({ decision: 'defer', notBefore: at('2026-12-03T12:00:00Z'), rules: ['HOUSE-day'] });
  });

  test('a conversation by a person counts, an inbound call does not', () => {
    expect(evaluate(POLICIES, contactCase({ history: [{ channel: 'call', at: WEDNESDAY_11 - HOUR, kind: 'conversation' }] })).decision).toBe('defer');
    expect(evaluate(POLICIES, contactCase({ history: [{ channel: 'call', at: WEDNESDAY_11 - HOUR, kind: 'conversation', direction: 'in' }] })).decision).toBe('allow');
  });

  test('thanks, surveys and answers neither count nor are counted against', () => {
    for (const purpose of ['transactional', 'survey', 'replyToDebtor'] as const) {
      expect(evaluate(POLICIES, contactCase({ purpose, history: [smsToday] })).decision).toBe('allow');
      expect(evaluate(POLICIES, contactCase({ history: [{ ...smsToday, purpose }] })).decision).toBe('allow');
      expect(evaluate(POLICIES, contactCase({ purpose, now: at('2026-12-06T14:00:00Z') })).decision).toBe('defer');
    }
  });

  test('the day of the contact is the local one: 23:00 of yesterday leaves today free', () => {
    expect(evaluate(POLICIES, contactCase({ history: [{ channel: 'letter', at: at('2026-12-02T02:59:00Z'), kind: 'attempt' }] })).decision).toBe('allow');
    expect(evaluate(POLICIES, contactCase({ history: [{ channel: 'letter', at: at('2026-12-02T03:00:00Z'), kind: 'attempt' }] })).decision).toBe('defer');
  });

  test('the acknowledgement of an opt-out leaves at any hour', () => {
    const decision = evaluate(POLICIES, contactCase({ purpose: 'optOutAck', now: at('2026-12-06T05:00:00Z'), history: [smsToday] }));
    expect(decision).toMatchObject({ decision: 'allow', rules: [] });
    expect(decision.windowEnd).toBeUndefined();
  });
});

describe('stops, audience and missing data refuse', () => {
  test.each<[StopEvent, boolean]>([['servedInSuit', true], ['insolvency', true], ['deceased', true], ['wrongNumber', true], ['disputed', false], ['writtenCease', false], ['dataBlocked', false], ['attorney', false]])(
    'the stop %s refuses (permanent: %s), also what is outside the caps',
    (on, permanent) => {
      for (const purpose of ['collection', 'transactional', 'optOutAck'] as const) {
        expect(evaluate(POLICIES, contactCase({ purpose, stops: [{ on, at: WEDNESDAY_11 - DAY }] }))).toMatchObject({ decision: 'refuse', permanent });
      }
    },
  );

  test('a stop that comes later does not reach back, and ends the lawful window', () => {
    const stops = [{ on: 'disputed' as const, at: WEDNESDAY_11 + HOUR }];
    expect(evaluate(POLICIES, contactCase({ stops }))).toMatchObject({ decision: 'allow', windowEnd: WEDNESDAY_11 + HOUR });
  });

  test('relatives, employers, references and strangers are never contacted; co-debtors and guarantors may be', () => {
    for (const party of ['spouse', 'attorney', 'reference', 'employer', 'relative', 'unknown'] as const) {
      expect(evaluate(POLICIES, contactCase({ party }))).toMatchObject({ decision: 'refuse', permanent: false, rules: ['HOUSE-party'] });
    }
    for (const party of ['codebtor', 'guarantor'] as const) expect(evaluate(POLICIES, contactCase({ party })).decision).toBe('allow');
  });

  test('a channel without recorded consent is refused', () => {
    expect(evaluate(POLICIES, contactCase({ authorisedChannels: ['email'] }))).toMatchObject({ decision: 'refuse', permanent: false, rules: ['base-consent'] });
    expect(evaluate(POLICIES, contactCase({ authorisedChannels: ['sms'] })).decision).toBe('allow');
  });

  test('no zone, a zone that does not exist, or no profile: no contact', () => {
    expect(evaluate(POLICIES, contactCase({ zones: [] }))).toMatchObject({ decision: 'refuse', permanent: false, rules: ['missing-zone'] });
    expect(evaluate(POLICIES, contactCase({ zones: ['America/Santiago', 'America/Atlantis'] }))).toMatchObject({ decision: 'refuse', rules: ['missing-zone'] });
    expect(evaluate(POLICIES, contactCase({ profile: 'XX' }))).toMatchObject({ decision: 'refuse', rules: ['missing-profile'] });
    expect(evaluate(POLICIES, contactCase({ profile: 'toString' }))).toMatchObject({ decision: 'refuse', rules: ['missing-profile'] });
  });

  test('every rule that failed is named, in the order of evaluation', () => {
    const decision = evaluate(POLICIES, contactCase({
      party: 'relative', authorisedChannels: [], stops: [{ on: 'deceased', at: 0 }], now: at('2026-12-06T14:00:00Z'),
      history: [{ channel: 'call', at: at('2026-12-06T13:00:00Z'), kind: 'attempt' }],
    }));
    expect(decision.rules).toEqual(['base-stop', 'HOUSE-party', 'base-consent', 'HOUSE-hours', 'HOUSE-day']);
    expect(decision.permanent).toBe(true);
  });
});

test('every shipped rule has an id of its own and explains itself in both languages', () => {
  const rules = [BASE, ...Object.values(POLICIES.profiles)].flatMap(rulesOf).concat(Object.values(MISSING));
  expect(rules.length).toBeGreaterThan(100);
  expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
  for (const rule of rules) {
    const { es, en, cite } = explainRule(rule.id);
    expect([es.length, en.length, cite.length].every((length) => length > 5)).toBe(true);
  }
  expect(explainRule('OLD-rule').es).toContain('OLD-rule');
});
