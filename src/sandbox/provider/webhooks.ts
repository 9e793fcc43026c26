/** Signed calls to our API, as Twilio and SendGrid make them: their form, their signatures, their patience. */
import { createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { Receipt, SandboxMessage } from './journal.ts';

/** Twilio waits 15 s in all. */
const PATIENCE_MS = 15_000;

/** Twilio's signature: base64 HMAC-SHA1 over the address and the fields in the order of their names. */
export function twilioSignature(token: string, url: string, fields: Readonly<Record<string, string>>): string {
  const signed = Object.keys(fields).sort().reduce((text, name) => text + name + (fields[name] ?? ''), url);
  return createHmac('sha1', token).update(Buffer.from(signed, 'utf8')).digest('base64');
}

/** SendGrid's signature: base64 ECDSA-SHA256 over timestamp and body. */
export function sendgridSignature(key: KeyObject, timestamp: string, body: string): string {
  return sign('sha256', Buffer.from(timestamp + body, 'utf8'), key).toString('base64');
}

/** SendGrid's signing key: base64 of PKCS8 DER, P-256. */
export function readSigningKey(encoded: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'pkcs8' });
}

/** Posts and resolves to the HTTP status, or to null without an answer; redirects are not followed. */
export async function post(url: string, headers: Record<string, string>, body: string): Promise<number | null> {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}

/** A signed form post by Twilio; resolves to the HTTP status, or to null without an answer. */
export function postAsTwilio(token: string, url: string, fields: Readonly<Record<string, string>>): Promise<number | null> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'user-agent': 'TwilioProxy/1.1', 'x-twilio-signature': twilioSignature(token, url, fields) };
  return post(url, headers, new URLSearchParams(fields).toString());
}

/** A signed batch of events by SendGrid; `timestamp` in epoch seconds. */
export function postAsSendgrid(key: KeyObject, url: string, events: readonly object[], timestamp: number): Promise<number | null> {
  return postSigned(key, url, 'application/json', JSON.stringify(events), timestamp);
}

/** Anything that SendGrid posts and signs: its events, and mail where a parse policy asks for it. */
export function postSigned(key: KeyObject, url: string, contentType: string, body: string, timestamp: number): Promise<number | null> {
  const headers = {
    'content-type': contentType, 'user-agent': 'SendGrid Event API',
    'x-twilio-email-event-webhook-timestamp': String(timestamp),
    'x-twilio-email-event-webhook-signature': sendgridSignature(key, String(timestamp), body),
  };
  return post(url, headers, body);
}

/** The fields of a status callback. */
export function statusFields(message: SandboxMessage, receipt: Receipt): Record<string, string> {
  return {
    AccountSid: message.accountSid ?? '',
    ApiVersion: '2010-04-01',
    ...(message.from === null ? {} : { From: message.from }),
    MessageSid: message.providerId,
    MessageStatus: receipt.status,
    ...(message.messagingServiceSid === undefined ? {} : { MessagingServiceSid: message.messagingServiceSid }),
    SmsSid: message.providerId,
    SmsStatus: receipt.status,
    To: message.to,
    ...(receipt.errorCode === undefined ? {} : { ErrorCode: receipt.errorCode }),
  };
}

/** One SendGrid event; the custom argument comes back at the top level. */
export function sendgridEvent(message: SandboxMessage, receipt: Receipt): Record<string, string | number> {
  return {
    email: message.to,
    timestamp: Math.floor(receipt.happenedAt / 1000),
    event: receipt.status,
    sg_event_id: Buffer.from(receipt.id).toString('base64url'),
    sg_message_id: `${message.providerId}.recvd-sandbox-1`,
    'smtp-id': `<${message.providerId}@sandbox.invalid>`,
    ...(message.attemptId === null ? {} : { attempt_id: message.attemptId }),
    ...(receipt.type === undefined ? {} : { type: receipt.type }),
    ...(receipt.errorCode === undefined ? {} : { status: receipt.errorCode }),
    ...(receipt.reason === undefined ? {} : receipt.status === 'delivered' ? { response: receipt.reason } : { reason: receipt.reason }),
  };
}

/** The fields of an SMS that a person sent us. */
export function inboundFields(inbound: { readonly accountSid: string; readonly sid: string; readonly from: string; readonly to: string; readonly body: string; readonly segments: number }): Record<string, string> {
  const { accountSid, sid, from, to, body, segments } = inbound;
  return {
    AccountSid: accountSid, ApiVersion: '2010-04-01', Body: body, From: from, MessageSid: sid, NumMedia: '0', NumSegments: String(segments),
    SmsMessageSid: sid, SmsSid: sid, SmsStatus: 'received', To: to,
  };
}
