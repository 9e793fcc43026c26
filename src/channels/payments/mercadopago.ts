/**
 * Mercado Pago, Checkout Pro: a preference is the order, payments are made on it. A notification signs the id it is about
 * and the request's id, not its body: so nothing is read from the body. What is true of a payment stands in the payment.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Asked, MoneyMovement, PaymentAdapter, PaymentNotice, PaymentOrder, PaymentTruth, ReadNotice, StartedPayment } from './adapter.ts';
import { jsonNumberOfMinor, minorOfDecimal } from './decimal.ts';
import { isCurrent, onlyValue, partsOf, signedBy } from './notice-signature.ts';
import { askProvider, baseOf, decimal, digits, instant, shortCode, type Fetch, type ProviderCall } from './provider-http.ts';

export interface MercadoPagoAccount {
  readonly accessToken: string;
  /** Secrets of the notifications, two while one is being replaced. */
  readonly webhookSecrets: readonly string[];
  /** A stand-in; absent is Mercado Pago. */
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
  /** How old a signed time may be, ms. */
  readonly oldestNoticeMs?: number;
}

const MERCADO_PAGO = 'https://api.mercadopago.com';

export function createMercadoPago(account: MercadoPagoAccount): PaymentAdapter {
  const base = baseOf(account.baseUrl ?? MERCADO_PAGO);
  const ask: Ask = (path, answer, deadline, more) => askProvider(account.fetch ?? fetch, {
    method: 'GET', ...more, url: `${base}${path}`,
    headers: { authorization: `Bearer ${account.accessToken}`, ...more?.headers },
  }, answer, deadline);
  return {
    provider: 'mercadopago',
    start: (order, deadline) => start(ask, order, deadline),
    read: (notice) => read(account, notice),
    fetch: (providerId, deadline) => truthAbout(ask, providerId, deadline),
  };
}

type Ask = <T>(path: string, answer: z.ZodType<T>, deadline: AbortSignal, more?: Partial<ProviderCall>) => Promise<Asked<T>>;

const preferenceAnswer = z.object({ id: z.string().min(1).max(100), init_point: z.url({ protocol: /^https?$/ }) });

async function start(ask: Ask, order: PaymentOrder, deadline: AbortSignal): Promise<Asked<StartedPayment>> {
  const unitPrice = jsonNumberOfMinor(order.amountMinor, order.currency);
  if (unitPrice === null) return { kind: 'refused', code: 'amount' };
  const body = {
    items: [{ title: order.subject, quantity: 1, currency_id: order.currency, unit_price: unitPrice }],
    external_reference: order.reference, notification_url: order.notifyUrl,
    back_urls: { success: order.returnUrl, pending: order.returnUrl, failure: order.returnUrl },
    expires: true, expiration_date_to: new Date(order.expiresAt).toISOString(),
  };
  const asked = await ask('/checkout/preferences', preferenceAnswer, deadline, {
    // Their key of a write: the same order started again after a lost answer is the same preference.
    method: 'POST', headers: { 'content-type': 'application/json', 'x-idempotency-key': order.reference }, body: JSON.stringify(body),
  });
  return asked.kind === 'ok' ? { kind: 'ok', value: { providerId: asked.value.id, payUrl: asked.value.init_point } } : asked;
}

/** Ids of ours for what a notification is about that is no payment yet. */
const CHARGEBACK = 'chargeback-';
const TOPICS: Readonly<Record<string, string>> = { payment: '', topic_chargebacks_wh: CHARGEBACK };

function read(account: MercadoPagoAccount, notice: PaymentNotice): ReadNotice {
  const query = queryOf(notice.url);
  const signature = partsOf(notice.headers['x-signature']);
  const [ts, v1] = [signature?.get('ts') ?? '', signature?.get('v1') ?? ''];
  const id = query === null ? null : onlyValue(query, 'data.id');
  const requestId = notice.headers['x-request-id'] ?? '';
  if (query === null || id === null || !/^\d{10}(\d{3})?$/.test(ts)) return { kind: 'forged' };
  // Lower case, and parts that are absent are left out: both as their page says, though their own package does neither.
  const manifest = `id:${id.toLowerCase()};${requestId === '' ? '' : `request-id:${requestId};`}ts:${ts};`;
  if (!signedBy(account.webhookSecrets, manifest, v1, 'hex')) return { kind: 'forged' };
  // Seconds in their documentation, milliseconds in what they send.
  const signedAt = ts.length === 10 ? Number(ts) * 1000 : Number(ts);
  if (!isCurrent(signedAt, notice.receivedAt, account.oldestNoticeMs)) return { kind: 'forged' };
  // Of signed parts only: an id out of the body would let one notification pass for many.
  const eventId = createHash('sha256').update(manifest).digest('hex');
  const prefix = TOPICS[onlyValue(query, 'type') ?? onlyValue(query, 'topic') ?? ''];
  return prefix === undefined || !/^\d{1,20}$/.test(id) ? { kind: 'other', eventId } : { kind: 'payment', eventId, providerId: `${prefix}${id}` };
}

function queryOf(url: string): URLSearchParams | null {
  return URL.canParse(url) ? new URL(url).searchParams : null;
}

