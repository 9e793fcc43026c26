/**
 * The schema of contact law as data: every rule carries its own proof (basis, source, confidence) and its own words for
 * the timeline, so that counsel can review the data without reading the engine. A profile is one or more layers; every
 * rule of every layer must pass.
 */

export type LawChannel = 'call' | 'visit' | 'sms' | 'whatsapp' | 'email' | 'letter';
export type Purpose = 'preDueReminder' | 'collection' | 'transactional' | 'survey' | 'legalNotice' | 'optOutAck' | 'replyToDebtor';
export type Party = 'debtor' | 'codebtor' | 'guarantor' | 'spouse' | 'attorney' | 'reference' | 'employer' | 'relative' | 'unknown';
export type CreditorType = 'firstParty' | 'thirdParty';
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

export interface RuleCondition {
  readonly creditorType?: CreditorType;
  readonly state?: readonly string[];
  readonly city?: readonly string[];
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
}

export interface StopRule extends Rule {
  readonly on: readonly StopEvent[];
  readonly effect: 'refuse' | 'attorneyOnly';
  readonly permanent: boolean;
}
export interface AudienceRule extends Rule {
  readonly allow: readonly Party[];
}
export interface BanRule extends Rule {
  readonly channels: readonly LawChannel[];
}
export interface ConsentRule extends Rule {
  readonly need: 'authorisedChannel';
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
/** `per: debt` narrows the count to contacts of the same debt (an entry without debtId counts for every debt). */
export type CountedPer = 'debtor' | 'debt';
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
  readonly per: readonly CountedPer[];
}

export interface ZonePolicy {
  /** Every zone of the place: all must be open when the person's zone is unknown and `onUnknown` says intersectAll. */
  readonly all: readonly string[];
  readonly onUnknown: 'intersectAll' | 'refuse';
}

/** One layer of rules. What a layer leaves out it takes from the layers it extends; rules add up, they never replace. */
export interface ContactPolicy {
  readonly id: string;
  readonly version: string;
  readonly extends?: readonly string[];
  /** Purposes outside hours and frequency, never outside stops, audience and consent. */
  readonly exempt?: readonly Purpose[];
  /** Purposes outside caps, spacing and locks only: hours and holidays still bind. They are not counted either. */
  readonly frequencyExempt?: readonly Purpose[];
  readonly zones?: ZonePolicy;
  /** How many days ahead a lawful minute is looked for. */
  readonly searchDays?: number;
  readonly retentionYears?: number;
  readonly stops?: readonly StopRule[];
  readonly audience?: readonly AudienceRule[];
  readonly bans?: readonly BanRule[];
  readonly consent?: readonly ConsentRule[];
  readonly holidays?: readonly HolidayRule[];
  readonly windows?: readonly WindowRule[];
  readonly locks?: readonly ChannelLockRule[];
  readonly caps?: readonly CapRule[];
  readonly spacing?: readonly SpacingRule[];
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
  readonly calendarVersion: string;
  /** Version of the zone data in use, told by the process that evaluates. */
  readonly tzVersion: string;
}

/** An earlier contact of the person, by machine or by people, whatever the agreement or creditor. */
export interface PastContact {
  readonly channel: LawChannel;
  /** Epoch ms. */
  readonly at: number;
  /** A conversation is also an attempt. */
  readonly kind: 'attempt' | 'conversation';
  /** Absent: out. */
  readonly direction?: 'out' | 'in';
  readonly purpose?: Purpose;
  readonly debtId?: string;
  readonly creditorId?: string;
}

/** The question: may this contact leave now? */
export interface ContactCase {
  readonly profile: string;
  /** Candidate IANA zones of the person; the contact must be lawful in all of them. Empty: unknown. */
  readonly zones: readonly string[];
  /** Epoch ms. */
  readonly now: number;
  readonly channel: LawChannel;
  readonly purpose: Purpose;
  readonly party: Party;
  readonly creditorType: CreditorType;
  readonly history: readonly PastContact[];
  readonly stops: readonly { readonly on: StopEvent; readonly at: number }[];
  /** Channels with recorded consent; absent means all (case files only: the gate always tells them). */
  readonly authorisedChannels?: readonly LawChannel[];
  readonly debtId?: string;
  readonly state?: string;
  readonly city?: string;
}

export interface LawDecision {
  readonly decision: 'allow' | 'defer' | 'refuse';
  /** Epoch ms; only with `defer`. A wake is not a permission: evaluate again then. */
  readonly notBefore?: number;
  /** Only with `refuse`: whether time can never change it. */
  readonly permanent?: boolean;
  /** Ids of all rules that failed at `now`, in the order of evaluation. */
  readonly rules: readonly string[];
  readonly policyVersion: string;
  readonly calendarVersion: string;
  readonly tzVersion: string;
  /** Epoch ms; only with `allow`, and absent where no hours bind: from then on the same contact would fail. */
  readonly windowEnd?: number;
}
