import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Provider, ReceiptStatus } from './channel.ts';

/** What a provider told about a message, whichever provider it was. */
export interface ProviderEvent {
  readonly provider: Provider;
  /** The same for every repetition of the same event. */
  readonly eventId: string;
  readonly attemptId?: string;
  readonly providerId?: string;
  readonly status: ReceiptStatus;
  /** Twilio's number, or for e-mail the SMTP status or SendGrid's drop reason; input of classifyDelivery. */
  readonly errorCode?: string;
  /** Epoch ms by the provider's clock; Twilio does not say. */
  readonly at?: number;
}

/** An SMS from a person to us. */
export interface InboundSms {
  readonly provider: 'twilio-sms';
  readonly eventId: string;
  readonly providerId: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** What Twilio's own opt-out keyword filter made of it, when it is on. */
  readonly optOutType?: 'STOP' | 'START' | 'HELP';
}

/**
 * Receipts come in any order and more than once, so a stored one changes only to a higher rank. A bounce stands above
 * `delivered`: some mail servers accept first and return the mail later, and then the bounce is the truth.
 */
export const RECEIPT_RANK: Readonly<Record<ReceiptStatus, number>> = {
  queued: 1, sent: 2, deferred: 3, delivered: 4, undelivered: 4, failed: 4, dropped: 4, blocked: 4, bounced: 5, complained: 6, unsubscribed: 6,
  // Says nothing of the delivery, and never grants anything: a note.
  resubscribed: 0,
};

const FAILURES: ReadonlySet<ReceiptStatus> = new Set(['undelivered', 'failed', 'bounced', 'blocked', 'dropped']);
/** From here on nothing more is expected about the message. */
export const FINAL_RANK = RECEIPT_RANK.delivered;

/** Whether `next` says more than the stored `current`. */
export function receiptAdvances(current: ReceiptStatus | undefined, next: ReceiptStatus): boolean {
  return current === undefined || RECEIPT_RANK[next] > RECEIPT_RANK[current];
}

export function isReceiptStatus(text: string | null): text is ReceiptStatus {
  return text !== null && Object.hasOwn(RECEIPT_RANK, text);
}

/** Whether the message did not reach the person: the only receipts a workflow hears of. */
export function isFailedReceipt(status: ReceiptStatus): boolean {
  return FAILURES.has(status);
}

/** Whether nothing more is expected about the message. */
export function isFinalReceipt(status: ReceiptStatus): boolean {
  return RECEIPT_RANK[status] >= FINAL_RANK;
}

const TWILIO_STATUSES: Readonly<Record<string, ReceiptStatus>> = {
  accepted: 'queued', scheduled: 'queued', queued: 'queued', sending: 'queued', sent: 'sent', delivered: 'delivered', read: 'delivered',
  undelivered: 'undelivered', failed: 'failed', canceled: 'failed',
};

/** Twilio's word for a status in ours; undefined for words that are none (receiving) or new. */
export function twilioReceipt(status: string): ReceiptStatus | undefined {
  return TWILIO_STATUSES[status];
}

/** Form fields of a webhook as URLSearchParams gives them: flat, unknown ones kept, because the signature covers them. */
export type FormFields = Readonly<Record<string, string>>;

const twilioStatus = z.object({ MessageSid: z.string().min(1).max(64), MessageStatus: z.string().min(1).max(40), ErrorCode: z.string().max(20).optional() });

