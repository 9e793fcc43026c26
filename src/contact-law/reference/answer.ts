/**
 * A second opinion on a contact, for the audit and the tests and never for a sending: it shares nothing with the engine,
 * so that a fault of one shows in the other. The wall clock comes from Intl, a day is a string, the search goes minute
 * by minute; what it goes by is typed from the text of the law (rules.ts).
 */
import type { ContactCase, LawChannel, PastContact } from '../policy.ts';
import { attorneyOnly, EVERYWHERE, rulesOfProfile, type Country, type Gap, type Quota } from './rules.ts';

export interface ReferenceAnswer {
  readonly decision: 'allow' | 'defer' | 'refuse';
  readonly notBefore?: number;
  readonly permanent?: boolean;
  readonly rules: readonly string[];
}

/** Holidays by calendar id; a year that is not there is not known. */
export type ReferenceHolidays = (calendar: string, date: string) => boolean | 'unknown';

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const DAY = 86_400_000;
const SEARCH_DAYS = 20;
const formats = new Map<string, Intl.DateTimeFormat>();
const quarters = new Map<string, Map<number, Wall>>();
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

interface Wall {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** 1 = Monday. */
  readonly weekday: number;
  readonly minute: number;
}

/** Local date and minute of day. Zones change their offset on quarters of an hour only, so one look at the clock serves fifteen minutes. */
function wallClock(zone: string, at: number): Wall {
  const start = Math.floor(at / QUARTER);
  const known = quarters.get(zone) ?? new Map<number, Wall>();
  quarters.set(zone, known);
  const found = known.get(start) ?? readClock(zone, start * QUARTER);
  known.set(start, found);
  return { ...found, minute: found.minute + Math.floor((at - start * QUARTER) / MINUTE) };
}

function readClock(zone: string, at: number): Wall {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', {
    timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  formats.set(zone, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    date: `${part['year']}-${part['month']}-${part['day']}`, weekday: WEEKDAYS.indexOf(part['weekday'] ?? '') + 1,
    minute: Number(part['hour']) * 60 + Number(part['minute']),
  };
}

