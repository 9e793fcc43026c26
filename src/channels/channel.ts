/**
 * The one interface of everything that sends. What a provider answers is a value: an adapter never throws for an
 * expected thing and never lets a client library's own error out, because those carry the key and the recipient.
 */

/** Who an SMS comes from: a number of ours, or a Twilio Messaging Service that picks one. */
export type SmsSender = { readonly kind: 'number'; readonly number: string } | { readonly kind: 'messagingService'; readonly sid: string };

/** Who an e-mail comes from; `name` is what the reader sees. */
export interface EmailSender {
  readonly address: string;
  readonly name?: string;
}

interface Outgoing {
  /** The row of the ledger; the provider hands it back in its callbacks. */
  readonly attemptId: string;
  /** How long the provider may hold the message, in ms: the end of the lawful window. Providers without it ignore it. */
  readonly validityMs: number;
}

/** `to` is E.164; `from` absent = the sender of the installation. */
export interface OutgoingSms extends Outgoing {
  readonly to: string;
  readonly from?: SmsSender;
  readonly body: string;
}

/** `to` is one address: a second recipient would make the outcome of the first unreadable. */
export interface OutgoingEmail extends Outgoing {
  readonly to: string;
  readonly from?: EmailSender;
  readonly replyTo?: EmailSender;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  /** Page where a POST without login stops the mails (RFC 8058); both headers are set from it. */
  readonly listUnsubscribe?: { readonly url: string };
  /** Further headers; ASCII and free of personal data, because SendGrid's client repeats them on its own request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type OutgoingMessage = OutgoingSms | OutgoingEmail;

/** Why a provider said no: what to do about it is in error-classes.ts. */
export type RejectReason = 'badAddress' | 'consent' | 'content' | 'config' | 'throttled';

/**
 * sent: the provider took it. rejected: it said no, nothing left. retry: certain that nothing left, the same attempt
 * may be tried again. unknown: it may have left, so it is reconciled and never sent again. `code` is for the log and
 * the tables of error-classes.ts, and holds no personal data.
 */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly providerId: string }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly code: string }
  | { readonly kind: 'retry'; readonly code: string; readonly afterMs?: number }
  | { readonly kind: 'unknown'; readonly code: string };

/** How long a call may take in ms, and what else ends it (cancellation of the activity). */
export interface Deadline {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** An attempt whose outcome is open. `since`: epoch ms of the call; the provider's id when it is known. */
export interface OpenAttempt {
  readonly attemptId: string;
  readonly to: string;
  readonly body: string;
  readonly since: number;
  readonly providerId?: string;
}

/** `notFound` proves nothing before the validity has passed: a queue may still hold the message. */
export type LookupOutcome =
  | { readonly kind: 'found'; readonly providerId: string; readonly status: ReceiptStatus; readonly errorCode?: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'unavailable'; readonly code: string };

/** Where a message stands with the provider; receipts.ts ranks them. */
export type ReceiptStatus =
  | 'queued' | 'sent' | 'deferred' | 'delivered' | 'undelivered' | 'failed' | 'bounced' | 'blocked' | 'dropped'
  | 'complained' | 'unsubscribed' | 'resubscribed';

export type Provider = 'twilio-sms' | 'sendgrid' | 'smtp';

export interface SmsChannel {
  readonly provider: 'twilio-sms';
  readonly channel: 'sms';
  send(message: OutgoingSms, deadline: Deadline): Promise<SendOutcome>;
  /** Asks the provider for the message of an attempt whose outcome is open. */
  lookup(attempt: OpenAttempt, deadline: Deadline): Promise<LookupOutcome>;
}

/** E-mail has no look-up: SendGrid's activity feed is a paid extra and SMTP has none. */
export interface EmailChannel {
  readonly provider: 'sendgrid' | 'smtp';
  readonly channel: 'email';
  send(message: OutgoingEmail, deadline: Deadline): Promise<SendOutcome>;
}

export type SendingChannel = SmsChannel | EmailChannel;
