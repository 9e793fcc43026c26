/** Every table of src/db/migrations as Kysely sees it. What a column means is said there, once. */
import type { Insertable, Selectable } from 'kysely';
import type { ContactCase, LawChannel, Purpose } from '../contact-law/policy.ts';
import type { AgreementEvent, AgreementTerms, FollowedKind, ComponentName, CallOutcomeName, Phase } from '../domain/agreement.ts';
import type { NegotiationPolicy } from '../domain/negotiation-policy.ts';
import type { StrategyOverrides } from '../strategy/overrides.ts';
import type { Score } from '../strategy/score.ts';
import type { SegmentFacts, SegmentSet } from '../strategy/segment.ts';
import type { AnswerKind } from '../text/reply-answer.ts';
import type { MessageChannel, StepPurpose, Strategy } from '../strategy/strategy.ts';
import type { Defaulted, Json, NullableJson, NullableTimestamp, Timestamp, WallTimestamp } from './columns.ts';
import type {
  IdentityJoinTable, IdentityMatchTable, SourceRowTable, SourceRunTable, SourceSightingTable, SourceTable, SourceVersionTable,
} from './identification-tables.ts';

export type { MappedColumn, PointKind, RunCounts, SourceDefinition } from './identification-tables.ts';

export type ConsentChannel = 'sms' | 'email' | 'call';
export type ConsentState = 'granted' | 'denied' | 'unknown';
export type Role = 'admin' | 'system' | 'agent' | 'supervisor' | 'lawyer' | 'creditor';

/** As src/replies has them; a class that is not stored any more stays readable. */
export type ReplyClass = 'optOut' | 'deceased' | 'wrongPerson' | 'dispute' | 'alreadyPaid' | 'willPay' | 'callMe' | 'optIn' | 'askTerms' | 'cannotPay' | 'help' | 'thanks' | 'unknown';

export interface CreditorSettings {
  readonly componentOrder?: readonly ComponentName[];
  readonly promiseLimits?: { readonly maxDaysAhead?: number; readonly maxInARow?: number };
  /** What may be agreed on anew; absent: strict defaults for what is offered to debtors, no bound for agents. */
  readonly negotiation?: Partial<NegotiationPolicy>;
  readonly firm?: string;
  readonly senders?: { readonly smsFrom?: string; readonly emailFrom?: string };
  /** Where the person pays the creditor; absent: at the creditor's own places. */
  readonly payUrl?: string;
  /** What replies bring about at this creditor; what is absent has a default in src/register/replies/settings.ts. */
  readonly replies?: { readonly proofDays?: number; readonly hardshipHoldDays?: number; readonly minConfidence?: number };
  /** How payments by link work for this creditor. */
  readonly payments?: PaymentSettings;
  /** What this creditor changes in a strategy, by its id; agreements take it in when they are logged. */
  readonly strategies?: Readonly<Record<string, StrategyOverrides>>;
  /** How the firm is reached, and who the creditor is on paper: what texts and pages must say in some countries. */
  readonly contact?: {
    readonly phone?: string; readonly email?: string; readonly address?: string; readonly taxId?: string; readonly person?: string;
    readonly creditorAddress?: string; readonly creditorTaxId?: string;
  };
}

export interface PaymentSettings {
  /** Which of the installation's providers takes the money; `none`: messages carry no payment link. Absent: the first that is set up. */
  readonly provider?: 'stripe' | 'mercadopago' | 'khipu' | 'flow' | 'webpay' | 'generic' | 'none';
  /** Whose account the money reaches; default agency. */
  readonly collectedBy?: 'agency' | 'creditor';
  /** Days for which collection rests while a payment is under way; default 3, 0: not at all. */
  readonly pauseDays?: number;
  /** Whether whoever paid by a link is thanked with a receipt; default true. */
  readonly receipts?: boolean;
}

export interface CreditorTable {
  id: string;
  name: string;
  type: 'firstParty' | 'thirdParty';
  country: string;
  currency: string;
  settings: Json<CreditorSettings>;
  created_at: Timestamp;
}

export interface IdentityTable {
  id: string;
  national_id_hash: string | null;
  last_seq: Defaulted<number>;
  joined_to: Defaulted<string | null>;
}

export interface NationalId {
  readonly country: string;
  readonly type: string;
  readonly value: string;
}