/** `providerId`: a payment (digits), a chargeback that a notification told of, or a preference that `start` made. */
async function truthAbout(ask: Ask, providerId: string, deadline: AbortSignal): Promise<Asked<PaymentTruth>> {
  if (/^\d{1,20}$/.test(providerId)) return truthOfPayment(ask, providerId, deadline);
  if (providerId.startsWith(CHARGEBACK)) {
    const asked = await ask(`/v1/chargebacks/${encodeURIComponent(providerId.slice(CHARGEBACK.length))}`, chargebackAnswer, deadline);
    return asked.kind === 'ok' ? truthOfPayment(ask, asked.value.payments[0], deadline) : asked;
  }
  if (!/^[A-Za-z0-9-]{1,100}$/.test(providerId)) return { kind: 'refused', code: 'providerId' };
  const asked = await ask(`/merchant_orders/search?preference_id=${encodeURIComponent(providerId)}`, ordersAnswer, deadline);
  if (asked.kind !== 'ok') return asked;
  const payments = (asked.value.elements ?? []).flatMap((order) => order.payments);
  const payment = PREFERRED.flatMap((states) => payments.filter(({ status }) => states.includes(status)))[0] ?? payments[0];
  return payment === undefined ? { kind: 'ok', value: { state: 'pending' } } : truthOfPayment(ask, payment.id, deadline);
}

const chargebackAnswer = z.object({ payments: z.tuple([digits]).rest(digits) });
const ordersAnswer = z.object({ elements: z.array(z.object({ payments: z.array(z.object({ id: digits, status: z.string() })).default([]) })).nullish() });

const PAID: readonly string[] = ['approved', 'in_mediation', 'refunded', 'charged_back'];
const OPEN: readonly string[] = ['pending', 'in_process', 'authorized'];
/** Of several tries on one preference the one that brought money counts, else the one that still may. */
const PREFERRED = [PAID, OPEN] as const;

const paymentAnswer = z.object({
  id: digits, status: z.string(), status_detail: z.string().nullish(), external_reference: z.string().max(256).nullish(),
  currency_id: z.string().length(3), transaction_amount: decimal, payment_type_id: z.string().nullish(),
  date_approved: instant.nullish(), date_last_updated: instant.nullish(),
  refunds: z.array(z.object({ id: digits, amount: decimal, date_created: instant, status: z.string().nullish() })).nullish(),
});
type Payment = z.infer<typeof paymentAnswer>;

async function truthOfPayment(ask: Ask, id: string, deadline: AbortSignal): Promise<Asked<PaymentTruth>> {
  const asked = await ask(`/v1/payments/${id}`, paymentAnswer, deadline);
  if (asked.kind !== 'ok') return asked;
  const { value } = asked;
  if (OPEN.includes(value.status)) return { kind: 'ok', value: { state: 'pending' } };
  if (!PAID.includes(value.status)) return { kind: 'ok', value: { state: 'failed', code: shortCode(value.status_detail, value.status === 'cancelled' ? 'cancelled' : 'rejected') } };
  const truth = paidTruth(value);
  return truth === null ? { kind: 'retry', code: 'badAnswer' } : { kind: 'ok', value: truth };
}

const METHODS: Readonly<Record<string, 'transfer' | 'card' | 'cash'>> = {
  bank_transfer: 'transfer', credit_card: 'card', debit_card: 'card', prepaid_card: 'card', ticket: 'cash', atm: 'cash',
};

/** Null when an amount or the date is missing: a payment without them is no answer. */
function paidTruth(payment: Payment): PaymentTruth | null {
  const currency = payment.currency_id;
  const amountMinor = minorOfDecimal(payment.transaction_amount, currency);
  const { date_approved: at } = payment;
  if (amountMinor === null || at === null || at === undefined) return null;
  const refunds: (MoneyMovement & { reason: 'refund' | 'chargeback' })[] = [];
  for (const refund of payment.refunds ?? []) {
    const refunded = minorOfDecimal(refund.amount, currency);
    if (refunded === null) return null;
    if ((refund.status ?? 'approved') === 'approved') refunds.push({ id: `refund-${refund.id}`, amountMinor: refunded, currency, at: refund.date_created, reason: 'refund' });
  }
  return {
    state: 'paid', reference: payment.external_reference ?? null, payment: { id: payment.id, amountMinor, currency, at },
    method: METHODS[payment.payment_type_id ?? ''] ?? 'other', reversals: [...refunds, ...chargebackOf(payment, amountMinor, refunds, at)],
  };
}

/** What is neither decided nor lost is not gone: an open chargeback may be won, one `reimbursed` is won. */
function chargebackOf(payment: Payment, amountMinor: number, refunds: readonly MoneyMovement[], paidAt: number): (MoneyMovement & { reason: 'chargeback' })[] {
  if (payment.status !== 'charged_back' || payment.status_detail === 'in_process' || payment.status_detail === 'reimbursed') return [];
  const rest = amountMinor - refunds.reduce((sum, refund) => sum + refund.amountMinor, 0);
  return rest <= 0 ? [] : [{ id: `chargeback-${payment.id}`, amountMinor: rest, currency: payment.currency_id, at: payment.date_last_updated ?? paidAt, reason: 'chargeback' }];
}
