/**
 * A thank-you for a payment that came by the link of a message, by the channel of that message. It is a contact like any
 * other: in the ledger before the provider is called, within the lawful hours, at most one a payment.
 */
import { attemptById, beginAttempt, insertAttempt, moveAttempt } from '../../db/attempts.ts';
import type { AgreementRow } from '../../db/database.ts';
import { changeReceipt, lockReceipt, receiptsDue, type PaymentReceiptRow } from '../../db/payment-events.ts';
import { paymentLinkOfOrder } from '../../db/payment-orders.ts';
import { paymentById, type PaymentRow } from '../../db/payments.ts';
import { HOUR, localDate } from '../../domain/zone.ts';
import { receiptMessage } from '../../text/receipt-message.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock } from '../person-lock.ts';
import { reconcilePayments } from '../payments/reconcile.ts';
import { appendTimeline } from '../timeline.ts';
import type { CertainCall } from './begin.ts';
import { callProvider } from './call.ts';
import type { SendingDeps } from './deps.ts';
import { askGate, versionsOnly } from './gate.ts';
import { placeOf, readSubject } from './law-subject.ts';
import { firmOf, senderOf } from './sender.ts';
import { holdStop } from './stop.ts';

const MOST_A_RUN = 50;
const TEMPLATE = 'payment-receipt';

/** Everything about payments that comes round: open ones, and thank-yous. True when something happened. `now`: epoch ms, business clock. */
export async function paymentDuties(deps: SendingDeps, now?: number): Promise<boolean> {
  const { events, orders } = await reconcilePayments({ ctx: deps.ctx, adapters: deps.payments ?? new Map(), publicBaseUrl: deps.config.publicBaseUrl }, now);
  return (await sendReceipts(deps, now)) + events + orders > 0;
}

/** Sends what is due; how many left. */
export async function sendReceipts(given: SendingDeps, now?: number): Promise<number> {
  const deps = now === undefined ? given : { ...given, ctx: { ...given.ctx, clock: { kind: given.ctx.clock.kind, now: () => Promise.resolve(now) } } };
  let left = 0;
  for (const receipt of await receiptsDue(deps.ctx.db, await deps.ctx.clock.now(), MOST_A_RUN)) {
    try {
      left += await send(deps, receipt);
    } catch (error) {
      deps.ctx.log.error({ err: error }, 'a payment receipt could not be sent');
    }
  }
  return left;
}

async function send(deps: SendingDeps, receipt: PaymentReceiptRow): Promise<0 | 1> {
  const call = await prepare(deps, receipt);
  if (call === null) return 0;
  const answer = await callProvider(deps, call);
  await underAgreementLock(deps.ctx, receipt.agreement_id, async (lock) => {
    const change = answer.kind === 'sent' ? { state: 'sent' as const, providerId: answer.providerId, endedAt: lock.now }
      : answer.kind === 'unknown' ? { state: 'unknown' as const, reason: `provider.${answer.code}` }
        : { state: 'rejected' as const, reason: answer.kind === 'rejected' ? `provider.${answer.reason}.${answer.code}` : `unavailable.${answer.code}`, endedAt: lock.now };
    const moved = await moveAttempt(lock.trx, call.attemptId, ['calling'], change, call.token);
    if (!moved || (answer.kind !== 'sent' && answer.kind !== 'unknown')) return;
    await appendTimeline(lock.trx, receipt.agreement_id, {
      at: lock.now, kind: 'receiptSent', channel: call.channel, outcome: answer.kind, text: { es: 'Se envió el comprobante de un pago.', en: 'The receipt of a payment was sent.' },
    });
  });
  return 1;
}

/** Claim and begin in one. From here on the receipt counts as sent: whatever becomes of the call, there is no second one. */
async function prepare(deps: SendingDeps, { payment_id: paymentId, agreement_id: agreementId }: PaymentReceiptRow): Promise<CertainCall | null> {
  return underAgreementLock(deps.ctx, agreementId, async (lock, row) => {
    const receipt = await lockReceipt(lock.trx, paymentId);
    if (receipt === undefined) return null;
    const drop = async (reason: string): Promise<null> => {
      await changeReceipt(lock.trx, paymentId, { state: 'dropped', reason });
      return null;
    };
    const payment = await paymentById(lock.trx, paymentId);
    const link = await paymentLinkOfOrder(lock.trx, receipt.order_id);
    const origin = link?.attempt_id == null ? undefined : await attemptById(lock.trx, link.attempt_id);
    if (payment === undefined || payment.reversed_at !== null) return drop('reversed');
    if (origin === undefined) return drop('noChannel');
    if (receipt.until_at <= lock.now) return drop('expired');
    await holdStop(lock.trx);
    const subject = await readSubject(lock.trx, row, lock.now);
    const { channel } = origin;
    const provider = deps.channels[channel]?.provider;
    if (provider === undefined) return drop('noProvider');
    const verdict = await askGate(lock.trx, deps, subject, { channels: [channel], purpose: 'transactional', now: lock.now, atMinute: null });
    if (verdict.kind === 'defer') {
      await changeReceipt(lock.trx, paymentId, { state: 'due', askAt: Math.max(verdict.until, lock.now + HOUR / 60) });
      return null;
    }
    if (verdict.kind !== 'allow' || verdict.point.id !== origin.contact_point_id) return drop('notAllowed');
    await changeReceipt(lock.trx, paymentId, { state: 'sent' });
    return claim(lock, deps, row, { payment, subject, channel, provider, verdict, until: Math.min(verdict.windowEnd ?? Infinity, lock.now + HOUR) });
  });
}

interface Claiming {
  readonly payment: PaymentRow;
  readonly subject: Awaited<ReturnType<typeof readSubject>>;
  readonly channel: CertainCall['channel'];
  readonly provider: string;
  readonly verdict: Extract<Awaited<ReturnType<typeof askGate>>, { kind: 'allow' }>;
  readonly until: number;
}

async function claim(lock: PersonLock, deps: SendingDeps, row: AgreementRow, { payment, subject, channel, provider, verdict, until }: Claiming): Promise<CertainCall> {
  const [id, token] = [deps.ctx.newId(), deps.ctx.newId()];
  const versions = versionsOnly(verdict.versions);
  const { language } = subject.person;
  const message = receiptMessage(channel, {
    firm: firmOf(subject.creditor), amountMinor: payment.amount_minor, currency: payment.currency, paidOn: localDate(row.zone, payment.paid_at), language, country: row.country,
  });
  await insertAttempt(lock.trx, {
    id, creditor_id: row.creditor_id, identity_id: row.identity_id, person_id: row.person_id, contact_point_id: verdict.point.id, channel, purpose: 'transactional',
    template: TEMPLATE, template_version: 1, locale: language, token, policy_version: versions.policyVersion, calendar_version: versions.calendarVersion,
    tz_version: versions.tzVersion, claim_seq: await lock.nextSeq(), claimed_at: lock.now, valid_until: until,
  }, [{ agreement_id: row.id, occurrence: `receipt/${payment.id}`, leading: true, instalments: [] }]);
  await beginAttempt(lock.trx, id, {
    token, beginSeq: await lock.nextSeq(), begunAt: lock.now, validUntil: until, provider, purpose: 'transactional', versions, place: placeOf(deps.policies, subject),
    template: { key: TEMPLATE, version: 1, locale: language }, rendered: message,
  });
  return { attemptId: id, token, channel, to: verdict.point.value, sender: senderOf(subject.creditor, channel), message, validityMs: until - lock.now, unsubscribeUrl: null };
}
