import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { addDays, daysBetween, endOfLocalDay, instantOf, isLocalDate, isZone, localDate, localMinuteOfDay, startOfLocalDay, weekday } from '../../src/domain/zone.ts';
import { property } from './property.ts';

const ZONES = [
  'America/Santiago', 'America/Punta_Arenas', 'America/Coyhaique', 'Pacific/Easter', 'America/Bogota', 'America/Lima',
  'America/Mexico_City', 'America/Tijuana', 'America/Cancun', 'America/Ciudad_Juarez', 'America/Guayaquil',
  'America/Argentina/Buenos_Aires', 'America/Sao_Paulo', 'America/Manaus', 'America/Rio_Branco', 'America/New_York',
  'America/Los_Angeles', 'Pacific/Honolulu', 'Europe/Madrid', 'Atlantic/Canary', 'UTC',
].filter((zone) => isZone(zone));

const FROM = Date.UTC(2024, 0, 1);
const TO = Date.UTC(2033, 0, 1);
const HOUR = 3_600_000;

const zones = fc.constantFrom(...ZONES);
const minutes = fc.integer({ min: 0, max: 1439 });
const dates = fc.integer({ min: 0, max: 9 * 365 }).map((days) => addDays('2024-01-01', days));

/** Changes of offset of each zone as the reference library knows them. */
const changes = ZONES.flatMap((zone) => {
  const found: { zone: string; at: number }[] = [];
  let moment = Temporal.Instant.fromEpochMilliseconds(FROM).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
  while (moment && moment.epochMilliseconds < TO) {
    found.push({ zone, at: moment.epochMilliseconds });
    moment = moment.getTimeZoneTransition('next');
  }
  return found;
});

function reference(zone: string, date: string, minute: number, disambiguation: 'earlier' | 'later'): number {
  const plain = Temporal.PlainDateTime.from(date).add({ minutes: minute });
  const early = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (early.toPlainDateTime().equals(plain)) return plain.toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
  const change = early.getTimeZoneTransition('next');
  if (!change) throw new Error(`no change after the gap at ${date} in ${zone}`);
  return change.epochMilliseconds;
}

function localOf(zone: string, ms: number) {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return { date: zoned.toPlainDate().toString(), minute: zoned.hour * 60 + zoned.minute };
}

describe('zone arithmetic', () => {
  it('knows the zones in use', () => {
    expect(ZONES.length).toBeGreaterThanOrEqual(20);
    expect(changes.length).toBeGreaterThan(80);
  });

  property('tells the same local date and minute as the reference at any instant', fc.property(zones, fc.integer({ min: FROM, max: TO }), (zone, ms) => {
    expect({ date: localDate(zone, ms), minute: localMinuteOfDay(zone, ms) }).toEqual(localOf(zone, ms));
  }));

  property('tells the same local time as the reference around every change of offset', fc.property(fc.constantFrom(...changes), fc.integer({ min: -3 * HOUR, max: 3 * HOUR }), ({ zone, at }, distance) => {
    const ms = at + distance;
    expect({ date: localDate(zone, ms), minute: localMinuteOfDay(zone, ms) }).toEqual(localOf(zone, ms));
  }));

  property('turns a local wall time into the instant of the reference', fc.property(zones, dates, minutes, fc.constantFrom('earlier' as const, 'later' as const), (zone, date, minute, overlap) => {
    expect(instantOf(zone, date, minute, overlap)).toBe(reference(zone, date, minute, overlap));
  }));

  property('turns a wall time in or beside a gap or an overlap into the instant of the reference', fc.property(fc.constantFrom(...changes), fc.integer({ min: -26 * 60, max: 26 * 60 }), fc.constantFrom('earlier' as const, 'later' as const), ({ zone, at }, distance, overlap) => {
    const { date, minute } = localOf(zone, at);
    const total = minute + distance;
    const day = Math.floor(total / 1440);
    expect(instantOf(zone, addDays(date, day), total - day * 1440, overlap)).toBe(reference(zone, addDays(date, day), total - day * 1440, overlap));
  }));

  property('begins and ends a local day where the reference does', fc.property(zones, dates, (zone, date) => {
    const plain = Temporal.PlainDate.from(date);
    expect(startOfLocalDay(zone, date)).toBe(plain.toZonedDateTime(zone).epochMilliseconds);
    expect(endOfLocalDay(zone, date)).toBe(plain.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds);
  }));

  property('counts days and weekdays as the reference does', fc.property(dates, fc.integer({ min: -4000, max: 4000 }), (date, days) => {
    const plain = Temporal.PlainDate.from(date);
    expect(addDays(date, days)).toBe(plain.add({ days }).toString());
    expect(weekday(date)).toBe(plain.dayOfWeek);
    expect(daysBetween(date, addDays(date, days))).toBe(days);
  }));

  it('moves a time in the gap at midnight to the first minute that exists', () => {
    // Chile, Sunday 6 September 2026: 00:00 to 01:00 do not exist.
    const first = instantOf('America/Santiago', '2026-09-06', 0);
    expect(first).toBe(Date.UTC(2026, 8, 6, 4, 0));
    expect(instantOf('America/Santiago', '2026-09-06', 30)).toBe(first);
    expect(localMinuteOfDay('America/Santiago', first)).toBe(60);
    expect(endOfLocalDay('America/Santiago', '2026-09-05')).toBe(first);
  });

  it('takes the earlier of two instants in an overlap unless the later is asked for', () => {
    const earlier = instantOf('Europe/Madrid', '2026-10-25', 150);
    expect(instantOf('Europe/Madrid', '2026-10-25', 150, 'later') - earlier).toBe(HOUR);
  });

  it('accepts only dates of the calendar and zones of the list', () => {
    expect(['2026-02-28', '2028-02-29', '9999-12-31'].every(isLocalDate)).toBe(true);
    expect(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '26-01-01', '2026-01-01T00:00', '', '0000-01-01'].some(isLocalDate)).toBe(false);
    expect(['America/Santiago', 'UTC', 'Europe/Madrid'].every(isZone)).toBe(true);
    expect(['America/Nowhere', '+03:00', '', 'Santiago', 'America/Santiago '].some(isZone)).toBe(false);
  });
});