export interface PersonAddress {
  readonly country?: string | undefined;
  readonly region?: string | undefined;
  readonly city?: string | undefined;
}

export interface PersonTable {
  id: string;
  creditor_id: string;
  external_id: string;
  identity_id: string;
  type: 'person' | 'company';
  name: string;
  language: string;
  national_id: NullableJson<NationalId>;
  address: NullableJson<PersonAddress>;
  zone: string | null;
  confirmed_at: NullableTimestamp;
  erased_at: NullableTimestamp;
}

export interface ContactPointTable {
  id: string;
  creditor_id: string;
  person_id: string;
  kind: 'phone' | 'email';
  value: string;
  channels: ConsentChannel[];
  role: string | null;
  health: Defaulted<'valid' | 'softFailing' | 'invalid' | 'landline' | 'quarantined'>;
  position: number;
  source_id: Defaulted<string | null>;
  ungiven_at: NullableTimestamp;
}

export interface ConsentTable {
  id: string;
  contact_point_id: string;
  channel: ConsentChannel;
  state: ConsentState;
  evidence: Json<Readonly<Record<string, unknown>>>;
  at: Timestamp;
  seq: number;
}

export interface StopTable {
  id: string;
  identity_id: string;
  creditor_id: string | null;
  kind: string;
  at: Timestamp;
  evidence: Json<Readonly<Record<string, unknown>>>;
  seq: number;
  ended_at: NullableTimestamp;
  person_id: Defaulted<string | null>;
}

export interface StrategyTable {
  id: string;
  version: number;
  definition: Json<Strategy>;
  source: string;
  published_at: Timestamp;
}

export interface TemplateTable {
  key: string;
  locale: string;
  version: number;
  body: Json<Readonly<Record<string, unknown>>>;
  published_at: Timestamp;
  published_by: Defaulted<string>;
}

export interface AgreementDebt {
  readonly contractRef?: string | undefined;
  readonly signedOn?: string | undefined;
  readonly defaultedOn?: string | undefined;
  readonly principalMinor: number;
  readonly interestMinor: number;
  readonly lateInterestMinor: number;
  readonly feesMinor: number;
  readonly taxesMinor: number;
  readonly discountMinor: number;
}

export type WorkflowState = 'starting' | 'running' | 'finished';

export interface AgreementTable {
  id: string;
  /** A debt has no agreement yet: one amount, due as a whole. */
  kind: Defaulted<FollowedKind>;
  /** Of a debt: the agreement that took its place. */
  agreed_in: Defaulted<string | null>;
  creditor_id: string;
  external_id: string;
  person_id: string;
  identity_id: string;
  batch: string | null;
  country: string;
  zone: string;
  currency: string;
  agreed_on: string;
  terms: Json<AgreementTerms>;
  debt: NullableJson<AgreementDebt>;
  strategy_id: string;
  strategy_version: number;
  body_hash: string;
  workflow_id: string;
  run_id: string | null;
  workflow_state: Defaulted<WorkflowState>;
  phase: Phase;
  plan_version: number;
  balance_minor: number;
  credit_minor: number;
  paid_minor: number;
  oldest_unpaid_due: string | null;
  overdue_from: NullableTimestamp;
  hold_until: NullableTimestamp;
  disputed: Defaulted<boolean>;
  opted_out: Defaulted<boolean>;
  wake_at: NullableTimestamp;
  logged_at: Timestamp;
  logged_seq: number;
  current_strategy_id: Defaulted<string | null>;
  current_strategy_version: Defaulted<number | null>;
  strategy_overrides: NullableJson<StrategyOverrides>;
  product: Defaulted<string | null>;
  strategy_chosen: Defaulted<StrategyChosen>;
}

/** Who chose the strategy: whoever logged the agreement, the segments, or nobody. */
export type StrategyChosen = 'named' | 'segment' | 'default';

export interface SegmentSetTable {
  version: number;
  definition: Json<SegmentSet>;
  source: string;
  published_by: string;
  published_at: Timestamp;
}

export type ProposalState = 'open' | 'approved' | 'rejected' | 'withdrawn';

export interface StrategyProposalTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  from_strategy: string;
  from_version: number;
  to_strategy: string;
  segment: string | null;
  segment_version: number;
  facts: Json<SegmentFacts>;
  score: Json<Score>;
  state: ProposalState;
  proposed_at: Timestamp;
  decided_at: NullableTimestamp;
  decided_by: Defaulted<string | null>;
}

