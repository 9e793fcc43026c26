/** How far an opt-out goes where a person is, and which words ask for one. */
import { dayNumberOf, localDayNumber } from '../domain/zone.ts';
import type { ContactCase, LawChannel, OptOutRule, PolicySet } from './policy.ts';
import { profileOf } from './profile.ts';

export type OptOutScope = OptOutRule['scope'];

/** Where the law takes the person to be. */
export type OptOutPlace = Pick<ContactCase, 'profile' | 'zones' | 'state' | 'city'>;

const NARROW_TO_WIDE: readonly OptOutScope[] = ['address', 'channel', 'debtor'];
/** Of a place without rules: who asked for silence there is not to be written to at another address of theirs. */
const WITHOUT_RULES: OptOutScope = 'channel';

/** The widest of them; what holds without rules when there is none. */
export function widestScope(scopes: readonly OptOutScope[]): OptOutScope {
  return NARROW_TO_WIDE.findLast((scope) => scopes.includes(scope)) ?? WITHOUT_RULES;
}

/** What falls silent when a person at this place asks for it by this channel at `now` (epoch ms): the widest that a rule of a layer says. */
export function optOutScope(policies: PolicySet, place: OptOutPlace, channel: LawChannel, now: number): OptOutScope {
  return widestScope(rulesAt(policies, place, channel, now).map(({ scope }) => scope));
}

/** The words that ask for it there, as the rules write them. */
export function optOutWords(policies: PolicySet, place: OptOutPlace, channel: LawChannel, now: number): string[] {
  return [...new Set(rulesAt(policies, place, channel, now).flatMap(({ keywords }) => keywords))];
}

/** Conditions and readings are taken to hold: an opt-out may reach further than a law asks, never less far. */
function rulesAt(policies: PolicySet, { profile, zones, state, city }: OptOutPlace, channel: LawChannel, now: number): readonly OptOutRule[] {
  const days = zones.map((zone) => localDayNumber(zone, now));
  return (profileOf(policies, profile, state, city)?.optOut ?? [])
    .filter((rule) => (rule.channels?.includes(channel) ?? true) && (days.length === 0 || days.some((day) => isInForce(rule, day))));
}

function isInForce({ from, to }: OptOutRule, day: number): boolean {
  return (from === undefined || day >= dayNumberOf(from)) && (to === undefined || day < dayNumberOf(to));
}
