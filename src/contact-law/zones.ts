/** In which zones a person may be: what is declared, the address and the number say, each where the profile trusts it. */
import { isZone } from '../domain/zone.ts';
import { zonesOfAddress, type Address } from './address-zones.ts';
import phones from './phone-zones.json' with { type: 'json' };
import type { ZonePolicy, ZoneSource } from './policy.ts';

export interface ZoneEvidence {
  /** The zone that the person told. */
  readonly declared?: string | undefined;
  readonly address?: Address | undefined;
  /** In E.164. */
  readonly phone?: string | undefined;
}

/**
 * Candidate zones for `ContactCase.zones`, empty when nothing is known (the profile then says all of its zones, or none).
 * Sources that agree narrow each other down: an area code of two zones and an address in one of them is that one. Where
 * nothing fits all sources they disagree, and the contact must be lawful in every zone that any of them names.
 */
export function candidateZones(evidence: ZoneEvidence, { sources }: Pick<ZonePolicy, 'sources'>): readonly string[] {
  const said = sources.map((source) => zonesSaidBy(source, evidence)).filter((zones) => zones.length > 0);
  const agreed = said.reduce((one, other) => one.filter((zone) => other.some((two) => sameZone(zone, two))), said[0] ?? []);
  return agreed.length > 0 ? agreed : [...new Set(said.flat())];
}

function zonesSaidBy(source: ZoneSource, { declared, address, phone }: ZoneEvidence): readonly string[] {
  switch (source) {
    // A name that is no zone stays: it must lead to a refusal, not to a guess from elsewhere.
    case 'declared': return declared === undefined ? [] : [declared];
    case 'address': return address === undefined ? [] : zonesOfAddress(address);
    case 'geoPhone': return phone === undefined ? [] : zonesOfPhone(phone);
  }
}

/** `America/Buenos_Aires` and `America/Argentina/Buenos_Aires` are two names of one zone. */
function sameZone(one: string, other: string): boolean {
  return one === other || (isZone(one) && isZone(other) && canonical(one) === canonical(other));
}

const canonicalNames = new Map<string, string>();

function canonical(zone: string): string {
  const known = canonicalNames.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  canonicalNames.set(zone, known);
  return known;
}

const AREAS: ReadonlyMap<string, readonly string[]> = new Map(phones.areas.flatMap(({ zones, prefixes }) => prefixes.split(' ').map((prefix) => [prefix, zones] as const)));
const LONGEST = Math.max(...[...AREAS.keys()].map((prefix) => prefix.length));

/** Zones of the longest known prefix of a number; a ported mobile may be elsewhere, which is why it never stands alone against an address. */
export function zonesOfPhone(phone: string): readonly string[] {
  const digits = phone.replaceAll(/\D/g, '');
  for (let length = Math.min(LONGEST, digits.length); length > 0; length -= 1) {
    const zones = AREAS.get(digits.slice(0, length));
    if (zones) return zones;
  }
  return [];
}
