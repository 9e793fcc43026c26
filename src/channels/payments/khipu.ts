/** Khipu, API v3: bank transfers in Chile. Its notification carries the payment, but only its id is taken from there. */
import { z } from 'zod';
import type { Asked, PaymentAdapter, PaymentNotice, PaymentOrder, PaymentTruth, ReadNotice, StartedPayment } from './adapter.ts';
import { jsonNumberOfMinor, minorOfDecimal } from './decimal.ts';
import { isCurrent, partsOf, signedBy } from './notice-signature.ts';
import { askProvider, baseOf, decimal, instant, jsonOf, shortCode, type Fetch } from './provider-http.ts';

export interface KhipuAccount {
  readonly apiKey: string;
  /** Secrets of the collection account that signs the notifications, two while one is being replaced. */
  readonly webhookSecrets: readonly string[];
  /** A stand-in; absent is Khipu. */
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
  /** How old a signed time may be, ms. */
  readonly oldestNoticeMs?: number;
}

const KHIPU = 'https://payment-api.khipu.com';
const paymentId = z.string().regex(/^[A-Za-z0-9]{6,40}$/);

export function createKhipu(account: KhipuAccount): PaymentAdapter {
  const base = baseOf(account.baseUrl ?? KHIPU);
  const headers = { 'x-api-key': account.apiKey };
  const fetcher = account.fetch ?? fetch;
  return {
    provider: 'khipu',
    start: async (order, deadline) => {
      const body = bodyOf(order);
      if (body === null) return { kind: 'refused', code: 'amount' };
      const call = { method: 'POST', url: `${base}/v3/payments`, headers: { ...headers, 'content-type': 'application/json' }, body } as const;
      return startedOf(await askProvider(fetcher, call, startAnswer, deadline));
    },
    read: (notice) => read(account, notice),
    fetch: async (providerId, deadline) => {
      if (!paymentId.safeParse(providerId).success) return { kind: 'refused', code: 'providerId' };
      const asked = await askProvider(fetcher, { method: 'GET', url: `${base}/v3/payments/${providerId}`, headers }, paymentAnswer, deadline);
      return asked.kind === 'ok' ? truthOf(asked.value) : asked;
    },
  };
}

function bodyOf(order: PaymentOrder): string | null {
  const amount = jsonNumberOfMinor(order.amountMinor, order.currency);
  return amount === null ? null : JSON.stringify({
    subject: order.subject, currency: order.currency, amount, transaction_id: order.reference,
    return_url: order.returnUrl, cancel_url: order.returnUrl, notify_url: order.notifyUrl, notify_api_version: '3.0',
    expires_date: new Date(order.expiresAt).toISOString(),
  });
}

const startAnswer = z.object({ payment_id: paymentId, payment_url: z.url({ protocol: /^https?$/ }) });

function startedOf(asked: Asked<z.infer<typeof startAnswer>>): Asked<StartedPayment> {
  return asked.kind === 'ok' ? { kind: 'ok', value: { providerId: asked.value.payment_id, payUrl: asked.value.payment_url } } : asked;
}

/** `x-khipu-signature: t=<epoch ms>,s=<base64>` over `t.body`, the bytes as they came. */
function read(account: KhipuAccount, notice: PaymentNotice): ReadNotice {
  const parts = partsOf(notice.headers['x-khipu-signature']);
  const [t, s] = [parts?.get('t') ?? '', parts?.get('s') ?? ''];
  if (!/^\d{13}$/.test(t)) return { kind: 'forged' };
  if (!signedBy(account.webhookSecrets, Buffer.concat([Buffer.from(`${t}.`), notice.body]), s, 'base64')) return { kind: 'forged' };
  if (!isCurrent(Number(t), notice.receivedAt, account.oldestNoticeMs)) return { kind: 'forged' };
  const body = z.object({ payment_id: paymentId }).safeParse(jsonOf(notice.body.toString('utf8')));
  const eventId = `${t}.${s}`;
  return body.success ? { kind: 'payment', eventId, providerId: body.data.payment_id } : { kind: 'other', eventId };
}

const paymentAnswer = z.object({
  payment_id: paymentId, status: z.enum(['pending', 'verifying', 'done']), status_detail: z.string().nullish(),
  amount: decimal, currency: z.string().length(3), transaction_id: z.string().max(256).nullish(), conciliation_date: instant.nullish(),
});

/** Details of a payment that will not come any more. */
const LOST: readonly string[] = ['rejected-by-payer', 'marked-as-abuse'];

/**
 * Money has moved once it is conciliated, or once the receiver marked it so. `reversed` gives the whole amount back; a part
 * given back through their panel shows nowhere in the payment.
 */
function truthOf(payment: z.infer<typeof paymentAnswer>): Asked<PaymentTruth> {
  const { status_detail: detail, currency, conciliation_date: at } = payment;
  const conciliated = at !== null && at !== undefined;
  const reversed = detail === 'reversed';
  if (LOST.includes(detail ?? '') || (reversed && !conciliated)) return { kind: 'ok', value: { state: 'failed', code: shortCode(detail, 'rejected') } };
  if (payment.status !== 'done' && !reversed) return { kind: 'ok', value: { state: 'pending' } };
  const amountMinor = minorOfDecimal(payment.amount, currency);
  if (amountMinor === null || !conciliated) return { kind: 'retry', code: 'badAnswer' };
  const movement = { id: payment.payment_id, amountMinor, currency, at };
  return {
    kind: 'ok',
    value: {
      state: 'paid', reference: payment.transaction_id ?? null, payment: movement, method: 'transfer',
      reversals: reversed ? [{ ...movement, id: `reversed-${payment.payment_id}`, reason: 'refund' }] : [],
    },
  };
}
