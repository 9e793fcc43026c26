/**
 * One case being judged: which rules fail at an instant. The refusing rules look at the case, the deferring ones at the
 * local calendar of every candidate zone (each zone has its own date for days, weeks, holidays and counts).
 */
import { HOUR, instantOnDay, isZone, localDayNumber, localMinuteOfDay, MINUTE } from '../domain/zone.ts';
import { MISSING } from './house.ts';
import type { CapRule, ContactCase, PastContact, Rule, RuleCondition, SpacingRule, StopRule } from './policy.ts';
import type { Bound, BoundCount, BoundWindow, ChannelRules, Profile, WindowLayer } from './profile.ts';

export interface Question {
  readonly profile: Profile;
  readonly rules: ChannelRules;
  readonly contact: ContactCase;
  /** Candidate zones: the contact must be lawful in all of them. Empty: not known. */
  readonly zones: readonly string[];
  /** Outside hours and frequency altogether. */
  readonly exempt: boolean;
  /** The history that counts; empty where nothing counts it. */
  readonly counted: readonly PastContact[];
  /** Local day number of each counted contact, by zone. */
  readonly days: readonly (readonly number[])[];
}

const NOTHING: readonly never[] = [];
/** Zones that were found to exist; asking anew costs as much as a decision. */
const real = new Set<string>();

/** The case with its history dated in every candidate zone; what is outside the frequency rules does not count. */
export function ask(profile: Profile, contact: ContactCase): Question {
  const rules = profile.channels[contact.channel];
  const zones = zonesOf(contact.zones, profile);
  const exempt = profile.exempt.has(contact.purpose);
  const counts = rules.counts && !profile.uncounted.has(contact.purpose);
  const counted = counts ? contact.history.filter((past) => past.purpose === undefined || !profile.uncounted.has(past.purpose)) : NOTHING;
  const days = counted.length === 0 ? NOTHING : zones.map((zone) => counted.map((past) => localDayNumber(zone, past.at)));
  return { profile, rules, contact, zones, exempt, counted, days };
}

/** The zones in which the contact must be lawful; none when they are not known. */
function zonesOf(told: readonly string[], profile: Profile): readonly string[] {
  const zones = told.length === 0 ? (profile.zones.onUnknown === 'intersectAll' ? profile.zones.all : NOTHING) : told.length === 1 ? told : [...new Set(told)];
  for (const zone of zones) {
    if (real.has(zone)) continue;
    if (!isZone(zone)) return NOTHING;
    real.add(zone);
  }
  return zones;
}

/** Local day number in every candidate zone; NaN (every rule is in force then) when no zone is known. */
function daysAt(question: Question, at: number): readonly number[] {
  const { zones } = question;
  if (zones.length === 1) return [localDayNumber(zones[0] ?? '', at)];
  return zones.length === 0 ? [NaN] : zones.map((zone) => localDayNumber(zone, at));
}

function inForce(bound: Bound<Rule>, contact: ContactCase, days: readonly number[]): boolean {
  for (const day of days) if (binds(bound, contact, day)) return true;
  return false;
}

/** Whether the rule speaks of this case on this day. */
function binds({ rule, from, to }: Bound<Rule>, contact: ContactCase, day: number): boolean {
  return !(day < from) && !(day >= to) && (rule.when === undefined || applies(rule.when, contact));
}

/** What a condition can ask of a case. */
type Told = Partial<Pick<ContactCase, 'creditorType' | 'debtorType' | 'debtType' | 'sector' | 'state' | 'city'>>;

/** What the case does not tell is taken to be so: missing data never permits. */
export function applies(when: RuleCondition, contact: Told): boolean {
  return isOr(when.creditorType, contact.creditorType) && isOr(when.debtorType, contact.debtorType) && isAmong(when.debtType, contact.debtType)
    && isAmong(when.sector, contact.sector) && isAmong(when.state, contact.state) && isAmong(when.city, contact.city);
}

function isOr(wanted: string | undefined, told: string | undefined): boolean {
  return wanted === undefined || told === undefined || wanted === told;
}

function isAmong(wanted: readonly string[] | undefined, told: string | undefined): boolean {
  return wanted === undefined || told === undefined || wanted.includes(told);
}