export interface InstalmentTable {
  agreement_id: string;
  version: number;
  number: number;
  due_on: string;
  amount_minor: number;
}

export interface AgreementEventTable {
  agreement_id: string;
  seq: number;
  id: string;
  kind: AgreementEvent['kind'];
  at: Timestamp;
  /** The whole AgreementEvent (id, seq and at included): what apply takes and what the signal carries. */
  body: Json<AgreementEvent>;
}

export interface FactNoteTable {
  agreement_id: string;
  fact_id: string;
  note: string;
}

export interface PaymentTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  external_id: string;
  amount_minor: number;
  currency: string;
  paid_at: Timestamp;
  method: string;
  instalment: number | null;
  collected_by: 'agency' | 'creditor';
  source: string;
  booked_at: Timestamp;
  seq: number;
  content_hash: string;
  reversed_at: NullableTimestamp;
  reversal_external_id: string | null;
  reversal_reason: string | null;
  reversal_seq: number | null;
}

export interface AllocationTable {
  agreement_id: string;
  payment_id: string;
  version: number;
  instalment: number;
  component: string;
  amount_minor: number;
}

export interface SuspenseTable {
  id: string;
  creditor_id: string | null;
  agreement_id: string | null;
  reason: string;
  payload: Json<unknown>;
  at: Timestamp;
  matched_at: NullableTimestamp;
  source_key: Defaulted<string | null>;
  amount_minor: Defaulted<number | null>;
  currency: Defaulted<string | null>;
  paid_at: NullableTimestamp;
  method: Defaulted<string | null>;
  collected_by: Defaulted<'agency' | 'creditor' | null>;
  matched_agreement_id: Defaulted<string | null>;
  matched_by: Defaulted<string | null>;
  payment_id: Defaulted<string | null>;
  reversed_minor: Defaulted<number>;
}

export interface PaymentLinkTable {
  id: string;
  token_hash: string;
  attempt_id: string | null;
  creditor_id: string;
  person_id: string;
  contact_point_id: string | null;
  agreement_id: string;
  plan_version: number;
  created_at: Timestamp;
  expires_at: Timestamp;
  revoked_at: NullableTimestamp;
}

export type PaymentOrderState = 'created' | 'pending' | 'paid' | 'failed' | 'revoked' | 'expired';

export interface PaymentOrderTable {
  id: string;
  reference: string;
  creditor_id: string;
  agreement_id: string;
  link_id: string | null;
  amount_minor: number;
  currency: string;
  provider: string;
  provider_id: Defaulted<string | null>;
  state: PaymentOrderState;
  code: Defaulted<string | null>;
  created_at: Timestamp;
  expires_at: Timestamp;
  hinted_at: NullableTimestamp;
  paused_until: NullableTimestamp;
  ask_at: NullableTimestamp;
  asks: Defaulted<number>;
}

/** What a notification itself states, where the provider cannot be asked. Ids, money and instants (epoch ms) only. */
export type StatedMovement =
  | {
    readonly movement: 'payment'; readonly id: string; readonly amountMinor: number; readonly currency: string; readonly at: number;
    readonly method: 'transfer' | 'card' | 'cash' | 'other'; readonly reference: string | null; readonly agreement: string | null;
  }
  | { readonly movement: 'reversal'; readonly id: string; readonly amountMinor: number; readonly currency: string; readonly at: number };

export interface PaymentEventTable {
  provider: string;
  event_id: string;
  provider_id: string | null;
  stated: NullableJson<StatedMovement>;
  state: 'open' | 'done';
  outcome: Defaulted<string | null>;
  received_at: Timestamp;
  ask_at: NullableTimestamp;
  asks: Defaulted<number>;
}

export interface PaymentReceiptTable {
  payment_id: string;
  order_id: string;
  agreement_id: string;
  state: 'due' | 'sent' | 'dropped';
  reason: Defaulted<string | null>;
  ask_at: Timestamp;
  until_at: Timestamp;
}

export interface PromiseTable {
  id: string;
  agreement_id: string;
  amount_minor: number;
  due_on: string;
  channel: string;
  taken_by: string;
  made_at: Timestamp;
  seq: number;
}

