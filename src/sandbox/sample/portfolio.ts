/** The sample portfolio: its creditors, and the bodies of `POST /v1/agreements` that its lines become. */
import { addDays } from '../../domain/zone.ts';
import { LINES, type Line } from './lines.ts';
import type { Persona } from './persona.ts';
import { samplePerson, type SampleCountry, type SamplePerson } from './people.ts';

export interface SampleCreditor {
  readonly id: string;
  readonly name: string;
  readonly type: 'firstParty' | 'thirdParty';
  readonly country: SampleCountry;
  readonly currency: string;
  /** A third party writes in its own name, on the creditor's behalf. */
  readonly settings: { readonly firm?: string; readonly contact: Readonly<Record<string, string>>; readonly payments?: { readonly provider: 'khipu' | 'webpay' } };
}

/** Invented, as some countries want it said in the first message. */
const ANDES = { phone: '+56 2 2938 0000', email: 'ayuda@andes.example', address: 'Huérfanos 1234, Santiago', taxId: '76.543.210-3', person: 'Carmen Rojas' };

export const SAMPLE_CREDITORS: readonly SampleCreditor[] = [
  { id: 'comercial-sur', name: 'Comercial Sur', type: 'thirdParty', country: 'CL', currency: 'CLP', settings: { firm: 'Andes Servicios', contact: ANDES } },
  { id: 'crediandes', name: 'Crediandes', type: 'thirdParty', country: 'CO', currency: 'COP', settings: { firm: 'Andes Servicios', contact: ANDES } },
  { id: 'luz-del-norte', name: 'Luz del Norte', type: 'firstParty', country: 'CL', currency: 'CLP', settings: { contact: { phone: '+56 55 2938 0000', email: 'ayuda@luzdelnorte.example' }, payments: { provider: 'webpay' } } },
];

const CURRENCIES: Readonly<Record<SampleCountry, string>> = { CL: 'CLP', CO: 'COP', MX: 'MXN', PE: 'PEN' };

const INTERVAL_DAYS = 30;
/** An agreement is made at least this many days before its first due date. */
const LEAD_DAYS = 5;

/** The body of `POST /v1/agreements`. */
export interface SampleAgreement {
  readonly creditorId: string;
  readonly externalId: string;
  readonly person: SamplePerson;
  readonly coDebtors?: readonly SamplePerson[];
  readonly debt: { readonly contractRef: string; readonly principalMinor: number; readonly interestMinor: number; readonly feesMinor: number; readonly discountMinor: number };
  readonly agreedOn: string;
  readonly batch: string;
  readonly currency: string;
  readonly instalments: readonly { readonly number: number; readonly dueOn: string; readonly amountMinor: number }[];
  readonly strategy: 'standard';
}

/** Every agreement of the sample for a sandbox that begins on this local date. */
export function samplePortfolio(startsOn: string): readonly SampleAgreement[] {
  return LINES.map((line) => bodyOf(line, startsOn));
}

/** The body of one line for a sandbox that begins on this local date. */
export function bodyOf(line: Line, startsOn: string): SampleAgreement {
  const total = line.amountMinor * line.count;
  const interestMinor = Math.floor(total / 10);
  const feesMinor = Math.floor(total / 40);
  return {
    creditorId: line.creditor,
    externalId: line.id,
    person: samplePerson(line.person, line.country, line.traits),
    ...(line.coDebtor === undefined ? {} : { coDebtors: [samplePerson(line.coDebtor, line.country, {})] }),
    debt: { contractRef: `K-${line.id}`, principalMinor: total - interestMinor - feesMinor, interestMinor, feesMinor, discountMinor: 0 },
    agreedOn: addDays(startsOn, Math.min(0, line.firstDue - LEAD_DAYS)),
    batch: startsOn.slice(0, 7),
    currency: CURRENCIES[line.country],
    instalments: Array.from({ length: line.count }, (_, index) => ({
      number: index + 1, dueOn: addDays(startsOn, line.firstDue + index * INTERVAL_DAYS), amountMinor: line.amountMinor,
    })),
    strategy: 'standard',
  };
}

const personas = new Map(LINES.map((line) => [`${line.creditor}/${line.id}`, line.persona]));

/** Copy number `round` of a line in a scaled portfolio; its id says of which line it is one. */
export function copyId(id: string, round: number): string {
  return round === 0 ? id : `${id}.${round}`;
}

/** How the debtor of an agreement behaves; undefined for whatever is not of the sample: nobody acts there. */
export function personaOf(creditorId: string, externalId: string): Persona | undefined {
  return personas.get(`${creditorId}/${externalId.replace(/\.[1-9]\d*$/, '')}`);
}
