import { expect, test } from 'vitest';
import { amountIn } from '../../src/replies/amounts.ts';

test.each([
  ['pago 50.000', 'CLP', 50_000], ['pago $50.000', 'COP', 5_000_000], ['50 lucas', 'CLP', 50_000], ['50k', 'CLP', 50_000], ['200 mil', 'COP', 20_000_000], ['1,5 millones', 'COP', 150_000_000], ['$1,234.50', 'MXN', 123_450], ['R$ 1.234,50', 'BRL', 123_450],
  ['150 soles', undefined, 15_000], ['20 usd', 'CLP', 2_000], ['100 euros', undefined, 10_000], ['$500', 'MXN', 50_000], ['1.000.000 pesos', 'CLP', 1_000_000],
  ['el 15', 'CLP', undefined], ['15/12/2026', 'CLP', undefined], ['a las 17:30', 'CLP', undefined], ['$500', undefined, undefined], ['999999999999999999 pesos', 'CLP', undefined], ['$0', 'CLP', undefined], ['56912345678', 'CLP', undefined],
] as const)('"%s" in %s is %s', (text, currency, minor) => {
  expect(amountIn(text, currency)).toBe(minor);
});
