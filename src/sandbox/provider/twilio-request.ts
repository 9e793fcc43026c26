/** What Twilio refuses in a request to send, with its own codes, and what it answers about a message. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { smsLength } from '../../text/sms.ts';
import type { SandboxMessage } from './journal.ts';

export interface TwilioRefusal {
  readonly code: number;
  readonly message: string;
}

export interface SmsRequest {
  readonly to: string;
  readonly from: string | null;
  readonly messagingServiceSid: string | undefined;
  readonly body: string;
  readonly callbackUrl: string | undefined;
}

/** Twilio's own numbers for tests (providers.md 1.9): writing to them is refused. */
const REFUSED_TO: Readonly<Record<string, TwilioRefusal>> = {
  '+15005550001': { code: 21211, message: "Invalid 'To' Phone Number" },
  '+15005550002': { code: 21612, message: "The 'To' number is not reachable from this sender" },
  '+15005550003': { code: 21408, message: 'Permission to send to this region is not enabled' },
  '+15005550004': { code: 21610, message: 'Attempt to send to unsubscribed recipient' },
  '+15005550009': { code: 21614, message: "'To' number is not a valid mobile number" },
};
/** And sending from them. */
const REFUSED_FROM: Readonly<Record<string, TwilioRefusal>> = {
  '+15005550001': { code: 21212, message: "Invalid 'From' Phone Number" },
  '+15005550007': { code: 21606, message: "The 'From' number is not a message-capable number of this account" },
  '+15005550008': { code: 21611, message: "The queue of this 'From' number is full" },
};
const MAX_BODY = 1600;
const MAX_VALIDITY_SECONDS = 36_000;

/** The request in a form's fields, or the first thing wrong with it. */
export function readSmsRequest(form: URLSearchParams): SmsRequest | TwilioRefusal {
  const to = form.get('To') ?? '';
  const from = form.get('From');
  const service = form.get('MessagingServiceSid');
  const body = form.get('Body') ?? '';
  const callback = form.get('StatusCallback');
  const refusal = refuseTo(to) ?? refuseFrom(from, service) ?? refuseBody(body) ?? refuseCallback(callback) ?? refuseValidity(form.get('ValidityPeriod'));
  return refusal ?? { to, from, messagingServiceSid: service ?? undefined, body, callbackUrl: callback ?? undefined };
}

function refuseTo(to: string): TwilioRefusal | undefined {
  if (to === '') return { code: 21604, message: "A 'To' phone number is required" };
  const known = REFUSED_TO[to];
  if (known !== undefined) return known;
  return isNumber(to) ? undefined : { code: 21211, message: "Invalid 'To' Phone Number" };
}

function refuseFrom(from: string | null, service: string | null): TwilioRefusal | undefined {
  if (from === null && service === null) return { code: 21603, message: "A 'From' phone number or a Messaging Service is required" };
  if (from === null) return /^MG[0-9a-f]{32}$/i.test(service ?? '') ? undefined : { code: 21701, message: 'The Messaging Service does not exist' };
  const known = REFUSED_FROM[from];
  if (known !== undefined) return known;
  return isNumber(from) || /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/.test(from) ? undefined : { code: 21212, message: "Invalid 'From' Phone Number" };
}

/** As Twilio does: the length must fit the country, whether the number is in use is seen later. */
function isNumber(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text) && parsePhoneNumberFromString(text)?.isPossible() === true;
}

function refuseBody(body: string): TwilioRefusal | undefined {
  if (body.trim() === '') return { code: 21602, message: 'Message body is required' };
  return body.length > MAX_BODY ? { code: 21617, message: `The message body exceeds ${MAX_BODY} characters` } : undefined;
}

function refuseCallback(callback: string | null): TwilioRefusal | undefined {
  return callback === null || (URL.canParse(callback) && /^https?:$/.test(new URL(callback).protocol)) ? undefined : { code: 21609, message: "Invalid 'StatusCallback' URL" };
}

function refuseValidity(seconds: string | null): TwilioRefusal | undefined {
  if (seconds === null) return undefined;
  const value = Number(seconds);
  return Number.isInteger(value) && value >= 1 && value <= MAX_VALIDITY_SECONDS ? undefined : { code: 90007, message: 'The validity period is out of range' };
}

/** The attempt's id at the end of a callback address of ours; null for any other address. */
export function attemptOfCallback(callbackUrl: string | undefined): string | null {
  if (callbackUrl === undefined) return null;
  const id = /\/webhooks\/twilio\/status\/([^/?#]+)$/.exec(new URL(callbackUrl).pathname)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}

/** When the message left the queue; null before that. */
export function sentAt(message: SandboxMessage): number | null {
  return message.events.find((event) => event.status !== 'queued')?.at ?? null;
}

/** A message as Twilio's API shows it. */
export function messageResource(message: SandboxMessage): Record<string, unknown> {
  const account = message.accountSid ?? '';
  const uri = `/2010-04-01/Accounts/${account}/Messages/${message.providerId}`;
  const sent = sentAt(message);
  const updated = message.events.at(-1)?.at ?? message.at;
  return {
    account_sid: account,
    api_version: '2010-04-01',
    body: message.body ?? '',
    date_created: rfc2822(message.at),
    date_sent: sent === null ? null : rfc2822(sent),
    date_updated: rfc2822(updated),
    direction: 'outbound-api',
    error_code: message.errorCode === undefined ? null : Number(message.errorCode),
    error_message: null,
    from: message.from,
    messaging_service_sid: message.messagingServiceSid ?? null,
    num_media: '0',
    num_segments: String(smsLength(message.body ?? '').segments),
    price: null,
    price_unit: 'USD',
    sid: message.providerId,
    status: message.status,
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}

function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
