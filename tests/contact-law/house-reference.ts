/**
 * The house rules once more, written from their wording and sharing nothing with the engine: the wall clock comes from
 * Intl, the search goes minute by minute. Slow on purpose.
 */
import type { ContactCase } from '../../src/contact-law/policy.ts';

export const REFERENCE_SEARCH_DAYS = 20;
const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** `Sat, 12/05/2026, 09:00` of a place. */
function wallClock(zone: string, at: number): { weekday: string; date: string; hour: number } {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', {
    timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  formats.set(zone, format);
  const text = format.format(at);
  return { weekday: text.slice(0, 3), date: text.slice(5, 15), hour: Number(text.slice(17, 19)) };
}

/** Whether the house rules let this contact leave at that instant; null: never, whatever the hour. */
export function houseAllows(contact: ContactCase, at: number): boolean | null {
  const inForce = contact.stops.filter((stop) => stop.at <= at).map((stop) => stop.on);
  if (['servedInSuit', 'insolvency', 'deceased', 'wrongNumber', 'disputed', 'writtenCease', 'dataBlocked'].some((stop) => inForce.some((on) => on === stop))) return null;
  if (inForce.includes('attorney')) return null;
  if (contact.party !== 'debtor' && contact.party !== 'codebtor' && contact.party !== 'guarantor') return null;
  if (contact.authorisedChannels && !contact.authorisedChannels.includes(contact.channel)) return null;
  if (contact.zones.length === 0) return null;
  if (contact.purpose === 'optOutAck') return true;
  return contact.zones.every((zone) => {
    const here = wallClock(zone, at);
    if (here.weekday === 'Sun' || here.hour < 9 || here.hour >= 19) return false;
    if (['transactional', 'survey', 'replyToDebtor'].includes(contact.purpose)) return true;
    const today = contact.history.filter((past) => {
      const uncounted = past.direction === 'in' || ['transactional', 'survey', 'replyToDebtor', 'optOutAck'].includes(past.purpose ?? 'collection');
      return !uncounted && wallClock(zone, past.at).date === here.date;
    });
    return today.length === 0;
  });
}

/** The first whole minute after `now` that the house rules allow, or null within the searched days. */
export function houseNextMinute(contact: ContactCase): number | null {
  const last = contact.now + REFERENCE_SEARCH_DAYS * 24 * 60 * MINUTE;
  for (let at = Math.floor(contact.now / MINUTE) * MINUTE + MINUTE; at <= last; at += MINUTE) {
    if (houseAllows(contact, at) === true) return at;
  }
  return null;
}