export interface DisputeTable {
  id: string;
  agreement_id: string;
  reason: string;
  text: string | null;
  opened_at: Timestamp;
  outcome: 'upheld' | 'rejected' | null;
  note: string | null;
  resolved_at: NullableTimestamp;
}

export interface DisputeFileTable {
  dispute_id: string;
  media_type: 'application/pdf' | 'image/jpeg' | 'image/png';
  bytes: Buffer;
  received_at: Timestamp;
}

export type AttemptState = 'claimed' | 'calling' | 'sent' | 'rejected' | 'undeliverable' | 'unknown';

/** What was said: an SMS has `body`, an e-mail `subject`, `text` and `html`. */
export type RenderedMessage = { readonly body: string } | { readonly subject: string; readonly text: string; readonly html: string };

/** Where the contact law takes a person to be, as the evaluator is asked. */
export type PlaceInLaw = Pick<ContactCase, 'profile' | 'zones' | 'state' | 'city' | 'debtorType'>;

export interface ContactWaitTable {
  agreement_id: string;
  medium: 'written' | 'spoken';
  identity_id: string;
  creditor_id: string;
  since: Timestamp;
  comes_at: Timestamp;
  channels: LawChannel[];
  purpose: Purpose;
}

export interface AttemptTable {
  id: string;
  creditor_id: string;
  identity_id: string;
  person_id: string;
  contact_point_id: string;
  channel: MessageChannel;
  purpose: StepPurpose;
  template: string;
  template_version: number;
  locale: string;
  state: AttemptState;
  token: string;
  reason: string | null;
  policy_version: string;
  calendar_version: string;
  tz_version: string;
  claim_seq: number;
  begin_seq: number | null;
  claimed_at: Timestamp;
  begun_at: NullableTimestamp;
  ended_at: NullableTimestamp;
  valid_until: Timestamp;
  provider: string | null;
  provider_id: string | null;
  receipt: string | null;
  receipt_rank: Defaulted<number>;
  receipt_at: NullableTimestamp;
  receipt_code: string | null;
  receipt_due_at: NullableTimestamp;
  tries: Defaulted<number>;
  rendered: NullableJson<RenderedMessage>;
  place: NullableJson<PlaceInLaw>;
  touched_wall: WallTimestamp;
}

export interface AgreementCoDebtorTable {
  agreement_id: string;
  person_id: string;
  position: number;
}

export interface AttemptAgreementTable {
  attempt_id: string;
  agreement_id: string;
  occurrence: string;
  leading: boolean;
  instalments: number[];
}

export interface TimelineEntryTable {
  agreement_id: string;
  seq: number;
  at: Timestamp;
  kind: string;
  channel: string | null;
  outcome: string | null;
  rules: string[] | null;
  text: Json<{ readonly es: string; readonly en: string }>;
  hash: string;
  prev_hash: string;
}

export interface OutboxTable {
  id: Defaulted<number>;
  workflow_id: string;
  workflow_type: string;
  action: 'start' | 'signal';
  name: string | null;
  payload: Json<unknown>;
  state: Defaulted<'pending' | 'done' | 'parked' | 'poison'>;
  tries: Defaulted<number>;
  error: string | null;
  due_wall: WallTimestamp;
  created_wall: WallTimestamp;
  done_wall: NullableTimestamp;
}

export interface AgentTable {
  id: string;
  name: string;
  zone: string;
  /** null: every creditor. */
  creditors: string[] | null;
  active: Defaulted<boolean>;
}

export interface ShiftTable {
  id: string;
  agent_id: string;
  weekday: number;
  from_minute: number;
  until_minute: number;
  slot_minutes: Defaulted<number>;
}

export interface CallbackTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  identity_id: string;
  agent_id: string;
  from_at: Timestamp;
  until_at: Timestamp;
  state: 'booked' | 'due' | 'done' | 'missed' | 'cancelled';
  occurrence: string | null;
  outcome: CallOutcomeName | null;
  note: string | null;
  booked_at: Timestamp;
  closed_at: NullableTimestamp;
  seq: number;
}

export interface CallLogTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  identity_id: string;
  callback_id: string | null;
  channel: 'call' | 'visit' | 'letter';
  at: Timestamp;
  outcome: CallOutcomeName;
  conversation: boolean;
  note: string | null;
  made_by: string;
  seq: number;
}

