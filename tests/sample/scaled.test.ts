import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { stdnum } from 'stdnum';
import { expect, test } from 'vitest';
import { agreementBody } from '../../src/register/agreement-body.ts';
import { personaOf, samplePortfolio, type SampleAgreement } from '../../src/sandbox/sample/portfolio.ts';
import { sampleOf } from '../../src/sandbox/sample/scaled.ts';

const START = '2026-11-24';
const everybody = (portfolio: readonly SampleAgreement[]) => portfolio.flatMap(({ person, coDebtors = [] }) => [person, ...coDebtors]);

function isNationalId({ country, value }: { country: string; value: string }): boolean {
  switch (country) {
    case 'CL': return stdnum['CL']?.['rut']?.validate(value).isValid === true;
    case 'MX': return stdnum['MX']?.['curp']?.validate(value).isValid === true;
    case 'PE': return stdnum['PE']?.['cui']?.validate(value).isValid === true;
    default: return /^\d{6,10}$/.test(value);
  }
}

test('any number of agreements: as many as asked, the same ones for the same seed, ids once each, everybody valid', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 2 ** 31 }), (count, seed) => {
    const portfolio = sampleOf(count, seed, START);
    expect(portfolio).toHaveLength(count);
    expect(sampleOf(count, seed, START)).toEqual(portfolio);
    expect(new Set(portfolio.map(({ creditorId, externalId }) => `${creditorId}/${externalId}`)).size).toBe(count);
    for (const agreement of portfolio) expect(personaOf(agreement.creditorId, agreement.externalId)).toBeDefined();
    for (const { nationalId } of everybody(portfolio)) expect(isNationalId(nationalId)).toBe(true);
  }), { numRuns: 25 });
});

test('two persons share neither national id nor address, however many there are', () => {
  const persons = new Map(everybody(sampleOf(10_000, 7, START)).map((person) => [person.externalId, person]));
  expect(persons.size).toBeGreaterThan(8_000);
  const ids = new Set([...persons.values()].map(({ nationalId }) => `${nationalId.country} ${nationalId.value}`));
  expect(ids.size).toBe(persons.size);
  for (const { nationalId } of persons.values()) if (!isNationalId(nationalId)) expect(nationalId).toBe('valid');
  const points = [...persons.values()].flatMap(({ contactPoints }) => contactPoints.map(({ value }) => value));
  expect(new Set(points).size).toBe(points.length);
  for (const value of points) if (value.startsWith('+') && parsePhoneNumberFromString(value)?.isValid() !== true) expect(value).toBe('a valid phone');
});

test('every body is one that the API takes, and another seed moves dates and amounts of the copies only', () => {
  const portfolio = sampleOf(200, 1, START);
  for (const body of portfolio) expect(agreementBody.safeParse(body).error?.issues ?? []).toEqual([]);
  const own = samplePortfolio(START);
  expect(portfolio.slice(0, own.length)).toEqual(own);
  expect(sampleOf(200, 2, START).slice(0, own.length)).toEqual(own);
  expect(sampleOf(200, 2, START)).not.toEqual(portfolio);
});

test('creditors, countries and lives keep their shares', () => {
  const share = (portfolio: readonly SampleAgreement[], of: (agreement: SampleAgreement) => string): Map<string, number> =>
    new Map([...Map.groupBy(portfolio, of)].map(([name, list]) => [name, list.length / portfolio.length]));
  const [small, large] = [samplePortfolio(START), sampleOf(650, 3, START)];
  for (const of of [(one: SampleAgreement) => one.creditorId, (one: SampleAgreement) => one.person.address.country, (one: SampleAgreement) => String(personaOf(one.creditorId, one.externalId))]) {
    const before = share(small, of);
    for (const [name, now] of share(large, of)) expect(Math.abs(now - (before.get(name) ?? 0))).toBeLessThan(0.02);
  }
});
