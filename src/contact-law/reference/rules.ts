/**
 * The contact rules once more, typed from the text (LPDC 37, Ley 2300, CONDUSEF 2014, Ley 29571, LODC 49, Regulation F
 * and the rest) and not from the profiles: what the second opinion goes by. Ids are the profiles', so that the lists of
 * failing rules can be compared.
 */
import type { ContactCase, LawChannel, Party, Purpose, StopEvent } from '../policy.ts';

export interface Hours {
  readonly id: string;
  readonly channels?: readonly LawChannel[];
  /** 1 = Monday … 7 = Sunday. */
  readonly days: readonly number[];
  readonly open: number;
  readonly close: number;
  readonly thirdPartyOnly?: true;
  /** Outside them one message may be answered, by its own medium, within this many hours. */
  readonly oneAnswerWithin?: number;
}
export interface Quota {
  readonly id: string;
  readonly channels?: readonly LawChannel[];
  readonly max: number;
  /** The local day and this many days before it. */
  readonly daysBefore: number;
  readonly sameDebt?: true;
  readonly from?: string;
}
export interface Gap {
  readonly id: string;
  readonly channels: readonly LawChannel[];
  readonly after: 'attempt' | 'conversation';
  /** First allowed local date, counted from the event's. */
  readonly nextDay: number;
  readonly sameDebt?: true;
}
export interface Country {
  readonly zones: readonly string[];
  readonly outsideHours: readonly Purpose[];
  readonly uncounted: readonly Purpose[];
  readonly parties: readonly { readonly id: string; readonly allow: readonly Party[] }[];
  /** Layers: each sets hours of its own, all bind. */
  readonly hours: readonly (readonly Hours[])[];
  /** Calendar and the rule that closes its days. */
  readonly closed: readonly { readonly id: string; readonly calendar: string }[];
  readonly quotas: readonly Quota[];
  readonly gaps: readonly Gap[];
  /** One channel in a week from Monday. */
  readonly oneChannelAWeek?: string;
  readonly never: readonly { readonly id: string; readonly channels: readonly LawChannel[]; readonly thirdPartyOnly?: true }[];
  readonly authorised?: string;
  readonly stops: readonly { readonly id: string; readonly on: readonly StopEvent[]; readonly from?: string; readonly permanent: boolean }[];
}

const WRITTEN: readonly LawChannel[] = ['sms', 'whatsapp', 'email', 'letter'];
const SPOKEN: readonly LawChannel[] = ['call', 'visit'];
const WEEK = [1, 2, 3, 4, 5, 6, 7];
const MON_FRI = [1, 2, 3, 4, 5];
const MON_SAT = [1, 2, 3, 4, 5, 6];
const h = (hour: number, minute = 0): number => hour * 60 + minute;

const PLAIN: Pick<Country, 'outsideHours' | 'uncounted' | 'gaps' | 'closed' | 'never' | 'stops'> = {
  outsideHours: ['optOutAck'], uncounted: ['transactional', 'replyToDebtor', 'survey'], gaps: [], closed: [], never: [], stops: [],
};
/** Where the law names no number the house allows three in seven days. */
const house3 = (id: string): readonly Quota[] => [{ id, max: 3, daysBefore: 6 }];

const CL: Country = {
  ...PLAIN, zones: ['America/Santiago', 'America/Punta_Arenas', 'America/Coyhaique', 'Pacific/Easter'],
  parties: [{ id: 'CL-party', allow: ['debtor', 'codebtor'] }],
  hours: [[
    { id: 'CL-hours-call', channels: SPOKEN, days: MON_SAT, open: h(8), close: h(20) },
    { id: 'CL-hours-write', channels: WRITTEN, days: MON_SAT, open: h(8), close: h(20) },
  ]],
  closed: [{ id: 'CL-feriados', calendar: 'CL' }],
  quotas: [
    { id: 'CL-call-week', channels: SPOKEN, max: 1, daysBefore: 6 },
    { id: 'CL-write-week', channels: WRITTEN, max: 2, daysBefore: 6 },
  ],
  gaps: [{ id: 'CL-write-gap', channels: WRITTEN, after: 'attempt', nextDay: 3 }],
  stops: [
    { id: 'CL-stop', on: ['servedInSuit', 'insolvency'], permanent: true },
    { id: 'CL-dp-block', on: ['dataBlocked'], from: '2026-12-01', permanent: false },
  ],
};

const CO: Country = {
  ...PLAIN, zones: ['America/Bogota'], outsideHours: ['optOutAck', 'transactional'],
  parties: [{ id: 'CO-party', allow: ['debtor', 'codebtor', 'guarantor'] }],
  hours: [[{ id: 'CO-week', days: MON_FRI, open: h(7), close: h(19) }, { id: 'CO-sat', days: [6], open: h(8), close: h(15) }]],
  closed: [{ id: 'CO-fest', calendar: 'CO' }],
  quotas: [{ id: 'CO-day', max: 1, daysBefore: 0 }],
  oneChannelAWeek: 'CO-one-channel', never: [{ id: 'CO-visit', channels: ['visit'] }], authorised: 'CO-auth',
};

