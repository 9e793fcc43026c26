/** The invented people of the sample: names that say so, phones of the right form, mails that reach nobody (example.org). */
import { inventedCedula, inventedCurp, inventedDni, inventedRut } from './national-ids.ts';

export type SampleCountry = 'CL' | 'CO' | 'MX' | 'PE';

/** Which channels the person has agreed to. `silent`: consent is not known, so nothing may be sent. */
export type SampleConsent = 'both' | 'smsOnly' | 'emailOnly' | 'noCalls' | 'silent';

interface Place {
  readonly language: string;
  readonly cities: readonly { readonly city: string; readonly region: string; readonly zone: string }[];
  readonly nationalId: (n: number) => { country: SampleCountry; type: string; value: string };
  /** Mobile numbers of the country's form, counted up from one end of a range. */
  readonly phone: (n: number) => string;
  /** Absent where the number does not tell (Mexico). */
  readonly landline?: (n: number) => string;
}

const PLACES: Readonly<Record<SampleCountry, Place>> = {
  CL: {
    language: 'es-CL',
    cities: [
      { city: 'Santiago', region: 'CL-RM', zone: 'America/Santiago' },
      { city: 'Concepción', region: 'CL-BI', zone: 'America/Santiago' },
      { city: 'Punta Arenas', region: 'CL-MA', zone: 'America/Punta_Arenas' },
    ],
    nationalId: (n) => ({ country: 'CL', type: 'rut', value: inventedRut(n) }),
    phone: (n) => `+569${90_000_000 + n}`,
    landline: (n) => `+56${229_381_000 + n}`,
  },
  CO: {
    language: 'es-CO',
    cities: [{ city: 'Bogotá', region: 'CO-DC', zone: 'America/Bogota' }, { city: 'Medellín', region: 'CO-ANT', zone: 'America/Bogota' }],
    nationalId: (n) => ({ country: 'CO', type: 'cc', value: inventedCedula(n) }),
    phone: (n) => `+57${3_000_000_000 + n}`,
    landline: (n) => `+57${6_012_900_000 + n}`,
  },
  MX: {
    language: 'es-MX',
    cities: [
      { city: 'Ciudad de México', region: 'MX-CMX', zone: 'America/Mexico_City' },
      { city: 'Tijuana', region: 'MX-BCN', zone: 'America/Tijuana' },
    ],
    nationalId: (n) => ({ country: 'MX', type: 'curp', value: inventedCurp(n) }),
    phone: (n) => `+52${5_555_550_000 + n}`,
  },
  PE: {
    language: 'es-PE',
    cities: [{ city: 'Lima', region: 'PE-LMA', zone: 'America/Lima' }, { city: 'Arequipa', region: 'PE-ARE', zone: 'America/Lima' }],
    nationalId: (n) => ({ country: 'PE', type: 'dni', value: inventedDni(n) }),
    phone: (n) => `+51${900_000_000 + n}`,
    landline: (n) => `+51${12_200_000 + n}`,
  },
};

const FIRST = [
  'Amaranta', 'Baltasar', 'Celeste', 'Dámaso', 'Eloísa', 'Fidel', 'Graciela', 'Horacio', 'Irene', 'Jacinto', 'Karina', 'Lautaro', 'Matilde', 'Nicanor', 'Olimpia',
  'Plácido', 'Quintina', 'Rogelio', 'Serafina', 'Teófilo', 'Úrsula', 'Valentín', 'Wilma', 'Ximena', 'Yolanda', 'Zacarías',
] as const;
const LAST = ['Quilla', 'Araucana', 'Del Boldo', 'Peumo', 'Quillay', 'Molle', 'Del Lingue', 'Ñirre', 'Canelo', 'Tamarugo', 'Pacará', 'Algarrobo', 'Guayacán'] as const;

export interface SamplePerson {
  readonly externalId: string;
  readonly type: 'person' | 'company';
  readonly name: string;
  readonly language: string;
  readonly nationalId: { readonly country: string; readonly type: string; readonly value: string };
  readonly address: { readonly country: SampleCountry; readonly region: string; readonly city: string };
  readonly zone: string;
  readonly contactPoints: readonly {
    readonly kind: 'phone' | 'email';
    readonly value: string;
    readonly channels: readonly ('sms' | 'call' | 'email')[];
    readonly consent: 'granted' | 'denied' | 'unknown';
    /** Of a company: who there is reached. */
    readonly role?: string;
  }[];
}

/** What sets a person apart. */
export interface SampleTraits {
  readonly consent?: SampleConsent;
  /** A landline takes calls; an SMS to it fails. */
  readonly phone?: 'landline';
  /** The mailbox does not exist. */
  readonly email?: 'bounces';
  readonly company?: true;
}

/** Person number `n`; the same number is the same person whatever the start date. */
export function samplePerson(n: number, country: SampleCountry, traits: SampleTraits): SamplePerson {
  const place = PLACES[country];
  const where = pick(place.cities, n);
  const company = traits.company === true;
  return {
    externalId: `P-${digits(n, 3)}`,
    type: company ? 'company' : 'person',
    name: company ? `Comercializadora ${pick(LAST, n)} y ${pick(LAST, n * 3 + 1)} Ltda.` : `${pick(FIRST, n)} ${pick(LAST, n * 5 + 3)} ${pick(LAST, n * 3 + 1)}`,
    language: place.language,
    nationalId: place.nationalId(n),
    address: { country, region: where.region, city: where.city },
    zone: where.zone,
    contactPoints: pointsOf(n, place, traits).map((point) => (company ? { ...point, role: ROLES[point.kind] } : point)),
  };
}

const ROLES = { phone: 'Tesorería', email: 'Administración y finanzas' } as const;

/** The part of the address before the @ says to the provider sandbox that nobody has it. */
export const NO_MAILBOX = 'no-existe';

function pointsOf(n: number, place: Place, { consent = 'both', phone, email }: SampleTraits): SamplePerson['contactPoints'] {
  const granted = consent === 'silent' ? 'unknown' : 'granted';
  const phonePoint = {
    kind: 'phone', value: ((phone === 'landline' ? place.landline : undefined) ?? place.phone)(n),
    channels: consent === 'noCalls' ? ['sms' as const] : ['sms' as const, 'call' as const], consent: granted,
  } as const;
  const emailPoint = { kind: 'email', value: `${email === 'bounces' ? NO_MAILBOX : 'persona'}-${digits(n, 3)}@example.org`, channels: ['email'], consent: granted } as const;
  switch (consent) {
    case 'smsOnly': return [phonePoint];
    case 'emailOnly': return [{ ...phonePoint, channels: ['call'] }, emailPoint];
    default: return [phonePoint, emailPoint];
  }
}

function pick<T>(list: readonly T[], n: number): T {
  const item = list[n % list.length];
  if (item === undefined) throw new RangeError('An empty list has nothing to pick from.');
  return item;
}

function digits(n: number, length: number): string {
  return String(n).padStart(length, '0');
}
