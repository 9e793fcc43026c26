/** The duties of a country's law in the form that an agreement's terms carry. */
import { profileFor } from '../../contact-law/place.ts';
import { profileOf } from '../../contact-law/profile.ts';
import type { DutyRule, PolicySet } from '../../contact-law/policy.ts';
import type { AgreementDuties, DutyTerm } from '../../domain/agreement.ts';

/** What the law of the country obliges to do, with the version that says so; undefined where it obliges to nothing (or is not known). */
export function dutiesOf(policies: PolicySet, country: string): AgreementDuties | undefined {
  const id = profileFor(policies, { country });
  const profile = id === null ? null : profileOf(policies, id);
  const rules = (profile?.duties ?? []).flatMap(termOf);
  return profile === null || rules.length === 0 ? undefined : { policyVersion: profile.version, rules };
}

function termOf({ id: rule, do: what, cite, withinDays, afterDays }: DutyRule): DutyTerm[] {
  if (what === 'freeUsefulNotice' && withinDays !== undefined) return [{ rule, do: what, days: withinDays, cite }];
  if (what === 'sendInWritingIfSilent' && afterDays !== undefined) return [{ rule, do: what, days: afterDays, cite }];
  return [];
}
