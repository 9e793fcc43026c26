/** Which profile holds at a place, and which overlays of its state and city. */
import type { ContactPolicy, PlaceOfLayer, PolicySet } from './policy.ts';

/** Country as ISO 3166-1 alpha-2; state as its code (`MA`, `US-MA`) or name; city as people write it. */
export interface Place {
  readonly country: string;
  readonly state?: string | undefined;
  readonly city?: string | undefined;
}

/** ISO code -> profile where the two differ. */
const PROFILE_OF_COUNTRY: Readonly<Record<string, string>> = { GB: 'UK' };
/** Country -> layers of what providers forbid there, besides those of everywhere. */
const PROVIDER_LAYERS: Readonly<Record<string, string>> = { US: 'PROVIDER_US', CA: 'PROVIDER_US', MX: 'PROVIDER_MX' };

/**
 * The profile of a place, overlays included (`US_MA`, `US_FL+US_NYC`), or null: a country without a profile has no rules to
 * go by, so nobody there is contacted. A state or city that is not told brings in every overlay that it could be.
 */
export function profileFor(policies: PolicySet, place: Place): string | null {
  const country = PROFILE_OF_COUNTRY[place.country] ?? place.country;
  if (!Object.hasOwn(policies.profiles, country) || policies.profiles[country]?.zones === undefined || country === 'HOUSE') return null;
  const overlays = overlaysAt(policies, { ...place, country }, 'possible').map((layer) => layer.id);
  return overlays.length === 0 ? country : overlays.join('+');
}

/** `profileFor` with the house's own margin, what providers forbid there and who may take the money: what a real sending asks. */
export function sendingProfileFor(policies: PolicySet, place: Place): string | null {
  const profile = profileFor(policies, place);
  return profile === null ? null : [profile, 'MARGIN', 'PROVIDER', ...(PROVIDER_LAYERS[place.country] === undefined ? [] : [PROVIDER_LAYERS[place.country]])].join('+');
}

/** Overlays of a country at a place: those that are certain from what is told, or all that are possible. */
export function overlaysAt(policies: PolicySet, { country, state, city }: Place, which: 'certain' | 'possible'): ContactPolicy[] {
  if (which === 'certain' && state === undefined && city === undefined) return [];
  return Object.values(policies.profiles).filter(({ place }) => {
    if (place === undefined || place.country !== country) return false;
    const untold = which === 'possible';
    // A city of its own name in another state: the state decides where both are told.
    const stateFits = place.state === undefined || (state === undefined ? untold || (place.city !== undefined && city !== undefined) : isState(place, state));
    const cityFits = place.city === undefined || (city === undefined ? untold : place.city.some((name) => plain(name) === plain(city)));
    return stateFits && cityFits;
  });
}

function isState({ country, state = [] }: PlaceOfLayer, told: string): boolean {
  const asked = plain(told).replace(new RegExp(`^${country.toLowerCase()}-`), '');
  return state.some((name) => plain(name) === asked);
}

/** Without accents, case and surplus blanks. */
export function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim().replaceAll(/\s+/g, ' ');
}
