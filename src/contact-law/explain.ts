/** What a rule says to the people who read a timeline: words without a person, and where it stands written. */
import { BASE, HOUSE, MISSING } from './house.ts';
import type { ContactPolicy, Rule } from './policy.ts';

export interface RuleExplanation {
  readonly es: string;
  readonly en: string;
  readonly cite: string;
}

const RULES: ReadonlyMap<string, Rule> = new Map(
  [...rulesOf(BASE), ...rulesOf(HOUSE), ...Object.values(MISSING)].map((rule) => [rule.id, rule]),
);

/** Every rule of a layer, of whatever kind. */
export function rulesOf(policy: ContactPolicy): readonly Rule[] {
  return [
    ...(policy.stops ?? []), ...(policy.audience ?? []), ...(policy.bans ?? []), ...(policy.consent ?? []), ...(policy.holidays ?? []),
    ...(policy.windows ?? []), ...(policy.locks ?? []), ...(policy.caps ?? []), ...(policy.spacing ?? []),
  ];
}

/** The words and the source of a rule; an id that no shipped rule has (a policy of an earlier version) explains itself by its id. */
export function explainRule(ruleId: string): RuleExplanation {
  const rule = RULES.get(ruleId);
  if (!rule) return { es: `Regla ${ruleId}.`, en: `Rule ${ruleId}.`, cite: '-' };
  return { ...rule.says, cite: rule.cite };
}
