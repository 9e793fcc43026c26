/**
 * May this contact leave now? Pure: the case, the rules and the instant go in, a decision with every failing rule comes
 * out. Waiting is found by jumping between the instants at which a rule can change its answer (opening and closing of
 * a window, local midnight), not minute by minute: about 60 candidates instead of 28,800.
 */
import { DAY, instantOnDay, localDayNumber } from '../domain/zone.ts';
import { MISSING } from './house.ts';
import type { ContactCase, LawDecision, PolicySet } from './policy.ts';
import { profileOf } from './profile.ts';
import { answersEnd, ask, closesAt, defer, gapsEnd, opensAt, refuse, type Question } from './question.ts';

/** Days within which nearly every window opens or closes; the whole search is made only when it does not. */
const NEAR_DAYS = 3;

/** A class, because an object literal with a getter costs a microsecond, half of a whole decision. */
class Allowed implements LawDecision {
  readonly decision = 'allow';
  readonly rules: readonly string[] = [];
  readonly policyVersion: string;
  readonly calendarVersion: string;
  readonly tzVersion: string;
  readonly #question: Question;

  constructor(question: Question, policyVersion: string, { calendarVersion, tzVersion }: PolicySet) {
    this.policyVersion = policyVersion;
    this.calendarVersion = calendarVersion;
    this.tzVersion = tzVersion;
    this.#question = question;
  }

  get windowEnd(): number | undefined {
    return endOfPassing(this.#question);
  }
}

/** Judges one contact at `contact.now` (epoch ms); `rules` names all that failed, in the order of evaluation. */
export function evaluate(policies: PolicySet, contact: ContactCase): LawDecision {
  const { calendarVersion, tzVersion } = policies;
  const profile = profileOf(policies, contact.profile, contact.state, contact.city);
  if (!profile) {
    return { decision: 'refuse', permanent: false, rules: [MISSING.profile.id], policyVersion: 'none', calendarVersion, tzVersion };
  }
  const policyVersion = profile.version;
  const question = ask(profile, contact);
  const rules: string[] = [];
  const permanent = refuse(question, contact.now, rules);
  let refused = rules.length > 0;
  if (question.zones.length === 0) {
    rules.push(MISSING.zone.id);
    refused = true;
  } else {
    defer(question, contact.now, rules);
    refused ||= rules.includes(MISSING.calendar.id);
  }
  if (refused) return { decision: 'refuse', permanent, rules, policyVersion, calendarVersion, tzVersion };
  if (rules.length === 0) {
    return new Allowed(question, policyVersion, policies);
  }
  const notBefore = firstPassing(question);
  if (notBefore === null) return { decision: 'refuse', permanent: false, rules: [...rules, MISSING.lawfulMinute.id], policyVersion, calendarVersion, tzVersion };
  return { decision: 'defer', notBefore, rules, policyVersion, calendarVersion, tzVersion };
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

function passesAt(question: Question, at: number): boolean {
  const failed: string[] = [];
  refuse(question, at, failed);
  if (failed.length === 0) defer(question, at, failed);
  return failed.length === 0;
}

function firstPassing(question: Question): number | null {
  for (const days of [NEAR_DAYS, question.profile.searchDays]) {
    const first = turningPoints(question, days, gapsEnd(question), opensAt).find((at) => passesAt(question, at));
    if (first !== undefined) return first;
  }
  return null;
}

function endOfPassing(question: Question): number | undefined {
  const stops = question.contact.stops.map((stop) => stop.at);
  for (const days of [NEAR_DAYS, question.profile.searchDays]) {
    const end = turningPoints(question, days, [...stops, ...answersEnd(question)], closesAt).find((at) => !passesAt(question, at));
    if (end !== undefined) return end;
  }
  return undefined;
}

/** The instants after now, within `days`, at which a rule can change its answer, ascending: those told, local midnights, and an edge of every window. */
function turningPoints({ contact, rules, zones }: Question, days: number, told: readonly number[], edge: typeof opensAt): number[] {
  const until = contact.now + days * DAY;
  const points = new Set(told);
  const windows = rules.windowLayers.flatMap((layer) => layer.windows);
  for (const zone of zones) {
    const last = localDayNumber(zone, until);
    for (let day = localDayNumber(zone, contact.now); day <= last; day += 1) {
      points.add(instantOnDay(zone, day, 0));
      for (const window of windows) points.add(edge(window, zone, day));
    }
  }
  return [...points].filter((at) => at > contact.now && at <= until).toSorted((a, b) => a - b);
}
