/**
 * May this contact leave now? Pure: the case, the rules and the instant go in, a decision with every failing rule comes
 * out. Waiting is found by jumping between the instants at which a rule can change its answer (opening and closing of
 * a window, local midnight), not minute by minute: about 60 candidates instead of 28,800.
 */
import { addDays, DAY, endOfLocalDay, isZone, localDate } from '../domain/zone.ts';
import { MISSING } from './house.ts';
import type { ContactCase, LawDecision, PolicySet } from './policy.ts';
import { profileOf } from './profile.ts';
import { ask, calendarMissing, closesAt, deferralsAt, opensAt, refusalsAt, type Question } from './question.ts';

/** Judges one contact at `contact.now` (epoch ms); `rules` names all that failed, in the order of evaluation. */
export function evaluate(policies: PolicySet, contact: ContactCase): LawDecision {
  const { calendarVersion, tzVersion } = policies;
  const profile = profileOf(policies, contact.profile);
  if (!profile) {
    return { decision: 'refuse', permanent: false, rules: [MISSING.profile.id], policyVersion: 'none', calendarVersion, tzVersion };
  }
  const versions = { policyVersion: profile.version, calendarVersion, tzVersion };
  const zones = candidateZones(contact.zones, profile.zones);
  const question = ask(policies, profile, contact, zones ?? []);
  const refusal = refusalsAt(question, contact.now);
  const missing = zones === null ? [MISSING.zone.id] : [];
  const waiting = zones === null ? [] : deferralsAt(question, contact.now);
  const rules = [...refusal.rules, ...missing, ...waiting];
  if (refusal.rules.length > 0 || missing.length > 0 || calendarMissing(question, contact.now)) {
    return { decision: 'refuse', permanent: refusal.permanent, rules, ...versions };
  }
  if (rules.length === 0) {
    const windowEnd = endOfPassing(question);
    return { decision: 'allow', rules, ...versions, ...(windowEnd !== null && { windowEnd }) };
  }
  const notBefore = firstPassing(question);
  if (notBefore === null) return { decision: 'refuse', permanent: false, rules: [...rules, MISSING.lawfulMinute.id], ...versions };
  return { decision: 'defer', notBefore, rules, ...versions };
}

/** The earliest instant (epoch ms) from `contact.now` on at which the contact is lawful, or null within the searched days. */
export function nextLawful(policies: PolicySet, contact: ContactCase): number | null {
  const decision = evaluate(policies, contact);
  return decision.decision === 'allow' ? contact.now : (decision.notBefore ?? null);
}

/** End (epoch ms) of the lawful stretch that holds `contact.now`, or null when the contact is not lawful now or no hours bind. */
export function lawfulWindowEnd(policies: PolicySet, contact: ContactCase): number | null {
  return evaluate(policies, contact).windowEnd ?? null;
}

/** The zones in which the contact must be lawful; null when they are not known. */
function candidateZones(told: readonly string[], policy: { readonly all: readonly string[]; readonly onUnknown: string }): readonly string[] | null {
  const zones = told.length > 0 ? [...new Set(told)] : policy.onUnknown === 'intersectAll' ? policy.all : [];
  return zones.length > 0 && zones.every(isZone) ? zones : null;
}

function passesAt(question: Question, at: number): boolean {
  return refusalsAt(question, at).rules.length === 0 && deferralsAt(question, at).length === 0;
}

function firstPassing(question: Question): number | null {
  return turningPoints(question, question.profile.searchDays).find((at) => passesAt(question, at)) ?? null;
}

function endOfPassing(question: Question): number | null {
  // Nearly every window ends within a day: the long list is made only when it does not.
  for (const days of [1, question.profile.searchDays]) {
    const end = turningPoints(question, days).find((at) => !passesAt(question, at));
    if (end !== undefined) return end;
  }
  return null;
}

/** The instants after now, within `days`, at which a rule can change its answer, ascending. */
function turningPoints({ contact, profile, zones }: Question, days: number): number[] {
  const until = contact.now + days * DAY;
  const points = new Set(contact.stops.map((stop) => stop.at));
  const windows = profile.windowLayers.flat();
  for (const zone of zones) {
    const last = localDate(zone, until);
    for (let date = localDate(zone, contact.now); date <= last; date = addDays(date, 1)) {
      points.add(endOfLocalDay(zone, date));
      for (const rule of windows) points.add(opensAt(rule, zone, date)).add(closesAt(rule, zone, date));
    }
  }
  return [...points].filter((at) => at > contact.now && at <= until).toSorted((a, b) => a - b);
}
