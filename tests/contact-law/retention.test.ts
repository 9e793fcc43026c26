import { expect, test } from 'vitest';
import { retentionEnd, retentionYears } from '../../src/contact-law/retention.ts';
import type { PolicySet } from '../../src/contact-law/policy.ts';
import { CL } from '../../src/contact-law/profiles/cl.ts';
import { CO } from '../../src/contact-law/profiles/co.ts';
import { MX } from '../../src/contact-law/profiles/mx.ts';
import { US } from '../../src/contact-law/profiles/us.ts';
import { POLICIES } from './cases.ts';

test.each([['CL', CL], ['CO', CO], ['MX', MX], ['US', US]] as const)('%s keeps data as long as its profile file says, wherever in the country', (country, policy) => {
  expect(policy.retentionYears).toBeGreaterThan(0);
  expect(retentionYears(POLICIES, { country })).toBe(policy.retentionYears);
  expect(retentionYears(POLICIES, { country, state: country === 'US' ? 'US-MA' : 'X', city: 'Boston' })).toBe(policy.retentionYears);
});

test('without a profile, or with one that does not say, there is no rule: the default of a profile is none', () => {
  const { retentionYears: _, ...silent } = CL;
  const policies: PolicySet = { ...POLICIES, profiles: { ...POLICIES.profiles, CL: silent } };
  expect(retentionYears(policies, { country: 'CL' })).toBeNull();
  expect(retentionYears(policies, { country: 'CO' })).toBe(CO.retentionYears);
  expect(retentionYears(POLICIES, { country: 'PY' })).toBeNull();
});

test('it is over when the same date of the later year is over, where the agreement was', () => {
  const end = (zone: string, endedAt: string, years: number) => new Date(retentionEnd(zone, Date.parse(endedAt), years)).toISOString();
  expect(end('America/Bogota', '2026-03-10T15:00:00Z', 2)).toBe('2028-03-11T05:00:00.000Z');
  // Still the ninth there.
  expect(end('America/Bogota', '2026-03-10T04:59:59Z', 2)).toBe('2028-03-10T05:00:00.000Z');
  expect(end('America/Bogota', '2028-02-29T15:00:00Z', 2)).toBe('2030-03-02T05:00:00.000Z');
  expect(end('America/Bogota', '2028-12-31T15:00:00Z', 3)).toBe('2032-01-01T05:00:00.000Z');
});