/** Stop, audience, ban, consent, content: the rules that no waiting satisfies. Adds the failing ids; whether one of them is permanent. */
export function refuse(question: Question, at: number, failed: string[]): boolean {
  const { rules, contact } = question;
  const days = daysAt(question, at);
  let permanent = false;
  for (const stop of rules.stops) {
    if (!stands(stop.rule, contact, at) || !inForce(stop, contact, days)) continue;
    failed.push(stop.rule.id);
    permanent ||= stop.rule.permanent;
  }
  for (const one of rules.audience) if (!one.rule.allow.includes(contact.party) && inForce(one, contact, days)) failed.push(one.rule.id);
  for (const one of rules.bans) if (inForce(one, contact, days)) failed.push(one.rule.id);
  if (contact.authorisedChannels?.includes(contact.channel) === false) {
    for (const one of rules.consent) if (inForce(one, contact, days)) failed.push(one.rule.id);
  }
  if (contact.content !== undefined) {
    for (const one of rules.content) if (offends(one.rule, contact.content) && inForce(one, contact, days)) failed.push(one.rule.id);
  }
  return permanent;
}

function stands(rule: StopRule, contact: ContactCase, at: number): boolean {
  if (contact.stops.length === 0 || (rule.effect === 'attorneyOnly' && contact.party === 'attorney')) return false;
  return contact.stops.some((stop) => rule.on.includes(stop.on) && stop.at <= at);
}

function offends(rule: ChannelRules['content'][number]['rule'], content: NonNullable<ContactCase['content']>): boolean {
  if (rule.at === 'first' && !content.first) return false;
  return (rule.must ?? NOTHING).some((block) => !content.blocks.includes(block)) || (rule.mustNot ?? NOTHING).some((list) => content.phrases.includes(list));
}

/** Holiday, window, lock, cap, spacing: the rules that a later instant may satisfy. Adds the failing ids, each once. */
export function defer(question: Question, at: number, failed: string[]): void {
  if (question.exempt) return;
  const { rules, contact, zones } = question;
  const days = daysAt(question, at);
  for (const day of days) closedOn(rules, contact, day, failed);
  for (let zone = 0; zone < days.length; zone += 1) {
    for (const layer of rules.windowLayers) shut(layer, contact, zones[zone] ?? '', days[zone] ?? NaN, at, failed);
  }
  if (question.counted.length > 0) countAgain(question, days, at, failed);
}

/** Lock, cap, spacing: each over all zones before the next, so that the ids stand in the order of evaluation. */
function countAgain(question: Question, days: readonly number[], at: number, failed: string[]): void {
  const { rules, contact } = question;
  for (const lock of rules.locks) {
    for (let zone = 0; zone < days.length; zone += 1) if (binds(lock, contact, days[zone] ?? NaN) && otherChannel(question, zone, days[zone] ?? NaN)) add(failed, lock.rule.id);
  }
  for (const cap of rules.caps) {
    for (let zone = 0; zone < days.length; zone += 1) if (binds(cap, contact, days[zone] ?? NaN) && countOn(cap, question, zone, days[zone] ?? NaN) >= cap.rule.max) add(failed, cap.rule.id);
  }
  for (const gap of rules.spacing) {
    for (let zone = 0; zone < days.length; zone += 1) if (binds(gap, contact, days[zone] ?? NaN) && tooSoon(gap, question, zone, days[zone] ?? NaN, at)) add(failed, gap.rule.id);
  }
}

function add(failed: string[], id: string): void {
  if (!failed.includes(id)) failed.push(id);
}

function closedOn(rules: ChannelRules, contact: ContactCase, day: number, failed: string[]): void {
  for (const holiday of rules.holidays) {
    if (!binds(holiday, contact, day)) continue;
    if (!holiday.knows(day)) add(failed, MISSING.calendar.id);
    else if (holiday.closed?.has(day) === true) add(failed, holiday.rule.id);
  }
}

/** The windows of one layer that keep the instant out: those of its weekday, or all when the layer has none that day. */
function shut(layer: WindowLayer, contact: ContactCase, zone: string, day: number, at: number, failed: string[]): void {
  const weekday = weekdayOf(day);
  let bindsAny = false;
  let bindsToday = false;
  for (const window of layer.windows) {
    if (!binds(window, contact, day)) continue;
    bindsAny = true;
    if (window.on[weekday] !== true) continue;
    bindsToday = true;
    if (opensAt(window, zone, day) <= at && at < closesAt(window, zone, day)) return;
  }
  if (!bindsAny || mayAnswer(layer, contact, day, at)) return;
  for (const window of layer.windows) if (binds(window, contact, day) && (!bindsToday || window.on[weekday] === true)) add(failed, window.rule.id);
}

/** Whether this is the one answer, by the same channel, to a message that has just come in. */
function mayAnswer({ replyAllowance }: WindowLayer, contact: ContactCase, day: number, at: number): boolean {
  if (replyAllowance === null || contact.purpose !== 'replyToDebtor' || !binds(replyAllowance, contact, day)) return false;
  const here = contact.history.filter((past) => past.channel === contact.channel && past.at <= at);
  const asked = Math.max(...here.filter((past) => past.direction === 'in').map((past) => past.at));
  if (at - asked >= replyAllowance.rule.withinHours * HOUR || asked === -Infinity) return false;
  return here.filter((past) => past.direction !== 'in' && past.at >= asked).length < replyAllowance.rule.max;
}

