/**
 * The sample portfolio: one line an agreement. Due dates count from the day on which the sandbox begins, so that within
 * its first sixty days every life has happened: the line's comment is what one will see.
 */
import { addDays } from '../../domain/zone.ts';
import type { Persona } from './persona.ts';
import { samplePerson, type SampleConsent, type SampleCountry, type SamplePerson } from './people.ts';

export interface SampleCreditor {
  readonly id: string;
  readonly name: string;
  readonly type: 'firstParty' | 'thirdParty';
  readonly country: SampleCountry;
  readonly currency: string;
  /** A third party writes in its own name, on the creditor's behalf. */
  readonly settings: { readonly firm?: string; readonly contact: Readonly<Record<string, string>> };
}

/** Invented, as some countries want it said in the first message. */
const ANDES = { phone: '+56 2 2938 0000', email: 'ayuda@andes.example', address: 'Huérfanos 1234, Santiago', taxId: '76.543.210-3', person: 'Carmen Rojas' };

export const SAMPLE_CREDITORS: readonly SampleCreditor[] = [
  { id: 'comercial-sur', name: 'Comercial Sur', type: 'thirdParty', country: 'CL', currency: 'CLP', settings: { firm: 'Andes Servicios', contact: ANDES } },
  { id: 'crediandes', name: 'Crediandes', type: 'thirdParty', country: 'CO', currency: 'COP', settings: { firm: 'Andes Servicios', contact: ANDES } },
  { id: 'luz-del-norte', name: 'Luz del Norte', type: 'firstParty', country: 'CL', currency: 'CLP', settings: { contact: { phone: '+56 55 2938 0000', email: 'ayuda@luzdelnorte.example' } } },
];

interface Line {
  readonly creditor: 'comercial-sur' | 'crediandes' | 'luz-del-norte';
  readonly id: string;
  readonly person: number;
  readonly country: SampleCountry;
  readonly persona: Persona;
  /** Day of the first due date, counted from the day on which the sandbox begins. */
  readonly firstDue: number;
  readonly count: number;
  readonly amountMinor: number;
  readonly consent?: SampleConsent;
}

const CURRENCIES: Readonly<Record<SampleCountry, string>> = { CL: 'CLP', CO: 'COP', MX: 'MXN', PE: 'PEN' };

function line(creditor: Line['creditor'], id: string, person: number, country: SampleCountry, persona: Persona, firstDue: number, count: number, amountMinor: number, consent?: SampleConsent): Line {
  return { creditor, id, person, country, persona, firstDue, count, amountMinor, ...(consent === undefined ? {} : { consent }) };
}

