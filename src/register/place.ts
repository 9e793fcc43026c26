/** Where a person is taken to be when they did not say: the one zone of an address, and a country's main zone for its dates. */
import { zonesOfAddress } from '../contact-law/address-zones.ts';
import type { PersonAddress } from '../db/database.ts';

const MAIN_ZONES: Readonly<Record<string, string>> = {
  CL: 'America/Santiago', CO: 'America/Bogota', MX: 'America/Mexico_City', PE: 'America/Lima', AR: 'America/Argentina/Buenos_Aires', BO: 'America/La_Paz',
  BR: 'America/Sao_Paulo', EC: 'America/Guayaquil', ES: 'Europe/Madrid', GB: 'Europe/London', PY: 'America/Asuncion', US: 'America/New_York', UY: 'America/Montevideo',
};

/** The zone in which due dates are counted when the person's own is not known. */
export function mainZone(country: string): string {
  return MAIN_ZONES[country] ?? 'UTC';
}

/** The one zone that an address can only mean; null when it may lie in several: the contact law then asks all of them. */
export function zoneOfAddress(address: PersonAddress | null, fallbackCountry: string): string | null {
  const [zone, ...others] = zonesOfAddress({ country: address?.country ?? fallbackCountry, state: address?.region, city: address?.city });
  return zone !== undefined && others.length === 0 ? zone : null;
}
