import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { calendarFile, changes, PLACES, textOf } from '../../scripts/calendars.ts';
import { CALENDARS } from '../../src/contact-law/calendars.ts';
import { evaluate } from '../../src/contact-law/evaluate.ts';
import { contactCase, POLICIES } from './cases.ts';

/** Read against the laws by a person; a line a place and year. */
const REVIEWED = JSON.parse(readFileSync(new URL('holidays.json', import.meta.url), 'utf8')) as Record<string, string>;
const YEARS = [2025, 2026, 2027, 2028, 2029, 2030];

describe('the holidays of each place and year are those that were reviewed', () => {
  test.each(Object.keys(PLACES).flatMap((id) => YEARS.map((year) => `${id} ${year}`)))('%s', (key) => {
    const [id = '', year = ''] = key.split(' ');
    const dates = CALENDARS[id]?.dates.filter((date) => date.startsWith(year)).map((date) => date.slice('yyyy-'.length));
    expect(dates?.join(' ')).toBe(REVIEWED[key]);
  });

  test('no place or year besides', () => {
    expect(Object.keys(CALENDARS).toSorted()).toEqual(Object.keys(PLACES).toSorted());
    expect(Object.keys(REVIEWED)).toHaveLength(Object.keys(PLACES).length * YEARS.length);
    for (const calendar of Object.values(CALENDARS)) expect(calendar.years).toEqual(YEARS);
  });
});

test('what date-holidays gets wrong is put right, with its law', () => {
  const on = (id: string, date: string): boolean | undefined => CALENDARS[id]?.dates.includes(date);
  expect({ holySaturday: on('CL', '2027-03-27'), guayaquil: on('EC', '2026-10-09'), notGuayaquil: on('EC', '2026-09-10'), bridge: on('AR', '2026-07-10'), blackAwareness: on('BR-SP', '2026-11-20'), bankDay: on('CL', '2026-12-31') })
    .toEqual({ holySaturday: true, guayaquil: true, notGuayaquil: false, bridge: true, blackAwareness: true, bankDay: false });
});

test('the files are what the generator makes of the installed date-holidays and the overlay', () => {
  expect(changes()).toEqual([]);
  const text = readFileSync(new URL('../../src/contact-law/calendars/cl.json', import.meta.url), 'utf8');
  expect(text).toBe(textOf(calendarFile('CL')));
});

test('a year that no calendar knows is refused, never guessed; a law without holidays does not need one', () => {
  const chile = contactCase({ profile: 'CL', zones: ['America/Santiago'], now: Date.parse('2031-03-05T15:00:00Z') });
  expect(evaluate(POLICIES, chile)).toMatchObject({ decision: 'refuse', permanent: false, rules: ['missing-calendar'] });
  expect(evaluate(POLICIES, { ...chile, now: Date.parse('2024-03-05T15:00:00Z') })).toMatchObject({ decision: 'refuse', rules: ['missing-calendar'] });
  expect(evaluate(POLICIES, { ...chile, profile: 'MX', zones: ['America/Mexico_City'] }).decision).toBe('allow');
  expect(evaluate(POLICIES, { ...chile, purpose: 'optOutAck' }).decision).toBe('allow');
});

test('the search for a lawful minute does not pass into a year that is not known', () => {
  const lastEvening = contactCase({ profile: 'CL', zones: ['America/Santiago'], now: Date.parse('2030-12-31T23:30:00Z') });
  expect(evaluate(POLICIES, lastEvening)).toMatchObject({ decision: 'refuse', permanent: false, rules: ['CL-hours-write', 'missing-lawful-minute'] });
});
