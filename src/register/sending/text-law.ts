/** What the law wants of a text to one person: the profile, the overlays and the provider's layers of where they are. */
import type { PolicySet } from '../../contact-law/policy.ts';
import { textLawAt, type TextLaw } from '../../contact-law/text-law.ts';
import { placeOf, type LawSubject } from './law-subject.ts';

/** The rules for a text or page that this person reads at `now` (epoch ms); null where there is no profile. */
export function textLawFor(policies: PolicySet, subject: LawSubject, now: number): TextLaw | null {
  return textLawAt(policies, { ...placeOf(policies, subject), now, creditorType: subject.creditor.type });
}
