/** Money as people there write it. Amounts are integers in the minor unit until this moment. */
import { decimalsOf } from '../domain/money.ts';
import { AppError } from '../errors.ts';

/** Currencies that a message may name. Their decimals are the core's, not Intl's: that gives COP none, though a peso has 100 centavos. */
const KNOWN: ReadonlySet<string> = new Set(['CLP', 'PYG', 'COP', 'MXN', 'PEN', 'ARS', 'BRL', 'USD', 'EUR', 'UYU', 'BOB']);

const formats = new Map<string, Intl.NumberFormat>();

/** Whether Pacto knows the minor unit of this currency. */
export function isKnownCurrency(currency: string): boolean {
  return KNOWN.has(currency);
}

/**
 * `$45.990` from 45990 CLP minor units, written as in the locale. Cents show where people there write them, or where the
 * amount has any: an amount is never rounded. Spaces are plain ones.
 */
export function formatAmount(amountMinor: number, currency: string, locale: string): string {
  if (!isKnownCurrency(currency)) throw new AppError('ERR_TEMPLATE', `The minor unit of the currency ${currency} is not known.`);
  const digits = decimalsOf(currency);
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
