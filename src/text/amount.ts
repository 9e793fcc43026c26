/** Money as people there write it. Amounts are integers in the minor unit until this moment. */
import { AppError } from '../errors.ts';

/** Decimals of the ISO 4217 minor unit. Not taken from Intl: its data gives COP none, though a peso has 100 centavos. */
const MINOR_DIGITS: Readonly<Record<string, number>> = { CLP: 0, PYG: 0, COP: 2, MXN: 2, PEN: 2, ARS: 2, BRL: 2, USD: 2, EUR: 2, UYU: 2, BOB: 2 };

const formats = new Map<string, Intl.NumberFormat>();

/** Whether Pacto knows the minor unit of this currency. */
export function isKnownCurrency(currency: string): boolean {
  return Object.hasOwn(MINOR_DIGITS, currency);
}

/**
 * `$45.990` from 45990 CLP minor units, written as in the locale. Cents show where people there write them, or where the
 * amount has any: an amount is never rounded. Spaces are plain ones.
 */
export function formatAmount(amountMinor: number, currency: string, locale: string): string {
  const digits = MINOR_DIGITS[currency];
  if (digits === undefined) throw new AppError('ERR_TEMPLATE', `The minor unit of the currency ${currency} is not known.`);
  const unit = 10 ** digits;
  const format = formatOf(locale, currency, amountMinor % unit === 0 ? undefined : digits);
  return format.format(amountMinor / unit).replace(/[\u00a0\u202f]/g, ' ');
}

function formatOf(locale: string, currency: string, cents: number | undefined): Intl.NumberFormat {
  const key = `${locale}/${currency}/${cents ?? ''}`;
  const known = formats.get(key);
  if (known) return known;
  const digits = cents === undefined ? {} : { minimumFractionDigits: cents, maximumFractionDigits: cents };
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits });
  formats.set(key, format);
  return format;
}
