/**
 * Messages whose end nobody has told: a lost callback is asked for at the provider, and what cannot be asked for stays
 * sent, unconfirmed, after a while. Nothing is ever sent again here.
 */
import type { LookupOutcome } from '../../channels/channel.ts';
import { isProvider, nextLookAt } from '../../channels/receipt-patience.ts';
import { FINAL_RANK } from '../../channels/receipts.ts';
import { attemptById, receiptsDue, setReceiptDue, type AttemptRow } from '../../db/attempts.ts';
import { contactPointById } from '../../db/contact-points.ts';
import { MINUTE } from '../../domain/zone.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { appendTimeline, type EntryText } from '../timeline.ts';
import type { SendingDeps } from './deps.ts';
import { enterReceipt } from './receipts.ts';
import { spokenByAttempt } from './settle.ts';
import { atInstant, stillStands } from './still-stands.ts';

export interface Confirmed {
  /** Messages that the provider knew more about. */
  readonly found: number;
  /** Messages given up: sent, unconfirmed. */
  readonly unconfirmed: number;
}

/** Most messages of one round; the next round takes the next ones. */
const BATCH = 100;
const LOOKUP_TIMEOUT_MS = 5_000;
const AGAIN_AFTER_FAILURE = 10 * MINUTE;

/** One round over what is due at `now` (epoch ms, business clock; default: the clock's). Safe to run side by side. */
export async function confirmReceipts(deps: SendingDeps, now?: number): Promise<Confirmed> {
  const ctx = now === undefined ? deps.ctx : atInstant(deps.ctx, now);
  const tally = { found: 0, unconfirmed: 0 };
  // A provider that does not answer one question will not answer the next: a round must not hang on a hundred of them.
  let away = false;
  for (const attempt of await receiptsDue(ctx.db, await ctx.clock.now(), BATCH)) {
    const answer: LookupOutcome | null = away && attempt.channel === 'sms' ? { kind: 'unavailable', code: 'away' } : await lookUp(deps, attempt);
    away ||= answer?.kind === 'unavailable';
    await stillStands(ctx, attempt, (lock, fresh) => conclude(lock, ctx, fresh, answer, tally));
  }
  return tally;
}

async function lookUp({ ctx, channels: { sms } }: SendingDeps, attempt: AttemptRow): Promise<LookupOutcome | null> {
  if (attempt.provider !== 'twilio-sms' || attempt.provider_id === null || sms === null) return null;
  const point = await contactPointById(ctx.db, attempt.contact_point_id);
  return sms.lookup({ attemptId: attempt.id, to: point?.value ?? '', body: '', since: attempt.begun_at ?? attempt.claimed_at, providerId: attempt.provider_id }, { timeoutMs: LOOKUP_TIMEOUT_MS });
}

async function conclude(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, answer: LookupOutcome | null, tally: { found: number; unconfirmed: number }): Promise<boolean> {
  if (answer?.kind === 'found' && isProvider(attempt.provider)) {
    const { status, providerId, errorCode } = answer;
    if ((await enterReceipt(lock, ctx, attempt.id, { provider: attempt.provider, status, providerId, errorCode })) === 'applied') tally.found += 1;
  }
  const fresh = await attemptById(lock.trx, attempt.id);
  // Told meanwhile, by the answer or by a receipt that was on its way.
  if (fresh === undefined || fresh.receipt_due_at === null) return true;
  const next = isProvider(attempt.provider) && fresh.receipt_rank < FINAL_RANK ? nextLookAt(attempt.provider, attempt.ended_at ?? lock.now, lock.now) : null;
  const soon = answer?.kind === 'unavailable' && next !== null ? Math.min(next, lock.now + AGAIN_AFTER_FAILURE) : next;
  await setReceiptDue(lock.trx, attempt.id, soon);
  if (soon === null && fresh.receipt_rank < FINAL_RANK) {
    await sayUnconfirmed(lock, attempt);
    tally.unconfirmed += 1;
  }
  return true;
}

async function sayUnconfirmed(lock: PersonLock, attempt: AttemptRow): Promise<void> {
  for (const { agreementId } of (await spokenByAttempt(lock, attempt)).agreements) {
    await appendTimeline(lock.trx, agreementId, { at: lock.now, kind: 'contactUnconfirmed', channel: attempt.channel, outcome: 'unconfirmed', text: UNCONFIRMED[attempt.channel] });
  }
}

const UNCONFIRMED: Readonly<Record<'sms' | 'email', EntryText>> = {
  sms: { es: 'El proveedor no confirmó la entrega del SMS: queda como enviado, sin confirmar.', en: 'The provider did not confirm the delivery of the SMS: it stays sent, unconfirmed.' },
  email: { es: 'No hay confirmación de la entrega del correo: queda como enviado, sin confirmar.', en: 'There is no confirmation of the delivery of the e-mail: it stays sent, unconfirmed.' },
};
