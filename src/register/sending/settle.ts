/** How an attempt ends: it left, it failed on its way, or nobody knows. Shared by the worker, the receipts and the reconcile job. */
import { attemptParts, moveAttempt, retireToken, surveyOfAttempt, type AttemptChange, type AttemptRow } from '../../db/attempts.ts';
import { markInvited } from '../../db/surveys.ts';
import { signOfClass } from '../../channels/contact-health.ts';
import { ERROR_ACTIONS, type ErrorClass } from '../../channels/error-classes.ts';
import { firstLookAt, isProvider } from '../../channels/receipt-patience.ts';
import { FINAL_RANK, isFailedReceipt, isReceiptStatus } from '../../channels/receipts.ts';
import type { AgreementEvent, EventBody } from '../../domain/agreement.ts';
import { recordFact } from '../fact.ts';
import { optOutAtProvider } from '../opt-out.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { appendTimeline } from '../timeline.ts';
import { noteSign } from './contact-health.ts';
import { recordStep, spokenBy, versionsOfAttempt, type DeliveryOutcome, type Spoken, type StepOutcome } from './facts.ts';

export async function spokenByAttempt(lock: PersonLock, attempt: AttemptRow): Promise<Spoken> {
  return spokenBy(attempt, await attemptParts(lock.trx, attempt.id));
}

/** The first word on an attempt: its step result, for every agreement it speaks of. A failed receipt that was faster than the worker follows at once. */
export async function concludeCall(
  lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, result: 'sent' | 'unknown', tell: 'caller' | 'workflow',
): Promise<DeliveryOutcome> {
  const outcome: StepOutcome = {
    result, attempt: attempt.id, channel: attempt.channel, versions: versionsOfAttempt(attempt),
    ...(result === 'unknown' ? { until: attempt.valid_until } : {}),
  };
  const spoken = await spokenByAttempt(lock, attempt);
  const events = await recordStep(lock, ctx, spoken, outcome, tell);
  if (result === 'unknown') return { result, until: attempt.valid_until, events };
  await noteInvitation(lock, attempt);
  const { receipt } = attempt;
  if (isReceiptStatus(receipt) && isFailedReceipt(receipt)) events.push(...await failDelivery(lock, ctx, attempt, tell));
  return { result, events };
}

/** A call whose worker is gone: sent when a receipt tells so, else unknown; whoever made it records nothing any more. */
export async function settleAbandoned(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, tell: 'caller' | 'workflow'): Promise<DeliveryOutcome> {
  const left = attempt.receipt_rank > 0;
  await retireToken(lock.trx, attempt.id, ctx.newId());
  await moveAttempt(lock.trx, attempt.id, ['calling'], left
    ? { state: 'sent', reason: 'reconciled', endedAt: lock.now, expectReceipt: expectedReceipt(attempt, lock.now) }
    : { state: 'unknown', reason: 'abandoned' });
  return concludeCall(lock, ctx, attempt, left ? 'sent' : 'unknown', tell);
}

/** When the end of a message that left at `now` (epoch ms) is looked for; undefined when nothing is known of its provider. */
export function expectedReceipt({ provider }: Pick<AttemptRow, 'provider'>, now: number): AttemptChange['expectReceipt'] {
  return isProvider(provider) ? { at: firstLookAt(provider, now), unlessRank: FINAL_RANK } : undefined;
}

/** The answer to an open question. Everybody it speaks of hears it: for the run it closes the wait. */
export async function answerQuestion(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, result: 'sent' | 'unknown', providerId?: string): Promise<void> {
  const moved = await moveAttempt(lock.trx, attempt.id, ['unknown'], {
    state: result, endedAt: lock.now, ...(providerId === undefined ? {} : { providerId }), expectReceipt: result === 'sent' ? expectedReceipt(attempt, lock.now) : undefined,
  });
  if (!moved) return;
  if (result === 'sent') await noteInvitation(lock, attempt);
  await tellEveryone(lock, ctx, attempt, `contactResult/${attempt.id}/${result}`, { kind: 'contactResult', attempt: attempt.id, result }, 'workflow');
}

/** The provider took it and could not deliver it. */
export async function failDelivery(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, tell: 'caller' | 'workflow'): Promise<AgreementEvent[]> {
  const moved = await moveAttempt(lock.trx, attempt.id, ['sent', 'unknown'], { state: 'undeliverable', endedAt: lock.now });
  if (!moved) return [];
  return tellEveryone(lock, ctx, attempt, `deliveryFailed/${attempt.id}`, { kind: 'deliveryFailed', attempt: attempt.id, channel: attempt.channel }, tell);
}

/** Records a fact for each agreement of the attempt; returns the lead's. A survey is no business of the agreement's run. */
async function tellEveryone(
  lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, id: string, body: Extract<EventBody, { kind: 'contactResult' | 'deliveryFailed' }>, tell: 'caller' | 'workflow',
): Promise<AgreementEvent[]> {
  const events: AgreementEvent[] = [];
  const spoken = await spokenByAttempt(lock, attempt);
  for (const { agreementId, leading } of spoken.agreements) {
    if (spoken.survey) {
      await appendTimeline(lock.trx, agreementId, { at: lock.now, kind: 'surveyMessage', channel: attempt.channel, outcome: body.kind === 'contactResult' ? body.result : 'undelivered', text: surveyText(body) });
      continue;
    }
    const event = await recordFact(lock, ctx, agreementId, { id, body, tell: leading ? tell : 'workflow' });
    if (leading) events.push(event);
  }
  return events;
}

function surveyText(body: Extract<EventBody, { kind: 'contactResult' | 'deliveryFailed' }>): { es: string; en: string } {
  if (body.kind === 'deliveryFailed') return { es: 'El mensaje de la encuesta no fue entregado.', en: 'The survey message was not delivered.' };
  return body.result === 'sent'
    ? { es: 'El mensaje de la encuesta sí salió.', en: 'The survey message did leave.' }
    : { es: 'No se sabrá si el mensaje de la encuesta salió.', en: 'Whether the survey message left will not be known.' };
}

async function noteInvitation(lock: PersonLock, attempt: AttemptRow): Promise<void> {
  const survey = await surveyOfAttempt(lock.trx, attempt.id);
  if (survey !== undefined) await markInvited(lock.trx, survey.id, lock.now, survey.nudge);
}

/** What a refusal's class does to the address: its health, or its consent. Stopping a sender is the caller's, who knows it. */
export async function punishAddress(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, errorClass: ErrorClass, code: string | undefined): Promise<void> {
  const sign = signOfClass(errorClass, attempt.provider, code);
  if (sign !== null) await noteSign(lock, attempt.contact_point_id, sign);
  if (ERROR_ACTIONS[errorClass].suppress) await suppressAddress(lock, ctx, attempt, code);
}

/** The provider says that this address asked it for silence: the channel is denied there and nowhere else. */
export function suppressAddress(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, code: string | undefined): Promise<void> {
  return optOutAtProvider(
    lock, ctx, { personId: attempt.person_id, contactPointId: attempt.contact_point_id, channel: attempt.channel },
    { provider: attempt.provider, code: code ?? null, attempt: attempt.id },
  );
}
