import { expect, test } from 'vitest';
import { businessDayAfter } from '../../src/contact-law/business-days.ts';

test('weekends and the public holidays of the country are no working days', () => {
  expect(businessDayAfter('CL', '2026-03-16', 5)).toBe('2026-03-23');
  // Good Friday and Holy Saturday, then a weekend.
  expect(businessDayAfter('CL', '2026-04-01', 2)).toBe('2026-04-06');
  expect(businessDayAfter('MX', '2026-03-13', 1)).not.toBe('2026-03-14');
  // The fiestas patrias of 2026 are a Friday and a Saturday.
  expect(businessDayAfter('CL', '2026-09-17', 1)).toBe('2026-09-21');
});

test('a country that nobody knows has its weekends', () => {
  expect(businessDayAfter('PY', '2026-09-18', 1)).toBe('2026-09-21');
});
