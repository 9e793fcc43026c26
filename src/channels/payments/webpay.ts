/**
 * Webpay Plus (Transbank). There is no notification: the payer's browser comes back with a token, or never. Nothing is
 * charged until we commit, so asking about a payment that stands open is also what takes the money.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Asked, PaymentAdapter, PaymentNotice, PaymentOrder, PaymentTruth, ReadNotice, StartedPayment } from './adapter.ts';
import { jsonNumberOfMinor, minorOfDecimal } from './decimal.ts';
import { onlyValue } from './notice-signature.ts';
import { askProvider, baseOf, decimal, instant, type Fetch, type ProviderCall } from './provider-http.ts';

export interface WebpayAccount {
  readonly commerceCode: string;
  readonly apiKeySecret: string;
  /** A commerce code is of one currency; absent is CLP. */
  readonly currency?: string;
  /** A stand-in, or their integration host; absent is Transbank. */
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
}

const TRANSBANK = 'https://webpay3g.transbank.cl';
const PATH = '/rswebpaytransaction/api/webpay/v1.2/transactions';
const token = z.string().regex(/^[0-9a-f]{40,80}$/i);
/** Of the session id, which carries our reference; the buy order takes 26, too few for a random id. */
const LONGEST_REFERENCE = 61;
const LONGEST_BUY_ORDER = 26;

export function createWebpay(account: WebpayAccount): PaymentAdapter {
  const base = `${baseOf(account.baseUrl ?? TRANSBANK)}${PATH}`;
  const ours = { currency: account.currency ?? 'CLP', fetcher: account.fetch ?? fetch };
  const headers = { 'tbk-api-key-id': account.commerceCode, 'tbk-api-key-secret': account.apiKeySecret, 'content-type': 'application/json' };
  const call = (method: ProviderCall['method'], path: string, body?: string): ProviderCall => ({ method, url: `${base}${path}`, headers, ...(body === undefined ? {} : { body }) });
  return {
    provider: 'webpay',
    unsignedNotices: true,
    start: async (order, deadline) => {
      const body = bodyOf(order, ours.currency);
      return 'code' in body ? { kind: 'refused', code: body.code } : startedOf(await askProvider(ours.fetcher, call('POST', '', body.json), startAnswer, deadline));
    },
    read,
    fetch: async (providerId, deadline) => {
      if (!token.safeParse(providerId).success) return { kind: 'refused', code: 'providerId' };
      const status = await askProvider(ours.fetcher, call('GET', `/${providerId}`), transaction, deadline);
      if (status.kind !== 'ok' || status.value.status !== 'INITIALIZED') return truthOf(status, providerId, ours.currency);
      const commit = await askProvider(ours.fetcher, call('PUT', `/${providerId}`, '{}'), transaction, deadline);
      // 422: the payer has not finished, or gave up. It stays open until Webpay forgets it.
      if (commit.kind === 'refused' && commit.code === 'http422') return { kind: 'ok', value: { state: 'pending' } };
      return truthOf(commit, providerId, ours.currency);
    },
  };
}

function bodyOf(order: PaymentOrder, currency: string): { json: string } | { code: string } {
  const amount = jsonNumberOfMinor(order.amountMinor, order.currency);
  if (amount === null) return { code: 'amount' };
  if (order.currency !== currency) return { code: 'currency' };
  if (order.reference.length > LONGEST_REFERENCE) return { code: 'reference' };
  const buyOrder = createHash('sha256').update(order.reference).digest('hex').slice(0, LONGEST_BUY_ORDER);
  return { json: JSON.stringify({ buy_order: buyOrder, session_id: order.reference, amount, return_url: order.returnUrl }) };
}

const startAnswer = z.object({ token, url: z.url({ protocol: /^https?$/ }) });

function startedOf(asked: Asked<z.infer<typeof startAnswer>>): Asked<StartedPayment> {
  return asked.kind === 'ok' ? { kind: 'ok', value: { providerId: asked.value.token, payUrl: asked.value.url, form: { token_ws: asked.value.token } } } : asked;
}

/**
 * The payer's return, GET or POST. `TBK_TOKEN` means given up, whatever else stands there; without any token the time on
 * the form ran out, and only polling knows the payment. Like Flow's, each return is an event of its own: anyone with the
 * link could otherwise use it up before the money moves.
 */
function read(notice: PaymentNotice): ReadNotice {
  const fields = URL.canParse(notice.url) ? new URL(notice.url).searchParams : new URLSearchParams();
  for (const [name, value] of new URLSearchParams(notice.body.toString('utf8'))) fields.append(name, value);
  const given = token.safeParse(onlyValue(fields, fields.has('TBK_TOKEN') ? 'TBK_TOKEN' : 'token_ws'));
  if (given.success) return { kind: 'payment', eventId: `${given.data}@${notice.receivedAt}`, providerId: given.data };
  const timedOut = !fields.has('TBK_TOKEN') && !fields.has('token_ws') && onlyValue(fields, 'TBK_ID_SESION') !== null;
  return timedOut ? { kind: 'other', eventId: `timeout@${notice.receivedAt}` } : { kind: 'forged' };
}

const transaction = z.object({
  status: z.enum(['INITIALIZED', 'AUTHORIZED', 'REVERSED', 'FAILED', 'NULLIFIED', 'PARTIALLY_NULLIFIED', 'CAPTURED']),
  session_id: z.string().max(LONGEST_REFERENCE).nullish(), amount: decimal, transaction_date: instant.nullish(),
  response_code: z.string().regex(/^-?\d{1,4}$/).nullish(), payment_type_code: z.string().nullish(), balance: decimal.nullish(),
});

const GONE_BACK: readonly string[] = ['REVERSED', 'NULLIFIED', 'PARTIALLY_NULLIFIED'];

function truthOf(asked: Asked<z.infer<typeof transaction>>, id: string, currency: string): Asked<PaymentTruth> {
  if (asked.kind !== 'ok') return asked;
  const { status, response_code: response, transaction_date: at, session_id: reference } = asked.value;
  if (status === 'INITIALIZED') return { kind: 'ok', value: { state: 'pending' } };
  if (status === 'FAILED' || (response ?? '0') !== '0') return { kind: 'ok', value: { state: 'failed', code: `response${response ?? ''}` } };
  const amountMinor = minorOfDecimal(asked.value.amount, currency);
  const left = GONE_BACK.includes(status) ? leftOf(asked.value, currency) : amountMinor;
  if (amountMinor === null || left === null || left > amountMinor || at === null || at === undefined) return { kind: 'retry', code: 'badAnswer' };
  const movement = { id, amountMinor, currency, at };
  // Webpay tells what is left, not what went back when: one movement, which grows with each further part.
  const back = left < amountMinor ? [{ ...movement, id: `nullified-${id}`, amountMinor: amountMinor - left, reason: 'refund' as const }] : [];
  return { kind: 'ok', value: { state: 'paid', reference: reference ?? null, payment: movement, method: 'card', reversals: back } };
}

/** What is left after a reversal; null when Webpay does not say, though it said that only a part went back. */
function leftOf(answer: z.infer<typeof transaction>, currency: string): number | null {
  return answer.status === 'PARTIALLY_NULLIFIED' ? minorOfDecimal(answer.balance ?? '', currency) : 0;
}
