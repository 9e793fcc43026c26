/**
 * The template language: Liquid without files, without raw output, without clock or chance, and with the filters of the
 * trade. It gives plain text; whoever puts the text into HTML escapes it whole, so neither a value nor a template can
 * bring markup along.
 */
import { type FilterImplOptions, Liquid, LiquidError, type Template as ParsedText, UndefinedVariableError } from 'liquidjs';
import { AppError } from '../errors.ts';
import { isLocalDate } from '../domain/zone.ts';
import { formatAmount } from './amount.ts';
import { DATE_STYLES, type DateStyle, formatDate, formatDateAt, formatHour } from './date.ts';
import type { MessageData } from './message-data.ts';
import { phrasesOf, type Phrases } from './phrases.ts';

type FilterHandler = Extract<FilterImplOptions, (...told: never[]) => unknown>;

const FORBIDDEN_TAGS = ['include', 'render', 'layout', 'block', 'raw', 'tablerow', 'increment', 'decrement'];
/** `raw` and `escape` are not this engine's business; the rest would read the clock or chance. */
const FORBIDDEN_FILTERS = ['raw', 'date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string', 'sample'];

const ABSENT = 'a value is absent';
const PARSE_LIMIT = 20_000;
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT = 1_000_000;

/** What a text is rendered from; `short` tells an SMS to leave out what it can do without, `w` are the words of the place. */
export type TextData = MessageData & { readonly short: boolean; readonly w: Phrases['words'] };

export interface TextEngine {
  /** Renders one text; an AppError names the field of the template and the variable that is missing. */
  render(source: string, field: string, data: TextData): string;
}

/** An engine that writes amounts and dates for one locale; it keeps what it has parsed. */
export function createTextEngine(locale: string): TextEngine {
  const liquid = new Liquid({
    strictVariables: true, strictFilters: true, ownPropertyOnly: true,
    parseLimit: PARSE_LIMIT, renderLimit: RENDER_LIMIT_MS, memoryLimit: MEMORY_LIMIT, templates: {},
    // An optional value that is absent would print as nothing in the middle of a sentence.
    outputEscape: (value: unknown) => {
      if (value === null || value === undefined) throw new TypeError(ABSENT);
      if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError('only texts and numbers can be written');
      return String(value);
    },
  });
  for (const tag of FORBIDDEN_TAGS) delete liquid.tags[tag];
  for (const filter of FORBIDDEN_FILTERS) delete liquid.filters[filter];
  for (const [filter, handler] of Object.entries(filtersOf(locale))) liquid.registerFilter(filter, handler);
  const parsed = new Map<string, ParsedText[]>();
  return {
    render(source, field, data) {
      try {
        const text = parsed.get(source) ?? liquid.parse(source);
        parsed.set(source, text);
        return String(liquid.renderSync(text, { ...data }));
      } catch (error) {
        throw asAppError(error, field);
      }
    },
  };
}

function filtersOf(locale: string): Record<string, FilterHandler> {
  return {
    dinero(amount: unknown, currency?: unknown) {
      requirePresent(amount);
      const unit = currency ?? this.context.getSync(['currency']);
      if (!Number.isSafeInteger(amount) || typeof unit !== 'string') throw new TypeError('dinero needs an amount in minor units and a currency');
      return formatAmount(Number(amount), unit, locale);
    },
    fecha(value: unknown, style: unknown = 'larga', zone?: unknown) {
      requirePresent(value);
      const words = styleOf(style);
      if (typeof value === 'string' && isLocalDate(value)) return formatDate(value, locale, words);
      if (!Number.isSafeInteger(value)) throw new TypeError('fecha needs a local date or an instant');
      return formatDateAt(Number(value), zoneOr(zone, this.context.getSync(['zone'])), locale, words);
    },
    hora(value: unknown, zone?: unknown) {
      requirePresent(value);
      if (!Number.isSafeInteger(value)) throw new TypeError('hora needs an instant');
      return formatHour(Number(value), zoneOr(zone, this.context.getSync(['zone'])), locale);
    },
    plural(count: unknown, one: unknown, many: unknown) {
      return `${Number(count)} ${String(Number(count) === 1 ? one : many)}`;
    },
    cuotas: (items: MessageData['items'], style: unknown = 'larga') => summaryOf(items, locale, styleOf(style)),
  };
}

function requirePresent(value: unknown): void {
  if (value === null || value === undefined) throw new TypeError(ABSENT);
}

function styleOf(style: unknown): DateStyle {
  const words = DATE_STYLES.find((known): known is DateStyle => known === style);
  if (!words) throw new TypeError(`dates have the styles ${DATE_STYLES.join(', ')}`);
  return words;
}

function zoneOr(told: unknown, otherwise: unknown): string {
  return String(told ?? otherwise);
}

/** `la cuota 2 ($45.990, sábado 5 de diciembre)`, or `3 cuotas por $137.970`: an SMS has no room to list them. */
function summaryOf(items: MessageData['items'], locale: string, style: DateStyle): string {
  const phrases = phrasesOf(locale);
  const [first] = items;
  if (!first) throw new TypeError('cuotas needs at least one instalment');
  if (items.length === 1) {
    const what = first.kind === 'instalment' ? phrases.instalment(first.instalmentNumber) : phrases.besides[first.kind].said;
    return `${what} (${formatAmount(first.amountMinor, first.currency, locale)}, ${formatDate(first.dueOn, locale, style)})`;
  }
  const oneCurrency = items.every((item) => item.currency === first.currency);
  const total = items.reduce((sum, item) => sum + item.amountMinor, 0);
  return phrases.instalments(items.length, oneCurrency ? formatAmount(total, first.currency, locale) : null, items.some(({ kind }) => kind !== 'instalment'));
}

/** What stood between the braces where the text could not be rendered. */
function outputOf(error: unknown): string | undefined {
  return error instanceof LiquidError ? /^\{\{-?\s*([\w.]+)/.exec(error.token.getText())?.[1] : undefined;
}

function asAppError(error: unknown, field: string): AppError {
  if (error instanceof AppError) return error;
  const said = error instanceof Error ? error.message : 'it cannot be rendered';
  const missing = /undefined variable: ([\w.[\]]+)/.exec(said)?.[1] ?? (said.includes(ABSENT) ? outputOf(error) : undefined);
  const reason = error instanceof UndefinedVariableError || missing !== undefined ? `the variable ${missing ?? '?'} is missing` : said;
  return new AppError('ERR_TEMPLATE', `The template's ${field}: ${reason}.`, { errors: [{ path: field, message: reason }] });
}
