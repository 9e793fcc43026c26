/**
 * Zone arithmetic without a date library: workflow code may load none (a library adds 0.08-0.2 MB to every cached
 * workflow) and `Intl#formatToParts` costs 2 µs a call. Offsets are read once per zone and block of 20 days and kept;
 * the tables depend on nothing but zone and instant, so filling them lazily stays deterministic.
 */
import type { Instant, LocalDate } from './agreement.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Two changes of offset in one block would be missed; no zone in use changes twice within 20 days. */
const BLOCK = 20 * DAY;

interface Block {
  readonly before: number;
  readonly after: number;
  /** First instant with the offset `after`; Infinity when the offset does not change. */
  readonly changesAt: Instant;
}

interface ZoneTable {
  readonly format: Intl.DateTimeFormat;
  readonly blocks: Map<number, Block>;
  /** Offset of a whole local day (by its day number), NaN when the offset changes within a day of it. */
  readonly days: Map<number, number>;
}

const tables = new Map<string, ZoneTable>();

function tableOf(zone: string): ZoneTable {
  const known = tables.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23',
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const table: ZoneTable = { format, blocks: new Map(), days: new Map() };
  tables.set(zone, table);
  return table;
}

/** Offset from UTC in ms as the host's time-zone data has it. `ms` must be a whole second. */
function readOffset(format: Intl.DateTimeFormat, ms: Instant): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  return dayNumber(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second * SECOND - ms;
}

function blockOf(table: ZoneTable, index: number): Block {
  const known = table.blocks.get(index);
  if (known) return known;
  const start = index * BLOCK;
  const before = table.blocks.get(index - 1)?.after ?? readOffset(table.format, start);
  const after = table.blocks.get(index + 1)?.before ?? readOffset(table.format, start + BLOCK);
  const block = { before, after, changesAt: before === after ? Infinity : changeBetween(table.format, start, before) };
  table.blocks.set(index, block);
  return block;
}

/** First minute in the block from `start` whose offset is no longer `before` (changes fall on whole minutes). */
function changeBetween(format: Intl.DateTimeFormat, start: Instant, before: number): Instant {
  let low = 0;
  let high = BLOCK / MINUTE;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readOffset(format, start + middle * MINUTE) === before) low = middle;
    else high = middle;
  }
  return start + high * MINUTE;
}

function offsetIn(table: ZoneTable, ms: Instant): number {
  const block = blockOf(table, Math.floor(ms / BLOCK));
  return ms < block.changesAt ? block.before : block.after;
}

/** Offset of the zone from UTC at an instant, in ms (negative west of Greenwich). */
export function offsetAt(zone: string, ms: Instant): number {
  return offsetIn(tableOf(zone), ms);
}

/** The local date at an instant. */
export function localDate(zone: string, ms: Instant): LocalDate {
  return dateOfDayNumber(Math.floor((ms + offsetAt(zone, ms)) / DAY));
}

/** The local date at an instant as its day number (see `dayNumberOf`): counting in days needs no text. */
export function localDayNumber(zone: string, ms: Instant): number {
  return Math.floor((ms + offsetAt(zone, ms)) / DAY);
}

/** The local minute of the day (0..1439) at an instant. */
export function localMinuteOfDay(zone: string, ms: Instant): number {
  const local = ms + offsetAt(zone, ms);
  return Math.floor((local - Math.floor(local / DAY) * DAY) / MINUTE);
}

/**
 * The instant of a local wall time (minute 0..1440 of the date): in a gap the first instant after it, in an overlap
 * the earlier of the two, or the later when asked.
 */
export function instantOf(zone: string, date: LocalDate, minuteOfDay: number, overlap: 'earlier' | 'later' = 'earlier'): Instant {
  return instantOnDay(zone, dayNumberOf(date), minuteOfDay, overlap);
}

/** `instantOf` for a day number (see `dayNumberOf`): the scheduling loops count in days, parsing dates cost them half their time. */
export function instantOnDay(zone: string, day: number, minuteOfDay: number, overlap: 'earlier' | 'later' = 'earlier'): Instant {
  const table = tableOf(zone);
  const wall = day * DAY + minuteOfDay * MINUTE;
  const steady = offsetOfDay(table, day);
  if (!Number.isNaN(steady)) return wall - steady;
  const before = offsetIn(table, wall - DAY);
  const after = offsetIn(table, wall + DAY);
  const valid = [wall - before, wall - after].filter((ms) => ms + offsetIn(table, ms) === wall);
  if (valid.length > 0) return overlap === 'earlier' ? Math.min(...valid) : Math.max(...valid);
  return gapEnd(table, wall - after, wall - before, before);
}

function offsetOfDay(table: ZoneTable, day: number): number {
  const known = table.days.get(day);
  if (known !== undefined) return known;
  const from = offsetIn(table, (day - 1) * DAY);
  const middle = offsetIn(table, day * DAY + DAY / 2);
  const steady = from === middle && middle === offsetIn(table, (day + 2) * DAY) ? middle : NaN;
  table.days.set(day, steady);
  return steady;
}

function gapEnd(table: ZoneTable, from: Instant, to: Instant, before: number): Instant {
  let low = from;
  let high = to;
  while (high - low > SECOND) {
    const middle = low + Math.floor((high - low) / 2 / SECOND) * SECOND;
    if (offsetIn(table, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** First instant of the local day. */
export function startOfLocalDay(zone: string, date: LocalDate): Instant {
  return instantOf(zone, date, 0);
}

/** First instant after the local day: an instant is within the day when it is before this. */
export function endOfLocalDay(zone: string, date: LocalDate): Instant {
  return instantOf(zone, addDays(date, 1), 0);
}

/** The date `days` later (negative: earlier). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOfDayNumber(dayNumberOf(date) + days);
}

/** Day of the week, 1 = Monday .. 7 = Sunday. */
export function weekday(date: LocalDate): number {
  return ((((dayNumberOf(date) + 3) % 7) + 7) % 7) + 1;
}

/** How many days `to` is after `from` (negative when before). */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumberOf(to) - dayNumberOf(from);
}

/** Whether the text is a date of the calendar, `YYYY-MM-DD`, years 0001 to 9999. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  return dateOfDayNumber(dayNumberOf(text)) === text;
}

/** Whether the text is a zone of the IANA list (fixed offsets such as `+03:00` are not). */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(zone)) return false;
  if (tables.has(zone)) return true;
  try {
    tableOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Days from 1970-01-01 to the date. */
export function dayNumberOf(date: LocalDate): number {
  return dayNumber(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

/** Days since 1970-01-01 in the Gregorian calendar; counted from 1 March so that the leap day comes last. */
function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

function dateOfDayNumber(days: number): LocalDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`;
}
