/** How long the end of a message is waited for, by provider, and when it is asked for. */
import type { Provider } from './channel.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface ReceiptPatience {
  /** After this long without an end the provider is asked; null: it cannot be. */
  readonly askAfterMs: number | null;
  readonly askEveryMs: number;
  /** After this long the message stays sent, unconfirmed. What comes later still counts. */
  readonly giveUpAfterMs: number;
}

/**
 * Twilio sends a callback twice at most, so a lost one is asked for. SendGrid goes on delivering for three days and tells
 * it for one; a mail server gives up after five (RFC 5321, 4.5.4.1), and its silence is all that success says.
 */
export const RECEIPT_PATIENCE: Readonly<Record<Provider, ReceiptPatience>> = {
  'twilio-sms': { askAfterMs: HOUR, askEveryMs: 3 * HOUR, giveUpAfterMs: DAY },
  sendgrid: { askAfterMs: null, askEveryMs: DAY, giveUpAfterMs: 3 * DAY },
  smtp: { askAfterMs: null, askEveryMs: DAY, giveUpAfterMs: 5 * DAY },
};

/** When the end of a message that left at `leftAt` is first looked for; epoch ms. */
export function firstLookAt(provider: Provider, leftAt: number): number {
  const { askAfterMs, giveUpAfterMs } = RECEIPT_PATIENCE[provider];
  return leftAt + (askAfterMs ?? giveUpAfterMs);
}

/** When to look again after a look at `now` that brought no end; null: it is given up. */
export function nextLookAt(provider: Provider, leftAt: number, now: number): number | null {
  const { askEveryMs, giveUpAfterMs } = RECEIPT_PATIENCE[provider];
  const end = leftAt + giveUpAfterMs;
  return now >= end ? null : Math.min(end, now + askEveryMs);
}

export function isProvider(name: string | null): name is Provider {
  return name !== null && Object.hasOwn(RECEIPT_PATIENCE, name);
}
