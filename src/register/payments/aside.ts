/** Money without an agreement: it lies in suspense once, with what went back of it, until somebody says whose it is. */
import { z } from 'zod';
import type { CreditorRow } from '../../db/creditors.ts';
import { paymentByExternalId } from '../../db/payments.ts';
import { insertUnmatched, lockSuspense, markMatched, noteReversed, suspenseById, suspenseBySource, suspensePage, type SuspenseRow } from '../../db/suspense.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { requireVisible, type Actor } from '../actor.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { pageOf, positionOf, type Page, type PageQuery } from '../page.ts';
import { paymentBody, bookUnder } from '../payment.ts';
import type { RegisterContext } from '../person-lock.ts';
import { resolveAgreement } from '../resolve.ts';
import { movementId, reverseMovements, type MovementReversal, type PaidTruth } from './movement.ts';
import type { Settled } from './settle.ts';

export interface Unmatched {
  readonly source: string;
  readonly truth: Pick<PaidTruth, 'payment' | 'method' | 'reversals'>;
  readonly creditorId: CreditorRow['id'] | null;
  readonly agreementId: string | null;
  readonly collectedBy: 'agency' | 'creditor';
  readonly reason: string;
}

/** Sets it aside, once; what has already gone back of it is noted with it. */
export async function setAside(ctx: RegisterContext, { source, truth, creditorId, agreementId, collectedBy, reason }: Unmatched): Promise<Settled> {
  const { payment, method, reversals } = truth;
  const sourceKey = movementId(source, payment.id);
  const at = await ctx.clock.now();
  const added = await inTransaction(ctx.db, (trx) => insertUnmatched(trx, {
    id: ctx.newId(), sourceKey, creditorId, agreementId, reason, amountMinor: payment.amountMinor, currency: payment.currency, paidAt: payment.at, method, collectedBy,
    payload: { source, movement: payment.id }, at,
  }));
  const row = await suspenseBySource(ctx.db, sourceKey);
  if (row === undefined) throw new AppError('ERR_INTERNAL');
  if (added) ctx.log.warn({ source, reason }, 'money came in that matches no agreement');
  return reversals.length === 0 ? { kind: added ? 'suspense' : 'known' } : enterAside(ctx, row, source, reversals);
}

/** More is known of money that lies aside: before the match it is noted, after the match it is a reversal like any other. */
export async function enterAside(ctx: RegisterContext, { id, matched_agreement_id: matched }: SuspenseRow, source: string, reversals: readonly MovementReversal[]): Promise<Settled> {
  if (reversals.length === 0) return { kind: 'known' };
  if (matched !== null) {
    return underAgreementLock(ctx, matched, async (lock, row) => {
      const fresh = await suspenseById(lock.trx, id);
      const payment = fresh?.source_key == null ? undefined : await paymentByExternalId(lock.trx, row.creditor_id, fresh.source_key);
      if (payment === undefined) return { kind: 'known' };
      return { kind: (await reverseMovements(lock, ctx, row, payment, source, reversals)) ? 'booked' : 'known' };
    });
  }
  const now = await inTransaction(ctx.db, async (trx) => {
    const row = await lockSuspense(trx, id);
    if (row !== undefined && row.matched_agreement_id === null) {
      const sum = reversals.reduce((so, one) => so + one.amountMinor, 0);
      await noteReversed(trx, id, sum, { ...keptIn(row), source, reversals });
    }
    return row;
  });
  // It was matched between the look and the lock.
  if (now !== undefined && now.matched_agreement_id !== null) return enterAside(ctx, now, source, reversals);
  return { kind: 'suspense' };
}

const kept = z.object({
  source: z.string(), reference: z.string().optional(), account: z.string().optional(), payerName: z.string().optional(), payerNationalId: z.string().optional(),
  reversals: z.array(z.object({ id: z.string(), amountMinor: z.int(), currency: z.string(), at: z.number(), reason: z.enum(['refund', 'chargeback']) })).default([]),
});

/** What lies with money that came in by a movement; null for what was only signalled. */
function keptIn({ payload }: SuspenseRow): z.output<typeof kept> | null {
  const parsed = kept.safeParse(payload);
  return parsed.success ? parsed.data : null;
}

/** Money that waits, as the API answers it; instants RFC 3339 in UTC. `standingMinor`: what of it has not gone back. */
export interface SuspenseAnswer {
  readonly id: string;
  readonly creditorId: string | null;
  readonly agreementId: string | null;
  readonly reason: string;
  readonly source: string | null;
  readonly amountMinor: number | null;
  readonly standingMinor: number | null;
  readonly currency: string | null;
  readonly paidAt: string | null;
  readonly method: string | null;
  readonly at: string;
  /** What a bank file says of it, for whoever looks for its agreement. */
  readonly told?: { readonly reference?: string | undefined; readonly account?: string | undefined; readonly payerName?: string | undefined; readonly payerNationalId?: string | undefined };
  readonly match?: { readonly agreementId: string; readonly paymentId: string; readonly at: string };
}

