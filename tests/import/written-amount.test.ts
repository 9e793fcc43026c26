import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalsOf, formatMinor, separatorsOf } from '../../src/domain/money.ts';
import { readAmount } from '../../src/domain/written-amount.ts';

const CURRENCIES = ['CLP', 'COP', 'ARS', 'BRL', 'MXN', 'PEN', 'USD'] as const;
const currency = fc.constantFrom(...CURRENCIES);
const minor = fc.integer({ min: 0, max: 9_007_199_254_740_991 });
const runs = { numRuns: 2_000 };

test.each([
  ['CLP', '275940', 275_940], ['CLP', '275.940', 275_940], ['CLP', '1.275.940', 1_275_940], ['CLP', '$ 275.940', 275_940], ['CLP', '0', 0], ['CLP', ' 45.990 ', 45_990],
  ['CLP', '1.275,00', 1_275], ['CLP', '1,275.00', 1_275],
  ['COP', '1.234,50', 123_450], ['COP', '1,234.50', 123_450], ['COP', '1.234', 123_400], ['COP', '1234,5', 123_450], ['COP', '0,50', 50],
  ['ARS', '1.234.567,89', 123_456_789], ['BRL', 'R$ 10,00', 1_000],
  ['MXN', '1,234.50', 123_450], ['MXN', '1.234,50', 123_450], ['MXN', '1,234', 123_400], ['MXN', '1234.5', 123_450], ['PEN', 'S/ 99.90', 9_990], ['USD', '1,000,000.01', 100_000_001],
])('%s %s is %d minor units', (code, text, expected) => {
  expect(readAmount(text, code)).toEqual({ minor: expected });
});

test.each([
  ['CLP', '275,940'], ['CLP', '275.94'], ['CLP', '1234,5'], ['CLP', '1.275,50'], ['CLP', '12.34.567'], ['CLP', '1,234,567'], ['CLP', '0.500'], ['CLP', '1234.567'],
  ['COP', '1.5'], ['COP', '1,234'], ['COP', '1.234,567'], ['COP', '1,234,567'], ['COP', '1.234,5,0'], ['COP', '1234.56'],
  ['MXN', '1,5'], ['MXN', '1.234'], ['MXN', '1.234.567'], ['MXN', '1,23.50'], ['MXN', '12,34'],
  ['CLP', ''], ['CLP', '-5'], ['CLP', '1e3'], ['CLP', '0x10'], ['CLP', '.5'], ['CLP', '5.'], ['CLP', '1 000'], ['CLP', '99999999999999999'], ['CLP', 'diez'],
])('%s %s is an error, not a guess', (code, text) => {
  expect(readAmount(text, code)).toHaveProperty('wrong');
});

test('every amount as it is written there is read back to the unit', () => {
  fc.assert(fc.property(currency, minor, (code, amount) => {
    expect(readAmount(formatMinor(amount, code).slice(code.length + 1), code)).toEqual({ minor: amount });
  }), runs);
});

test('the other style is understood exactly where both separators stand', () => {
  fc.assert(fc.property(fc.constantFrom('COP', 'ARS', 'BRL', 'MXN', 'PEN', 'USD'), minor, (code, amount) => {
    const own = formatMinor(amount, code).slice(code.length + 1);
    const other = own.replaceAll(/[.,]/g, (mark) => (mark === '.' ? ',' : '.'));
    const both = own.includes('.') && own.includes(',');
    if (both) expect(readAmount(other, code)).toEqual({ minor: amount });
    else expect(readAmount(other, code)).toHaveProperty('wrong');
  }), runs);
});

test('a lone separator is the currency\'s own or an error: with any digits around it there is at most one meaning', () => {
  const digits = fc.stringMatching(/^\d{1,7}$/);
  fc.assert(fc.property(currency, digits, digits, fc.constantFrom('.', ','), (code, before, after, mark) => {
    const read = readAmount(`${before}${mark}${after}`, code);
    const { group } = separatorsOf(code);
    const grouped = mark === group && /^[1-9]\d{0,2}$/.test(before) && after.length === 3;
    const decimal = mark !== group && (after.length <= decimalsOf(code) || (code === 'CLP' && after === '00'));
    if (grouped) expect(read).toEqual({ minor: Number(before + after) * 10 ** decimalsOf(code) });
    else if (decimal) expect(read).toEqual({ minor: Math.round(Number(`${before}.${after}`) * 10 ** decimalsOf(code)) });
    else expect(read).toHaveProperty('wrong');
  }), runs);
});
