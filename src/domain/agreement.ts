/**
 * The agreement as the workflow and PostgreSQL both hold it: fixed terms plus the facts that happened, in the order of
 * the person's sequence. Nothing derived is stored: balances, phase and flags come from `viewOf(state)`, so that any
 * arrival order of the same facts gives the same state (the alternative, counters updated by each event, needed an
 * inverse for every event and still differed when a reversal overtook its payment).
 */
import type { Strategy, StepAction, StepAnchor, StepPurpose, MessageChannel } from '../strategy/strategy.ts';

/** Epoch milliseconds on the business clock. */
export type Instant = number;
/** `YYYY-MM-DD` in the agreement's zone. */
export type LocalDate = string;
/** Integer in the minor unit of the agreement's currency. */
export type Minor = number;

/** What is followed until it is paid or over: an agreement, or a debt that was assigned and has none yet. */
export type FollowedKind = 'agreement' | 'debt';

export interface Instalment {
  readonly number: number;
  readonly dueOn: LocalDate;
  readonly amountMinor: Minor;
}

export type ComponentName = 'principal' | 'interest' | 'lateInterest' | 'fees' | 'taxes';

/** What was agreed and never changes by events; a new plan arrives as the event `renegotiated`. */
export interface AgreementTerms {
  readonly agreementId: string;
  readonly creditorId: string;
  readonly externalId: string;
  readonly country: string;
  readonly zone: string;
  readonly currency: string;
  readonly agreedOn: LocalDate;
  readonly instalments: readonly Instalment[];
  /** Debt by component, before the discount; absent components are 0. Empty when the debt was not told. */
  readonly components: Readonly<Partial<Record<ComponentName, Minor>>>;
  /** The creditor's order in which a payment covers the components of an instalment. */
  readonly componentOrder: readonly ComponentName[];
  readonly discountMinor: Minor;
  readonly discountLapsesOnBreak: boolean;
  /** The plan falls when this many instalments are overdue at once (past grace); null = never. */
  readonly acceleratesAfterMissed: number | null;
  /** What the law of the place obliges to do, as it stood when the agreement was logged; absent: nothing is known of (also in states of earlier releases). */
  readonly duties?: AgreementDuties;
  /** A debt that was assigned and has no agreement yet: steps on `assigned` count from this date. */
  readonly assignedOn?: LocalDate;
}

/** `freeUsefulNotice`: a notice within `days` of each unpaid due date; `sendInWritingIfSilent`: in writing when `days` passed in silence after the information. */
export interface DutyTerm {
  /** Id of the rule in the contact law. */
  readonly rule: string;
  readonly do: 'freeUsefulNotice' | 'sendInWritingIfSilent';
  readonly days: number;
  /** Where it stands written. */
  readonly cite: string;
}

export interface AgreementDuties {
  readonly policyVersion: string;
  readonly rules: readonly DutyTerm[];
}

export interface AgreementState {
  readonly v: 1;
  readonly terms: AgreementTerms;
  readonly strategy: Strategy;
  /** Ascending by seq, one per id. */
  readonly events: readonly AgreementEvent[];
}

export type StepResult = 'sent' | 'covered' | 'deferred' | 'refused' | 'undeliverable' | 'unknown' | 'skipped';

export type CallOutcomeName =
  | 'noAnswer' | 'busy' | 'voicemail' | 'outOfService' | 'wrongNumber'
  | 'messageLeft' | 'noLongerLivesHere' | 'refusesMessage'
  | 'talked' | 'promise' | 'paid' | 'partialPayment' | 'refuses' | 'cannotPay' | 'dispute' | 'callLater' | 'hungUp' | 'insolvency'
  | 'deceased';

interface EventBase {
  /** Unique within the agreement; a second event of the same id changes nothing. */
  readonly id: string;
  /** The person's sequence, taken under the person's lock; it orders facts, clocks do not. */
  readonly seq: number;
  readonly at: Instant;
}

export type AgreementEvent = EventBase & EventBody;