/** Days from one date to another. */
function days(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

function mondayOf(date: string): string {
  const back = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return new Date(Date.parse(`${date}T00:00:00Z`) - back * DAY).toISOString().slice(0, 10);
}

/** The answer for one case; null: the reference does not know the profile. */
export function referenceAnswer(contact: ContactCase, holidays: ReferenceHolidays): ReferenceAnswer | null {
  const country = rulesOfProfile(contact.profile);
  if (country === null) return null;
  const zones = contact.zones.length > 0 ? [...new Set(contact.zones)] : country.zones;
  const refused = refusals(country, contact, zones, contact.now);
  const put = deferrals(country, contact, zones, holidays, contact.now);
  const rules = [...refused.rules, ...put];
  if (refused.rules.length > 0 || put.includes('missing-calendar')) return { decision: 'refuse', permanent: refused.permanent, rules };
  if (rules.length === 0) return { decision: 'allow', rules };
  const last = contact.now + SEARCH_DAYS * DAY;
  for (let at = Math.floor(contact.now / MINUTE) * MINUTE + MINUTE; at <= last; at += MINUTE) {
    if (refusals(country, contact, zones, at).rules.length === 0 && deferrals(country, contact, zones, holidays, at).length === 0) {
      return { decision: 'defer', notBefore: at, rules };
    }
  }
  return { decision: 'refuse', permanent: false, rules: [...rules, 'missing-lawful-minute'] };
}

function refusals(country: Country, contact: ContactCase, zones: readonly string[], at: number): { rules: string[]; permanent: boolean } {
  const stands = (on: readonly string[]): boolean => contact.stops.some((stop) => stop.at <= at && on.includes(stop.on));
  const inForce = (from: string | undefined): boolean => from === undefined || zones.some((zone) => wallClock(zone, at).date >= from);
  const stops = [...EVERYWHERE, ...country.stops]
    .filter((stop) => stands(stop.on) && inForce('from' in stop ? stop.from : undefined));
  const rules = stops.map((stop) => stop.id);
  if (attorneyOnly(contact, at)) rules.push('base-attorney');
  for (const { id, allow } of country.parties) if (!allow.includes(contact.party)) rules.push(id);
  for (const never of country.never) {
    if (never.channels.includes(contact.channel) && (never.thirdPartyOnly !== true || contact.creditorType === 'thirdParty')) rules.push(never.id);
  }
  if (contact.authorisedChannels?.includes(contact.channel) === false) {
    rules.push('base-consent');
    if (country.authorised !== undefined) rules.push(country.authorised);
  }
  return { rules, permanent: stops.some((stop) => stop.permanent) };
}

function deferrals(country: Country, contact: ContactCase, zones: readonly string[], holidays: ReferenceHolidays, at: number): string[] {
  if (country.outsideHours.includes(contact.purpose)) return [];
  const failed = new Set<string>();
  for (const zone of zones) {
    const here = wallClock(zone, at);
    for (const { id, calendar } of country.closed) {
      const closed = holidays(calendar, here.date);
      if (closed === 'unknown') failed.add('missing-calendar');
      else if (closed) failed.add(id);
    }
  }
  for (const zone of zones) for (const rule of outsideHours(country, contact, wallClock(zone, at), at)) failed.add(rule);
  if (country.uncounted.includes(contact.purpose)) return [...failed];
  const counted = contact.history.filter(({ purpose = 'collection' }) => !country.uncounted.includes(purpose) && !country.outsideHours.includes(purpose));
  for (const zone of zones) for (const rule of tooOften(country, contact, counted, zone, at)) failed.add(rule);
  return [...failed];
}

function outsideHours(country: Country, contact: ContactCase, here: Wall, at: number): string[] {
  return country.hours.flatMap((layer) => {
    if (layer.some((hours) => hours.oneAnswerWithin !== undefined && isTheAnswer(contact, at, hours.oneAnswerWithin))) return [];
    const own = layer.filter((hours) => (hours.channels?.includes(contact.channel) ?? true) && (hours.thirdPartyOnly !== true || contact.creditorType === 'thirdParty'));
    const today = own.filter((hours) => hours.days.includes(here.weekday));
    const open = today.some((hours) => hours.open <= here.minute && here.minute < hours.close);
    return own.length === 0 || open ? [] : (today.length > 0 ? today : own).map((hours) => hours.id);
  });
}

/** The first reply, by the same medium, to a message that came in within these hours. */
function isTheAnswer(contact: ContactCase, at: number, hours: number): boolean {
  if (contact.purpose !== 'replyToDebtor') return false;
  const sameMedium = contact.history.filter((past) => past.channel === contact.channel && past.at <= at);
  const asked = sameMedium.filter((past) => past.direction === 'in').map((past) => past.at).toSorted((a, b) => a - b).at(-1);
  return asked !== undefined && at - asked < hours * 60 * MINUTE && !sameMedium.some((past) => past.direction !== 'in' && past.at >= asked);
}

function tooOften(country: Country, contact: ContactCase, counted: readonly PastContact[], zone: string, at: number): string[] {
  const { date } = wallClock(zone, at);
  const dated = counted.map((past) => ({ past, date: wallClock(zone, past.at).date }));
  const out = dated.filter(({ past }) => past.direction !== 'in');
  const failed: string[] = [];
  if (country.oneChannelAWeek !== undefined && out.some((one) => mondayOf(one.date) === mondayOf(date) && one.past.channel !== contact.channel)) {
    failed.push(country.oneChannelAWeek);
  }
  for (const quota of country.quotas) {
    if (!speaksOf(quota, contact.channel) || (quota.from !== undefined && date < quota.from)) continue;
    const used = out.filter((one) => inBucket(quota, contact, one.past) && days(one.date, date) >= 0 && days(one.date, date) <= quota.daysBefore);
    if (used.length >= quota.max) failed.push(quota.id);
  }
  for (const gap of country.gaps) {
    if (!speaksOf(gap, contact.channel)) continue;
    const events = gap.after === 'conversation' ? dated.filter(({ past }) => past.kind === 'conversation') : out;
    if (events.some((one) => inBucket(gap, contact, one.past) && days(one.date, date) < gap.nextDay)) failed.push(gap.id);
  }
  return failed;
}

function speaksOf(rule: { readonly channels?: readonly LawChannel[] }, channel: LawChannel): boolean {
  return rule.channels?.includes(channel) ?? true;
}

function inBucket(rule: Quota | Gap, contact: ContactCase, past: PastContact): boolean {
  if (!speaksOf(rule, past.channel)) return false;
  return rule.sameDebt !== true || past.debtId === undefined || contact.debtId === undefined || past.debtId === contact.debtId;
}
