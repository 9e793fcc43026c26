/** Amounts as machines write them, `1234.50`: from digits to digits, floating point never sees them. */
import { decimalsOf } from '../../domain/money.ts';

/** Whole digits, a point, decimals. No sign, no exponent: nobody pays 1e3 pesos. */
const PLAIN = /^(\d{1,15})(?:\.(\d{1,8}))?$/;
/** A double keeps every decimal number of up to 15 digits, so a JSON number written from one says what is meant. */
const EXACT_DIGITS = 15;

/** Minor units of a plain decimal; null when it is none, or when it says less than the currency's smallest unit (`1000.5` CLP). */
export function minorOfDecimal(text: string, currency: string): number | null {
  const match = PLAIN.exec(text);
  if (match === null) return null;
  const [, whole = '', decimals = ''] = match;
  const places = decimalsOf(currency);
  if (/[1-9]/.test(decimals.slice(places))) return null;
  const minor = Number(whole + decimals.slice(0, places).padEnd(places, '0'));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** A plain decimal with all the currency's decimals: 123450 COP is `1234.50`, 45990 CLP is `45990`. */
export function decimalOfMinor(amountMinor: number, currency: string): string {
  const places = decimalsOf(currency);
  const digits = String(amountMinor).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** The amount as a number of JSON, for providers that take no text; null when it has more digits than such a number keeps. */
export function jsonNumberOfMinor(amountMinor: number, currency: string): number | null {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0 || String(amountMinor).length > EXACT_DIGITS) return null;
  return Number(decimalOfMinor(amountMinor, currency));
}
