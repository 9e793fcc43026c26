/**
 * What a strategy is, once parsed: the shape that `decide` reads. The YAML schema (contract.md section 8) lives in
 * schema.ts; this file holds types only, so that workflow code can import it without pulling zod into its bundle.
 */

export type StepAnchor = 'assigned' | 'agreed' | 'due' | 'promise' | 'settled';
export type StepCondition = 'unpaid' | 'promiseBroken';
export type StepAction = 'contact' | 'callback' | 'preLegal' | 'survey';
export type MessageChannel = 'sms' | 'email';
export type StepPurpose = 'preDueReminder' | 'collection' | 'transactional' | 'survey';

export interface StepRequirements {
  readonly noticesDelivered?: number;
  readonly callAttempts?: number;
  readonly noDispute?: boolean;
  readonly noOpenPromise?: boolean;
}

/** At most `max` contacts of this agreement over the span, by these channels together (absent: all); stricter than the law, never looser. */
export interface StrategyCap {
  readonly channels?: readonly CappedChannel[];
  readonly max: number;
  readonly over: CapSpan;
}
export type CappedChannel = MessageChannel | 'call';
/** Local dates of the agreement; a week begins on Monday; n rolling days are the date and the n - 1 before it. */
export type CapSpan = { readonly day: 1 } | { readonly calendarWeek: 'mon' } | { readonly rollingDays: number };

/** One step with every default filled in. `at` is local minutes of the day; `minOverdue` minor units per currency. */
export interface Step {
  readonly key: string;
  readonly anchor: StepAnchor;
  /** Days from the anchor's local date; negative is before. */
  readonly days: number;
  /** Local minute of the day, or null: as soon as the anchor happened (only `settled` and `assigned` with days 0). */
  readonly atMinute: number | null;
  readonly if: StepCondition | null;
  readonly do: StepAction;
  readonly channels: readonly MessageChannel[];
  readonly template: string | null;
  /** The step is skipped after this many local days past its own day (at the end of that day); null = never. */
  readonly expiresDays: number | null;
  readonly purpose: StepPurpose;
  readonly requires: StepRequirements;
  readonly minOverdue: Readonly<Record<string, number>>;
  /** Absent: none of its own. */
  readonly caps?: readonly StrategyCap[];
}

export interface Strategy {
  readonly id: string;
  readonly version: number;
  readonly country: readonly string[];
  readonly graceDays: number;
  readonly smallBalance: Readonly<Record<string, number>>;
  readonly steps: readonly Step[];
  /** Bind every step that collects or reminds; absent (as in versions of earlier releases): none. */
  readonly caps?: readonly StrategyCap[];
}
