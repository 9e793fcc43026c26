/** What a rule says to the people who read a timeline: words without a person, and where it stands written. */
import { BASE, MISSING } from './house.ts';
import type { ContactPolicy, Rule } from './policy.ts';
import { shippedPolicies } from './shipped.ts';

export interface RuleExplanation {
  readonly es: string;
  readonly en: string;
  readonly cite: string;
}

/** Every rule of a layer, of whatever kind. */
export function rulesOf(policy: ContactPolicy): readonly Rule[] {
  return [
    ...(policy.stops ?? []), ...(policy.audience ?? []), ...(policy.bans ?? []), ...(policy.consent ?? []), ...(policy.holidays ?? []),
    ...(policy.windows ?? []), ...(policy.locks ?? []), ...(policy.caps ?? []), ...(policy.spacing ?? []), ...(policy.optOut ?? []), ...(policy.content ?? []),
    ...(policy.duties ?? []), ...(policy.callerId ?? []), ...(policy.payTo ?? []), ...(policy.replyAllowance ? [policy.replyAllowance] : []),
  ];
}

const SHIPPED = shippedPolicies('none').profiles;

const RULES: ReadonlyMap<string, Rule> = new Map(
  [BASE, ...Object.values(SHIPPED)].flatMap(rulesOf).concat(Object.values(MISSING)).map((rule) => [rule.id, rule]),
);

function frequencyOf(layer: ContactPolicy): Rule[] {
  return [...(layer.locks ?? []), ...(layer.caps ?? []), ...(layer.spacing ?? [])];
}

const FREQUENCY: ReadonlySet<string> = new Set(Object.values(SHIPPED).flatMap(frequencyOf).map((rule) => rule.id));

/** Whether the rule counts what was done to reach the person: a quota, a gap, one channel a week. */
export function isFrequencyRule(ruleId: string): boolean {
  return FREQUENCY.has(ruleId);
}

/** The words and the source of a rule; an id that no shipped rule has (a policy of an earlier version) explains itself by its id. */
export function explainRule(ruleId: string): RuleExplanation {
  const rule = RULES.get(ruleId);
  if (!rule) return { es: `Regla ${ruleId}.`, en: `Rule ${ruleId}.`, cite: '-' };
  return { ...rule.says, cite: rule.cite };
}

/**
 * The rules that count SMS and e-mails in the layers of a recorded version (`BASE@2026-11-23+CL@2026-11-27[CL-gap=48h]`),
 * in the readings that it names, else the default ones: what a message that waits for its turn waits for.
 */
export function messageQuotasOf(policyVersion: string): readonly Rule[] {
  const layers = [...policyVersion.matchAll(/([A-Z_]+)@/g)].flatMap(([, id = '']) => (Object.hasOwn(SHIPPED, id) ? SHIPPED[id] ?? [] : []));
  const chosen = new Map(layers.flatMap((layer) => layer.readings ?? []).map((setting) => [setting.id, setting.default]));
  for (const [, setting = '', option = ''] of policyVersion.matchAll(/\[([^=\]]+)=([^\]]+)\]/g)) chosen.set(setting, option);
  return layers.flatMap(frequencyOf).filter(({ channels, reading }) => (channels === undefined || channels.includes('sms') || channels.includes('email'))
    && (reading === undefined || chosen.get(reading.setting) === reading.is));
}
