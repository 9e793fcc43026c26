import type { Provider, ReceiptStatus, RejectReason } from './channel.ts';

/**
 * What provider errors mean, as data: providers split their codes over time, so a new one is a new line here.
 * `transient` is a delivery that failed for a while (handset off); the others are the reasons of a refusal.
 */
export type ErrorClass = RejectReason | 'transient';

/** What the sender does about a class; activities read it, no adapter does. */
export const ERROR_ACTIONS: Readonly<Record<ErrorClass, { markContactPoint: boolean; suppress: boolean; stopSender: boolean; stopTemplate: boolean; nextChannel: boolean }>> = {
  badAddress: { markContactPoint: true, suppress: false, stopSender: false, stopTemplate: false, nextChannel: true },
  consent: { markContactPoint: false, suppress: true, stopSender: false, stopTemplate: false, nextChannel: false },
  content: { markContactPoint: false, suppress: false, stopSender: false, stopTemplate: true, nextChannel: true },
  config: { markContactPoint: false, suppress: false, stopSender: true, stopTemplate: false, nextChannel: true },
  throttled: { markContactPoint: false, suppress: false, stopSender: false, stopTemplate: false, nextChannel: true },
  transient: { markContactPoint: false, suppress: false, stopSender: false, stopTemplate: false, nextChannel: true },
};

interface CodeClass {
  readonly class: ErrorClass;
  readonly meaning: string;
}

/** Twilio error codes, of answers and of status callbacks alike. */
export const TWILIO_CODES: Readonly<Record<string, CodeClass>> = {
  '14107': { class: 'throttled', meaning: 'loop guard: too many messages between two numbers' },
  '21611': { class: 'throttled', meaning: 'queue of the sender is full' },
  '30001': { class: 'throttled', meaning: 'queue overflow' },
  '30454': { class: 'throttled', meaning: 'daily cap of a trial account' },
  '63018': { class: 'throttled', meaning: 'rate of the channel passed' },
  '63038': { class: 'throttled', meaning: 'daily message cap passed' },
  '21211': { class: 'badAddress', meaning: 'not a valid number' },
  '21604': { class: 'badAddress', meaning: 'no number' },
  '21612': { class: 'badAddress', meaning: 'not reachable from this sender' },
  '21614': { class: 'badAddress', meaning: 'not a mobile number' },
  '30005': { class: 'badAddress', meaning: 'handset unknown' },
  '30006': { class: 'badAddress', meaning: 'landline, or carrier not reachable' },
  '21610': { class: 'consent', meaning: 'opted out' },
  '30004': { class: 'consent', meaning: 'blocked by the recipient' },
  '63014': { class: 'consent', meaning: 'blocked by the recipient' },
  '21602': { class: 'content', meaning: 'no text' },
  '21617': { class: 'content', meaning: 'text too long' },
  '30007': { class: 'content', meaning: 'filtered by the carrier' },
  '63016': { class: 'content', meaning: 'outside the free-form window' },
  '20003': { class: 'config', meaning: 'credentials refused' },
  '20404': { class: 'config', meaning: 'account not found' },
  '21212': { class: 'config', meaning: 'sender not valid' },
  '21408': { class: 'config', meaning: 'country not permitted for the account' },
  '21603': { class: 'config', meaning: 'no sender' },
  '21606': { class: 'config', meaning: 'sender not owned or not able to send' },
  '21608': { class: 'config', meaning: 'number not verified for a trial account' },
  '21609': { class: 'config', meaning: 'status callback is no URL it can reach' },
  '30002': { class: 'config', meaning: 'account suspended' },
  '30024': { class: 'config', meaning: 'sender not provisioned at the carrier' },
  '30034': { class: 'config', meaning: 'sender not registered' },
  '90007': { class: 'config', meaning: 'validity period out of range' },
  '30003': { class: 'transient', meaning: 'handset not reachable' },
  '30008': { class: 'transient', meaning: 'unknown delivery error' },
  '30021': { class: 'transient', meaning: 'internal delivery error' },
  '30036': { class: 'transient', meaning: 'validity passed before delivery' },
  '30047': { class: 'transient', meaning: 'moved to another time by the compliance tool' },
  '30500': { class: 'transient', meaning: 'internal error of the provider' },
};

/** HTTP statuses at which a provider surely did not take the message; the others from 500 on are ambiguous. */
const HTTP_REFUSALS: Readonly<Record<number, RejectReason>> = { 400: 'content', 413: 'content', 422: 'content', 415: 'config' };

/** Network failures before a byte of the request could leave: names not found, connections never made, TLS refused. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EDNS',
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Those that also happen in the middle of a call, where they prove nothing. */
const WHILE_CONNECTING: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

/** Whether a network error proves that nothing left; `syscall` is what Node was doing when it failed. */
export function provesNothingLeft(code: string, syscall?: string): boolean {
  return NEVER_CONNECTED.has(code) || (WHILE_CONNECTING.has(code) && syscall === 'connect');
}

