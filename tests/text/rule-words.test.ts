import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { messageQuotasOf, rulesOf } from '../../src/contact-law/explain.ts';
import { BASE, MISSING } from '../../src/contact-law/house.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { GATE_RULES, quotaWords, STEP_RULES, wordsOf } from '../../src/register/sending/rules.ts';

const LAYERS = [BASE, ...Object.values(shippedPolicies('test').profiles)];
const LAW_RULES = [...LAYERS.flatMap(rulesOf), ...Object.values(MISSING)];
const OWN_RULES = [...Object.keys(GATE_RULES), ...Object.keys(STEP_RULES)];

/** Every object in the data that names itself, says something and cites: whatever list it stands in. */
function rulesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'id' in value && 'says' in value && 'basis' in value ? [String(value.id)] : [];
  return [...own, ...Object.values(value).flatMap(rulesIn)];
}

test('no rule of the data escapes the list of rules', () => {
  expect(new Set(LAYERS.flatMap(rulesOf).map(({ id }) => id))).toEqual(new Set(LAYERS.flatMap(rulesIn)));
  expect(LAW_RULES.length).toBeGreaterThan(100);
});

test('every id names one rule, and no rule of ours takes the name of one of the law', () => {
  const ids = LAW_RULES.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(OWN_RULES.filter((id) => ids.includes(id))).toEqual([]);
});

describe('a timeline says why in both languages', () => {
  test.each(LAW_RULES.map((rule) => [rule.id, rule] as const))('%s, with its source unless it is the house\'s', (id, { says, cite, basis }) => {
    const { es, en } = wordsOf(id);
    expect(cite.trim()).not.toBe('');
    expect(es).toMatch(/^[A-ZÁÉÍÓÚÑ0-9].*\S\.|.\[/);
    expect(es.startsWith(says.es) && says.es.trim() !== '').toBe(true);
    expect(en.startsWith(says.en) && says.en.trim() !== '').toBe(true);
    expect(es).not.toBe(en);
    if (basis === 'house' && cite.startsWith('house rule')) return;
    expect([es, en]).toEqual([`${says.es} [${cite}]`, `${says.en} [${cite}]`]);
  });

  test.each(OWN_RULES)('%s', (id) => {
    const { es, en } = wordsOf(id);
    expect([es.trim().length > 10, en.trim().length > 10, es === en]).toEqual([true, true, false]);
    expect(es).not.toContain(id);
  });
});

test('every rule id that the code writes has words', () => {
  const root = join(import.meta.dirname, '..', '..', 'src');
  const sources = ['register', join('register', 'sending')].flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts')).map((name) => readFileSync(join(root, folder, name), 'utf8')));
  const written = sources.flatMap((text) => [...text.matchAll(/rules: \[((?:'[\w-]+'(?:, )?)+)\]/g)].flatMap(([, list = '']) => [...list.matchAll(/'([\w-]+)'/g)].map(([, id = '']) => id)));
  const requirements = [...readFileSync(join(root, 'domain', 'pre-legal.ts'), 'utf8').matchAll(/missing\.push\('(\w+)'\)/g)].map(([, id = '']) => id);
  const slots = sources.flatMap((text) => [...text.matchAll(/^(?:export )?const (?:NO_AGENT_SLOT|NO_POINT|SIBLING_CALL) = '([\w-]+)'/gm)].map(([, id = '']) => id));
  expect(written).toEqual(expect.arrayContaining(['no-template', 'expired', 'provider-unavailable']));
  expect(requirements).toHaveLength(5);
  expect(slots).toEqual(expect.arrayContaining(['no-agent-slot', 'sibling-call', 'no-contact-point']));
  expect([...written, ...requirements, ...slots].filter((id) => wordsOf(id).es === `Regla ${id}.`)).toEqual([]);
});

test('who waits for a turn is told which quotas of the place, in the readings in force', () => {
  const version = 'BASE@2026-11-23+CL@2026-11-27+MARGIN@2026-11-27+PROVIDER@2026-11-27';
  expect(messageQuotasOf(version).map(({ id }) => id)).toEqual(['CL-write-week', 'CL-write-gap', 'house-day']);
  expect(messageQuotasOf(`${version}[CL-gap=48h]`).map(({ id }) => id)).toEqual(['CL-write-week', 'CL-write-gap-48h', 'house-day']);
  expect(quotaWords(['turn'], version).es).toBe('Cuotas del lugar: CL-write-week [LPDC 37], CL-write-gap [LPDC 37 "dos días", as two clear days], house-day.');
  expect(quotaWords(['sooner-deadline'], version).en).toMatch(/^Quotas of the place: CL-write-week \[LPDC 37\]/);
  expect(quotaWords(['CL-hours-write'], version)).toEqual({ es: '', en: '' });
  expect(quotaWords(['turn'], 'none')).toEqual({ es: '', en: '' });
});
