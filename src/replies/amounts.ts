/** The amount of money a reply names, in minor units of its currency. */
import { decimalsOf } from '../domain/money.ts';
import { plain } from './words.ts';

/** A currency named in words; `peso` is the one of the place. */
const NAMED: readonly (readonly [RegExp, string])[] = [[/^(?:usd|us\$|dolar\w*|dollars?|bucks)$/, 'USD'], [/^(?:soles|sol|s\/\.?|lucas peruanas)$/, 'PEN'], [/^(?:reais|real|r\$)$/, 'BRL'], [/^(?:euros?|eur|€)$/, 'EUR']];
const SIGN = '(us\\$|r\\$|s/\\.?|\\$|€|usd|eur)';
const NUMBER = '(\\d{1,3}(?:[.,]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?)';
const SCALE = '(mil|lucas|luca|lks|k|millones|millon|palos)';
const UNIT = '(pesos|peso|soles|sol|reais|real|dolares|dolar|dollars|dollar|bucks|euros|euro|usd|eur|clp|cop|mxn|varos)';
const AMOUNT = new RegExp(`(?<![\\w/.:-])(?:${SIGN}\\s?)?${NUMBER}(?:\\s?${SCALE}\\b)?(?:\\s?(?:de\\s)?${UNIT}\\b)?(?![\\w/:-])`, 'g');
/** Digits that keep a number within what an amount can be (and within the safe integers). */
const MOST_DIGITS = 12;

/** The first amount of a text, in `currency` unless it names another; absent without a sign of money or without a currency. */
export function amountIn(text: string, currency: string | undefined): number | undefined {
  for (const [, sign, digits = '', scale, unit] of plain(text).replaceAll(/\s+/g, ' ').matchAll(AMOUNT)) {
    const grouped = /^\d{1,3}(?:[.,]\d{3})+/.test(digits);
    if (sign === undefined && scale === undefined && unit === undefined && !grouped) continue;
    const of = currencyOf(sign) ?? currencyOf(unit) ?? currency;
    const value = of === undefined ? null : valueOf(digits);
    if (of === undefined || value === null) continue;
    const minor = Math.round(value * scaleOf(scale) * 10 ** decimalsOf(of));
    if (Number.isSafeInteger(minor) && minor > 0) return minor;
  }
  return undefined;
}

function currencyOf(word: string | undefined): string | undefined {
  return word === undefined ? undefined : NAMED.find(([pattern]) => pattern.test(word))?.[1];
}

function scaleOf(word: string | undefined): number {
  if (word === undefined) return 1;
  return /^(?:mill|palo)/.test(word) ? 1_000_000 : 1_000;
}

/** A separator before three digits groups, whatever the currency's habit; before one or two it is the decimal one. */
function valueOf(digits: string): number | null {
  const read = /^(\d{1,3}(?:[.,]\d{3})+|\d+)(?:([.,])(\d{1,2}))?$/.exec(digits);
  const whole = (read?.[1] ?? '').replaceAll(/[.,]/g, '');
  if (read === null || whole.length > MOST_DIGITS) return null;
  const both = new Set((read[1] ?? '').match(/[.,]/g));
  if (both.size > 1 || (read[2] !== undefined && both.has(read[2]))) return null;
  return Number(`${whole}.${read[3] ?? '0'}`);
}