/** The reason behind a refusal with an HTTP status from 300 to 499 (429 excepted) and no code the tables know. */
export function classifyHttpRefusal(status: number): RejectReason {
  return HTTP_REFUSALS[status] ?? 'config';
}

/** Fields SendGrid names in a 400, in their order of weight. */
const SENDGRID_FIELDS: readonly { readonly pattern: RegExp; readonly class: RejectReason }[] = [
  { pattern: /^personalizations\.\d+\.to(\.|$)/, class: 'badAddress' },
  { pattern: /^(from|reply_to)(\.|$)/, class: 'config' },
  { pattern: /^(subject|content|personalizations\.\d+\.subject)(\.|$)/, class: 'content' },
];

/** The reason behind a field named in a SendGrid 400, or undefined for one the table does not have. */
export function classifySendgridField(field: string): RejectReason | undefined {
  return SENDGRID_FIELDS.find((row) => row.pattern.test(field))?.class;
}

/** The class of a Twilio code, or undefined for one the table does not have. */
export function classifyTwilioCode(code: string): ErrorClass | undefined {
  return TWILIO_CODES[code]?.class;
}

interface SmtpClass {
  readonly pattern: RegExp;
  readonly class: ErrorClass;
}

/** Enhanced status codes (RFC 3463) of SMTP replies and SendGrid bounces, first match wins. */
export const SMTP_STATUS_CLASSES: readonly SmtpClass[] = [
  { pattern: /^5\.1\.[0-36]$/, class: 'badAddress' },
  { pattern: /^5\.2\.1$/, class: 'badAddress' },
  { pattern: /^5\.4\.4$/, class: 'badAddress' },
  { pattern: /^5\.1\.[78]$/, class: 'config' },
  { pattern: /^[45]\.2\.2$/, class: 'transient' },
  { pattern: /^5\.3\.4$/, class: 'content' },
  { pattern: /^5\.6\./, class: 'content' },
  { pattern: /^5\.7\.(8|9|14|57)$/, class: 'config' },
  { pattern: /^5\.7\./, class: 'content' },
  { pattern: /^4\.7\./, class: 'throttled' },
  { pattern: /^4\./, class: 'transient' },
];

/** SMTP reply codes without an enhanced status. */
const SMTP_REPLY_CLASSES: Readonly<Record<number, ErrorClass>> = {
  421: 'transient', 450: 'transient', 451: 'transient', 452: 'transient',
  500: 'config', 501: 'badAddress', 502: 'config', 503: 'config', 530: 'config', 535: 'config',
  550: 'badAddress', 551: 'badAddress', 552: 'content', 553: 'badAddress', 554: 'content', 555: 'config',
};

/** The class of an SMTP reply (`550`, `5.1.1`); replies nobody listed are `content` when permanent, else `transient`. */
export function classifySmtpReply(replyCode: number, enhanced?: string): ErrorClass {
  const known = enhanced === undefined ? undefined : SMTP_STATUS_CLASSES.find((row) => row.pattern.test(enhanced));
  return known?.class ?? SMTP_REPLY_CLASSES[replyCode] ?? (replyCode >= 500 ? 'content' : 'transient');
}

/** Reasons SendGrid writes on `dropped` events, in lower case; first match wins. */
const SENDGRID_DROPS: readonly { readonly text: string; readonly class: ErrorClass }[] = [
  { text: 'smtpapi', class: 'config' },
  { text: 'unsubscribed', class: 'consent' },
  { text: 'spam reporting', class: 'consent' },
  { text: 'bounced address', class: 'badAddress' },
  { text: 'invalid', class: 'badAddress' },
  { text: 'spam content', class: 'content' },
  { text: 'recipient list over', class: 'config' },
];

const STATUS_CLASSES: Readonly<Partial<Record<ReceiptStatus, ErrorClass>>> = {
  bounced: 'badAddress', blocked: 'transient', dropped: 'badAddress', complained: 'consent', unsubscribed: 'consent',
  undelivered: 'transient', failed: 'transient',
};

/** An enhanced status that the table explains; one that only repeats that it failed (5.0.0) leaves the word to the status. */
function explainedBy(errorCode: string): ErrorClass | undefined {
  return SMTP_STATUS_CLASSES.find((row) => row.pattern.test(errorCode))?.class;
}

/**
 * The class of a delivery that failed after the provider took the message; undefined when `status` is no failure.
 * `errorCode` is Twilio's number, or for e-mail the SMTP status or SendGrid's drop reason.
 */
export function classifyDelivery(provider: Provider, status: ReceiptStatus, errorCode?: string): ErrorClass | undefined {
  const byStatus = STATUS_CLASSES[status];
  if (byStatus === undefined || errorCode === undefined) return byStatus;
  if (provider === 'twilio-sms') return classifyTwilioCode(errorCode) ?? byStatus;
  if (status === 'dropped') return SENDGRID_DROPS.find((row) => errorCode.toLowerCase().includes(row.text))?.class ?? byStatus;
  return status === 'bounced' || status === 'blocked' ? explainedBy(errorCode) ?? byStatus : byStatus;
}