export interface PreLegalCaseTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  number: number;
  state: 'opened' | 'approved' | 'handedOver' | 'withdrawn';
  occurrence: string;
  overdue_minor: number;
  reason: string | null;
  workflow_id: string;
  opened_at: Timestamp;
  closed_at: NullableTimestamp;
}

export interface PreLegalApprovalTable {
  case_id: string;
  approved_by: string;
  at: Timestamp;
  note: string | null;
}

export interface SurveyTable {
  id: string;
  creditor_id: string;
  agreement_id: string;
  person_id: string;
  occurrence: string;
  token_hash: string;
  token: string | null;
  state: 'created' | 'invited' | 'nudged' | 'answered' | 'expired';
  score: number | null;
  comment: string | null;
  created_at: Timestamp;
  invited_at: NullableTimestamp;
  nudge_at: NullableTimestamp;
  expires_at: Timestamp;
  answered_at: NullableTimestamp;
  workflow_id: string;
}

export interface ApiKeyTable {
  id: string;
  name: string;
  role: Role;
  creditor_id: string | null;
  key_hash: string;
  created_wall: WallTimestamp;
  revoked_wall: NullableTimestamp;
}

export interface IdempotencyTable {
  key_id: string;
  key: string;
  request_hash: string;
  status: number;
  response: Json<unknown>;
  created_wall: WallTimestamp;
}

export interface ProviderEventTable {
  provider: string;
  event_id: string;
  attempt_id: string | null;
  status: string;
  payload: Json<unknown>;
  at: Timestamp;
}

export interface ClockTable {
  id: Defaulted<boolean>;
  offset_ms: Defaulted<number>;
  days_per_second: Defaulted<number>;
  advancing_to: NullableTimestamp;
  blocked_by: string | null;
}

export interface SettingTable {
  key: string;
  value: Json<unknown>;
}

export type ImportKind = 'agreements' | 'debts' | 'payments' | 'contacts';

export interface ImportFileTable {
  id: string;
  kind: Defaulted<ImportKind>;
  creditor_id: string;
  dry_run: boolean;
  sha256: string;
  bytes: number;
  lines: number;
  delimiter: ',' | ';';
  columns: string[];
  imported_by: string;
  workflow_id: string;
  state: Defaulted<'reading' | 'takingIn' | 'done'>;
  read_bytes: number;
  read_line: number;
  rows: Defaulted<number>;
  created_at: Timestamp;
  ended_at: NullableTimestamp;
  source_id: Defaulted<string | null>;
}

export interface ImportChunkTable {
  import_id: string;
  number: number;
  bytes: Buffer;
}

export interface ImportRowTable {
  import_id: string;
  line: number;
  agreement: string;
  cells: Json<readonly string[]>;
  bad: boolean;
}

export type ImportOutcome = 'accepted' | 'rejected' | 'unchanged';

export interface ImportAgreementTable {
  import_id: string;
  agreement: string;
  first_line: number;
  person: string;
  outcome: ImportOutcome | null;
}

export interface ImportErrorTable {
  import_id: string;
  id: Defaulted<number>;
  line: number;
  column_name: string | null;
  reason: string;
}

export interface PastContactTable {
  id: string;
  creditor_id: string;
  identity_id: string;
  person_id: string;
  agreement_id: string | null;
  external_id: string;
  channel: LawChannel;
  direction: 'out' | 'in';
  at: Timestamp;
  conversation: boolean;
  purpose: Purpose;
  outcome: CallOutcomeName | null;
  note: string | null;
  imported_by: string;
  imported_at: Timestamp;
  seq: number;
}

export interface ErasureTable {
  person_id: string;
  creditor_id: string;
  at: Timestamp;
  done_by: string;
  reason: string | null;
  erased: Json<Readonly<Record<string, number>>>;
}

export interface LinkTable {
  id: string;
  kind: 'debtor' | 'unsubscribe';
  token_hash: string;
  attempt_id: string;
  creditor_id: string;
  person_id: string;
  contact_point_id: string;
  agreement_id: string;
  created_at: Timestamp;
  expires_at: Timestamp;
}

export interface FactorTryTable {
  id: Defaulted<number>;
  person_id: string;
  link_id: string;
  factor: 'digits' | 'code';
  passed: boolean;
  at_wall: WallTimestamp;
}