export type EventBody =
  | {
      readonly kind: 'paymentBooked'; readonly payment: string; readonly amountMinor: Minor; readonly instalment?: number;
      /** Paid before Pacto followed the agreement, and told by an import: history, not news. Absent in every fact of earlier releases. */
      readonly beforePacto?: true;
    }
  | { readonly kind: 'paymentReversed'; readonly payment: string }
  | { readonly kind: 'promiseMade'; readonly promise: string; readonly amountMinor: Minor; readonly dueOn: LocalDate; readonly channel: string }
  | { readonly kind: 'replyReceived'; readonly reply: string; readonly class: string }
  | {
      readonly kind: 'stepResult';
      /** Occurrence keys (see `Occurrence.key`) that this result speaks of. */
      readonly occurrences: readonly string[];
      readonly result: StepResult;
      readonly attempt?: string;
      readonly channel?: MessageChannel;
      /** For `deferred`: when to look again. For `unknown`: when the question is closed at the latest. */
      readonly until?: Instant;
      readonly rules?: readonly string[];
    }
  | { readonly kind: 'contactResult'; readonly attempt: string; readonly result: 'sent' | 'failed' | 'unknown' }
  | { readonly kind: 'deliveryFailed'; readonly attempt: string; readonly channel: MessageChannel }
  | { readonly kind: 'callbackBooked'; readonly occurrence: string | null; readonly callback: string; readonly from: Instant; readonly until: Instant }
  | { readonly kind: 'callbackClosed'; readonly callback: string; readonly result: 'missed' | 'cancelled' }
  | { readonly kind: 'callOutcome'; readonly call: string; readonly callback?: string; readonly channel: 'call' | 'visit' | 'letter'; readonly outcome: CallOutcomeName }
  | { readonly kind: 'optedOut'; readonly scope: 'all' | 'sms' | 'email' | 'call' }
  | { readonly kind: 'optedIn'; readonly scope: 'all' | 'sms' | 'email' | 'call' }
  | { readonly kind: 'held'; readonly until: Instant; readonly reason: string }
  | { readonly kind: 'released' }
  | { readonly kind: 'disputed'; readonly dispute: string; readonly reason: string }
  | { readonly kind: 'resolved'; readonly dispute: string; readonly outcome: 'upheld' | 'rejected' }
  | { readonly kind: 'renegotiated'; readonly version: number; readonly instalments: readonly Instalment[]; readonly discountMinor: Minor }
  | { readonly kind: 'chargeAdded'; readonly charge: string; readonly amountMinor: Minor; readonly dueOn: LocalDate }
  | { readonly kind: 'strategyChanged'; readonly strategy: Strategy }
  | { readonly kind: 'stopRegistered'; readonly on: string; readonly permanent: boolean }
  | { readonly kind: 'planBroken' }
  | { readonly kind: 'preLegalOpened'; readonly case: string; readonly occurrence: string }
  | { readonly kind: 'preLegalClosed'; readonly case: string; readonly result: 'withdrawn' | 'handedOver' }
  | { readonly kind: 'surveyStarted'; readonly survey: string; readonly occurrence: string }
  | { readonly kind: 'cancelled'; readonly reason: string };

export type EventKind = EventBody['kind'];

export type Phase = 'active' | 'broken' | 'preLegal' | 'settled' | 'closed';

/** One firing of a step: at most one contact (or callback, case, survey) ever comes of it. */
export interface Occurrence {
  /** `<step>/<anchor id>`, e.g. `missed/i2v1` (instalment 2, plan version 1), `promise-eve/p<promise>`, `thanks/s1` (first settlement), `welcome/agreed`. */
  readonly key: string;
  readonly step: string;
  readonly do: StepAction;
  readonly anchor: StepAnchor;
  readonly instalment: number | null;
  readonly promise: string | null;
  readonly dueAt: Instant;
  /** null = never. */
  readonly expiresAt: Instant | null;
  readonly purpose: StepPurpose;
  /** Channels still to try, in order (those of a failed delivery are gone). */
  readonly channels: readonly MessageChannel[];
  readonly template: string | null;
  /** Id of the rule of the law that wants it; absent: a step of the strategy does. */
  readonly duty?: string;
}

/**
 * What is owed on one date. A charge added later and a discount that lapsed are owed like an instalment; they are
 * numbered after the plan's last one, in the order of the facts.
 */
export interface InstalmentView {
  /** Identity in occurrence keys: `i<number>v<version>`, `c<charge>`, `lapsed-v<version>`. */
  readonly anchor: string;
  readonly kind: 'instalment' | 'charge' | 'lapsedDiscount';
  readonly number: number;
  readonly version: number;
  readonly dueOn: LocalDate;
  readonly amountMinor: Minor;
  readonly paidMinor: Minor;
  /** Still to be collected: something is open, and what is open up to this due date passes the small-balance tolerance. */
  readonly unpaid: boolean;
  /** Local date of the reversal that last reopened it after it was fully paid; null otherwise. */
  readonly reopenedOn: LocalDate | null;
}

