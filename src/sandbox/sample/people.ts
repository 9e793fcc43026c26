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
    phone: (n) => `+5699000${digits(n, 4)}`,
  },
  CO: {
    language: 'es-CO',
    cities: [{ city: 'Bogotá', region: 'CO-DC', zone: 'America/Bogota' }, { city: 'Medellín', region: 'CO-ANT', zone: 'America/Bogota' }],
    nationalId: (n) => ({ country: 'CO', type: 'cc', value: inventedCedula(n) }),
    phone: (n) => `+57300000${digits(n, 4)}`,
  },
  MX: {
    language: 'es-MX',
    cities: [
      { city: 'Ciudad de México', region: 'MX-CMX', zone: 'America/Mexico_City' },
      { city: 'Tijuana', region: 'MX-BCN', zone: 'America/Tijuana' },
    ],
    nationalId: (n) => ({ country: 'MX', type: 'curp', value: inventedCurp(n) }),
    phone: (n) => `+52555555${digits(n, 4)}`,
  },
  PE: {
    language: 'es-PE',
    cities: [{ city: 'Lima', region: 'PE-LMA', zone: 'America/Lima' }, { city: 'Arequipa', region: 'PE-ARE', zone: 'America/Lima' }],
    nationalId: (n) => ({ country: 'PE', type: 'dni', value: inventedDni(n) }),
    phone: (n) => `+5190000${digits(n, 4)}`,
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
  }[];
}

/** Person number `n`; the same number is the same person whatever the start date. */
export function samplePerson(n: number, country: SampleCountry, consent: SampleConsent): SamplePerson {
  const place = PLACES[country];
  const where = pick(place.cities, n);
  return {
    externalId: `P-${digits(n, 3)}`,
    type: 'person',
    name: `${pick(FIRST, n)} ${pick(LAST, n * 5 + 3)} ${pick(LAST, n * 3 + 1)}`,
    language: place.language,
    nationalId: place.nationalId(n),
    address: { country, region: where.region, city: where.city },
    zone: where.zone,
    contactPoints: pointsOf(n, place, consent),
  };
}

function pointsOf(n: number, place: Place, consent: SampleConsent): SamplePerson['contactPoints'] {
  const phone = place.phone(n);
  const email = `persona-${digits(n, 3)}@example.org`;
  const granted = consent === 'silent' ? 'unknown' : 'granted';
  const phonePoint = { kind: 'phone', value: phone, channels: consent === 'noCalls' ? ['sms' as const] : ['sms' as const, 'call' as const], consent: granted } as const;
  const emailPoint = { kind: 'email', value: email, channels: ['email'], consent: granted } as const;
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
