import { describe, expect, test } from 'vitest';
import { optOutScope, optOutWords, widestScope } from '../../src/contact-law/opt-out.ts';
import { sendingProfileFor } from '../../src/contact-law/place.ts';
import type { ContactPolicy, OptOutRule, PolicySet } from '../../src/contact-law/policy.ts';
import { CL } from '../../src/contact-law/profiles/cl.ts';
import { CO } from '../../src/contact-law/profiles/co.ts';
import { OPT_OUT } from '../../src/contact-law/profiles/lists.ts';
import { US } from '../../src/contact-law/profiles/us.ts';
import { POLICIES } from './cases.ts';

const NOON = Date.parse('2026-12-02T15:00:00Z');
const place = (profile: string, zones: readonly string[] = ['America/Santiago']) => ({ profile, zones });

/** The shipped set with these rules in Chile instead of its own. */
function withRules(...rules: Partial<OptOutRule>[]): PolicySet {
  const chile: ContactPolicy = { ...CL, optOut: rules.map((rule, index) => ({ ...OPT_OUT, id: `CL-out-${index}`, ...rule })) };
  return { ...POLICIES, profiles: { ...POLICIES.profiles, CL: chile } };
}

describe('how far an opt-out goes', () => {
  test.each([['CL', CL, 'address'], ['CO', CO, 'channel'], ['US', US, 'address']] as const)('in %s as its profile file says', (country, policy, expected) => {
    expect(policy.optOut?.map(({ scope }) => scope)).toEqual([expected]);
    for (const channel of ['sms', 'email'] as const) expect(optOutScope(POLICIES, place(sendingProfileFor(POLICIES, { country }) ?? ''), channel, NOON)).toBe(expected);
  });

  test('of several rules the widest wins, in whichever order they stand', () => {
    expect(optOutScope(withRules({ scope: 'debtor' }, { scope: 'address' }), place('CL'), 'sms', NOON)).toBe('debtor');
    expect(optOutScope(withRules({ scope: 'address' }, { scope: 'channel' }, { scope: 'address' }), place('CL'), 'sms', NOON)).toBe('channel');
  });

  test('of several layers too: what a provider asks for holds beside the law', () => {
    const provider = POLICIES.profiles['PROVIDER'];
    if (provider === undefined) throw new Error('there is no provider layer');
    const policies: PolicySet = { ...POLICIES, profiles: { ...POLICIES.profiles, PROVIDER: { ...provider, optOut: [{ ...OPT_OUT, id: 'PROVIDER-out', scope: 'debtor', channels: ['sms'] }] } } };
    const profile = sendingProfileFor(policies, { country: 'CL' }) ?? '';
    expect(optOutScope(policies, place(profile), 'sms', NOON)).toBe('debtor');
    expect(optOutScope(policies, place(profile), 'email', NOON)).toBe('address');
  });

  test('a rule counts from its local day on, until the day on which it ends, in any zone where the person may be', () => {
    const policies = withRules({ scope: 'address' }, { scope: 'debtor', from: '2026-12-02', to: '2026-12-03' });
    const scopeAt = (instant: string, zones?: string[]) => optOutScope(policies, place('CL', zones), 'sms', Date.parse(instant));
    expect(scopeAt('2026-12-02T02:59:59Z')).toBe('address');
    expect(scopeAt('2026-12-02T03:00:00Z')).toBe('debtor');
    expect(scopeAt('2026-12-03T03:00:00Z')).toBe('address');
    expect(scopeAt('2026-12-03T03:00:00Z', ['America/Santiago', 'Pacific/Easter'])).toBe('debtor');
    expect(scopeAt('2030-01-01T00:00:00Z', [])).toBe('debtor');
  });

  test('where there are no rules, the whole channel', () => {
    expect(optOutScope(POLICIES, place('none'), 'sms', NOON)).toBe('channel');
    expect(optOutScope(withRules(), place('CL'), 'sms', NOON)).toBe('channel');
    expect(widestScope([])).toBe('channel');
  });
});

test('the words are those of the rules of the place; an unknown place has none of its own', () => {
  expect(optOutWords(POLICIES, place('CL'), 'sms', NOON)).toEqual([...OPT_OUT.keywords]);
  expect(optOutWords(withRules({ keywords: ['CHAO'] }, { keywords: ['CHAO', 'BASTA'] }), place('CL'), 'sms', NOON)).toEqual(['CHAO', 'BASTA']);
  expect(optOutWords(POLICIES, place('none'), 'sms', NOON)).toEqual([]);
});