function toAnswer(row: SuspenseRow): SuspenseAnswer {
  const told = keptIn(row);
  return {
    id: row.id, creditorId: row.creditor_id, agreementId: row.agreement_id, reason: row.reason, source: row.source_key, amountMinor: row.amount_minor,
    standingMinor: row.amount_minor === null ? null : Math.max(0, row.amount_minor - row.reversed_minor), currency: row.currency,
    paidAt: row.paid_at === null ? null : new Date(row.paid_at).toISOString(), method: row.method, at: new Date(row.at).toISOString(),
    ...(told?.reference === undefined ? {} : { told: { reference: told.reference, account: told.account, payerName: told.payerName, payerNationalId: told.payerNationalId } }),
    ...(row.matched_at === null || row.matched_agreement_id === null || row.payment_id === null ? {} : {
      match: { agreementId: row.matched_agreement_id, paymentId: row.payment_id, at: new Date(row.matched_at).toISOString() },
    }),
  };
}

/** The oldest first; a key of one creditor sees what is known to be that creditor's. */
export async function listSuspense(ctx: RegisterContext, actor: Actor, query: PageQuery & { creditorId?: string | undefined; matched?: boolean | undefined }): Promise<Page<SuspenseAnswer>> {
  if (query.creditorId !== undefined) requireVisible(actor, query.creditorId);
  const rows = await suspensePage(ctx.db, {
    creditorId: actor.creditorId ?? query.creditorId ?? null, matched: query.matched ?? false, after: positionOf(query.cursor), limit: query.limit + 1,
  });
  return pageOf(rows, query.limit, ({ at, id }) => ({ at, id }), toAnswer);
}

/**
 * Books waiting money to an agreement. The same match again answers the first; ERR_STATE when it is matched elsewhere,
 * has gone back, or is no money that can be booked. Undoing it is the reversal of its payment.
 */
export async function matchSuspense(ctx: RegisterContext, actor: Actor, id: string, ref: string): Promise<{ created: boolean; suspense: SuspenseAnswer }> {
  const listed = await suspenseById(ctx.db, id);
  if (listed === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such money in suspense.');
  if (listed.creditor_id === null ? actor.creditorId !== null : actor.creditorId !== null && actor.creditorId !== listed.creditor_id) throw new AppError('ERR_NOT_FOUND', 'There is no such money in suspense.');
  const agreement = await resolveAgreement(ctx, actor, ref);
  if (listed.creditor_id !== null && agreement.creditor_id !== listed.creditor_id) {
    throw new AppError('ERR_STATE', 'The money came in for another creditor.');
  }
  return underAgreementLock(ctx, agreement.id, async (lock, row) => {
    const money = await lockSuspense(lock.trx, id);
    if (money === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such money in suspense.');
    if (money.matched_agreement_id !== null) {
      if (money.matched_agreement_id !== row.id) throw new AppError('ERR_STATE', 'The money is matched to another agreement; reverse that payment first.');
      return { created: false, suspense: toAnswer(money) };
    }
    const body = bodyOf(money);
    const { payment } = await bookUnder(lock, ctx, row, body, { by: actor.id, tell: 'workflow' });
    const known = keptIn(money);
    if (known !== null) await reverseMovements(lock, ctx, row, payment, known.source, known.reversals);
    await markMatched(lock.trx, id, { agreementId: row.id, paymentId: payment.id, by: actor.id, at: lock.now });
    const matched = await suspenseById(lock.trx, id);
    if (matched === undefined) throw new AppError('ERR_INTERNAL');
    return { created: true, suspense: toAnswer(matched) };
  });
}

function bodyOf(money: SuspenseRow) {
  const { source_key: externalId, amount_minor: amount, currency, paid_at: paidAt, method, collected_by: collectedBy } = money;
  if (externalId === null || amount === null || currency === null || paidAt === null) throw new AppError('ERR_STATE', 'This was told from outside and is not known to be money: book the payment itself.');
  if (amount - money.reversed_minor <= 0) throw new AppError('ERR_STATE', 'The money went back to the payer.');
  return paymentBody.parse({ externalId, amountMinor: amount, currency, paidAt: new Date(paidAt).toISOString(), method: method ?? 'other', collectedBy: collectedBy ?? 'agency' });
}
