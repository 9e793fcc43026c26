/** The local date and time of day a reply means, counted from the local day on which it was written. */
import { addDays, dayNumberOf, isLocalDate, weekday } from '../domain/zone.ts';
import { patternOf, without, type Folded } from './words.ts';

/** The day on which a reply was written, and what its country means by some words. */
export interface Today {
  /** Local date, `YYYY-MM-DD`. */
  readonly date: string;
  /** Whether "quincena" is the nearer of the 15th and the last day of the month. */
  readonly paidTwice: boolean;
  /** In numbers with a slash the month stands first (United States). */
  readonly monthFirst: boolean;
}

const WEEKDAYS: readonly string[] = ['lunes|lune|segunda|segunda feira|monday|mon', 'martes|terca|terca feira|tuesday|tues', 'miercoles|miercole|quarta|quarta feira|wednesday|wed', 'jueves|jueve|quinta|quinta feira|thursday|thurs', 'viernes|vierne|sexta|sexta feira|friday|fri', 'sabado|saturday', 'domingo|sunday'];
const MONTHS: readonly string[] = ['enero|janeiro|january|jan|ene', 'febrero|fevereiro|february|feb', 'marzo|marco|march|mar', 'abril|april|abr|apr', 'mayo|maio|may', 'junio|junho|june|jun', 'julio|julho|july|jul', 'agosto|august|ago|aug', 'septiembre|setiembre|setembro|september|sept|sep|set', 'octubre|outubro|october|oct|out', 'noviembre|novembro|november|nov', 'diciembre|dezembro|december|dic|dez|dec'];
const NUMBERS: readonly string[] = ['un|una|uno|um|uma|one|a|primero|primeiro|first|1ro', 'dos|dois|duas|two|par de', 'tres|three', 'cuatro|quatro|four', 'cinco|five', 'seis|six', 'siete|sete|seven', 'ocho|oito|eight', 'nueve|nove|nine', 'diez|dez|ten'];
const WEEKDAY = `<${WEEKDAYS.join('|')}>`;
const MONTH = `<${MONTHS.join('|')}>`;
const NUMBER = `<${NUMBERS.join('|')}>`;
const FRIDAY = 5;

interface DateRule {
  readonly phrase: string;
  /** Null: no such day. */
  readonly date: (today: Today, first: string, second: string, third: string) => string | null;
}

/** The place (from 1) in a list of spellings, 0 when it is in none. */
function placeIn(list: readonly string[], word: string): number {
  return list.findIndex((spellings) => new RegExp(`^(?:${patternOf(`(${spellings})`).slice(6)})$`).test(`${word} `)) + 1;
}

function numberOf(word: string): number {
  return /^\d+$/.test(word) ? Number(word) : word === 'kinse' || word === 'fifteen' ? 15 : placeIn(NUMBERS, word);
}

/** The first such weekday after today; today's own weekday means a week later. */
function next(today: Today, day: number): string {
  return addDays(today.date, (day - weekday(today.date) + 6) % 7 + 1);
}

function dateOf(year: number, month: number, day: number): string | null {
  const date = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  return isLocalDate(date) ? date : null;
}

function partsOf(date: string): [year: number, month: number, day: number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
}

function lastOfMonth(date: string, monthsLater = 0): string {
  const [year, month] = partsOf(date);
  const index = year * 12 + month + monthsLater;
  return addDays(`${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}-01`, -1);
}

/** The next day with this number, today included; in a month that is shorter its last day, which is what people mean. */
function dayOfMonth(today: Today, day: number): string | null {
  if (day < 1 || day > 31) return null;
  const [year, month, now] = partsOf(today.date);
  if (now === day) return today.date;
  const end = lastOfMonth(today.date, day > now ? 0 : 1);
  if (today.date === end && day > now) return end;
  const [endYear, endMonth, last] = day > now || month < 12 ? partsOf(end) : [year + 1, 1, 31] as const;
  return dateOf(endYear, endMonth, Math.min(day, last));
}

/** Without a year, the next time this day comes. */
function dayAndMonth(today: Today, day: number, month: number, year?: number): string | null {
  const [thisYear] = partsOf(today.date);
  if (year !== undefined) return dateOf(year < 100 ? 2000 + year : year, month, day);
  const date = dateOf(thisYear, month, day);
  return date !== null && dayNumberOf(date) < dayNumberOf(today.date) ? dateOf(thisYear + 1, month, day) : date;
}

function numeric(today: Today, text: string): string | null {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return isLocalDate(text) ? text : null;
  const read = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?$/.exec(text);
  if (read === null) return null;
  const [first, second] = [Number(read[1]), Number(read[2])];
  const [day, month] = today.monthFirst ? [second, first] : [first, second];
  return dayAndMonth(today, day, month, read[3] === undefined ? undefined : Number(read[3]));
}

function payday(today: Today): string {
  const [, , day] = partsOf(today.date);
  if (today.paidTwice && day > 15) return lastOfMonth(today.date);
  return dayOfMonth(today, 15) ?? today.date;
}