/** Instants (epoch ms) at which a reply stops being one to a message just sent. */
export function answersEnd({ rules, contact }: Question): number[] {
  if (contact.purpose !== 'replyToDebtor') return [];
  const hours = rules.windowLayers.flatMap(({ replyAllowance }) => (replyAllowance === null ? [] : [replyAllowance.rule.withinHours]));
  return contact.history.filter((past) => past.direction === 'in').flatMap((past) => hours.map((within) => past.at + within * HOUR));
}

/** 1 = Monday … 7 = Sunday; 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** Start of the window on that day: a wall time that occurs twice opens at the later, a skipped one at the next valid. */
export function opensAt(window: BoundWindow, zone: string, day: number): number {
  return instantOnDay(zone, day, window.open, 'later');
}

/** End of the window on that day: a wall time that occurs twice closes at the earlier. */
export function closesAt(window: BoundWindow, zone: string, day: number): number {
  return instantOnDay(zone, day, window.close, 'earlier');
}

function mondayOf(day: number): number {
  return day + 1 - weekdayOf(day);
}

function otherChannel({ contact, counted, days }: Question, index: number, day: number): boolean {
  const monday = mondayOf(day);
  const dates = days[index] ?? NOTHING;
  for (let i = 0; i < counted.length; i += 1) {
    const past = counted[i];
    const date = dates[i];
    if (past !== undefined && date !== undefined && date >= monday && date < monday + 7 && past.direction !== 'in' && past.channel !== contact.channel) return true;
  }
  return false;
}

function countOn(cap: BoundCount<CapRule>, { contact, counted, days }: Question, index: number, day: number): number {
  const { over, counts } = cap.rule;
  const first = 'rollingDays' in over ? day + 1 - over.rollingDays : 'day' in over ? day : mondayOf(day);
  const last = 'calendarWeek' in over ? first + 6 : day;
  const dates = days[index] ?? NOTHING;
  let count = 0;
  for (let i = 0; i < counted.length; i += 1) {
    const past = counted[i];
    const date = dates[i];
    if (past === undefined || date === undefined || date < first || date > last) continue;
    // An inbound contact is never an attempt of ours.
    if (past.direction !== 'in' && (counts === 'attempt' || past.kind === 'conversation') && shares(cap, contact, past)) count += 1;
  }
  return count;
}

function tooSoon(gap: BoundCount<SpacingRule>, { contact, counted, days, zones }: Question, index: number, day: number, at: number): boolean {
  const dates = days[index] ?? NOTHING;
  for (let i = 0; i < counted.length; i += 1) {
    const past = counted[i];
    const date = dates[i];
    if (past === undefined || date === undefined || !isEvent(gap.rule, past) || !shares(gap, contact, past)) continue;
    if (day < date + gap.rule.nextDay || (gap.rule.sameHour === true && at < sameHourOf(gap.rule, zones[index] ?? '', date, past))) return true;
  }
  return false;
}

/** A conversation that the person began is one, too. */
function isEvent(rule: SpacingRule, past: PastContact): boolean {
  return rule.after === 'conversation' ? past.kind === 'conversation' : past.direction !== 'in';
}

/** The event's own wall time on the first day allowed, to the next whole minute. */
function sameHourOf(rule: SpacingRule, zone: string, date: number, past: PastContact): number {
  const minute = localMinuteOfDay(zone, past.at) + (past.at % MINUTE === 0 ? 0 : 1);
  return instantOnDay(zone, date + rule.nextDay, minute, 'later');
}

/** Instants at which a gap that ends at the event's own hour ends. */
export function gapsEnd({ rules, counted, days, zones }: Question): number[] {
  return rules.spacing.filter(({ rule }) => rule.sameHour === true).flatMap(({ rule }) =>
    zones.flatMap((zone, index) => counted.map((past, i) => sameHourOf(rule, zone, days[index]?.[i] ?? NaN, past))));
}

/** Whether the earlier contact falls into the rule's bucket: its channels, its debt, its creditor. What an entry does not name it may be. */
function shares(rule: BoundCount<CapRule | SpacingRule>, contact: ContactCase, past: PastContact): boolean {
  if (rule.bucket !== null && !rule.bucket.has(past.channel)) return false;
  if (rule.perDebt && past.debtId !== undefined && contact.debtId !== undefined && past.debtId !== contact.debtId) return false;
  return !(rule.perCreditor && past.creditorId !== undefined && contact.creditorId !== undefined && past.creditorId !== contact.creditorId);
}
