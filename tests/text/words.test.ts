import { describe, expect, test } from 'vitest';
import { formatAmount, isKnownCurrency } from '../../src/text/amount.ts';
import { formatDate, formatDateAt, formatHour } from '../../src/text/date.ts';
import { toGsm7 } from '../../src/text/sms.ts';

describe('amounts as people there write them', () => {
  test.each([
    [45_990, 'CLP', 'es-CL', '$45.990'],
    [1_234_567, 'CLP', 'es-CL', '$1.234.567'],
    [12_345_600, 'COP', 'es-CO', '$ 123.456'],
    [123_450, 'MXN', 'es-MX', '$1,234.50'],
    [123_450, 'PEN', 'es-PE', 'S/ 1,234.50'],
  ])('%i %s in %s is %s', (minor, currency, locale, words) => {
    expect(formatAmount(minor, currency, locale).replace(/[.,]00$/, '')).toBe(words);
  });

  test('cents that are there are never rounded away', () => {
    expect(formatAmount(12_345_678, 'COP', 'es-CO')).toBe('$ 123.456,78');
  });

  test('a currency whose minor unit is not known is refused rather than guessed', () => {
    expect(isKnownCurrency('XXX')).toBe(false);
    expect(isKnownCurrency('toString')).toBe(false);
    expect(() => formatAmount(1, 'XXX', 'es-CL')).toThrow('XXX');
  });

  test('no amount brings a character that would double the price of an SMS', () => {
    for (const [currency, locale] of [['CLP', 'es-CL'], ['COP', 'es-CO'], ['MXN', 'es-MX'], ['PEN', 'es-PE']] as const) {
      const words = formatAmount(1_234_567, currency, locale);
      expect(toGsm7(words)).toBe(words);
    }
  });
});

describe('dates and hours as people there write them', () => {
  test('in three lengths, without the comma of Intl', () => {
    expect(formatDate('2026-12-05', 'es-CL')).toBe('sábado 5 de diciembre');
    expect(formatDate('2026-12-05', 'es-CL', 'corta')).toBe('5 de diciembre');
    expect(formatDate('2026-12-05', 'es-CL', 'completa')).toBe('sábado 5 de diciembre de 2026');
  });

  test('an instant is dated where the person is, and midnight is 00', () => {
    const instant = Date.parse('2026-12-06T03:00:00Z');
    expect(formatDateAt(instant, 'America/Santiago', 'es-CL', 'corta')).toBe('6 de diciembre');
    expect(formatDateAt(instant, 'America/Lima', 'es-PE', 'corta')).toBe('5 de diciembre');
    expect(formatHour(instant, 'America/Santiago', 'es-CL')).toBe('00:00');
  });
});

test('the sanitizer keeps what the alphabet has and replaces the rest readably', () => {
  expect(toGsm7('Señor Peña: el pago “venció” — son $\u00a045.990… ¿Cuándo?')).toBe('Señor Peña: el pago "vencio" - son $ 45.990... ¿Cuando?');
});
