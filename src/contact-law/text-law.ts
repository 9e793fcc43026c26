/** What the law of a place wants of a text: what it must and must not say, and who may take the money it speaks of. */
import { localDate } from '../domain/zone.ts';
import { sendingProfileFor } from './place.ts';
import type { ContactCase, ContentRule, PayToRule, PolicySet, Rule } from './policy.ts';
import { profileOf } from './profile.ts';
import { applies } from './question.ts';

export interface TextLaw {
  readonly content: readonly ContentRule[];
  readonly payTo: readonly PayToRule[];
}

/** Where, when (epoch ms) and for whom a text leaves; what is not told is taken to be what a rule speaks of. */
export type TextCase = Pick<ContactCase, 'profile' | 'zones' | 'now'>
  & Partial<Pick<ContactCase, 'creditorType' | 'debtorType' | 'debtType' | 'sector' | 'state' | 'city'>>;

/** The rules in force for a text that leaves now, on any channel; null where there is no profile. */
export function textLawAt(policies: PolicySet, text: TextCase): TextLaw | null {
  const profile = profileOf(policies, text.profile, text.state, text.city);
  if (profile === null) return null;
  // A date for every zone in which it must be lawful: a rule counts if it is in force in one of them.
  const dates = (text.zones.length === 0 ? profile.zones.all : text.zones).map((zone) => localDate(zone, text.now));
  const binds = (rule: Rule): boolean => dates.some((date) => !(date < (rule.from ?? date)) && !(date >= (rule.to ?? '9999'))) && (rule.when === undefined || applies(rule.when, text));
  return { content: profile.content.filter(binds), payTo: profile.payTo.filter(binds) };
}

/**
 * What a text that serves a country has to keep when it is published on `date`: the rules of every state and city, of
 * every kind of creditor, and those that come into force later, because the text outlives the day. Nothing where no
 * profile is known: nobody is contacted there.
 */
export function textLawOf(policies: PolicySet, country: string, date: string): TextLaw {
  const id = sendingProfileFor(policies, { country });
  const profile = id === null ? null : profileOf(policies, id);
  const lasts = (rule: Rule): boolean => rule.to === undefined || date < rule.to;
  return profile === null ? { content: [], payTo: [] } : { content: profile.content.filter(lasts), payTo: profile.payTo.filter(lasts) };
}

/** Whether the money goes to the creditor alone: then no text and no page names another place to pay. */
export function paysCreditorOnly(law: TextLaw | null): boolean {
  return law?.payTo.some(({ payTo }) => payTo === 'creditorOnly') ?? true;
}
