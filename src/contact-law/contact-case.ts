/** What is asked of the contact law, and what it answers. */
import type { CreditorType, DebtorType, LawChannel, Party, Purpose, StopEvent } from './policy.ts';

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

/** What the text of a contact holds: known once it is rendered; a text is checked on its own when it is published. */
export interface ContactContent {
  /** Ids of the mandatory blocks in it. */
  readonly blocks: readonly string[];
  /** Ids of the forbidden lists that it meets. */
  readonly phrases: readonly string[];
  /** Whether it is the first contact of this creditor with the person. */
  readonly first: boolean;
}

/** The question: may this contact leave now? */
export interface ContactCase {
  /** Id of a profile (`CL`, `US_MA`), or of several whose layers must all pass (`CL+PROVIDER`). */
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
  readonly creditorId?: string;
  readonly state?: string;
  readonly city?: string;
  readonly debtType?: string;
  readonly debtorType?: DebtorType;
  readonly sector?: string;
  /** Absent: the text is not looked at here. */
  readonly content?: ContactContent;
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
  /**
   * Epoch ms; only with `allow`, and absent where no hours bind: from then on the same contact would fail. Looked for
   * when it is read (finding it costs more than deciding), so a copy or the JSON of a decision does not hold it.
   */
  readonly windowEnd?: number | undefined;
}