export interface AllocationLine {
  readonly payment: string;
  readonly instalment: number;
  readonly version: number;
  readonly component: ComponentName;
  readonly amountMinor: Minor;
}

export interface PromiseView {
  readonly promise: string;
  readonly seq: number;
  readonly madeAt: Instant;
  readonly amountMinor: Minor;
  readonly dueOn: LocalDate;
  /** End of the local day dueOn + grace. */
  readonly openUntil: Instant;
  /** Money booked after the promise was made (by seq) and not reversed, capped at amountMinor; no payment counts for two promises. */
  readonly paidMinor: Minor;
  /** The part of it booked before openUntil: only this keeps the promise. */
  readonly paidInTimeMinor: Minor;
}

export interface PreLegalView {
  readonly case: string;
  readonly occurrence: string;
  readonly state: 'open' | 'handedOver';
}

/** Everything derived from a state without a clock. Phase `closed` needs a cancellation or a permanent stop; overdue needs `now` and is in `overdueAt`. */
export interface AgreementView {
  readonly phase: Phase;
  readonly closedReason: string | null;
  readonly planVersion: number;
  /** What is owed now: the current plan, its charges, and older instalments that a reversal reopened. */
  readonly instalments: readonly InstalmentView[];
  /** Instalments of earlier plans, closed at what had been paid on them when they were renegotiated. */
  readonly superseded: readonly InstalmentView[];
  readonly allocations: readonly AllocationLine[];
  /** What is still owed: sum(amount) - sum(paid) over `instalments` (a lapsed discount is one of them); never negative. */
  readonly balanceMinor: Minor;
  readonly creditMinor: Minor;
  /** Booked minus reversed. paidMinor = sum(allocations) + creditMinor, always. */
  readonly paidMinor: Minor;
  readonly holdUntil: Instant | null;
  readonly disputes: readonly string[];
  readonly optedOut: readonly ('all' | 'sms' | 'email' | 'call')[];
  readonly stopped: readonly string[];
  readonly promises: readonly PromiseView[];
  /** Open or handed over. */
  readonly preLegalCase: string | null;
  readonly preLegal: PreLegalView | null;
  /** When the current plan fell; null while it stands. */
  readonly brokenAt: Instant | null;
  /** A stop of the permanent kind is registered: nobody is contacted any more. */
  readonly stoppedForGood: boolean;
  /** Instant of the fact that brought the balance to zero, for the current settlement; null while money is owed. */
  readonly settledAt: Instant | null;
  /** What brought the balance to zero had happened before Pacto followed the agreement: nobody is thanked for it or asked about it. */
  readonly settledBeforePacto: boolean;
  /** How many times the balance came to zero (1 = first settlement). */
  readonly settlements: number;
  readonly lastSeq: number;
}

export type Decision =
  /** Nothing now; look again at `until` (null: only a message can change something). `next` names what will be due then. */
  | { readonly kind: 'wait'; readonly until: Instant | null; readonly next: Occurrence | null; readonly why: WaitReason }
  /** One message for all of `occurrences` (same purpose class); the first is the one whose template is used. */
  | { readonly kind: 'contact'; readonly occurrences: readonly [Occurrence, ...Occurrence[]] }
  | { readonly kind: 'bookCallback'; readonly occurrence: Occurrence }
  | { readonly kind: 'escalate'; readonly to: 'preLegal'; readonly occurrence: Occurrence }
  | { readonly kind: 'escalate'; readonly to: 'broken' }
  /** The law wants a notice that no ordinary one has given: sent like a contact, its first occurrence is the duty. */
  | { readonly kind: 'duty'; readonly rule: string; readonly occurrences: readonly [Occurrence, ...Occurrence[]] }
  | { readonly kind: 'sendSurvey'; readonly occurrence: Occurrence }
  /** Expired occurrences: recorded with the reason, never sent. Not in design.md's list: without it an expiry would leave no trace. */
  | { readonly kind: 'skip'; readonly occurrences: readonly [Occurrence, ...Occurrence[]]; readonly reason: 'expired' }
  | { readonly kind: 'close'; readonly reason: 'settled' | 'cancelled' | 'stopped' };

export type WaitReason = 'nextStep' | 'hold' | 'dispute' | 'promise' | 'preLegal' | 'stopped' | 'requirements' | 'nothingDue' | 'unknownOutcome' | 'callback' | 'strategyCap';
