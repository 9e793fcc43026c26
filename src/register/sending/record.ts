/** Record: the fourth step. What the provider answered becomes the attempt's state and the agreements' facts, if the token still fits. */
import type { RejectReason, SendOutcome } from '../../channels/channel.ts';
import { ERROR_ACTIONS } from '../../channels/error-classes.ts';
import { attemptById, moveAttempt, type AttemptRow } from '../../db/attempts.ts';
import { MINUTE, SECOND } from '../../domain/zone.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { appendTimeline } from '../timeline.ts';
import type { CertainCall } from './begin.ts';
import type { SendingDeps } from './deps.ts';
import { recordStep, versionsOfAttempt, type DeliveryOutcome } from './facts.ts';
import { lookAgain } from './gate.ts';
import { readSubject } from './law-subject.ts';
import type { DeliveryRequest } from './parcel.ts';
import { concludeCall, expectedReceipt, punishAddress, spokenByAttempt } from './settle.ts';
import { stopSender } from './stop.ts';

/** The same attempt is called again at most this often, and only after answers that prove that nothing left. */
const MOST_TRIES = 3;
const FIRST_PAUSE = 2 * SECOND;
const LONGEST_PAUSE = 10 * MINUTE;

export type Recording =
  | { readonly kind: 'done'; readonly outcome: DeliveryOutcome }
  /** Refused: the next channel, if one is left, is a claim of its own. */
  | { readonly kind: 'again' }
  /** Nothing left and it may be tried again after this long (ms). */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly code: string }
  /** The attempt is no longer this worker's: it records nothing. */
  | { readonly kind: 'lost' };

export async function recordOutcome(deps: SendingDeps, request: DeliveryRequest, call: CertainCall, outcome: SendOutcome): Promise<Recording> {
  return underAgreementLock(deps.ctx, request.agreementId, async (lock) => {
    const attempt = await attemptById(lock.trx, call.attemptId);
    if (attempt?.state !== 'calling' || attempt.token !== call.token) return { kind: 'lost' };
    switch (outcome.kind) {
      case 'sent': {
        await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'sent', providerId: outcome.providerId, endedAt: lock.now, expectReceipt: expectedReceipt(attempt, lock.now) }, call.token);
        return { kind: 'done', outcome: await concludeCall(lock, deps.ctx, attempt, 'sent', 'caller') };
      }
      case 'unknown': {
        await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'unknown', reason: `provider.${outcome.code}` }, call.token);
        return { kind: 'done', outcome: await concludeCall(lock, deps.ctx, attempt, 'unknown', 'caller') };
      }
      case 'rejected': return refused(lock, deps, attempt, call, outcome.reason, outcome.code);
      case 'retry': return notNow(lock, deps, attempt, call, outcome.code, outcome.afterMs);
    }
  });
}

/** The provider said no. What that means for the address and the sender is data; the step goes on with the next channel. */
async function refused(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, call: CertainCall, reason: RejectReason, code: string): Promise<Recording> {
  await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'rejected', reason: `provider.${reason}.${code}`, endedAt: lock.now }, call.token);
  await punishAddress(lock, deps.ctx, attempt, reason, code);
  const { stopSender: stops, stopTemplate } = ERROR_ACTIONS[reason];
  if (stops) await stopSender(lock.trx, call.sender.id, code);
  if (stops || stopTemplate) deps.ctx.log.error({ attemptId: attempt.id, channel: attempt.channel, template: attempt.template, reason, code }, 'a provider refused a message for a reason of ours');
  for (const { agreementId } of (await spokenByAttempt(lock, attempt)).agreements) {
    await appendTimeline(lock.trx, agreementId, {
      at: lock.now, kind: 'contactRejected', channel: attempt.channel, outcome: reason,
      text: { es: `El proveedor no aceptó el mensaje (${reason}, código ${code}): nada salió.`, en: `The provider refused the message (${reason}, code ${code}): nothing left.` },
    });
  }
  return { kind: 'again' };
}

/** Surely nothing left: the same attempt may be called again soon, a few times; then the step waits for another hour of the day. */
async function notNow(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, call: CertainCall, code: string, told: number | undefined): Promise<Recording> {
  const afterMs = Math.min(LONGEST_PAUSE, told ?? FIRST_PAUSE * 2 ** attempt.tries);
  if (attempt.tries < MOST_TRIES && lock.now + afterMs < attempt.valid_until) {
    await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'claimed', reason: `retry.${code}`, tried: true }, call.token);
    return { kind: 'retry', afterMs, code };
  }
  await moveAttempt(lock.trx, attempt.id, ['calling'], { state: 'rejected', reason: `unavailable.${code}`, endedAt: lock.now }, call.token);
  const spoken = await spokenByAttempt(lock, attempt);
  const lead = spoken.agreements.filter(({ leading }) => leading);
  const [first] = lead;
  const until = first === undefined ? lock.now + LONGEST_PAUSE : await nextLook(lock, deps, attempt, first.agreementId);
  const events = await recordStep(lock, deps.ctx, { ...spoken, agreements: lead }, {
    result: 'deferred', until, rules: ['provider-unavailable'], versions: versionsOfAttempt(attempt),
  }, 'caller');
  return { kind: 'done', outcome: { result: 'deferred', until, events } };
}

async function nextLook(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, agreementId: string): Promise<number> {
  const { row } = await loadState(lock.trx, agreementId);
  const subject = await readSubject(lock.trx, row, lock.now, attempt.id);
  return lookAgain(deps, subject, { channels: [attempt.channel], purpose: attempt.purpose, now: lock.now, atMinute: null }, attempt.channel);
}
