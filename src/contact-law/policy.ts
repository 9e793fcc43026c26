/**
 * The schema of contact law as data: every rule carries its own proof (basis, source, confidence) and its own words for
 * the timeline, so that counsel can review the data without reading the engine. A profile is one or more layers; every
 * rule of every layer must pass.
 */

export type { ContactCase, ContactContent, LawDecision, PastContact } from './contact-case.ts';

export type LawChannel = 'call' | 'visit' | 'sms' | 'whatsapp' | 'email' | 'letter';
export type Purpose = 'preDueReminder' | 'collection' | 'transactional' | 'survey' | 'legalNotice' | 'optOutAck' | 'replyToDebtor';
export type Party = 'debtor' | 'codebtor' | 'guarantor' | 'spouse' | 'attorney' | 'reference' | 'employer' | 'relative' | 'unknown';
export type CreditorType = 'firstParty' | 'thirdParty';
export type DebtorType = 'person' | 'company';
export type StopEvent =
  | 'servedInSuit' | 'insolvency' | 'attorney' | 'writtenCease' | 'deceased' | 'paid' | 'disputed' | 'dataBlocked' | 'wrongNumber';
/** `law` = the text of the law, `regulator` = its authority's reading, `conservative` = strict reading where the text is open, `house` = a product choice. */
export type Basis = 'law' | 'regulator' | 'conservative' | 'house';
/** A = the law itself was read, B = secondary source, C = unverified. */
export type Confidence = 'A' | 'B' | 'C';
/** 1 = Monday … 7 = Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** What a rule says when it stands in the way, without a person and without an address in it. */
export interface RuleWords {
  readonly es: string;
  readonly en: string;
}

/** Whom a rule speaks of. What the case does not tell, it takes to be so: missing data never permits. */
export interface RuleCondition {
  readonly creditorType?: CreditorType;
  readonly debtorType?: DebtorType;
  readonly debtType?: readonly string[];
  readonly sector?: readonly string[];
  readonly state?: readonly string[];
  readonly city?: readonly string[];
}

/** The rule belongs to one reading of an open text: it is in force when that reading is chosen. */
export interface RuleReading {
  readonly setting: string;
  readonly is: string;
}

/** An open text with its readings; the default is the one that the worked cases confirm, strict where they are silent. */
export interface ReadingSetting {
  readonly id: string;
  readonly cite: string;
  readonly says: RuleWords;
  readonly default: string;
  readonly others: readonly string[];
}

export interface Rule {
  readonly id: string;
  readonly basis: Basis;
  readonly cite: string;
  readonly confidence: Confidence;
  readonly says: RuleWords;
  /** Absent: all channels. Where a rule counts, its channels are one shared bucket. */
  readonly channels?: readonly LawChannel[];
  /** Local dates of force, half-open. */
  readonly from?: string;
  readonly to?: string;
  readonly when?: RuleCondition;
  readonly reading?: RuleReading;
}

export interface StopRule extends Rule {
  readonly on: readonly StopEvent[];
  readonly effect: 'refuse' | 'attorneyOnly';
  readonly permanent: boolean;
}
export interface AudienceRule extends Rule {
  readonly allow: readonly Party[];
  /** No detail of the debt before the person is confirmed to be one of these. */
  readonly rightPartyCheck: boolean;
}
export interface BanRule extends Rule {
  readonly channels: readonly LawChannel[];
}
export interface ConsentRule extends Rule {
  /** `authorisedChannel`: the person allowed the channel; `priorConsent`: for this kind of contact, beforehand. */
  readonly need: 'authorisedChannel' | 'priorConsent';
}
export interface OptOutRule extends Rule {
  /** What falls silent when a person opts out. */
  readonly scope: 'address' | 'channel' | 'debtor';
  readonly applyAt: 'immediately';
  /** ISO 8601 duration that the law would leave; `BD` = business days. */
  readonly legalLimit?: string;
  readonly ack?: { readonly max: 1; readonly withinMinutes: number };
  readonly keywords: readonly string[];
}
/** Ids of template blocks that must stand in a text, and of phrase lists that must not. */
export interface ContentRule extends Rule {
  readonly at: 'first' | 'every';
  readonly must?: readonly string[];
  readonly mustNot?: readonly string[];
}
/** Closed all day on the dates of the calendar. */
export interface HolidayRule extends Rule {
  readonly calendar: string;
}
/** Local wall time `HH:MM`, half-open [open, close); close may be `24:00`. */
export interface WindowRule extends Rule {
  readonly days: readonly Weekday[];
  readonly open: string;
  readonly close: string;
}
/** At most one channel in a calendar week beginning on Monday. */
export interface ChannelLockRule extends Rule {
  readonly over: { readonly calendarWeek: 'mon' };
  readonly maxChannels: 1;
}
export type CountedKind = 'attempt' | 'conversation';
export type CapSpan = { readonly day: 1 } | { readonly calendarWeek: 'mon' } | { readonly rollingDays: number };
/**
 * History is the person's, so `debtor` narrows nothing; `debt` and `account` (one account is one debt here) narrow the
 * count to the same debt, `creditor` to the same creditor. An entry that names none counts for every one.
 */
