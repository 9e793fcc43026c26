/** Signed notifications: HMAC-SHA256 under one of the account's secrets, compared without telling where it differs. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY, MINUTE } from '../../domain/zone.ts';

/**
 * How old a signed time may be. A notification is only a hint, and a repeat is known by its event id, so an old one does
 * no harm; a lost one does. Neither Mercado Pago nor Khipu says whether a retry is signed anew: their retries last days.
 */
export const OLDEST = 3 * DAY;
/** Two clocks that differ. */
const NEWEST = 5 * MINUTE;

/** Whether one of the secrets (two are valid while one is being replaced) made this signature of the message. */
export function signedBy(secrets: readonly string[], message: string | Buffer, signature: string, encoding: 'hex' | 'base64'): boolean {
  const given = Buffer.from(signature, encoding);
  // Node decodes what it can and drops the rest: only the one spelling of a digest is a signature.
  if (given.length !== 32 || given.toString(encoding) !== signature) return false;
  return secrets.filter((secret) => secret !== '').some((secret) => timingSafeEqual(createHmac('sha256', secret).update(message).digest(), given));
}

/** Whether a signed time (epoch ms) is near enough to when the notification came. */
export function isCurrent(signedAt: number, receivedAt: number, oldestMs: number = OLDEST): boolean {
  return signedAt >= receivedAt - oldestMs && signedAt <= receivedAt + NEWEST;
}

/** The parts of `t=1,s=ab==`; null when one stands twice, lest two readers see two different ones. */
export function partsOf(header: string | undefined): ReadonlyMap<string, string> | null {
  const parts = new Map<string, string>();
  for (const part of (header ?? '').split(',')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at < 1 || parts.has(name)) return null;
    parts.set(name, part.slice(at + 1).trim());
  }
  return parts;
}

/** The one value of a parameter; null when it is absent or stands twice. */
export function onlyValue(parameters: URLSearchParams, name: string): string | null {
  const [value, ...more] = parameters.getAll(name);
  return value === undefined || more.length > 0 ? null : value;
}
