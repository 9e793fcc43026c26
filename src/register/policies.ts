/** The contact rules of this release, put together once a process: a profile is made ready when it is first asked. */
import { shippedPolicies } from '../contact-law/shipped.ts';
import type { PolicySet } from '../contact-law/policy.ts';

let policies: PolicySet | undefined;

export function policiesInForce(): PolicySet {
  policies ??= shippedPolicies(process.versions.tz ?? 'unknown');
  return policies;
}
