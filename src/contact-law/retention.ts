/** How long the data of a person is kept after the last of their agreements is over. */
import { dayNumberOf, instantOnDay, localDate } from '../domain/zone.ts';
import { profileFor, type Place } from './place.ts';
import type { PolicySet } from './policy.ts';
import { profileOf } from './profile.ts';

/** Whole years by the profile of a place; null where there is none or none of its layers says: then nothing is thrown away. */
export function retentionYears(policies: PolicySet, place: Place): number | null {
  const id = profileFor(policies, place);
  const profile = id === null ? null : profileOf(policies, id, place.state, place.city);
  return id === null || profile === null || !isSaid(policies, id) ? null : profile.retentionYears;
}

/** A profile that says nothing is read as the longest of all; for taking data away that is no instruction. */
function isSaid(policies: PolicySet, id: string): boolean {
  return policies.base.retentionYears !== undefined || id.split('+').some((layer) => {
    const own = policies.profiles[layer];
    return own?.retentionYears !== undefined || (own?.extends ?? []).some((parent) => isSaid(policies, parent));
  });
}

/** From when on (epoch ms) they are over: the start of the local day after the same date so many years later. */
export function retentionEnd(zone: string, endedAt: number, years: number): number {
  const [year = 0, month = 0, day = 0] = localDate(zone, endedAt).split('-').map(Number);
  // 29 February becomes 1 March where there is none.
  const anniversary = new Date(Date.UTC(year + years, month - 1, day)).toISOString().slice(0, 10);
  return instantOnDay(zone, dayNumberOf(anniversary) + 1, 0);
}
