import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answerCase, parseCases } from '../../src/contact-law/case-file.ts';
import { POLICIES } from './cases.ts';

const text = readFileSync(new URL('cases.jsonl', import.meta.url), 'utf8');
const cases = parseCases(text);
const reasons = new Map(text.trim().split('\n').map((line) => JSON.parse(line) as { id: number; why: string }).map(({ id, why }) => [id, why]));

test('there are 54 worked cases', () => {
  expect(cases).toHaveLength(54);
});

test.each(cases.map((one) => [one.id, one.profile, reasons.get(Number(one.id)), one] as const))('case %s, %s: %s', (_id, _profile, _why, one) => {
  const { ok, ...answer } = answerCase(POLICIES, one);
  expect({ ok, answer }).toMatchObject({ ok: true });
});

describe('a case file', () => {
  const line = text.split('\n')[0] ?? '';

  test('one that is not as expected says so: by decision, instant, permanence and rules', () => {
    const answers = [{ decision: 'allow' }, { decision: 'defer', notBefore: '2026-11-25T11:01:00Z' }, { decision: 'defer', rules: ['CL-hours-call'] }, { decision: 'defer', permanent: true }, { decision: 'defer', rules: ['CL-hours-write'] }]
      .map((expected) => JSON.stringify({ ...(JSON.parse(line) as object), expect: expected }))
      .flatMap((one) => parseCases(one).map((worked) => answerCase(POLICIES, worked).ok));
    expect(answers).toEqual([false, false, false, false, true]);
  });

  test('without an expectation there is no verdict, and what does not apply is absent', () => {
    const [one] = parseCases(JSON.stringify({ ...(JSON.parse(line) as object), expect: undefined, profile: 'MX', zones: ['America/Mexico_City'], now: '2026-11-25T15:00:00Z' }));
    expect(one && Object.keys(answerCase(POLICIES, one))).toEqual(['id', 'decision', 'rules', 'policyVersion', 'calendarVersion', 'tzVersion']);
  });

  test('blank lines, a byte order mark and Windows line ends do no harm', () => {
    expect(parseCases(`\uFEFF${line}\r\n\r\n${line}\n`)).toHaveLength(2);
  });

  test('lines that are no case are named by number and member', () => {
    const wrong = [line, 'not json', line.replace('"sms"', '"pigeon"'), line.replace('2026-11-25T10:59:00Z', 'tomorrow')].join('\n');
    expect(() => parseCases(wrong)).toThrow(expect.objectContaining({
      code: 'ERR_USAGE',
      errors: [expect.objectContaining({ path: 'line 2' }), expect.objectContaining({ path: 'line 3.channel' }), expect.objectContaining({ path: 'line 4.now' })],
    }));
    expect(() => parseCases('\n\n')).toThrow(/no case/);
  });
});
