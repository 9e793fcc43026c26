/**
 * No rule is decoration: each rule of each layer is taken away, one by one, and something that is written down elsewhere
 * must miss it. A rule that decides about an instant is missed by the reference (typed from the text of the law, in
 * src/contact-law/reference) or by a worked case; one that obliges otherwise, by the worksheet.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/contact-law/evaluate.ts';
import { rulesOf } from '../../src/contact-law/explain.ts';
import { referenceAnswer } from '../../src/contact-law/reference/answer.ts';
import type { ContactCase, ContactPolicy, LawDecision, PolicySet } from '../../src/contact-law/policy.ts';
import { holidays, lawCase, POLICIES, PROFILES } from './cases.ts';
import { OBLIGES, RETENTION, WORKED, type WorkedCase } from './rule-worksheet.ts';

const SEED = 20261127;
const TRIES = 6_000;
const DECIDING = ['stops', 'audience', 'bans', 'consent', 'holidays', 'windows', 'locks', 'caps', 'spacing'] as const;
const OBLIGING = ['optOut', 'content', 'duties', 'callerId', 'payTo'] as const;
type Kind = (typeof DECIDING)[number] | (typeof OBLIGING)[number];

interface Entry {
  readonly layer: ContactPolicy;
  readonly kind: Kind;
  readonly rule: string;
}

const LAYERS: readonly ContactPolicy[] = [POLICIES.base, ...Object.values(POLICIES.profiles)];
const entriesOf = (kinds: readonly Kind[]): Entry[] => LAYERS.flatMap((layer) => kinds.flatMap((kind) => (layer[kind] ?? []).map(({ id }) => ({ layer, kind, rule: id }))));

function replaced(layer: ContactPolicy): PolicySet {
  return layer.id === POLICIES.base.id ? { ...POLICIES, base: layer } : { ...POLICIES, profiles: { ...POLICIES.profiles, [layer.id]: layer } };
}

function without({ layer, kind, rule }: Entry): ContactPolicy {
  return { ...layer, [kind]: (layer[kind] ?? []).filter((one) => one.id !== rule) };
}

/** Profiles whose people the layer concerns. */
function profilesOf(layer: ContactPolicy): string[] {
  if (layer.id === POLICIES.base.id) return ['CL', 'US'];
  return Object.keys(PROFILES).filter((id) => id.split('+').some((part) => part === layer.id || part.startsWith(`${layer.id}_`)));
}

const samples = new Map<string, readonly ContactCase[]>();
function casesOf(profile: string): readonly ContactCase[] {
  const found = samples.get(profile) ?? fc.sample(lawCase([profile]), { seed: SEED, numRuns: TRIES });
  samples.set(profile, found);
  return found;
}

interface Said {
  readonly decision: string;
  readonly rules: readonly string[];
}
const same = (a: Said, b: Said): boolean => a.decision === b.decision && [...a.rules].sort().join() === [...b.rules].sort().join();

/** Whether the reference, asked about some case, answers as the whole law does and not as what is left of it. */
function referenceMisses(layer: ContactPolicy, left: ContactPolicy): boolean {
  const policies = replaced(left);
  return profilesOf(layer).some((profile) => casesOf(profile).some((one) => {
    const whole = evaluate(POLICIES, one);
    if (same(whole, evaluate(policies, one))) return false;
    const expected = referenceAnswer(one, holidays);
    return expected !== null && same(expected, whole);
  }));
}

const asWorked = (policies: PolicySet, { rule, contact, decision, readings = {} }: WorkedCase): boolean => {
  const said: LawDecision = evaluate({ ...policies, readings }, contact);
  return said.decision === decision && said.rules.includes(rule);
};

function workedMisses(entry: Entry): boolean {
  const policies = replaced(without(entry));
  return WORKED.some((one) => one.rule === entry.rule && !asWorked(policies, one));
}

