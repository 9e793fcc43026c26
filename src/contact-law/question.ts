/**
 * One case being judged: which rules fail at an instant. The refusing rules look at the case, the deferring ones at the
 * local calendar of every candidate zone (each zone has its own date for days, weeks, holidays and counts).
 */
import { addDays, instantOf, localDate, weekday } from '../domain/zone.ts';
import { MISSING } from './house.ts';
import type {
  CapRule, CapSpan, ContactCase, CountedKind, CountedPer, HolidayRule, PastContact, PolicySet, Rule, SpacingRule, StopRule, Weekday, WindowRule,
} from './policy.ts';
import { binds, type Profile } from './profile.ts';

/** A contact of the history that counts, with its local date in one zone. */
interface DatedContact {
  readonly contact: PastContact;
  readonly date: string;
}

export interface Question {
  readonly policies: PolicySet;
  readonly profile: Profile;
  readonly contact: ContactCase;
  /** Candidate zones: the contact must be lawful in all of them. */
  readonly zones: readonly string[];
  readonly historyOf: ReadonlyMap<string, readonly DatedContact[]>;
}

/** The case with its history dated in every candidate zone; what is outside the frequency rules does not count. */
export function ask(policies: PolicySet, profile: Profile, contact: ContactCase, zones: readonly string[]): Question {
  const counted = contact.history.filter(({ purpose = 'collection' }) => !profile.exempt.has(purpose) && !profile.frequencyExempt.has(purpose));
  const historyOf = new Map(zones.map((zone) => [zone, counted.map((past) => ({ contact: past, date: localDate(zone, past.at) }))]));
  return { policies, profile, contact, zones, historyOf };
}

/** Stop, audience, ban, consent: the rules that no waiting satisfies. */
export function refusalsAt(question: Question, at: number): { readonly rules: readonly string[]; readonly permanent: boolean } {
  const { profile, contact } = question;
  const dates = question.zones.length > 0 ? question.zones.map((zone) => localDate(zone, at)) : [null];
  const inForce = (rule: Rule): boolean => dates.some((date) => binds(rule, contact, date));
  const stops = profile.stops.filter((rule) => inForce(rule) && stands(rule, contact, at));
  const failed = [
    ...stops,
    ...profile.audience.filter((rule) => inForce(rule) && !rule.allow.includes(contact.party)),
    ...profile.bans.filter(inForce),
    ...profile.consent.filter((rule) => inForce(rule) && contact.authorisedChannels?.includes(contact.channel) === false),
  ];
  return { rules: failed.map((rule) => rule.id), permanent: stops.some((rule) => rule.permanent) };
}

function stands(rule: StopRule, contact: ContactCase, at: number): boolean {
  if (rule.effect === 'attorneyOnly' && contact.party === 'attorney') return false;
  return contact.stops.some((stop) => rule.on.includes(stop.on) && stop.at <= at);
}

/** Holiday, window, lock, cap, spacing: the rules that a later instant may satisfy. */
export function deferralsAt(question: Question, at: number): readonly string[] {
  const { profile, contact, zones } = question;
  if (profile.exempt.has(contact.purpose)) return [];
  const places = zones.map((zone) => ({ zone, date: localDate(zone, at) }));
  const failed = [
    ...places.flatMap(({ date }) => closedBy(question, date)),
    ...places.flatMap(({ zone, date }) => profile.windowLayers.flatMap((windows) => shutBy(windows, contact, zone, date, at))),
    ...(profile.frequencyExempt.has(contact.purpose) ? [] : places.flatMap(({ zone, date }) => exceededOn(question, zone, date))),
  ];
  return [...new Set(failed)];
}

/** Whether a calendar that binds on this date does not know the year: then nothing may be concluded. */
export function calendarMissing(question: Question, at: number): boolean {
  if (question.profile.exempt.has(question.contact.purpose)) return false;
  return question.zones.some((zone) => closedBy(question, localDate(zone, at)).includes(MISSING.calendar.id));
}

