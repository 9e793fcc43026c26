/**
 * `npm run calendars [-- --check]`: makes src/contact-law/calendars/<id>.json from date-holidays (its days of the type
 * `public`) and the overlay, which adds and removes days with their law. With --check nothing is written: what the
 * installed release of date-holidays would change is listed, and the exit code is 1 when there is something. The files are
 * what the engine reads; date-holidays is never loaded by the product (12 MB, 263 ms).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Holidays from 'date-holidays';

const FOLDER = join(import.meta.dirname, '..', 'src', 'contact-law', 'calendars');
const FIRST_YEAR = 2025;
const LAST_YEAR = 2030;
/** Calendar -> place in date-holidays. Of the states only those whose own law speaks of holidays. */
export const PLACES: Readonly<Record<string, readonly [country: string, state?: string]>> = {
  AR: ['AR'], BR: ['BR'], 'BR-AL': ['BR', 'AL'], 'BR-SP': ['BR', 'SP'], CL: ['CL'], CO: ['CO'], EC: ['EC'], ES: ['ES'], MX: ['MX'], PE: ['PE'], US: ['US'],
};
const LANGUAGE: Readonly<Record<string, string>> = { BR: 'pt', US: 'en' };

interface OverlayEntry {
  readonly law: string;
  readonly name?: string;
  /** `MM-DD`, or `easter-1` = the day before Easter Sunday. */
  readonly add?: string;
  readonly remove?: string;
  /** Days of another type whose name holds this. */
  readonly addNamed?: string;
  /** Rest days that the country's law moves away from the day itself. */
  readonly addMoved?: 'EC';
}

export interface CalendarDay {
  readonly date: string;
  readonly name: string;
  /** Absent: from date-holidays. */
  readonly law?: string;
}

export interface CalendarFile {
  readonly id: string;
  readonly source: string;
  readonly licence: string;
  readonly years: Readonly<Record<string, readonly CalendarDay[]>>;
}

const DAY = 86_400_000;
const packageOf = createRequire(import.meta.url)('date-holidays/package.json') as { readonly version: string };
const overlay = JSON.parse(readFileSync(join(FOLDER, 'overlay.json'), 'utf8')) as { readonly version: string; readonly calendars: Readonly<Record<string, readonly OverlayEntry[]>> };

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);

/** Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
function easter(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  return Date.UTC(year, Math.floor((h + l - 7 * m + 114) / 31) - 1, ((h + l - 7 * m + 114) % 31) + 1);
}

/** Saturday -> Friday, Sunday -> Monday (the next free day that way), Tuesday -> Monday, Wednesday and Thursday -> Friday. */
function movedInEcuador(days: readonly CalendarDay[], year: number): string[] {
  const fixed = new Set([`${year}-01-01`, `${year}-12-25`, iso(easter(year) - 47 * DAY)]);
  const taken = new Set(days.map((day) => day.date));
  return days.filter(({ date }) => !fixed.has(date)).flatMap(({ date }) => {
    const weekday = new Date(at(date)).getUTCDay();
    const step = [1, 0, -1, 2, 1, 0, -1][weekday] ?? 0;
    if (step === 0) return [];
    let moved = at(date) + step * DAY;
    if (weekday === 0 || weekday === 6) while (taken.has(iso(moved))) moved += step * DAY;
    return taken.has(iso(moved)) ? [] : [iso(moved)];
  });
}

function overlaid(id: string, year: number, days: readonly CalendarDay[], others: readonly CalendarDay[]): CalendarDay[] {
  const result = [...days];
  for (const { law, name = '', add, remove, addNamed, addMoved } of overlay.calendars[id] ?? []) {
    if (remove !== undefined) result.splice(0, result.length, ...result.filter(({ date }) => date !== `${year}-${remove}`));
    if (add !== undefined) result.push({ date: add.startsWith('easter') ? iso(easter(year) + Number(add.slice('easter'.length)) * DAY) : `${year}-${add}`, name, law });
    if (addNamed !== undefined) result.push(...others.filter((day) => day.name.includes(addNamed)).map((day) => ({ ...day, law })));
    if (addMoved !== undefined) result.push(...movedInEcuador(result, year).map((date) => ({ date, name, law })));
  }
  return result;
}

function daysOf(id: string, year: number): CalendarDay[] {
  const [country, state] = PLACES[id] ?? [id];
  const source = state === undefined ? new Holidays(country) : new Holidays(country, state);
  const language = LANGUAGE[country] ?? 'es';
  const all = source.getHolidays(year, language).map(({ date, name, type }) => ({ date: date.slice(0, 10), name, type }));
  const plain = (day: { readonly date: string; readonly name: string }): CalendarDay => ({ date: day.date, name: day.name });
  const days = overlaid(id, year, all.filter(({ type }) => type === 'public').map(plain), all.filter(({ type }) => type !== 'public').map(plain));
  // Two holidays on one day, and the day that stands for another, are one day here.
  const byDate = new Map(days.toReversed().map((day) => [day.date, day]));
  return [...byDate.values()].filter(({ date }) => date.startsWith(String(year))).toSorted((a, b) => (a.date < b.date ? -1 : 1));
}

/** A calendar made anew. */
export function calendarFile(id: string): CalendarFile {
  const years: Record<string, CalendarDay[]> = {};
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1) years[year] = daysOf(id, year);
  return { id, source: `date-holidays@${packageOf.version}, overlay ${overlay.version}`, licence: 'CC BY-SA 3.0 (date-holidays, after Wikipedia)', years };
}

/** The file's text, a line a day. */
export function textOf(file: CalendarFile): string {
  const years = Object.entries(file.years).map(([year, days]) => `    "${year}": [\n${days.map((day) => `      ${JSON.stringify(day)}`).join(',\n')}\n    ]`);
  return `{\n  "id": ${JSON.stringify(file.id)},\n  "source": ${JSON.stringify(file.source)},\n  "licence": ${JSON.stringify(file.licence)},\n  "years": {\n${years.join(',\n')}\n  }\n}\n`;
}

const pathOf = (id: string): string => join(FOLDER, `${id.toLowerCase()}.json`);

/** What the installed date-holidays and the overlay would change in the reviewed files, a line a day. */
export function changes(): string[] {
  return Object.keys(PLACES).flatMap((id) => {
    const lines = (file: CalendarFile): Set<string> => new Set(Object.values(file.years).flat().map(({ date, name }) => `${id} ${date} ${name}`));
    const now = lines(JSON.parse(readFileSync(pathOf(id), 'utf8')) as CalendarFile);
    const then = lines(calendarFile(id));
    return [...[...then].filter((line) => !now.has(line)).map((line) => `+ ${line}`), ...[...now].filter((line) => !then.has(line)).map((line) => `- ${line}`)];
  });
}

function run(args: readonly string[]): void {
  if (args.includes('--check')) {
    const found = changes();
    process.stdout.write(found.length === 0 ? `date-holidays ${packageOf.version} changes nothing.\n` : `${found.join('\n')}\n`);
    process.exitCode = found.length === 0 ? 0 : 1;
    return;
  }
  for (const id of Object.keys(PLACES)) writeFileSync(pathOf(id), textOf(calendarFile(id)));
  process.stdout.write(`${Object.keys(PLACES).length} calendars of ${FIRST_YEAR} to ${LAST_YEAR} written from date-holidays ${packageOf.version}.\n`);
}

if (import.meta.filename === process.argv[1]) run(process.argv.slice(2));
