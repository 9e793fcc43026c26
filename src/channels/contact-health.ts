/** What a report about a message says of the address it went to, and what an address is worth after it. One table, no I/O. */
import type { Provider, ReceiptStatus } from './channel.ts';
import { classifyDelivery, type ErrorClass } from './error-classes.ts';

/** `landline`: rings, but takes no SMS. `quarantined`: may be somebody else's, so nobody writes or calls before a person has looked. */
export type ContactHealth = 'valid' | 'softFailing' | 'landline' | 'invalid' | 'quarantined';

/** works: a message arrived. soft: one did not, for a while. dead, landline: none ever will. wrongPerson: somebody else may read it. */
export type HealthSign = 'works' | 'soft' | 'dead' | 'landline' | 'wrongPerson';

/** By receipt: a sign, what the error's class says, or nothing. Whoever complains or unsubscribes has read the message. */
export const RECEIPT_SIGNS: Readonly<Record<ReceiptStatus, HealthSign | 'byClass' | null>> = {
  queued: null, sent: null, deferred: null, delivered: 'works', complained: 'works', unsubscribed: 'works', resubscribed: 'works',
  undelivered: 'byClass', failed: 'byClass', blocked: 'byClass', dropped: 'byClass', bounced: 'byClass',
};

/** By class of error: only two speak of the address, the others of its owner, of our text, or of our account. */
export const CLASS_SIGNS: Readonly<Record<ErrorClass, HealthSign | null>> = {
  badAddress: 'dead', transient: 'soft', consent: null, content: null, config: null, throttled: null,
};

/** Twilio's codes that say "this is a landline". */
const LANDLINE_CODES: ReadonlySet<string> = new Set(['21614', '30006']);

/** What an error of this class says of the address; null: nothing. */
export function signOfClass(errorClass: ErrorClass, provider: string | null, code: string | null | undefined): HealthSign | null {
  const sign = CLASS_SIGNS[errorClass];
  return sign === 'dead' && provider === 'twilio-sms' && LANDLINE_CODES.has(code ?? '') ? 'landline' : sign;
}

/** What a receipt says of the address; `code` as in classifyDelivery. */
export function signOfReceipt(provider: Provider, status: ReceiptStatus, code?: string): HealthSign | null {
  const sign = RECEIPT_SIGNS[status];
  if (sign !== 'byClass') return sign;
  const errorClass = classifyDelivery(provider, status, code);
  return errorClass === undefined ? null : signOfClass(errorClass, provider, code);
}

export interface SoftLimit {
  /** Failures in a row from which the address counts as failing; it is still used, after better ones. */
  readonly failingAfter: number;
  /** Failures in a row, over at least `acrossMs`, from which it counts as dead. */
  readonly deadAfter: number;
  readonly acrossMs: number;
}

const DAY = 24 * 3_600_000;

/** A full mailbox is emptied within two weeks or never; a handset without SMS may still ring, so it is given two months. */
export const SOFT_LIMITS: Readonly<Record<'sms' | 'email', SoftLimit>> = {
  sms: { failingAfter: 1, deadAfter: 6, acrossMs: 60 * DAY },
  email: { failingAfter: 1, deadAfter: 5, acrossMs: 14 * DAY },
};

/** How a message to the address ended, `at` in epoch ms. */
export interface MessageEnd {
  readonly sign: HealthSign | null;
  readonly at: number;
}

export interface SoftStreak {
  readonly failures: number;
  /** From the first to the last of them, ms. */
  readonly acrossMs: number;
}

/** The failures since the last message that arrived; `ends` newest message first, whatever the order they were told in. */
export function softStreak(ends: readonly MessageEnd[]): SoftStreak {
  const worked = ends.findIndex(({ sign }) => sign === 'works');
  const soft = ends.slice(0, worked === -1 ? ends.length : worked).filter(({ sign }) => sign === 'soft').map(({ at }) => at);
  return { failures: soft.length, acrossMs: soft.length === 0 ? 0 : Math.max(...soft) - Math.min(...soft) };
}

/** What nothing but a person takes back; the greater one stays. */
const SEVERITY: Readonly<Record<ContactHealth, number>> = { valid: 0, softFailing: 0, landline: 1, invalid: 2, quarantined: 3 };
const LASTING: Readonly<Record<Exclude<HealthSign, 'works' | 'soft'>, ContactHealth>> = { landline: 'landline', dead: 'invalid', wrongPerson: 'quarantined' };

/** The health after a sign. `streak` counts the message that gave it. */
export function healthAfter(current: ContactHealth, sign: HealthSign, streak: SoftStreak, limit: SoftLimit): ContactHealth {
  if (sign !== 'works' && sign !== 'soft') return SEVERITY[LASTING[sign]] > SEVERITY[current] ? LASTING[sign] : current;
  if (SEVERITY[current] > 0) return current;
  if (streak.failures >= limit.deadAfter && streak.acrossMs >= limit.acrossMs) return 'invalid';
  return streak.failures >= limit.failingAfter ? 'softFailing' : 'valid';
}
