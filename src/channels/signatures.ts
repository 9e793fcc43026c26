import { createPublicKey, verify } from 'node:crypto';
import twilio from 'twilio';
import type { FormFields } from './receipts.ts';

/**
 * Whether Twilio signed a webhook with one of the account's tokens (two are valid while one is being replaced).
 * `fullUrl` is the public base plus the raw request target, never what the Host header says.
 */
export function verifyTwilio(tokens: readonly string[], signature: string | undefined, fullUrl: string, fields: FormFields): boolean {
  if (signature === undefined || signature === '') return false;
  return tokens.some((token) => {
    try {
      return twilio.validateRequest(token, signature, fullUrl, { ...fields });
    } catch {
      return false; // it throws on an address that is no URL
    }
  });
}

/**
 * Whether SendGrid signed a batch of events. `publicKey` is base64 SPKI DER as their settings page shows it; `rawBody`
 * the bytes as received: trimming or parsing first breaks it. Old timestamps pass, because retries last a day.
 */
export function verifySendgrid(publicKey: string, signature: string | undefined, timestamp: string | undefined, rawBody: Buffer): boolean {
  if (signature === undefined || timestamp === undefined) return false;
  const bytes = Buffer.from(signature, 'base64');
  // Node reads base64 leniently: spaces, another alphabet and spare bits would make many texts of one signature.
  if (bytes.toString('base64') !== signature) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', Buffer.concat([Buffer.from(timestamp), rawBody]), key, bytes);
  } catch {
    return false;
  }
}