/** The same words as the worksheet's. */
function inWords(layer: ContactPolicy): Record<string, string> {
  const said: [string, (string | number | undefined)[]][] = [
    ...(layer.optOut ?? []).map(({ id, scope, legalLimit }): [string, (string | undefined)[]] => [id, ['opt-out', scope, legalLimit]]),
    ...(layer.content ?? []).map(({ id, at, channels, must, mustNot }): [string, (string | undefined)[]] =>
      [id, [at, channels?.join(), ...(must === undefined ? [] : ['must', ...must]), ...(mustNot === undefined ? [] : ['not', ...mustNot])]]),
    ...(layer.duties ?? []).map((duty): [string, (string | number | undefined)[]] =>
      [duty.id, [duty.do, ...(duty.withinDays === undefined ? ['after', duty.afterDays] : ['within', duty.withinDays]), 'of', duty.since]]),
    ...(layer.callerId ?? []).map(({ id, hidden, prefix }): [string, (string | undefined)[]] => [id, [hidden ? 'hides' : 'shows', prefix]]),
    ...(layer.payTo ?? []).map(({ id, payTo }): [string, string[]] => [id, [payTo]]),
  ];
  return Object.fromEntries(said.map(([id, words]) => [id, words.filter((word) => word !== undefined).join(' ')]));
}
const allInWords = (layers: readonly ContactPolicy[]): Record<string, string> => Object.assign({}, ...layers.map(inWords)) as Record<string, string>;

test('the worked cases of the worksheet are answered as it says', () => {
  expect(WORKED.filter((one) => !asWorked(POLICIES, one)).map(({ rule }) => rule)).toEqual([]);
});

test('every rule of every layer is looked at here', () => {
  const [looked, all] = [entriesOf([...DECIDING, ...OBLIGING]).map(({ rule }) => rule), LAYERS.flatMap(rulesOf).map(({ id }) => id)];
  const replies = LAYERS.flatMap(({ replyAllowance }) => replyAllowance?.id ?? []);
  expect([...looked, ...replies].toSorted()).toEqual(all.toSorted());
  expect(all.length).toBeGreaterThan(110);
});

test('without any one rule that decides, the reference or a worked case misses it', { timeout: 120_000 }, () => {
  const unmissed = entriesOf(DECIDING).filter((entry) => !workedMisses(entry) && !referenceMisses(entry.layer, without(entry)));
  expect(unmissed.map(({ layer, rule }) => `${layer.id}: ${rule}`)).toEqual([]);
});

test('without the reply that may leave outside the hours, or any one exemption, the reference misses it', { timeout: 120_000 }, () => {
  const { replyAllowance, ...us } = POLICIES.profiles['US'] as ContactPolicy;
  expect(replyAllowance?.id).toBe('US-reply');
  expect(referenceMisses(us, us)).toBe(true);
  const unmissed = LAYERS.filter(({ id }) => id !== 'HOUSE').flatMap((layer) => (['exempt', 'frequencyExempt'] as const).flatMap((list) => (layer[list] ?? [])
    // Outside hours and frequency is outside frequency too.
    .filter((purpose) => list === 'exempt' || layer.exempt?.includes(purpose) !== true)
    .filter((purpose) => !referenceMisses(layer, { ...layer, [list]: (layer[list] ?? []).filter((one) => one !== purpose) })).map((purpose) => `${layer.id}: ${list} ${purpose}`)));
  expect(unmissed).toEqual([]);
});

test('what obliges without deciding is as the worksheet says, and none can go unseen', () => {
  expect(allInWords(LAYERS)).toEqual(OBLIGES);
  for (const entry of entriesOf(OBLIGING)) {
    expect({ rule: entry.rule, seen: inWords(without(entry))[entry.rule] === undefined && OBLIGES[entry.rule] !== undefined }).toEqual({ rule: entry.rule, seen: true });
  }
  expect(Object.fromEntries(LAYERS.flatMap(({ id, retentionYears }) => (retentionYears === undefined ? [] : [[id, retentionYears]])))).toEqual(RETENTION);
});
