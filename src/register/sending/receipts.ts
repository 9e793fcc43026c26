/** What providers report about a message after they took it: once each, in any order, only ever to a higher rank. */
import type { Provider, ReceiptStatus } from '../../channels/channel.ts';
import { classifyDelivery } from '../../channels/error-classes.ts';
import { isFailedReceipt, RECEIPT_RANK, type ProviderEvent } from '../../channels/receipts.ts';
import { attemptById, attemptByProviderId, attemptParts, keepReceipt, type AttemptRow } from '../../db/attempts.ts';
import { contactPointWorks } from '../../db/contact-points.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { insertProviderEvent } from '../../db/provider-events.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { answerQuestion, failDelivery, punishAddress } from './settle.ts';

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
  });
  if (attempt.state === 'claimed' || attempt.state === 'rejected') {
    ctx.log.error({ attemptId, state: attempt.state, status: event.status }, 'a provider reports on a message that never left as far as we know');
  }
  if (attempt.state === 'unknown') await answerQuestion(lock, ctx, attempt, 'sent', event.providerId);
  if (!advanced) return 'known';
  await drawConsequences(lock, ctx, attempt, event);
  return 'applied';
}

async function drawConsequences(lock: PersonLock, ctx: RegisterContext, attempt: AttemptRow, event: FoundReceipt): Promise<void> {
  if (event.status === 'delivered') await contactPointWorks(lock.trx, attempt.contact_point_id);
  const errorClass = classifyDelivery(event.provider, event.status, event.errorCode);
  if (errorClass !== undefined) await punishAddress(lock, ctx, attempt, errorClass, event.errorCode);
  if (isFailedReceipt(event.status)) await failDelivery(lock, ctx, attempt, 'workflow');
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