export interface FactorCodeTable {
  id: string;
  link_id: string;
  code_hash: string;
  made_wall: WallTimestamp;
  until_wall: Timestamp;
  used: Defaulted<boolean>;
}

export interface PageSessionTable {
  token_hash: string;
  link_id: string;
  until_wall: Timestamp;
}

export interface OfferAcceptanceTable {
  id: string;
  agreement_id: string;
  offer_id: string;
  kind: 'moveDate' | 'newPlan' | 'payNow';
  version: number;
  accepted_by: 'debtor' | 'agent';
  actor_id: string;
  channel: 'page' | 'reply' | 'phone' | 'api';
  link_id: string | null;
  accepted_at: Timestamp;
  text_hash: string;
  text_shown: string | null;
}

export interface LimitOverrideTable {
  agreement_id: string;
  version: number;
  overridden_by: string;
  at: Timestamp;
  bounds: string[];
  reason: string | null;
}

export interface ReplyTable {
  id: string;
  provider: string;
  event_id: string;
  channel: 'sms' | 'email';
  creditor_id: string | null;
  person_id: string | null;
  identity_id: string | null;
  contact_point_id: string | null;
  agreement_id: string | null;
  addressed: boolean;
  body: string | null;
  attachments: Defaulted<number>;
  class: ReplyClass;
  confidence: number;
  said_date: string | null;
  said_time: string | null;
  amount_minor: number | null;
  did: string;
  inbox: string | null;
  state: 'open' | 'done';
  at: Timestamp;
  closed_at: NullableTimestamp;
  closed_by: Defaulted<string | null>;
  note: Defaulted<string | null>;
  answer: AnswerKind | null;
  answer_at: NullableTimestamp;
  answer_state: 'wanted' | 'made' | 'dropped' | null;
  answer_attempt: Defaulted<string | null>;
}

export interface Database {
  creditor: CreditorTable;
  identity: IdentityTable;
  person: PersonTable;
  contact_point: ContactPointTable;
  consent: ConsentTable;
  stop: StopTable;
  strategy: StrategyTable;
  segment_set: SegmentSetTable;
  strategy_proposal: StrategyProposalTable;
  template: TemplateTable;
  agreement: AgreementTable;
  instalment: InstalmentTable;
  agreement_event: AgreementEventTable;
  fact_note: FactNoteTable;
  payment: PaymentTable;
  allocation: AllocationTable;
  suspense: SuspenseTable;
  payment_link: PaymentLinkTable;
  payment_order: PaymentOrderTable;
  payment_event: PaymentEventTable;
  payment_receipt: PaymentReceiptTable;
  promise: PromiseTable;
  dispute: DisputeTable;
  dispute_file: DisputeFileTable;
  contact_wait: ContactWaitTable;
  attempt: AttemptTable;
  agreement_co_debtor: AgreementCoDebtorTable;
  attempt_agreement: AttemptAgreementTable;
  timeline_entry: TimelineEntryTable;
  outbox: OutboxTable;
  agent: AgentTable;
  shift: ShiftTable;
  callback: CallbackTable;
  call_log: CallLogTable;
  pre_legal_case: PreLegalCaseTable;
  pre_legal_approval: PreLegalApprovalTable;
  survey: SurveyTable;
  api_key: ApiKeyTable;
  idempotency: IdempotencyTable;
  provider_event: ProviderEventTable;
  clock: ClockTable;
  setting: SettingTable;
  import_file: ImportFileTable;
  import_chunk: ImportChunkTable;
  import_row: ImportRowTable;
  import_agreement: ImportAgreementTable;
  import_error: ImportErrorTable;
  past_contact: PastContactTable;
  erasure: ErasureTable;
  link: LinkTable;
  factor_try: FactorTryTable;
  factor_code: FactorCodeTable;
  page_session: PageSessionTable;
  offer_acceptance: OfferAcceptanceTable;
  limit_override: LimitOverrideTable;
  reply: ReplyTable;
  identity_match: IdentityMatchTable;
  identity_join: IdentityJoinTable;
  source: SourceTable;
  source_version: SourceVersionTable;
  source_sighting: SourceSightingTable;
  source_run: SourceRunTable;
  source_row: SourceRowTable;
}

export type Row<T extends keyof Database> = Selectable<Database[T]>;
export type NewRow<T extends keyof Database> = Insertable<Database[T]>;
export type AgreementRow = Row<'agreement'>;