const MX: Country = {
  ...PLAIN,
  zones: ['America/Mexico_City', 'America/Cancun', 'America/Chihuahua', 'America/Hermosillo', 'America/Mazatlan', 'America/Ciudad_Juarez', 'America/Tijuana'],
  parties: [{ id: 'MX-party', allow: ['debtor', 'codebtor', 'guarantor'] }],
  hours: [[{ id: 'MX-hours', days: WEEK, open: h(7), close: h(22) }]],
  quotas: house3('MX-house'),
};

const PE: Country = {
  ...PLAIN, zones: ['America/Lima'], parties: [{ id: 'PE-party', allow: ['debtor', 'codebtor', 'guarantor'] }],
  hours: [[
    { id: 'PE-call', channels: SPOKEN, days: MON_FRI, open: h(7), close: h(20) },
    { id: 'PE-write', channels: WRITTEN, days: MON_FRI, open: h(7), close: h(20) },
  ]],
  closed: [{ id: 'PE-fer', calendar: 'PE' }], quotas: house3('PE-house'),
};

const EACH: readonly LawChannel[] = ['call', 'visit', 'sms', 'whatsapp', 'email', 'letter'];
const EC: Country = {
  ...PLAIN, zones: ['America/Guayaquil', 'Pacific/Galapagos'], parties: [{ id: 'EC-party', allow: ['debtor', 'codebtor', 'guarantor'] }],
  hours: [[{ id: 'EC-hours', days: MON_FRI, open: h(7), close: h(20) }]],
  closed: [{ id: 'EC-fer', calendar: 'EC' }],
  quotas: EACH.map((channel) => ({ id: `EC-day-${channel}`, channels: [channel], max: 1, daysBefore: 0 })),
};

const AR: Country = {
  ...PLAIN, zones: ['America/Argentina/Buenos_Aires'], parties: [{ id: 'AR-party', allow: ['debtor', 'codebtor', 'guarantor'] }],
  hours: [[{ id: 'AR-house', days: MON_FRI, open: h(9), close: h(20) }]],
  closed: [{ id: 'AR-fer', calendar: 'AR' }], quotas: house3('AR-cap'),
};

const BR_HOURS: readonly Hours[] = [{ id: 'BR-week', days: MON_FRI, open: h(8), close: h(20) }, { id: 'BR-sat', days: [6], open: h(8), close: h(14) }];
const NO_OTHERS: readonly Party[] = ['debtor', 'codebtor', 'guarantor'];
const BR: Country = {
  ...PLAIN, parties: [{ id: 'BR-party', allow: NO_OTHERS }],
  zones: [
    'America/Noronha', 'America/Sao_Paulo', 'America/Bahia', 'America/Fortaleza', 'America/Recife', 'America/Maceio', 'America/Belem', 'America/Araguaina',
    'America/Santarem', 'America/Manaus', 'America/Cuiaba', 'America/Campo_Grande', 'America/Porto_Velho', 'America/Boa_Vista', 'America/Eirunepe', 'America/Rio_Branco',
  ],
  hours: [BR_HOURS], closed: [{ id: 'BR-fer', calendar: 'BR' }], quotas: house3('BR-cap'),
};

const ES: Country = {
  ...PLAIN, zones: ['Europe/Madrid', 'Atlantic/Canary'], parties: [{ id: 'ES-party', allow: NO_OTHERS }],
  hours: [[{ id: 'ES-house', days: MON_FRI, open: h(9), close: h(21) }]],
  closed: [{ id: 'ES-fest', calendar: 'ES' }], quotas: house3('ES-cap'),
};

const UK: Country = {
  ...PLAIN, zones: ['Europe/London'], parties: [{ id: 'UK-party', allow: NO_OTHERS }],
  hours: [[{ id: 'UK-house', days: WEEK, open: h(8), close: h(21) }]], quotas: house3('UK-cap'),
};

const US: Country = {
  ...PLAIN,
  zones: [
    'America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles', 'America/Anchorage', 'Pacific/Honolulu', 'America/Puerto_Rico',
  ],
  parties: [{ id: 'US-party', allow: ['debtor', 'spouse', 'attorney'] }],
  hours: [[{ id: 'US-hours', days: WEEK, open: h(8), close: h(21), thirdPartyOnly: true, oneAnswerWithin: 12 }]],
  quotas: [{ id: 'US-7in7', channels: ['call'], max: 7, daysBefore: 6, sameDebt: true }],
  gaps: [{ id: 'US-after-talk', channels: ['call'], after: 'conversation', nextDay: 7, sameDebt: true }],
  stops: [{ id: 'US-stop', on: ['writtenCease', 'attorney', 'disputed', 'deceased'], permanent: false }],
};

