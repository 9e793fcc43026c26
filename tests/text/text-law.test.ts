import { describe, expect, test } from 'vitest';
import type { ContactPolicy, ContentRule, PolicySet } from '../../src/contact-law/policy.ts';
import { sendingProfileFor } from '../../src/contact-law/place.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { previewTemplate } from '../../src/text/preview.ts';
import { shippedTemplates } from '../../src/text/shipped.ts';
import { paysCreditorOnly, textLawAt, textLawOf, type TextCase } from '../../src/contact-law/text-law.ts';

const SHIPPED = shippedPolicies('test');
const RULE: Omit<ContentRule, 'id'> = { at: 'every', must: ['rights'], basis: 'law', cite: 'Ley X', confidence: 'A', says: { es: 'x', en: 'x' } };

/** The shipped policies with content rules of a state that nobody wrote. */
function withOverlay(content: readonly ContentRule[]): PolicySet {
  const overlay: ContactPolicy = { id: 'CL_TEST', version: '1', extends: ['CL'], place: { country: 'CL', state: ['Test'] }, content };
  return { ...SHIPPED, profiles: { ...SHIPPED.profiles, CL_TEST: overlay } };
}

function ids(policies: PolicySet, country: string, change: Partial<TextCase> = {}): string[] {
  const profile = sendingProfileFor(policies, { country, state: change.state, city: change.city }) ?? 'none';
  return (textLawAt(policies, { profile, zones: ['America/Santiago'], now: Date.parse('2026-11-27T12:00:00Z'), ...change })?.content ?? []).map(({ id }) => id);
}

describe('the rules of a text as it leaves', () => {
  test('are those of the profile and of the provider', () => {
    expect(ids(SHIPPED, 'CL')).toEqual(['CL-must', 'CL-mustnot']);
    expect(ids(SHIPPED, 'MX')).toEqual(['MX-id', 'MX-not', 'provider-mx-content']);
    expect(textLawAt(SHIPPED, { profile: 'none', zones: [], now: 0 })).toBeNull();
  });

  test('of the state where it is told, and where the state could be that one', () => {
    const policies = withOverlay([{ ...RULE, id: 'T-must' }]);
    expect(ids(policies, 'CL', { state: 'Test' })).toContain('T-must');
    expect(ids(policies, 'CL')).toContain('T-must');
    expect(ids(policies, 'CL', { state: 'Other' })).not.toContain('T-must');
  });

  test('for the kind of creditor; who is not told of may be the one meant', () => {
    expect(ids(SHIPPED, 'US', { creditorType: 'firstParty' })).toEqual(['US-optout']);
    expect(ids(SHIPPED, 'US', { creditorType: 'thirdParty' })).toEqual(['US-optout', 'US-mini']);
    expect(ids(SHIPPED, 'US')).toEqual(['US-optout', 'US-mini']);
  });

  test('on the dates of force, half-open, in every zone that the person may be in', () => {
    const policies = withOverlay([{ ...RULE, id: 'T-new', from: '2026-12-01' }, { ...RULE, id: 'T-old', to: '2026-12-01' }]);
    const on = (now: string, zones: readonly string[]): string[] => ids(policies, 'CL', { state: 'Test', zones, now: Date.parse(now) }).filter((id) => id.startsWith('T-'));
    expect(on('2026-12-01T02:59:00Z', ['America/Santiago'])).toEqual(['T-old']);
    expect(on('2026-12-01T03:00:00Z', ['America/Santiago'])).toEqual(['T-new']);
    expect(on('2026-12-01T03:00:00Z', ['America/Santiago', 'Pacific/Easter'])).toEqual(['T-new', 'T-old']);
    expect(on('2026-12-01T03:00:00Z', [])).toEqual(['T-new', 'T-old']);
  });
});

describe('what a text keeps when it is published for a country', () => {
  test('is what any of its states, any kind of creditor and any later date wants', () => {
    const policies = withOverlay([
      { ...RULE, id: 'T-state' }, { ...RULE, id: 'T-third', when: { creditorType: 'thirdParty' } }, { ...RULE, id: 'T-later', from: '2027-06-01' }, { ...RULE, id: 'T-over', to: '2026-11-27' },
    ]);
    expect(textLawOf(policies, 'CL', '2026-11-27').content.map(({ id }) => id)).toEqual(['CL-must', 'CL-mustnot', 'T-state', 'T-third', 'T-later']);
    expect(textLawOf(policies, 'CL', '2026-11-26').content.map(({ id }) => id)).toContain('T-over');
  });

  test('knows countries by their ISO code, and nothing of a country without a profile', () => {
    expect(textLawOf(SHIPPED, 'GB', '2026-11-27').content.map(({ id }) => id)).toEqual(['UK-not']);
    expect(textLawOf(SHIPPED, 'BO', '2026-11-27')).toEqual({ content: [], payTo: [] });
    expect(textLawOf(SHIPPED, 'HOUSE', '2026-11-27')).toEqual({ content: [], payTo: [] });
  });
});

test('in Mexico the creditor alone takes the money when somebody else collects; where no profile is known, too', () => {
  const profile = sendingProfileFor(SHIPPED, { country: 'MX' }) ?? 'none';
  const law = (creditorType: 'firstParty' | 'thirdParty') => textLawAt(SHIPPED, { profile, zones: [], now: 0, creditorType });
  expect(paysCreditorOnly(law('thirdParty'))).toBe(true);
  expect(paysCreditorOnly(law('firstParty'))).toBe(false);
  expect(paysCreditorOnly(textLawAt(SHIPPED, { profile: 'CL', zones: [], now: 0 }))).toBe(false);
  expect(paysCreditorOnly(null)).toBe(true);
});

test('a preview shows a place to pay only where a text may name one', () => {
  const template = shippedTemplates().find(({ key, locale }) => key === 'missed' && locale === 'es');
  const mail = (country: string): string => (template === undefined ? '' : previewTemplate(template, (of) => textLawOf(SHIPPED, of, '2026-11-27'), { country }).fixtures[0]?.email?.text ?? '');
  expect(mail('CL')).toContain('en https://pagos.comercialsur.example o directamente en Comercial Sur.');
  expect(mail('MX')).toContain('Formas de pago: directamente en Comercial Sur.');
});
