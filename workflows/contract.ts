/**
 * Names, ids and payloads between the worlds: client, workflows and activities import this file, never each other.
 * Everything here is data of the trade without personal data: ids, amounts, dates, rule ids.
 */
import type { AgreementEvent, AgreementState, CallOutcomeName, FollowedKind, Minor, Occurrence } from '../src/domain/agreement.ts';

export const QUEUES = { agreements: 'agreements', deliver: 'deliver', batch: 'batch' } as const;
export type Queues = { readonly agreements: string; readonly deliver: string; readonly batch: string };

export const WORKFLOWS = { agreement: 'agreement', debt: 'debt', callback: 'callback', preLegal: 'preLegal', survey: 'survey', importFile: 'importFile' } as const;
export type WorkflowType = (typeof WORKFLOWS)[keyof typeof WORKFLOWS];

/** Whether a workflow of this type follows an agreement, or a debt that has none yet: the kind is the type and begins the id. */
export function isFollowing(type: WorkflowType): type is FollowedKind {
  return type === WORKFLOWS.agreement || type === WORKFLOWS.debt;
}

/** Id of the workflow that follows it: `agreement/<creditorId>/<externalId>`; national ids must not be external ids for this reason. */
export function followingWorkflowId(kind: FollowedKind, creditorId: string, externalId: string): string {
  return `${kind}/${creditorId}/${externalId}`;
}

/** What a workflow id names; null when it follows nothing. */
export function followedBy(workflowId: string): { readonly kind: FollowedKind; readonly creditorId: string; readonly externalId: string } | null {
  const [kind, creditorId, externalId, ...rest] = workflowId.split('/');
  if ((kind !== WORKFLOWS.agreement && kind !== WORKFLOWS.debt) || !creditorId || !externalId || rest.length > 0) return null;
  return { kind, creditorId, externalId };
}

/** Search attributes of contract.md section 6. */
export const SEARCH_ATTRIBUTES = {
  creditorId: 'CreditorId',
  agreementPhase: 'AgreementPhase',
  oldestUnpaidDue: 'OldestUnpaidDue',
  onHold: 'OnHold',
  country: 'Country',
} as const;

export const SIGNALS = {
  /** For outsiders; not in PostgreSQL yet. */
  recordPayment: 'recordPayment',
  /** From the pump; already in PostgreSQL. Payload: AgreementEvent (its seq orders it). */
  paymentBooked: 'paymentBooked',
  paymentReversed: 'paymentReversed',
  deliveryFailed: 'deliveryFailed',
  callOutcome: 'callOutcome',
  replyReceived: 'replyReceived',
  strategyChanged: 'strategyChanged',
  stopRegistered: 'stopRegistered',
  /** Any other fact that PostgreSQL decided (promise, hold, opt-out, case closed …): Payload AgreementEvent. */
  factBooked: 'factBooked',
} as const;

/** Signal that carries an event of this kind to the agreement. */
export function signalFor(kind: AgreementEvent['kind']): string {
  switch (kind) {
    case 'paymentBooked':
    case 'paymentReversed':
    case 'deliveryFailed':
    case 'callOutcome':
    case 'replyReceived':
    case 'strategyChanged':
    case 'stopRegistered':
      return kind;
    default:
      return SIGNALS.factBooked;
  }
}

export const UPDATES = ['optOut', 'hold', 'release', 'dispute', 'resolveDispute', 'promise', 'renegotiate', 'bookCallback', 'cancel'] as const;
export type UpdateName = (typeof UPDATES)[number];
export const QUERIES = { state: 'state', nextSteps: 'nextSteps' } as const;

/** Start argument of `agreement` and `debt`: the state rebuilt from PostgreSQL by the same `apply`. */
export interface AgreementInput {
  readonly v: 1;
  readonly state: AgreementState;
}

/** `recordPayment` as an agent's script sends it; validated by the activity that books it. */
export interface OutsidePayment {
  readonly externalId: string;
  readonly amountMinor: Minor;
  readonly currency: string;
  readonly paidAt: string;
  readonly method?: string;
  readonly instalment?: number;
}

export interface DeliverInput {
  readonly agreementId: string;
  /** Due occurrences the core decided on; the first leads. */
  readonly occurrences: readonly Occurrence[];
}
/** Facts that PostgreSQL recorded for this agreement while the activity ran; the workflow applies them. */
export interface FactsResult {
  readonly events: readonly AgreementEvent[];
}

