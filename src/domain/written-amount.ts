/** Amounts as people write them, read without guessing: what can be understood in two ways is refused. */
import { decimalsOf, separatorsOf } from './money.ts';

export type ReadAmount = { readonly minor: number } | { readonly wrong: string };

/** In front of an amount, or not: what the currency is called there. */
const SIGN = /^(?:US\$|R\$|S\/\.?|\$)\s*/;
/** Digits, with separators between digits only. */
const SHAPE = /^\d+(?:[.,]\d+)*$/;
const GROUPED: Readonly<Record<',' | '.', RegExp>> = { ',': /^[1-9]\d{0,2}(?:,\d{3})+$/, '.': /^[1-9]\d{0,2}(?:\.\d{3})+$/ };

/**
 * Minor units of `275.940` (CLP), `1,234.50` (MXN), `1.234,50` (COP). A separator that stands alone is the currency's own;
 * the other style is understood only where both separators stand, because then the last one can only be the decimal.
 */
export function readAmount(text: string, currency: string): ReadAmount {
  const digits = text.trim().replace(SIGN, '');
  if (!SHAPE.test(digits)) return { wrong: 'must be an amount of 0 or more: digits, and separators between them' };
  const { group, decimal } = separatorsOf(currency);
  const [points, commas] = [digits.includes('.'), digits.includes(',')];
  if (!points && !commas) return toMinor(digits, '', currency);
  if (points && commas) return readBoth(digits, currency);
  if (!digits.includes(group)) return readDecimal(digits, decimal, currency);
  if (!GROUPED[group].test(digits)) return { wrong: `"${group}" groups thousands in ${currency}: three digits must follow it` };
  return toMinor(digits.replaceAll(group, ''), '', currency);
}

function readBoth(digits: string, currency: string): ReadAmount {
  const last = digits.lastIndexOf('.') > digits.lastIndexOf(',') ? '.' : ',';
  const group = last === '.' ? ',' : '.';
  const [whole = '', decimals = '', ...more] = digits.split(last);
  if (more.length > 0 || !GROUPED[group].test(whole)) return { wrong: 'mixes "." and "," in a way that can be read as more than one amount' };
  return toMinor(whole.replaceAll(group, ''), decimals, currency);
}

function readDecimal(digits: string, decimal: string, currency: string): ReadAmount {
  const [whole = '', decimals = '', ...more] = digits.split(decimal);
  if (more.length > 0) return { wrong: `"${decimal}" stands before the decimals in ${currency}: it can stand once` };
  return toMinor(whole, decimals, currency);
}

/** `,00` says nothing where there are no decimals, so it is understood; `,50` there is an amount that nobody can pay. */
function toMinor(whole: string, decimals: string, currency: string): ReadAmount {
  const places = decimalsOf(currency);
  const fits = decimals.length <= places || (places === 0 && decimals === '00');
  if (!fits) return { wrong: places === 0 ? `${currency} has no decimals` : `${currency} has ${places} decimals` };
  const minor = Number(whole + decimals.slice(0, places).padEnd(places, '0'));
  return Number.isSafeInteger(minor) ? { minor } : { wrong: 'is more than can be counted' };
}
