/**
 * What the rules of the profiles say, typed by hand from rules.md and the sources cited there, for those that the
 * reference does not hold: rules about consent, readings that are not in force, long histories, and what obliges without
 * deciding about an instant.
 */
import type { ContactCase, PastContact } from '../../src/contact-law/policy.ts';
import { contactCase, DAY, HOUR, WEDNESDAY_11 } from './cases.ts';

export interface WorkedCase {
  readonly rule: string;
  readonly contact: ContactCase;
  readonly decision: 'allow' | 'defer' | 'refuse';
  readonly readings?: Readonly<Record<string, string>>;
}

/** Contacts of one channel, that many hours before the case. */
function earlier(channel: PastContact['channel'], hours: readonly number[], more: Partial<PastContact> = {}): PastContact[] {
  return hours.map((before) => ({ channel, at: WEDNESDAY_11 - before * HOUR, kind: 'attempt', ...more }));
}

const SUNDAY_11 = WEDNESDAY_11 + 4 * DAY;
const NEW_YORK = { zones: ['America/New_York'], now: WEDNESDAY_11 + 3 * HOUR, debtId: 'D-1' } as const;
const BOGOTA = { profile: 'CO', zones: ['America/Bogota'], now: WEDNESDAY_11 + HOUR } as const;
const MEXICO = { profile: 'MX', zones: ['America/Mexico_City'] } as const;

export const WORKED: readonly WorkedCase[] = [
  { rule: 'base-consent', contact: contactCase({ profile: 'CL', authorisedChannels: ['email'] }), decision: 'refuse' },
  { rule: 'HOUSE-party', contact: contactCase({ party: 'relative' }), decision: 'refuse' },
  { rule: 'HOUSE-hours', contact: contactCase({ now: SUNDAY_11 }), decision: 'defer' },
  { rule: 'HOUSE-day', contact: contactCase({ history: earlier('email', [1]) }), decision: 'defer' },
  // Three calls that nobody answered do not count where only what took effect does; a conversation three days ago does.
  { rule: 'CL-call-week-effective', readings: { 'CL-counts': 'effective' }, contact: contactCase({ profile: 'CL', channel: 'call', history: earlier('call', [72], { kind: 'conversation' }) }), decision: 'defer' },
  { rule: 'CL-write-gap-48h', readings: { 'CL-gap': '48h' }, contact: contactCase({ profile: 'CL', history: earlier('sms', [47]) }), decision: 'defer' },
  { rule: 'CO-auth', contact: contactCase({ ...BOGOTA, authorisedChannels: ['email'] }), decision: 'refuse' },
  { rule: 'CO-one-contact', readings: { 'CO-weekly': 'oneContact' }, contact: contactCase({ ...BOGOTA, history: earlier('sms', [46]) }), decision: 'defer' },
  { rule: 'MX-hours-call', readings: { 'MX-days': 'noSundayCalls' }, contact: contactCase({ ...MEXICO, channel: 'call', now: SUNDAY_11 + 3 * HOUR }), decision: 'defer' },
  { rule: 'MX-hours-write', readings: { 'MX-days': 'noSundayCalls' }, contact: contactCase({ ...MEXICO, now: WEDNESDAY_11 + 15 * HOUR }), decision: 'defer' },
  { rule: 'US-7in7', contact: contactCase({ profile: 'US', ...NEW_YORK, channel: 'call', history: earlier('call', [1, 20, 40, 60, 80, 100, 120], { debtId: 'D-1' }) }), decision: 'defer' },
  { rule: 'NYC-consent', contact: contactCase({ profile: 'US_NYC', ...NEW_YORK, authorisedChannels: [] }), decision: 'refuse' },
  { rule: 'DC-consent', contact: contactCase({ profile: 'US_DC', ...NEW_YORK, authorisedChannels: [] }), decision: 'refuse' },
  { rule: 'DC-calls', contact: contactCase({ profile: 'US_DC', ...NEW_YORK, channel: 'call', history: earlier('call', [1, 30, 60, 90], { debtId: 'D-1' }) }), decision: 'defer' },
  { rule: 'DC-messages', contact: contactCase({ profile: 'US_DC', ...NEW_YORK, history: earlier('email', [1, 30, 60, 90, 120], { debtId: 'D-1' }) }), decision: 'defer' },
];

const CHILE = 'creditor contract amount interest fees payOptions rights contactMeans notSeizure';

/** Rule -> what it obliges to: the scope of an opt-out, the blocks of a text, the days of a duty, the number that a call shows. */
export const OBLIGES: Readonly<Record<string, string>> = {
  'CL-out': 'opt-out address', 'CO-out': 'opt-out channel', 'MX-out': 'opt-out address', 'PE-out': 'opt-out address', 'EC-out': 'opt-out address',
  'AR-out': 'opt-out address', 'BR-out': 'opt-out address', 'ES-out': 'opt-out address', 'UK-out': 'opt-out address', 'US-out': 'opt-out address P10BD',
  'CL-must': `every email,letter,call,visit must ${CHILE}`,
  'CL-mustnot': 'every not judicialLook judicialMention unfiledSuit creditBureau thirdPartyDisclosure',
  'CO-why': 'every not askReasonForDefault',
  'MX-id': 'first must firm agentName address phone lender contract amount',
  'MX-not': 'every not judicialLook publicBodyName threat payToCollector',
  'PE-not': 'every not judicialLook thirdPartyDisclosure',
  'AR-not': 'every not judicialLook threat',
  'BR-must': 'every must creditorNameAddressTaxId',
  'BR-not': 'every not ridicule threat',
  'ES-not': 'every not threat thirdPartyDisclosure',
  'UK-not': 'every not threat thirdPartyDisclosure',
  'US-optout': 'every email,sms,whatsapp must optOutHowTo',
  'US-mini': 'every must debtCollectorDisclosure',
  'provider-mx-content': 'every sms not loanOffer textToPay',
  'CL-util': 'freeUsefulNotice within 15 of dueDate',
  'CL-written': 'sendInWritingIfSilent after 15 of informationDelivered',
  'CL-caller': 'shows 600', 'MX-caller': 'shows', 'EC-caller': 'shows', 'US-caller': 'shows',
  'MX-pay': 'creditorOnly',
};

/** Layer -> years for which the data of who owes nothing more is kept. */
export const RETENTION: Readonly<Record<string, number>> = { HOUSE: 5, CL: 2, CO: 2, MX: 5, PE: 2, EC: 2, AR: 5, BR: 5, ES: 5, UK: 5, US: 3 };
