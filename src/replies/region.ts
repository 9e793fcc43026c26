/** What a locale or a zone says about money and time, for replies that do not say it themselves. */

export interface Region {
  readonly currency: string;
  /** Of the capital: used only when the caller names no zone. */
  readonly zone: string;
  /** Where wages come on the 15th and on the last day of the month, "quincena" is the nearer of the two; elsewhere the 15th. */
  readonly paidTwice: boolean;
}

const REGIONS: Readonly<Record<string, Region>> = {
  CL: { currency: 'CLP', zone: 'America/Santiago', paidTwice: false },
  CO: { currency: 'COP', zone: 'America/Bogota', paidTwice: true },
  MX: { currency: 'MXN', zone: 'America/Mexico_City', paidTwice: true },
  PE: { currency: 'PEN', zone: 'America/Lima', paidTwice: true },
  AR: { currency: 'ARS', zone: 'America/Argentina/Buenos_Aires', paidTwice: false },
  EC: { currency: 'USD', zone: 'America/Guayaquil', paidTwice: true },
  ES: { currency: 'EUR', zone: 'Europe/Madrid', paidTwice: false },
  BR: { currency: 'BRL', zone: 'America/Sao_Paulo', paidTwice: false },
  US: { currency: 'USD', zone: 'America/New_York', paidTwice: true },
};
const COUNTRY_BY_ZONE: readonly (readonly [RegExp, string])[] = [
  [/^America\/Argentina\//, 'AR'], [/^America\/(Punta_Arenas|Coyhaique)$|^Pacific\/Easter$/, 'CL'], [/^Pacific\/Galapagos$/, 'EC'],
  [/^America\/(Tijuana|Hermosillo|Monterrey|Cancun|Merida|Chihuahua|Mazatlan|Ciudad_Juarez|Matamoros|Ojinaga|Bahia_Banderas)$/, 'MX'],
  [/^America\/(Manaus|Fortaleza|Recife|Bahia|Belem|Cuiaba|Campo_Grande|Porto_Velho|Rio_Branco|Boa_Vista|Maceio|Araguaina|Noronha|Santarem|Eirunepe)$/, 'BR'],
  [/^America\/(Chicago|Denver|Los_Angeles|Phoenix|Detroit|Anchorage)$/, 'US'], [/^(Atlantic\/Canary|Africa\/Ceuta)$/, 'ES'],
];

/** The region of a BCP 47 locale (`es-CL`), else of a zone; null when neither tells. */
export function regionOf(locale: string | undefined, zone: string | undefined): Region | null {
  const named = /[-_]([A-Za-z]{2})$/.exec(locale ?? '')?.[1]?.toUpperCase() ?? '';
  if (Object.hasOwn(REGIONS, named)) return REGIONS[named] ?? null;
  if (zone === undefined) return null;
  const country = COUNTRY_BY_ZONE.find(([pattern]) => pattern.test(zone))?.[1];
  return country === undefined ? Object.values(REGIONS).find((region) => region.zone === zone) ?? null : REGIONS[country] ?? null;
}
