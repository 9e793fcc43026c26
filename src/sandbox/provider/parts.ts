/** What the parts of the provider sandbox share. */
import type { KeyObject } from 'node:crypto';
import type { Log } from '../../observability/log.ts';
import { natureOf } from './addresses.ts';
import type { BankBook } from './bank/book.ts';
import type { Faults } from './faults.ts';
import type { Journal, SandboxMessage } from './journal.ts';
import { planReceipts } from './receipt-plan.ts';

/** The Twilio account of the installation; other accounts are let in without a look, because their secrets are nobody's here. */
export interface TwilioAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** The pair that may stand in for account and token. */
  readonly apiKey?: { readonly sid: string; readonly secret: string };
}

/** What a merchant has at the bank of the sandbox. */
export interface BankSecrets {
  readonly khipuApiKey: string;
  readonly khipuWebhookSecret: string;
  readonly webpayCommerceCode: string;
  readonly webpayApiKeySecret: string;
}

export interface ProviderParts {
  readonly journal: Journal;
  readonly bank: BankBook;
  readonly bankSecrets: BankSecrets;
  readonly faults: Faults;
  /** Virtual epoch ms. */
  readonly now: () => Promise<number>;
  readonly log: Log;
  /** How long the fault `slow` takes unless it says so, wall ms. */
  readonly slowMs: number;
  readonly twilio: TwilioAccount;
  readonly sendgridApiKey: string;
  /** Signs what SendGrid would post. */
  readonly signingKey: KeyObject;
  /** Where our API listens, without a slash at the end. */
  readonly webhookTarget: string;
  /** When something is due next, a receipt or the bank's (virtual epoch ms); null: nothing is. */
  readonly nextAt: () => number | null;
  /** Called when a receipt may have become due earlier than before. */
  readonly scheduled: () => void;
}

/** Takes a message for good: journal, and the receipts that the faults of the hour leave it. */
export function acceptMessage({ journal, faults, scheduled }: ProviderParts, message: SandboxMessage): void {
  const delivery = faults.draw(message.provider, 'delivery', message.to) ?? natureOf(message);
  const callback = faults.draw(message.provider, 'callback', message.to);
  journal.accept(message, planReceipts(message, delivery, callback));
  scheduled();
}