function later(today: Today, count: string, unit: number): string | null {
  const many = numberOf(count);
  return many < 1 || many > 366 ? null : addDays(today.date, many * unit);
}

/** Weeks end on Friday for money: the last day on which a bank is sure to be open. */
function fridayOf(today: Today, weeks: number): string {
  const friday = addDays(today.date, FRIDAY - weekday(today.date) + 7 * weeks);
  return dayNumberOf(friday) < dayNumberOf(today.date) ? today.date : friday;
}

const ON = '[el|este|esta|o|on|by|para|la|na|no|the|proximo|proxima|hasta|dia]';
const MONTH_FIRST = (today: Today, month: string, day: string): string | null => dayAndMonth(today, numberOf(day), placeIn(MONTHS, month));
const DAY_FIRST = (today: Today, day: string, month: string, year: string): string | null => dayAndMonth(today, numberOf(day), placeIn(MONTHS, month), year === '' ? undefined : Number(year));

/** The order decides: what an earlier rule has read is gone for the later ones. */
const RULES: readonly DateRule[] = [
  ...[' [de|del|of] #', ''].map((year) => ({ phrase: `${ON} [el|dia|${WEEKDAYS.join('|')}] [dia] # [st|nd|rd|th|ro] [de|of] ${MONTH}${year}`, date: DAY_FIRST })),
  { phrase: `${ON} ${NUMBER} de ${MONTH}`, date: DAY_FIRST },
  { phrase: `[on|by] ${MONTH} [the] # [st|nd|rd|th]`, date: MONTH_FIRST },
  { phrase: '(pasado manana|pasado|depois de amanha|day after tomorrow)', date: (today) => addDays(today.date, 2) },
  { phrase: '(esta manana|esta tarde|esta noche|hoy en la manana|hoy|hoje|today|tonight|ahora mismo|ahorita mismo|right now|this afternoon|this evening)', date: (today) => today.date },
  { phrase: '(manana|amanha|tomorrow) [en la manana|a la manana|por la manana|de manha|morning|mismo|a primera hora|lunes|martes|miercoles|jueves|viernes|sabado|domingo]', date: (today) => addDays(today.date, 1) },
  { phrase: '(de hoy en ocho|de hoy en 8)', date: (today) => addDays(today.date, 7) },
  ...['#', NUMBER, '<quince|fifteen>'].flatMap((count) => [
    { phrase: `(en|dentro de|in|daqui a|daqui|em|within) ${count} (dias|dia|days|day)`, date: (today: Today, many: string) => later(today, many, 1) },
    { phrase: `(en|dentro de|in|daqui a|daqui|em|within) ${count} (semanas|semana|weeks|week)`, date: (today: Today, many: string) => later(today, many, 7) },
  ]),
  ...['#', NUMBER].map((count) => ({ phrase: `(en|dentro de|in|daqui a|daqui|em|within) ${count} (mes|meses|month|months)`, date: (today: Today, many: string) => later(today, many, 30) })),
  { phrase: '(fin de semana|finde|weekend|final de semana|fim de semana)', date: (today) => (weekday(today.date) >= 6 ? today.date : next(today, 6)) },
  { phrase: `${WEEKDAY} de la (otra|proxima|siguiente) semana`, date: (today, day) => addDays(today.date, placeIn(WEEKDAYS, day) - weekday(today.date) + 7) },
  { phrase: '(la otra semana|otra semana|la proxima semana|prox semana|la prox semana|semana proxima|semana que entra|proxima semana|siguiente semana|semana que viene|semana que vem|semana siguiente|semana entrante|semana proxima|next week)', date: (today) => fridayOf(today, 1) },
  { phrase: '(esta semana|this week|essa semana|la semana|nessa semana)', date: (today) => fridayOf(today, 0) },
  { phrase: '[para|el] (dia ultimo|el ultimo) [de mes]', date: (today) => lastOfMonth(today.date) },
  { phrase: '(fin de ano|fim do ano|end of the year)', date: (today) => `${today.date.slice(0, 4)}-12-31` },
  { phrase: '[no|ate o|a|hasta] (fin de|fines de|fin del|final de|finales de|fim do|final do|ultimo dia del|ultimo dia de|ultimo dia do|end of|end of the|end of this) [este] (mes|month)', date: (today) => lastOfMonth(today.date) },
  { phrase: '[la|esta|proxima] (quincena|kincena)', date: payday },
  { phrase: `${ON} ${ON} (otro|outra) ${WEEKDAY}`, date: (today, day) => addDays(next(today, placeIn(WEEKDAYS, day)), 7) },
  { phrase: `${ON} ${ON} [dia|next|this] ${WEEKDAY}`, date: (today, day) => next(today, placeIn(WEEKDAYS, day)) },
  { phrase: `${ON} ${ON} #/#`, date: numeric },
  { phrase: '(el|dia|the|al|el dia|no dia|el proximo) # [del presente|de este mes|st|nd|rd|th|del mes]', date: (today, day) => dayOfMonth(today, numberOf(day)) },
];
/** After a number these make it an amount, a count or a time of day. */
const NOT_A_DAY = '(?!(?:kuotas|dias|mil|mily|lukas|soles|pesos|reais|dolares|euros|eur|k|porsiento|beses|de kada|meses|pm|am|a m|p m|de la|oras|h|semanas|peso|dolars) )';
/** "No puedo mañana": a day named to be refused; in "hoy no, mañana" the refusal belongs to the day before it. */
const REFUSED = /(?<!·) (?:no|kant|kanot|not|dont) (?:(?:puedo|pude|poso|pay|yego|boy|podre|tengo|alkanso|teno|da|pagar|poder|ay|a) ){0,3}$/;
/** How far before a day its refusal is looked for, in characters. */
const REACH = 60;
const TOMORROW_MORNING = new RegExp(patternOf('(manana|amanha|tomorrow) (en|por|de|a|pela|in) [la|the] (manana|manha|morning)'), 'g');
/** "De la mañana" is a part of the day. */
const MORNING = new RegExp(`${patternOf('(en|por|de|a|pela|la) [la] (manana|manha)')}|${patternOf('(hizo|hace) * (dias|semanas|meses)')}`, 'g');

