/** Which time zone an address lies in: data per country, by ISO 3166-2 region. A phone prefix is not a place. */
import type { PersonAddress } from '../db/database.ts';

interface Country {
  /** For due dates when the person's own zone is not known. */
  readonly main: string;
  /** Whole country in one zone: no region needed. */
  readonly single: boolean;
  /** Zone by region; regions that are not named here lie in `main` when `regions` lists them under it. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
}

const CHILE_MAIN = ['AP', 'TA', 'AN', 'AT', 'CO', 'VS', 'RM', 'LI', 'ML', 'NB', 'BI', 'AR', 'LR', 'LL'];
const MEXICO_CENTRAL = [
  'AGU', 'CAM', 'CHP', 'CMX', 'COA', 'COL', 'DUR', 'GUA', 'GRO', 'HID', 'JAL', 'MEX', 'MIC', 'MOR', 'NLE', 'OAX', 'PUE', 'QUE', 'SLP', 'TAB', 'TLA', 'VER', 'YUC', 'ZAC',
];

/** Regions that lie in two zones (Chihuahua, Tamaulipas, Easter Island in Valparaíso by city) are left out or told apart below. */
const COUNTRIES: Readonly<Record<string, Country>> = {
  CL: { main: 'America/Santiago', single: false, zones: { 'America/Santiago': CHILE_MAIN, 'America/Coyhaique': ['AI'], 'America/Punta_Arenas': ['MA'] } },
  CO: { main: 'America/Bogota', single: true, zones: {} },
  MX: {
    main: 'America/Mexico_City', single: false,
    zones: { 'America/Mexico_City': MEXICO_CENTRAL, 'America/Cancun': ['ROO'], 'America/Hermosillo': ['SON'], 'America/Mazatlan': ['SIN', 'BCS'], 'America/Tijuana': ['BCN'] },
  },
  PE: { main: 'America/Lima', single: true, zones: {} },
  AR: { main: 'America/Argentina/Buenos_Aires', single: true, zones: {} },
  BO: { main: 'America/La_Paz', single: true, zones: {} },
  BR: { main: 'America/Sao_Paulo', single: false, zones: {} },
  EC: { main: 'America/Guayaquil', single: false, zones: { 'America/Guayaquil': ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'L', 'M', 'N', 'O', 'P', 'R', 'S', 'SD', 'SE', 'T', 'U', 'X', 'Y', 'Z'], 'Pacific/Galapagos': ['W'] } },
  ES: { main: 'Europe/Madrid', single: false, zones: { 'Atlantic/Canary': ['CN', 'GC', 'TF'] } },
  PY: { main: 'America/Asuncion', single: true, zones: {} },
  US: { main: 'America/New_York', single: false, zones: {} },
  UY: { main: 'America/Montevideo', single: true, zones: {} },
};

const EASTER_ISLAND = new Set(['isla de pascua', 'rapa nui', 'hanga roa']);

/** The zone in which due dates are counted when the person's own is not known. */
export function mainZone(country: string): string {
  return COUNTRIES[country]?.main ?? 'UTC';
}

/** The one zone that an address can only mean; null when it may lie in several, which means no contact. */
export function zoneOfAddress(address: PersonAddress | null, fallbackCountry: string): string | null {
  const code = address?.country ?? fallbackCountry;
  const country = COUNTRIES[code];
  if (country === undefined) return null;
  if (code === 'CL' && EASTER_ISLAND.has((address?.city ?? '').trim().toLowerCase())) return 'Pacific/Easter';
  if (country.single) return country.main;
  const region = (address?.region ?? '').trim().toUpperCase().replace(new RegExp(`^${code}-`), '');
  return Object.entries(country.zones).find(([, regions]) => regions.includes(region))?.[0] ?? null;
}