const LINES: readonly Line[] = [
  // Chile, for a shop: most of the lives, many of them short.
  line('comercial-sur', 'CS-1001', 1, 'CL', 'punctual', 4, 1, 45_990),
  line('comercial-sur', 'CS-1002', 2, 'CL', 'punctual', 8, 6, 38_500),
  line('comercial-sur', 'CS-1003', 3, 'CL', 'late', 2, 1, 62_400),
  line('comercial-sur', 'CS-1004', 4, 'CL', 'late', 6, 4, 54_000, 'smsOnly'),
  line('comercial-sur', 'CS-1005', 5, 'CL', 'partial', 1, 2, 71_250),
  line('comercial-sur', 'CS-1006', 6, 'CL', 'prepays', 12, 4, 29_990),
  line('comercial-sur', 'CS-1007', 7, 'CL', 'afterCall', -6, 2, 48_700),
  line('comercial-sur', 'CS-1008', 8, 'CL', 'breaksPromise', -8, 3, 83_100),
  line('comercial-sur', 'CS-1009', 9, 'CL', 'keepsPromise', -7, 3, 66_000),
  line('comercial-sur', 'CS-1010', 10, 'CL', 'reverses', 3, 1, 52_300),
  line('comercial-sur', 'CS-1011', 11, 'CL', 'never', -10, 6, 89_990),
  line('comercial-sur', 'CS-1012', 12, 'CL', 'paysAtLaw', -9, 4, 95_500),
  line('comercial-sur', 'CS-1013', 13, 'CL', 'optsOut', 2, 3, 41_200),
  line('comercial-sur', 'CS-1014', 14, 'CL', 'disputes', 0, 2, 57_800),
  // One person, three agreements: one message speaks of all that is due.
  line('comercial-sur', 'CS-1015', 15, 'CL', 'late', 5, 3, 33_300),
  line('comercial-sur', 'CS-1016', 15, 'CL', 'late', 6, 3, 27_700),
  line('comercial-sur', 'CS-1017', 15, 'CL', 'slow', 7, 2, 48_000),
  line('comercial-sur', 'CS-1018', 16, 'CL', 'viaCreditor', 3, 2, 39_900, 'emailOnly'),
  line('comercial-sur', 'CS-1019', 17, 'CL', 'punctual', 10, 3, 45_000, 'silent'),
  // Peru, for the same shop.
  line('comercial-sur', 'CS-2001', 18, 'PE', 'punctual', 5, 2, 24_500),
  line('comercial-sur', 'CS-2002', 19, 'PE', 'late', 3, 2, 31_900),
  line('comercial-sur', 'CS-2003', 20, 'PE', 'never', -4, 3, 45_000),
  line('comercial-sur', 'CS-2004', 21, 'PE', 'unreachable', -5, 2, 28_800),
  line('comercial-sur', 'CS-2005', 22, 'PE', 'partial', 6, 1, 36_000, 'emailOnly'),
  line('comercial-sur', 'CS-2006', 23, 'PE', 'slow', 9, 4, 19_990),
  // Colombia and Mexico, for a lender.
  line('crediandes', 'CR-3001', 24, 'CO', 'punctual', 3, 1, 18_500_000),
  line('crediandes', 'CR-3002', 25, 'CO', 'late', 4, 3, 22_300_000),
  line('crediandes', 'CR-3003', 26, 'CO', 'afterCall', -5, 3, 27_900_000),
  line('crediandes', 'CR-3004', 27, 'CO', 'never', -2, 4, 31_000_000),
  line('crediandes', 'CR-3005', 28, 'CO', 'reverses', 5, 2, 16_750_000, 'smsOnly'),
  line('crediandes', 'CR-3006', 29, 'CO', 'prepays', 9, 3, 14_000_000),
  line('crediandes', 'CR-3007', 30, 'CO', 'keepsPromise', -3, 2, 25_000_000),
  line('crediandes', 'CR-3008', 30, 'CO', 'late', 1, 2, 12_500_000),
  line('crediandes', 'CR-4001', 31, 'MX', 'punctual', 2, 1, 98_000),
  line('crediandes', 'CR-4002', 32, 'MX', 'slow', 1, 3, 120_000),
  line('crediandes', 'CR-4003', 33, 'MX', 'breaksPromise', -6, 2, 145_000),
  line('crediandes', 'CR-4004', 34, 'MX', 'never', 0, 3, 175_000),
  line('crediandes', 'CR-4005', 35, 'MX', 'optsOut', 4, 2, 88_000),
  line('crediandes', 'CR-4006', 36, 'MX', 'viaCreditor', 7, 2, 64_000),
  line('crediandes', 'CR-4007', 37, 'MX', 'unreachable', 3, 2, 131_000, 'noCalls'),
  // A company that collects for itself; two of its customers also owe the shop (same national id, another creditor's data).
  line('luz-del-norte', 'LN-5001', 1, 'CL', 'late', 5, 2, 21_450),
  line('luz-del-norte', 'LN-5002', 11, 'CL', 'slow', 4, 2, 36_700),
  line('luz-del-norte', 'LN-5003', 38, 'CL', 'punctual', 6, 1, 18_990),
  line('luz-del-norte', 'LN-5004', 39, 'CL', 'partial', 3, 3, 27_300),
  line('luz-del-norte', 'LN-5005', 40, 'CL', 'disputes', 2, 1, 44_100),
  line('luz-del-norte', 'LN-5006', 41, 'CL', 'prepays', 14, 5, 15_600, 'emailOnly'),
  line('luz-del-norte', 'LN-5007', 42, 'CL', 'afterCall', 1, 2, 52_000),
  line('luz-del-norte', 'LN-5008', 43, 'CL', 'punctual', 9, 12, 12_990),
];

const INTERVAL_DAYS = 30;
/** An agreement is made at least this many days before its first due date. */
const LEAD_DAYS = 5;

/** The body of `POST /v1/agreements`. */
export interface SampleAgreement {
  readonly creditorId: string;
  readonly externalId: string;
  readonly person: SamplePerson;
  readonly debt: { readonly contractRef: string; readonly principalMinor: number; readonly interestMinor: number; readonly feesMinor: number; readonly discountMinor: number };
  readonly agreedOn: string;
  readonly batch: string;
  readonly currency: string;
  readonly instalments: readonly { readonly number: number; readonly dueOn: string; readonly amountMinor: number }[];
  readonly strategy: 'standard';
}

/** Every agreement of the sample for a sandbox that begins on this local date. */
export function samplePortfolio(startsOn: string): readonly SampleAgreement[] {
  return LINES.map((agreement) => {
    const total = agreement.amountMinor * agreement.count;
    const interestMinor = Math.floor(total / 10);
    const feesMinor = Math.floor(total / 40);
    return {
      creditorId: agreement.creditor,
      externalId: agreement.id,
      person: samplePerson(agreement.person, agreement.country, agreement.consent ?? 'both'),
      debt: { contractRef: `K-${agreement.id}`, principalMinor: total - interestMinor - feesMinor, interestMinor, feesMinor, discountMinor: 0 },
      agreedOn: addDays(startsOn, Math.min(0, agreement.firstDue - LEAD_DAYS)),
      batch: startsOn.slice(0, 7),
      currency: CURRENCIES[agreement.country],
      instalments: Array.from({ length: agreement.count }, (_, index) => ({
        number: index + 1, dueOn: addDays(startsOn, agreement.firstDue + index * INTERVAL_DAYS), amountMinor: agreement.amountMinor,
      })),
      strategy: 'standard',
    };
  });
}

const personas = new Map(LINES.map((agreement) => [`${agreement.creditor}/${agreement.id}`, agreement.persona]));

/** How the debtor of an agreement behaves; undefined for whatever is not of the sample: nobody acts there. */
export function personaOf(creditorId: string, externalId: string): Persona | undefined {
  return personas.get(`${creditorId}/${externalId}`);
}
