/** Working days of a country: Monday to Friday without its public holidays. */
import { addDays, weekday } from '../domain/zone.ts';
import { CALENDARS } from './calendars.ts';

/** The `days`-th working day after a local date. A country or a year without a calendar has its weekends only. */
export function businessDayAfter(country: string, from: string, days: number): string {
  const holidays = new Set(CALENDARS[country]?.dates);
  let date = from;
  for (let left = days; left > 0;) {
    date = addDays(date, 1);
    if (weekday(date) <= FRIDAY && !holidays.has(date)) left -= 1;
  }
  return date;
}

const FRIDAY = 5;
