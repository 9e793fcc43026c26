import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { stdnum } from 'stdnum';
import { expect, test } from 'vitest';
import { DAY } from '../../src/domain/zone.ts';
import { isLandline } from '../../src/sandbox/provider/addresses.ts';
import { NO_MAILBOX } from '../../src/sandbox/sample/people.ts';
import { personaOf, SAMPLE_CREDITORS, samplePortfolio, type SampleAgreement } from '../../src/sandbox/sample/portfolio.ts';

const START = '2026-11-24';
const portfolio = samplePortfolio(START);

test('the sample has at least sixty agreements of four countries and three creditors, two of them third parties', () => {
  expect(portfolio.length).toBeGreaterThanOrEqual(60);
  expect(new Set(portfolio.map(({ person }) => person.address.country))).toEqual(new Set(['CL', 'CO', 'MX', 'PE']));
  expect(SAMPLE_CREDITORS.map(({ type }) => type).sort()).toEqual(['firstParty', 'thirdParty', 'thirdParty']);
  expect(new Set(portfolio.map(({ creditorId, externalId }) => `${creditorId}/${externalId}`)).size).toBe(portfolio.length);
  for (const { creditorId } of portfolio) expect(SAMPLE_CREDITORS.map(({ id }) => id)).toContain(creditorId);
});

test('the same day gives the same sample, another day only other dates', () => {
  expect(samplePortfolio(START)).toEqual(portfolio);
  const shifted = samplePortfolio('2026-11-25');
  expect(shifted.map(({ person }) => person)).toEqual(portfolio.map(({ person }) => person));
  expect(shifted[0]?.instalments[0]?.dueOn).not.toBe(portfolio[0]?.instalments[0]?.dueOn);
});

test('one person has several agreements with one creditor, one owes two creditors, one three', () => {
  const sharing = Map.groupBy(portfolio, ({ person }) => person.nationalId.value);
  const groups = [...sharing.values()].filter((agreements) => agreements.length > 1);
  expect(groups.some((agreements) => agreements.length >= 3 && new Set(agreements.map(({ creditorId }) => creditorId)).size === 1)).toBe(true);
  const creditors = groups.map((agreements) => new Set(agreements.map(({ creditorId }) => creditorId)).size);
  expect(creditors).toContain(2);
  expect(creditors).toContain(3);
});

test.each(portfolio.map((agreement) => [agreement.externalId, agreement] as const))('%s is a body that a strict API takes', (_id, agreement) => {
  const { nationalId, contactPoints } = agreement.person;
  const owed = agreement.instalments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const { principalMinor, interestMinor, feesMinor, discountMinor } = agreement.debt;
  expect(principalMinor + interestMinor + feesMinor - discountMinor).toBe(owed);
  for (const point of contactPoints) {
    if (point.kind === 'phone') expect(parsePhoneNumberFromString(point.value)).toMatchObject({ country: nationalId.country });
    if (point.kind === 'phone') expect(parsePhoneNumberFromString(point.value)?.isValid()).toBe(true);
    if (point.kind === 'email') expect(point.value).toMatch(/@example\.org$/);
  }
  expect(isNationalId(nationalId)).toBe(true);
  expect(agreement.agreedOn <= (agreement.instalments[0]?.dueOn ?? '')).toBe(true);
  expect(agreement.agreedOn <= START).toBe(true);
});

function isNationalId({ country, type, value }: { country: string; type: string; value: string }): boolean {
  switch (country) {
    case 'CL': return stdnum['CL']?.['rut']?.validate(value).isValid === true;
    case 'MX': return stdnum['MX']?.['curp']?.validate(value).isValid === true;
    case 'PE': return type === 'dni' && stdnum['PE']?.['cui']?.validate(value).isValid === true;
    default: return type === 'cc' && /^\d{6,10}$/.test(value);
  }
}

test('landlines, mailboxes that do not exist, companies with roles and co-debtors stand in it, each in two countries or more', () => {
  const countriesOf = (chosen: readonly SampleAgreement[]): number => new Set(chosen.map(({ person }) => person.address.country)).size;
  const landlines = portfolio.filter(({ person }) => person.contactPoints.some(({ kind, value }) => kind === 'phone' && isLandline(value)));
  const bouncing = portfolio.filter(({ person }) => person.contactPoints.some(({ value }) => value.startsWith(NO_MAILBOX)));
  expect(countriesOf(landlines)).toBeGreaterThanOrEqual(2);
  expect(countriesOf(bouncing)).toBeGreaterThanOrEqual(2);
  expect(countriesOf(portfolio.filter(({ coDebtors }) => coDebtors !== undefined))).toBeGreaterThanOrEqual(2);
  const companies = portfolio.filter(({ person }) => person.type === 'company');
  expect(companies.length).toBeGreaterThanOrEqual(3);
  for (const { person } of companies) expect(person.contactPoints.every(({ role }) => role !== undefined)).toBe(true);
});

test('every scripted life stands in the sample, and nobody else has one', () => {
  const lives = new Set(portfolio.map(({ creditorId, externalId }) => personaOf(creditorId, externalId)));
  for (const life of ['punctual', 'late', 'partial', 'prepays', 'afterCall', 'breaksPromise', 'reverses', 'never', 'paysAtLaw', 'optsOut', 'wrongNumber', 'coDebtorPays', 'viaCreditor', 'paysByLink', 'writesPromise', 'writesPaid', 'writesCallMe', 'writesCannot', 'writesOptOut', 'writesNotMe'] as const) expect(lives).toContain(life);
  expect(personaOf('comercial-sur', 'somebody-elses')).toBeUndefined();
});

test('due dates are such that the first thirty days see a settlement and the first sixty a pre-legal case', () => {
  const start = Date.parse(`${START}T12:00:00Z`);
  const days = (date: string): number => Math.round((Date.parse(`${date}T12:00:00Z`) - start) / DAY);
  const single = portfolio.filter(({ instalments, creditorId, externalId }) => instalments.length === 1 && personaOf(creditorId, externalId) === 'punctual');
  expect(single.some(({ instalments }) => days(instalments[0]?.dueOn ?? '') <= 5)).toBe(true);
  const lost = portfolio.filter(({ creditorId, externalId }) => personaOf(creditorId, externalId) === 'never');
  expect(lost.every(({ instalments }) => days(instalments[0]?.dueOn ?? '') + 32 + 10 <= 60)).toBe(true);
  const floors: Record<string, number> = { CLP: 30_000, COP: 15_000_000, MXN: 60_000, PEN: 12_000 };
  for (const { currency, instalments } of lost) expect(instalments[0]?.amountMinor).toBeGreaterThanOrEqual(floors[currency] ?? Infinity);
});