function closedBy({ profile, policies, contact }: Question, date: string): readonly string[] {
  return profile.holidays.filter((rule) => binds(rule, contact, date)).flatMap((rule: HolidayRule) => {
    const calendar = policies.calendars[rule.calendar];
    if (!calendar?.years.includes(Number(date.slice(0, 4)))) return [MISSING.calendar.id];
    return calendar.dates.includes(date) ? [rule.id] : [];
  });
}

/** The windows of one layer that keep the instant out: those of its weekday, or all when the layer has none that day. */
function shutBy(windows: readonly WindowRule[], contact: ContactCase, zone: string, date: string, at: number): readonly string[] {
  const binding = windows.filter((rule) => binds(rule, contact, date));
  if (binding.length === 0) return [];
  const today = binding.filter((rule) => rule.days.includes(weekday(date) as Weekday));
  if (today.some((rule) => opensAt(rule, zone, date) <= at && at < closesAt(rule, zone, date))) return [];
  return (today.length > 0 ? today : binding).map((rule) => rule.id);
}

/** Start of the window on that date: a wall time that occurs twice opens at the later, a skipped one at the next valid. */
export function opensAt(rule: WindowRule, zone: string, date: string): number {
  return instantOf(zone, date, minuteOf(rule.open), 'later');
}

/** End of the window on that date: a wall time that occurs twice closes at the earlier. */
export function closesAt(rule: WindowRule, zone: string, date: string): number {
  return instantOf(zone, date, minuteOf(rule.close), 'earlier');
}

function minuteOf(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
}

function exceededOn(question: Question, zone: string, date: string): readonly string[] {
  const { profile, contact } = question;
  const history = question.historyOf.get(zone) ?? [];
  const week = mondayOf(date);
  const otherChannel = history.some((past) => mondayOf(past.date) === week && past.contact.direction !== 'in' && past.contact.channel !== contact.channel);
  return [
    ...profile.locks.filter((rule) => otherChannel && binds(rule, contact, date)),
    ...profile.caps.filter((rule) => binds(rule, contact, date) && countOn(rule, contact, history, date) >= rule.max),
    ...profile.spacing.filter((rule) => binds(rule, contact, date) && tooSoon(rule, contact, history, date)),
  ].map((rule) => rule.id);
}

function countOn(rule: CapRule, contact: ContactCase, history: readonly DatedContact[], date: string): number {
  const first = firstDayOf(rule.over, date);
  return history.filter((past) => counts(past.contact, rule.counts) && shares(rule, contact, past.contact) && past.date >= first && past.date <= lastDayOf(rule.over, date)).length;
}

function tooSoon(rule: SpacingRule, contact: ContactCase, history: readonly DatedContact[], date: string): boolean {
  return history.some((past) => countsAfter(past.contact, rule.after) && shares(rule, contact, past.contact) && date < addDays(past.date, rule.nextDay));
}

/** An inbound contact is never an attempt of ours. */
function counts(past: PastContact, kind: CountedKind): boolean {
  return past.direction !== 'in' && (kind === 'attempt' || past.kind === 'conversation');
}

/** A conversation that the person began still is one. */
function countsAfter(past: PastContact, kind: CountedKind): boolean {
  return kind === 'conversation' ? past.kind === 'conversation' : past.direction !== 'in';
}

/** Whether the earlier contact falls into the rule's bucket: its channels, and its debt where the rule counts by debt. */
function shares(rule: { readonly channels?: CapRule['channels']; readonly per: readonly CountedPer[] }, contact: ContactCase, past: PastContact): boolean {
  if (rule.channels && !rule.channels.includes(past.channel)) return false;
  if (!rule.per.includes('debt')) return true;
  return past.debtId === undefined || contact.debtId === undefined || past.debtId === contact.debtId;
}

function firstDayOf(over: CapSpan, date: string): string {
  if ('rollingDays' in over) return addDays(date, 1 - over.rollingDays);
  return 'day' in over ? date : mondayOf(date);
}

function lastDayOf(over: CapSpan, date: string): string {
  return 'calendarWeek' in over ? addDays(mondayOf(date), 6) : date;
}

function mondayOf(date: string): string {
  return addDays(date, 1 - weekday(date));
}