type Addition = Partial<Pick<Country, 'hours' | 'quotas' | 'never' | 'closed'>>;

/** Countries, by profile id. */
export const COUNTRIES: Readonly<Record<string, Country>> = { CL, CO, MX, PE, EC, AR, BR, ES, UK, US };

const ONE_DAY: Addition = { quotas: [{ id: 'house-day', max: 1, daysBefore: 0 }] };

/** What is added to a country: its states and cities, the house's margin, the providers' prohibitions. */
export const ADDITIONS: Readonly<Record<string, Addition & { readonly to?: string }>> = {
  US_MA: { to: 'US', quotas: [{ id: 'MA-2in7', channels: ['call', 'sms'], max: 2, daysBefore: 6, sameDebt: true }] },
  US_FL: { to: 'US', hours: [[{ id: 'FL-hours', channels: ['call', 'visit', 'sms', 'whatsapp', 'letter'], days: WEEK, open: h(8), close: h(21) }]] },
  US_NYC: { to: 'US', quotas: [{ id: 'NYC-3in7', max: 3, daysBefore: 6, sameDebt: true, from: '2026-09-01' }] },
  US_DC: { to: 'US', quotas: [
    { id: 'DC-calls', channels: ['call'], max: 4, daysBefore: 6, sameDebt: true },
    { id: 'DC-messages', channels: ['sms', 'email', 'whatsapp'], max: 5, daysBefore: 6, sameDebt: true },
  ] },
  US_WA: { to: 'US', hours: [[{ id: 'WA-hours', days: WEEK, open: h(7, 30), close: h(21) }]], quotas: [{ id: 'WA-week', max: 3, daysBefore: 6 }] },
  BR_RJ: { to: 'BR', hours: [[{ id: 'RJ-hours', days: MON_FRI, open: h(9), close: h(19) }]] },
  BR_ES: { to: 'BR', hours: [[{ id: 'BR-ES-hours', days: MON_FRI, open: h(8), close: h(19) }]] },
  BR_AM: { to: 'BR', hours: [[{ id: 'AM-hours', days: WEEK, open: 0, close: h(19) }]] },
  BR_SP: { to: 'BR', closed: [{ id: 'SP-fer', calendar: 'BR-SP' }], hours: [[{ id: 'SP-week', days: MON_FRI, open: h(8), close: h(20) }, { id: 'SP-sat', days: [6], open: h(8), close: h(14) }]] },
  BR_AL: { to: 'BR', closed: [{ id: 'AL-fer', calendar: 'BR-AL' }], hours: [[{ id: 'AL-week', days: MON_FRI, open: h(8), close: h(20) }, { id: 'AL-sat', days: [6], open: h(8), close: h(14) }]] },
  MARGIN: ONE_DAY,
  PROVIDER: { never: [{ id: 'provider-whatsapp', channels: ['whatsapp'] }] },
  PROVIDER_US: { never: [{ id: 'provider-us-sms', channels: ['sms'], thirdPartyOnly: true }] },
  PROVIDER_MX: {},
};

/** The rules of a profile id (`CL`, `US_MA`, `CL+MARGIN+PROVIDER`); null when one of its parts is not known here. */
export function rulesOfProfile(id: string): Country | null {
  let country: Country | null = null;
  for (const part of id.split('+')) {
    const own: Country | undefined = COUNTRIES[part] ?? COUNTRIES[ADDITIONS[part]?.to ?? ''];
    country ??= own ?? null;
    const more = ADDITIONS[part];
    if (own === undefined && more === undefined) return null;
    if (country === null || more === undefined) continue;
    country = {
      ...country, hours: [...country.hours, ...(more.hours ?? [])], quotas: [...country.quotas, ...(more.quotas ?? [])],
      never: [...country.never, ...(more.never ?? [])], closed: [...country.closed, ...(more.closed ?? [])],
    };
  }
  return country;
}

/** Stops of every place. */
export const EVERYWHERE = [
  { id: 'base-stop', on: ['servedInSuit', 'insolvency', 'deceased', 'wrongNumber'], permanent: true },
  { id: 'base-pause', on: ['disputed', 'writtenCease', 'dataBlocked'], permanent: false },
] as const satisfies readonly { id: string; on: readonly StopEvent[]; permanent: boolean }[];

/** Whom an attorney's notice leaves: the attorney. */
export function attorneyOnly(contact: ContactCase, at: number): boolean {
  return contact.party !== 'attorney' && contact.stops.some((stop) => stop.on === 'attorney' && stop.at <= at);
}
