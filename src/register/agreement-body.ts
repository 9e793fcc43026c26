/** `POST /v1/agreements`: the body as contract.md section 4 has it, checked as far as a body alone can be. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isLocalDate, isZone } from '../domain/zone.ts';
import { NATIONAL_ID_TYPES, readNationalId } from './national-id.ts';

/** What `creditorId` and every `externalId` look like. */
export const externalIdText = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, hyphens or underscores, beginning with a letter or digit');
const [FIRST_DAY, LAST_DAY] = ['1950-01-01', '2150-12-31'];
export const localDateText = z.string().refine((text) => isLocalDate(text) && text >= FIRST_DAY && text <= LAST_DAY, `must be a date of the calendar, YYYY-MM-DD, from ${FIRST_DAY} to ${LAST_DAY}`);
export const minorAmount = z.int('must be an integer of minor units').positive('must be more than 0');
const minorOrZero = z.int('must be an integer of minor units').nonnegative('must not be negative').default(0);
export const countryCode = z.string().refine((code) => isSupportedCountry(code), 'must be an ISO 3166 country code, such as CL');
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
export const currencyCode = z.string().refine((code) => CURRENCIES.has(code), 'must be an ISO 4217 currency code, such as CLP');

/** Text that PostgreSQL can keep: well-formed, without control characters but line breaks and tabs. */
export function plainText(max: number): z.ZodString {
  return z.string().trim().min(1).max(max).refine((text) => text.isWellFormed() && !/[^\P{Cc}\n\r\t]/u.test(text), 'must not hold control characters');
}

const shortText = plainText(200);

const language = z.string().refine((tag) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}, 'must be a language tag, such as es-CL');

const nationalId = z.strictObject({ country: countryCode, type: z.enum(NATIONAL_ID_TYPES).optional(), value: z.string().trim().min(1).max(40) })
  .transform((given, context) => {
    const read = readNationalId(given);
    if (read !== null) return read;
    context.addIssue({ code: 'custom', path: ['value'], message: 'is not a valid national id of this country and type' });
    return z.NEVER;
  });

const consent = z.enum(['granted', 'denied', 'unknown']).default('unknown');
const role = plainText(100).optional();

const phonePoint = z.strictObject({
  kind: z.literal('phone'),
  value: z.string().max(40).transform((text, context) => {
    const phone = parsePhoneNumberFromString(text);
    if (phone?.isValid() === true && phone.ext === undefined) return phone.number as string;
    context.addIssue({ code: 'custom', message: 'must be a valid phone with country code, such as +56961234567' });
    return z.NEVER;
  }),
  channels: z.array(z.enum(['sms', 'call'])).min(1).default(['sms', 'call']),
  consent, role,
});

const emailPoint = z.strictObject({
  kind: z.literal('email'),
  value: z.string().trim().toLowerCase().pipe(z.email('must be an e-mail address').max(254)),
  channels: z.array(z.literal('email')).min(1).default(['email']),
  consent, role,
});

export const contactPointBody = z.discriminatedUnion('kind', [phonePoint, emailPoint]);
export type ContactPointBody = z.output<typeof contactPointBody>;

export const personBody = z.strictObject({
  externalId: externalIdText,
  type: z.enum(['person', 'company']).default('person'),
  name: shortText,
  /** Absent: that of the country. */
  language: language.optional(),
  nationalId: nationalId.optional(),
  address: z.strictObject({ country: countryCode.optional(), region: shortText.optional(), city: shortText.optional() }).optional(),
  zone: z.string().refine(isZone, 'must be an IANA zone, such as America/Santiago').optional(),
  contactPoints: z.array(contactPointBody).min(1).max(50),
});
export type PersonBody = z.output<typeof personBody>;

export const debtDetails = z.strictObject({
  contractRef: shortText.optional(),
  signedOn: localDateText.optional(),
  defaultedOn: localDateText.optional(),
  principalMinor: minorOrZero,
  interestMinor: minorOrZero,
  lateInterestMinor: minorOrZero,
  feesMinor: minorOrZero,
  taxesMinor: minorOrZero,
  discountMinor: minorOrZero,
});
export type DebtDetails = z.output<typeof debtDetails>;

const instalment = z.strictObject({
  /** 0 is a down payment. */
  number: z.int().min(0).max(1_200),
  dueOn: localDateText,
  amountMinor: minorAmount,
});

const terms = z.strictObject({
  acceleratesAfterMissed: z.int().min(1).max(1_200).nullable().default(null),
  discountLapsesOnBreak: z.boolean().default(false),
});

/** A list of instalments: numbers once each, a sum that is a safe integer. */
export const instalmentList = z.array(instalment).min(1).max(600).superRefine((list, context) => {
  const seen = new Set<number>();
  list.forEach(({ number }, index) => {
    if (seen.has(number)) context.addIssue({ code: 'custom', path: [index, 'number'], message: 'stands twice in the plan' });
    seen.add(number);
  });
  if (!Number.isSafeInteger(sumOf(list))) context.addIssue({ code: 'custom', message: 'add up to more than can be counted' });
});

/** Sum of the amounts in minor units. */
export function sumOf(list: readonly { readonly amountMinor: number }[]): number {
  return list.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/** What a debt adds up to in minor units, after its discount. */
export function debtTotal(given: DebtDetails): number {
  return given.principalMinor + given.interestMinor + given.lateInterestMinor + given.feesMinor + given.taxesMinor - given.discountMinor;
}

/** What an agreement and a debt are both logged with. */
export const loggedFields = {
  creditorId: externalIdText,
  externalId: externalIdText,
  person: personBody,
  /** Persons of their own who owe beside the debtor. */
  coDebtors: z.array(personBody).min(1).max(10).optional(),
  batch: plainText(64).optional(),
  currency: currencyCode,
  /** Absent: the segments choose, else `standard`; of a debt `assigned`. */
  strategy: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be the id of a strategy').optional(),
  /** What was bought or borrowed, in the creditor's words; segments may look at it. */
  product: plainText(100).optional(),
};

export const agreementBody = z.strictObject({
  ...loggedFields,
  debt: debtDetails.optional(),
  /** The debt that this agreement is about, by its id or external id; absent: the person's open debts of the same contract. */
  debtId: externalIdText.optional(),
  agreedOn: localDateText.optional(),
  terms: terms.prefault({}),
  instalments: instalmentList,
}).superRefine((body, context) => {
  if (body.debt !== undefined && debtTotal(body.debt) !== sumOf(body.instalments)) {
    context.addIssue({ code: 'custom', path: ['debt'], message: `comes to ${debtTotal(body.debt)}, the instalments to ${sumOf(body.instalments)}: they must be equal` });
  }
  checkPersons(body, context);
});
export type AgreementBody = z.output<typeof agreementBody>;

/** Nobody owes it twice, and only a company's contact points have a role. */
export function checkPersons(body: { readonly person: PersonBody; readonly coDebtors?: readonly PersonBody[] | undefined }, context: z.RefinementCtx): void {
  const owing = [{ who: body.person, path: ['person'] }, ...(body.coDebtors ?? []).map((who, index) => ({ who, path: ['coDebtors', index] }))];
  owing.forEach(({ who, path }, place) => {
    if (owing.slice(0, place).some((other) => other.who.externalId === who.externalId)) {
      context.addIssue({ code: 'custom', path: [...path, 'externalId'], message: 'owes this agreement already' });
    }
    if (who.type === 'company') return;
    who.contactPoints.forEach((point, index) => {
      if (point.role !== undefined) context.addIssue({ code: 'custom', path: [...path, 'contactPoints', index, 'role'], message: 'goes only with a company' });
    });
  });
}
