/** How a creditor wants replies to be treated: defaults as data, overridden by its settings. */
import type { CreditorSettings } from '../../db/database.ts';

export interface ReplySettings {
  /** Business days in which proof of a payment is awaited. */
  readonly proofDays: number;
  /** Days of rest for who says that they cannot pay; 0: none. */
  readonly hardshipHoldDays: number;
  /** From this confidence (0 to 1) on a reply acts by itself; an opt-out always does. */
  readonly minConfidence: number;
}

export const REPLY_SETTINGS: ReplySettings = { proofDays: 5, hardshipHoldDays: 0, minConfidence: 0.6 };

export function replySettingsOf(settings: CreditorSettings): ReplySettings {
  return { ...REPLY_SETTINGS, ...settings.replies };
}