export interface BookUpdateInput {
  readonly agreementId: string;
  readonly name: UpdateName;
  readonly updateId: string;
  readonly args: unknown;
}
/** The verdict an update's caller gets, and the facts it made. */
export interface UpdateVerdict {
  readonly accepted: boolean;
  readonly code?: string;
  readonly detail?: string;
  readonly id?: string;
}
export interface BookUpdateResult extends FactsResult {
  readonly verdict: UpdateVerdict;
}

/** Activities of the queue `agreements` (all idempotent: a retry returns the facts that the first try recorded). */
export interface AgreementActivities {
  bookOutsidePayment(input: { agreementId: string; payment: OutsidePayment }): Promise<FactsResult>;
  bookUpdate(input: BookUpdateInput): Promise<BookUpdateResult>;
  bookCallback(input: { agreementId: string; occurrence: Occurrence }): Promise<FactsResult>;
  escalate(input: { agreementId: string; to: 'preLegal' | 'broken'; occurrence?: Occurrence }): Promise<FactsResult>;
  recordSkips(input: { agreementId: string; occurrences: readonly Occurrence[]; reason: 'expired' }): Promise<FactsResult>;
  /** Creates the survey; when nothing else is left to do and every fact of PostgreSQL is within `lastSeq`, marks the run finished in the same transaction. */
  sendSurvey(input: { agreementId: string; occurrence: Occurrence; lastSeq: number }): Promise<FactsResult & { finished: boolean }>;
  /** The run is about to complete: marks it in PostgreSQL under the lock; returns facts that came in between (then it must go on). */
  finishAgreement(input: { agreementId: string; reason: string; lastSeq: number }): Promise<FactsResult & { finished: boolean }>;
}
/** Activities of the queue `deliver`. */
export interface DeliverActivities {
  deliver(input: DeliverInput): Promise<FactsResult>;
  deliverSurvey(input: { surveyId: string; nudge: boolean }): Promise<{ result: 'sent' | 'deferred' | 'refused' | 'undeliverable' | 'unknown'; until?: number }>;
}

export interface CallbackInput {
  readonly v: 1;
  readonly callbackId: string;
  readonly from: number;
  readonly until: number;
}
/** Signal to `callback`: it was closed in PostgreSQL (outcome logged or cancelled). */
export const CALLBACK_CLOSED = 'callbackClosed';
export interface CallbackClosed {
  readonly state: 'done' | 'cancelled';
  readonly outcome?: CallOutcomeName;
}
export interface CallbackActivities {
  /** booked -> due: it stands in the agent's queue. Returns the state it found when it was closed meanwhile. */
  queueCallback(input: { callbackId: string }): Promise<{ state: 'due' | 'done' | 'missed' | 'cancelled' }>;
  /** due -> missed when nobody logged an outcome; writes the fact to the agreement. */
  missCallback(input: { callbackId: string }): Promise<{ state: 'done' | 'missed' | 'cancelled' }>;
}

export interface PreLegalInput {
  readonly v: 1;
  readonly caseId: string;
}
export const PRE_LEGAL_CHANGED = 'preLegalChanged';
export interface PreLegalChanged {
  readonly state: 'approved' | 'handedOver' | 'withdrawn';
}
export interface PreLegalActivities {
  readPreLegal(input: { caseId: string }): Promise<{ state: 'opened' | 'approved' | 'handedOver' | 'withdrawn'; approvals: number }>;
}

export interface SurveyInput {
  readonly v: 1;
  readonly surveyId: string;
  readonly nudgeAt: number;
  readonly expiresAt: number;
}
export const SURVEY_ANSWERED = 'surveyAnswered';
export interface SurveyActivities {
  expireSurvey(input: { surveyId: string }): Promise<{ state: 'expired' | 'answered' }>;
}

export interface ImportInput {
  readonly v: 1;
  readonly importId: string;
  /** Absent in imports of earlier releases: agreements. */
  readonly kind?: 'agreements' | 'debts' | 'payments' | 'contacts';
}
export interface ImportProgress {
  readonly lines: number;
  readonly readLines: number;
  /** Agreements, debts, payments or contacts. */
  readonly items: number;
  /** With an outcome. */
  readonly settled: number;
  readonly rejected: number;
}
/** Activities of the queue `batch`: each does a bounded part and answers whether its phase is over; where it stands is in PostgreSQL. */
export interface ImportActivities {
  readRows(input: { importId: string }): Promise<{ done: boolean; progress: ImportProgress }>;
  takeInAgreements(input: { importId: string }): Promise<{ done: boolean; progress: ImportProgress }>;
}

/** `Deployment name` of worker versioning; every queue shares it and the build id. */
export const DEPLOYMENT = 'pacto';
