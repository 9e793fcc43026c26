import type { PolicySet } from './policy.ts';
export function candidateZones(_policies: PolicySet, _profile: string, told: { declared: string | null; address: string | null; phones: readonly string[] }): string[] {
  return [...new Set([told.declared, told.address].filter((zone) => zone !== null))];
}