export type CountedPer = 'debtor' | 'debt' | 'account' | 'creditor';
export interface CapRule extends Rule {
  readonly max: number;
  readonly over: CapSpan;
  readonly counts: CountedKind;
  readonly per: readonly CountedPer[];
}
/** The earliest local date of the next contact is the date of the event + nextDay. */
export interface SpacingRule extends Rule {
  readonly after: CountedKind;
  readonly nextDay: number;
  /** Not before the event's own time of that day either. */
  readonly sameHour?: true;
  readonly per: readonly CountedPer[];
}

/** What the law obliges to do; scheduled when an agreement is decided. */
export interface DutyRule extends Rule {
  readonly do: string;
  readonly withinDays?: number;
  readonly afterDays?: number;
  readonly since: 'dueDate' | 'informationDelivered';
}
/** The number that a call shows. */
export interface CallerIdRule extends Rule {
  readonly hidden: false;
  readonly prefix?: string;
}
/** Who may take the money: `creditorOnly` = no payment link, pick-up or bank file of the agency. */
export interface PayToRule extends Rule {
  readonly payTo: 'creditorOnly';
}

/** The answer to a message that the person has just sent leaves outside hours too. */
export interface ReplyAllowance extends Rule {
  readonly max: number;
  readonly sameChannel: true;
  /** How long a message counts as just sent. */
  readonly withinHours: number;
}

/** Where a zone may be read from. */
export type ZoneSource = 'declared' | 'address' | 'geoPhone';

/** Place that an overlay belongs to; compared without accents, case and country prefix (`US-MA` is `MA`). */
export interface PlaceOfLayer {
  readonly country: string;
  readonly state?: readonly string[];
  readonly city?: readonly string[];
}

export interface ZonePolicy {
  /** Every zone of the place: all must be open when the person's zone is unknown and `onUnknown` says intersectAll. */
  readonly all: readonly string[];
  readonly sources: readonly ZoneSource[];
  /** Sources that disagree: every zone that any of them names must be open. */
  readonly onConflict: 'intersect';
  readonly onUnknown: 'intersectAll' | 'refuse';
}

/** One layer of rules. What a layer leaves out it takes from the layers it extends; rules add up, they never replace. */
export interface ContactPolicy {
  readonly id: string;
  readonly version: string;
  readonly extends?: readonly string[];
  readonly place?: PlaceOfLayer;
  readonly readings?: readonly ReadingSetting[];
  /** Purposes outside hours and frequency, never outside stops, audience and consent. */
  readonly exempt?: readonly Purpose[];
  /** Purposes outside caps, spacing and locks only: hours and holidays still bind. They are not counted either. */
  readonly frequencyExempt?: readonly Purpose[];
  readonly replyAllowance?: ReplyAllowance;
  /** Absent in an overlay and in a layer of prohibitions: alone those are no profile. */
  readonly zones?: ZonePolicy;
  /** How many days ahead a lawful minute is looked for. */
  readonly searchDays?: number;
  readonly retentionYears?: number;
  readonly stops?: readonly StopRule[];
  readonly audience?: readonly AudienceRule[];
  readonly bans?: readonly BanRule[];
  readonly consent?: readonly ConsentRule[];
  readonly optOut?: readonly OptOutRule[];
  readonly content?: readonly ContentRule[];
  readonly holidays?: readonly HolidayRule[];
  readonly windows?: readonly WindowRule[];
  readonly locks?: readonly ChannelLockRule[];
  readonly caps?: readonly CapRule[];
  readonly spacing?: readonly SpacingRule[];
  readonly duties?: readonly DutyRule[];
  readonly callerId?: readonly CallerIdRule[];
  readonly payTo?: readonly PayToRule[];
}

/** Reviewed public holidays of a place; a year that is not listed in `years` is unknown, which refuses. */
export interface HolidayCalendar {
  readonly id: string;
  readonly years: readonly number[];
  readonly dates: readonly string[];
}

/** Everything an evaluation rests on, with the versions that a decision records. */
export interface PolicySet {
  /** The layer under every profile. */
  readonly base: ContactPolicy;
  readonly profiles: Readonly<Record<string, ContactPolicy>>;
  readonly calendars: Readonly<Record<string, HolidayCalendar>>;
  /** Chosen readings, setting id -> option; what is not named keeps its default, an unknown option is no profile. */
  readonly readings?: Readonly<Record<string, string>>;
  readonly calendarVersion: string;
  /** Version of the zone data in use, told by the process that evaluates. */
  readonly tzVersion: string;
}
