/** Instants as other systems write them: with an offset, or as the local time of a zone. */
import { DAY, instantOf, isLocalDate } from '../../domain/zone.ts';

export type ReadInstant = { readonly at: number; /** Only the day was told. */ readonly dayOnly: boolean } | { readonly wrong: string };

const LOCAL = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?)?$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const SECOND = 1_000;

/** Epoch ms of `2026-10-03T15:20:00-03:00`, or of `2026-10-03 15:20` and `2026-10-03` (its first minute) in the zone; null: no zone is known. */
export function readInstant(text: string, zone: string | null): ReadInstant {
  if (WITH_OFFSET.test(text) && isLocalDate(text.slice(0, 10))) {
    const at = Date.parse(text.replace(' ', 'T'));
    return Number.isFinite(at) ? { at, dayOnly: false } : { wrong: 'is no instant' };
  }
  const [, date = '', hour, minute, second = '00'] = LOCAL.exec(text) ?? [];
  if (!isLocalDate(date)) return { wrong: 'must be YYYY-MM-DD, YYYY-MM-DD HH:MM, or an instant such as 2026-10-03T15:20:00-03:00' };
  if (zone === null) return { wrong: 'needs an offset, such as -03:00: the zone is not known' };
  if (hour === undefined || minute === undefined) return { at: instantOf(zone, date, 0), dayOnly: true };
  const minutes = Number(hour) * 60 + Number(minute);
  if (minutes >= DAY / 60_000 || Number(minute) > 59 || Number(second) > 59) return { wrong: 'has a time of day that does not exist' };
  return { at: instantOf(zone, date, minutes) + Number(second) * SECOND, dayOnly: false };
}