/** A Twilio status callback, or null when it is none or carries a status nobody knows. `attemptId` is the one of the address. */
export function parseTwilioStatus(fields: FormFields, attemptId: string): ProviderEvent | null {
  const parsed = twilioStatus.safeParse(fields);
  if (!parsed.success) return null;
  const { MessageSid, MessageStatus, ErrorCode } = parsed.data;
  const status = twilioReceipt(MessageStatus);
  if (status === undefined) return null;
  const errorCode = ErrorCode === undefined || ErrorCode === '' || ErrorCode === '0' ? undefined : ErrorCode;
  return {
    provider: 'twilio-sms',
    // Twilio sends no event id; these three are what a repetition repeats.
    eventId: [MessageSid, MessageStatus, errorCode ?? ''].join(':'),
    attemptId,
    providerId: MessageSid,
    status,
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}

const twilioInbound = z.object({
  MessageSid: z.string().min(1).max(64),
  From: z.string().min(1).max(64),
  To: z.string().min(1).max(64),
  Body: z.string().max(10_000),
  OptOutType: z.enum(['STOP', 'START', 'HELP']).optional().catch(undefined),
});

/** An inbound SMS, or null when the fields are none. */
export function parseTwilioInbound(fields: FormFields): InboundSms | null {
  const parsed = twilioInbound.safeParse(fields);
  if (!parsed.success) return null;
  const { MessageSid, From, To, Body, OptOutType } = parsed.data;
  return {
    provider: 'twilio-sms', eventId: MessageSid, providerId: MessageSid, from: From, to: To, body: Body,
    ...(OptOutType === undefined ? {} : { optOutType: OptOutType }),
  };
}

const sendgridEvent = z.object({
  event: z.string(),
  timestamp: z.number().int().nonnegative(),
  sg_event_id: z.string().min(1).max(200).optional(),
  sg_message_id: z.string().min(1).max(300).optional(),
  attempt_id: z.string().min(1).max(100).optional().catch(undefined),
  type: z.string().optional(),
  reason: z.string().optional(),
  status: z.string().optional(),
});
type SendgridEvent = z.infer<typeof sendgridEvent>;

const SENDGRID_STATUSES: Readonly<Record<string, ReceiptStatus>> = {
  processed: 'sent', deferred: 'deferred', delivered: 'delivered', bounce: 'bounced', dropped: 'dropped',
  spamreport: 'complained', unsubscribe: 'unsubscribed', group_unsubscribe: 'unsubscribed', group_resubscribe: 'resubscribed',
};

/** A batch of SendGrid events; null when the body is no JSON array. Opens, clicks and unknown events are only counted. */
export function parseSendgridEvents(rawBody: string): { events: ProviderEvent[]; ignored: number } | null {
  const batch = z.array(z.unknown()).safeParse(parseJson(rawBody));
  if (!batch.success) return null;
  const events = batch.data.map(toProviderEvent).filter((event) => event !== null);
  return { events, ignored: batch.data.length - events.length };
}

function toProviderEvent(value: unknown): ProviderEvent | null {
  const parsed = sendgridEvent.safeParse(value);
  if (!parsed.success) return null;
  const event = parsed.data;
  const status = sendgridReceipt(event);
  if (status === undefined) return null;
  const errorCode = sendgridErrorCode(event, status);
  // The message id is the answer's X-Message-Id and a suffix of the machine that handled it.
  const providerId = event.sg_message_id?.split('.')[0];
  return {
    provider: 'sendgrid',
    eventId: event.sg_event_id ?? contentId(event),
    status,
    at: event.timestamp * 1000,
    ...(event.attempt_id === undefined ? {} : { attemptId: event.attempt_id }),
    ...(providerId === undefined ? {} : { providerId }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}

/** A bounce of type `blocked` is a temporary refusal and says nothing against the address. */
function sendgridReceipt(event: SendgridEvent): ReceiptStatus | undefined {
  return event.event === 'bounce' && event.type === 'blocked' ? 'blocked' : SENDGRID_STATUSES[event.event];
}

/** Never the free text of a mail server, which quotes the address: an SMTP status, or SendGrid's own drop reason. */
function sendgridErrorCode(event: SendgridEvent, status: ReceiptStatus): string | undefined {
  if (status === 'dropped') return event.reason?.replaceAll(/\S*@\S*/g, '').slice(0, 80).trim();
  return event.status !== undefined && /^\d\.\d{1,3}\.\d{1,3}$/.test(event.status) ? event.status : undefined;
}

function contentId(event: SendgridEvent): string {
  const parts = [event.event, event.timestamp, event.sg_message_id, event.attempt_id, event.type];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
