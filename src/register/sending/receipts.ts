/** What providers report about a message after they took it: once each, in any order, only ever to a higher rank. */
import type { Provider, ReceiptStatus } from '../../channels/channel.ts';
import { signOfReceipt } from '../../channels/contact-health.ts';
import { classifyDelivery, ERROR_ACTIONS, type ErrorClass } from '../../channels/error-classes.ts';
import { isFailedReceipt, isFinalReceipt, RECEIPT_RANK, type ProviderEvent } from '../../channels/receipts.ts';
import { attemptById, attemptByProviderId, attemptParts, keepReceipt, type AttemptRow } from '../../db/attempts.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { insertProviderEvent } from '../../db/provider-events.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { isOptedOut, optOutUnder, type OptOutBody } from '../opt-out.ts';
import { optOutLawOf } from '../opt-out-scope.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { appendTimeline } from '../timeline.ts';
import { noteSign } from './contact-health.ts';
import { answerQuestion, failDelivery, spokenByAttempt, suppressAddress } from './settle.ts';

/** `applied`: it said something new. `known`: repeated, or of no higher rank. `unmatched`: no attempt of ours. */
export type ReceiptOutcome = 'applied' | 'known' | 'unmatched';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Enters a receipt. When this returns it is committed, so a 2xx may be answered. */
export async function applyReceipt(ctx: RegisterContext, event: ProviderEvent): Promise<ReceiptOutcome> {
  const found = await findAttempt(ctx.db, event);
  const [part] = found === undefined ? [] : await attemptParts(ctx.db, found.id);
  if (found === undefined || part === undefined) {
    const at = event.at ?? (await ctx.clock.now());
    return (await insertProviderEvent(ctx.db, rowOf(event, null, at))) ? 'unmatched' : 'known';
  }
  return underAgreementLock(ctx, part.agreement_id, async (lock) => {
    if (!(await insertProviderEvent(lock.trx, rowOf(event, found.id, event.at ?? lock.now)))) return 'known';
    return enterReceipt(lock, ctx, found.id, event);
  });
}

export interface FoundReceipt {
  readonly provider: Provider;
  readonly status: ReceiptStatus;
  /** Of the receipt, for the evidence. */
  readonly eventId?: string | undefined;
  readonly providerId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly at?: number | undefined;
}

/**
 * A status of an attempt, told by a receipt or found by asking. A call that is still in a worker's hands only keeps it:
 * the worker's own record, or the reconcile job when the worker is gone, reads it there.
 */
export async function enterReceipt(lock: PersonLock, ctx: RegisterContext, attemptId: string, event: FoundReceipt): Promise<ReceiptOutcome> {
  const attempt = await attemptById(lock.trx, attemptId);
  if (attempt === undefined) return 'unmatched';
  const advanced = await keepReceipt(lock.trx, attempt.id, {
    status: event.status, rank: RECEIPT_RANK[event.status], at: event.at ?? lock.now, providerId: event.providerId,
    code: event.errorCode, final: isFinalReceipt(event.status),
  });
  if (attempt.state === 'claimed' || attempt.state === 'rejected') {
    ctx.log.error({ attemptId, state: attempt.state, status: event.status }, 'a provider reports on a message that never left as far as we know');
  }
  if (attempt.state === 'unknown') await answerQuestion(lock, ctx, attempt, 'sent', event.providerId);
  if (event.status === 'resubscribed') {
    await noteResubscription(lock, attempt);
    return 'applied';
  }
  // Who unsubscribes again, after a new consent, does it from the same old mail.
  if (!advanced && !BY_THE_PERSON.has(event.status)) return 'known';
  await drawConsequences(lock, ctx, attempt, event);
  return advanced ? 'applied' : 'known';
}

async function drawConsequences(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, event: FoundReceipt): Promise<void> {
  const sign = signOfReceipt(event.provider, event.status, event.errorCode);
  if (sign !== null) await noteSign(lock, attempt.contact_point_id, sign);
  const errorClass = classifyDelivery(event.provider, event.status, event.errorCode);
  if (errorClass !== undefined) await drawFromClass(lock, ctx, attempt, event, errorClass);
  if (isFailedReceipt(event.status)) await failDelivery(lock, ctx, attempt, 'workflow');
}

async function drawFromClass(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, event: FoundReceipt, errorClass: ErrorClass): Promise<void> {
  const { suppress, stopSender, stopTemplate } = ERROR_ACTIONS[errorClass];
  if (stopSender || stopTemplate) {
    ctx.log.error({ attemptId: attempt.id, channel: attempt.channel, template: attempt.template, reason: errorClass, code: event.errorCode }, 'a message was not delivered for a reason of ours');
  }
  if (!suppress) return;
  if (BY_THE_PERSON.has(event.status) || attempt.channel === 'email') await stopChannel(lock, ctx, attempt, event);
  else await suppressAddress(lock, ctx, attempt, event.errorCode);
}

/** The person pressed a button; a drop for want of consent repeats it, and may be all that is ever heard of it. */
const BY_THE_PERSON: ReadonlySet<ReceiptStatus> = new Set<ReceiptStatus>(['complained', 'unsubscribed']);

/** Who asks the mail program for silence asks this creditor: the whole channel falls silent there, or more where the law says so. */
async function stopChannel(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, event: FoundReceipt): Promise<void> {
  const { person_id: personId, contact_point_id: contactPointId, channel } = attempt;
  const law = await optOutLawOf(lock.trx, { personId, contactPointId, channel }, lock.now);
  const body: OptOutBody = law.body.scope === 'channel' ? { channel, scope: 'channel' } : law.body;
  if (await isOptedOut(lock.trx, personId, body)) return;
  const said = { how: event.status, provider: event.provider, attempt: attempt.id, at: new Date(event.at ?? lock.now).toISOString() };
  await optOutUnder(lock, ctx, personId, body, {
    by: 'debtor', factId: `provider/${attempt.id}/${event.eventId ?? event.status}`, evidence: { ...said, ...(event.eventId === undefined ? {} : { event: event.eventId }), ...(event.errorCode === undefined ? {} : { code: event.errorCode }) },
  });
}

/** A click in a mail program is no consent to be dunned: who wants to be written to again says so to the creditor. */
async function noteResubscription(lock: PersonLock, attempt: AttemptRow): Promise<void> {
  for (const { agreementId } of (await spokenByAttempt(lock, attempt)).agreements) {
    await appendTimeline(lock.trx, agreementId, {
      at: lock.now, kind: 'resubscribed', channel: attempt.channel, outcome: 'noted',
      text: {
        es: 'El proveedor informa que la persona volvió a suscribirse. El consentimiento registrado no cambia.',
        en: 'The provider tells that the person subscribed again. The registered consent does not change.',
      },
    });
  }
}

async function findAttempt(db: Db | Trx, event: ProviderEvent): Promise<AttemptRow | undefined> {
  if (event.attemptId !== undefined && UUID.test(event.attemptId)) {
    const attempt = await attemptById(db, event.attemptId);
    if (attempt !== undefined) return attempt;
  }
  return event.providerId === undefined ? undefined : attemptByProviderId(db, event.provider, event.providerId);
}

function rowOf(event: ProviderEvent, attemptId: string | null, at: number) {
  const { provider, eventId, status, providerId = null, errorCode = null } = event;
  return { provider, eventId, attemptId, status, payload: { providerId, errorCode, at: event.at ?? null }, at };
}