/** Parts of a day: today's, when no day is named. */
const LATER_TODAY = new RegExp(patternOf('(en la tarde|por la tarde|a la tarde|en la noche|por la noche|a la noche|en un rato|al rato|mas tarde|de tarde|a noite|a tarde)'), 'g');

let compiled: readonly { readonly pattern: RegExp; readonly date: DateRule['date'] }[] | undefined;

function rules(): NonNullable<typeof compiled> {
  compiled ??= RULES.map(({ phrase, date }) => ({ pattern: new RegExp(`${patternOf(phrase)}${phrase.startsWith('(el|dia|the') ? NOT_A_DAY : ''}`), date }));
  return compiled;
}

/** What a text says about days. */
export interface Days {
  /** The last one that is not refused: who names two means the later mention. */
  readonly date?: string;
  /** The text without the words that name days. */
  readonly rest: Folded;
}

/** Reads the days a text names. */
export function daysIn(text: Folded, today: Today): Days {
  const found: { at: number; end: number; date: string }[] = [];
  let rest = without(text.replaceAll(TOMORROW_MORNING, (words) => `${words.trim().split(' ')[0] ?? ''} `.padEnd(words.length, ' ')), MORNING);
  for (const { pattern, date } of rules()) {
    for (let match = pattern.exec(rest); match !== null; match = pattern.exec(rest)) {
      const [first = '', second = '', third = ''] = match.slice(1).map((part) => (part ?? '').trim());
      const day = date(today, first, second, third);
      const after = rest.slice(match.index + match[0].length);
      if (day !== null) found.push({ at: match.index, end: match.index + match[0].length, date: day });
      rest = `${rest.slice(0, match.index)}${(day === null ? '×' : '·').repeat(match[0].length - 1)} ${after}`;
    }
  }
  const isRefused = (at: number, end: number): boolean => REFUSED.test(rest.slice(Math.max(at - REACH, 0), at)) || /^(?:no|not) /.test(rest.slice(end, end + REACH));
  const last = found.filter(({ at, end }) => !isRefused(at, end)).sort((a, b) => a.at - b.at).at(-1);
  if (last !== undefined) return { date: last.date, rest };
  const isLater = found.length === 0 && rest.search(LATER_TODAY) >= 0;
  return isLater ? { date: today.date, rest } : { rest };
}

const NOON = 12;
const CLOCK = new RegExp(`(?<= )(?:(a las|a la|as|at|las|despues de las|desde las|tipo) )?(\\d{1,2})(?:[:.](\\d{2}))? (?:(pm|am|p m|a m|h|rs|oras|ora) )?(?:(de la manana|en la manana|da manana|de la tarde|de la noche|da tarde|da noite|por la tarde|en la tarde|del dia|in te morning|in te afternoon) )?`, 'g');

/** The time of day a text names, `HH:MM`; an hour from 1 to 7 that does not say which half of the day is in the afternoon. */
export function timeIn(text: Folded): string | undefined {
  for (const [, at, hours = '', minutes = '00', half, part] of text.matchAll(CLOCK)) {
    // A bare number is no time of day.
    if (at === undefined && half === undefined && part === undefined && !new RegExp(` ${hours}:${minutes} `).test(text)) continue;
    const [hour, isMorning] = [Number(hours), half?.startsWith('a') === true || /manana|morning/.test(part ?? '')];
    if (hour > 23 || Number(minutes) > 59) continue;
    const isAfternoon = half?.startsWith('p') === true || /tarde|noche|noite|afternoon/.test(part ?? '') || (!isMorning && half === undefined && hour >= 1 && hour <= 7);
    const meant = isAfternoon && hour < NOON ? hour + NOON : isMorning && hour === NOON ? 0 : hour;
    return `${String(meant).padStart(2, '0')}:${minutes}`;
  }
  return undefined;
}
