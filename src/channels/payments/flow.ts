/**
 * Flow (flow.cl). Its notification is an unsigned token, known to the payer too (it stands in the pay link): it proves
 * nothing and is only worth asking about. What we send is signed, what comes back over TLS is the truth.
 */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { dayNumberOf, DAY, instantOnDay, isLocalDate, SECOND } from '../../domain/zone.ts';
import type { Asked, PaymentAdapter, PaymentNotice, PaymentOrder, PaymentTruth, ReadNotice, StartedPayment } from './adapter.ts';
import { decimalOfMinor, minorOfDecimal } from './decimal.ts';
import { onlyValue } from './notice-signature.ts';
import { askProvider, baseOf, decimal, digits, type Fetch } from './provider-http.ts';

export interface FlowAccount {
  readonly apiKey: string;
  readonly secretKey: string;
  /** Flow refuses an order without the payer's mail; we do not hand it over, so this is a mailbox of the creditor. */
  readonly payerMail: string;
  /** Epoch ms: Flow takes how long an order lives, not until when. */
  readonly now: () => number;
  /** A stand-in, or their sandbox; absent is Flow. */
  readonly baseUrl?: string;
  readonly fetch?: Fetch;
}

const FLOW = 'https://www.flow.cl/api';
/** Flow's times carry no zone; they are Chile's. */
const ZONE = 'America/Santiago';
const token = z.string().regex(/^[A-Za-z0-9]{8,64}$/);

export function createFlow(account: FlowAccount): PaymentAdapter {
  const base = baseOf(account.baseUrl ?? FLOW);
  const fetcher = account.fetch ?? fetch;
  return {
    provider: 'flow',
    unsignedNotices: true,
    start: async (order, deadline) => {
      const lives = Math.floor((order.expiresAt - account.now()) / SECOND);
      if (lives <= 0) return { kind: 'refused', code: 'expired' };
      const body = signed(account, orderFields(account, order, lives)).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return startedOf(await askProvider(fetcher, { method: 'POST', url: `${base}/payment/create`, headers, body }, startAnswer, deadline));
    },
    read,
    fetch: async (providerId, deadline) => {
      if (!token.safeParse(providerId).success) return { kind: 'refused', code: 'providerId' };
      const query = signed(account, { apiKey: account.apiKey, token: providerId }).toString();
      const asked = await askProvider(fetcher, { method: 'GET', url: `${base}/payment/getStatus?${query}`, headers: {} }, statusAnswer, deadline);
      return asked.kind === 'ok' ? truthOf(asked.value) : asked;
    },
  };
}

/** With `s`: the HMAC of names and values, sorted by name, without anything between them. */
function signed(account: FlowAccount, fields: Readonly<Record<string, string>>): URLSearchParams {
  const names = Object.keys(fields).sort();
  const message = names.map((name) => `${name}${fields[name] ?? ''}`).join('');
  return new URLSearchParams({ ...fields, s: createHmac('sha256', account.secretKey).update(message).digest('hex') });
}

function orderFields(account: FlowAccount, order: PaymentOrder, livesSeconds: number): Record<string, string> {
  return {
    apiKey: account.apiKey, commerceOrder: order.reference, subject: order.subject, currency: order.currency,
    amount: decimalOfMinor(order.amountMinor, order.currency), email: account.payerMail, timeout: String(livesSeconds),
    urlConfirmation: order.notifyUrl, urlReturn: order.returnUrl,
  };
}

const startAnswer = z.object({ url: z.url({ protocol: /^https?$/ }), token });

function startedOf(asked: Asked<z.infer<typeof startAnswer>>): Asked<StartedPayment> {
  if (asked.kind !== 'ok') return asked;
  const payUrl = new URL(asked.value.url);
  payUrl.searchParams.set('token', asked.value.token);
  return { kind: 'ok', value: { providerId: asked.value.token, payUrl: payUrl.href } };
}

/**
 * Every one is an event of its own, by when it came: were the token the event, whoever has the link could use it up
 * before the money moves, and the true notification would pass for a repeat.
 */
function read(notice: PaymentNotice): ReadNotice {
  const given = token.safeParse(onlyValue(new URLSearchParams(notice.body.toString('utf8')), 'token'));
  return given.success ? { kind: 'payment', eventId: `${given.data}@${notice.receivedAt}`, providerId: given.data } : { kind: 'forged' };
}

const statusAnswer = z.object({
  flowOrder: digits, commerceOrder: z.string().max(256).nullish(), status: z.enum(['1', '2', '3', '4']), currency: z.string().length(3), amount: decimal,
  paymentData: z.object({ date: z.string().nullish(), media: z.string().nullish() }).nullish(),
});

/** What Flow calls the ways of paying. */
const MEDIA: readonly { readonly pattern: RegExp; readonly method: 'transfer' | 'card' | 'cash' }[] = [
  { pattern: /webpay|onepay|card|tarjeta|cr[eé]dito|d[eé]bito/i, method: 'card' },
  { pattern: /khipu|transfer|etpay/i, method: 'transfer' },
  { pattern: /efectivo|klap|multicaja|caja/i, method: 'cash' },
];

/** 1 open, 2 paid, 3 rejected, 4 annulled. Money given back in part shows nowhere in an order: only an annulment does. */
function truthOf(order: z.infer<typeof statusAnswer>): Asked<PaymentTruth> {
  if (order.status === '1') return { kind: 'ok', value: { state: 'pending' } };
  const { date, media } = order.paymentData ?? {};
  const neverPaid = order.status === '3' || (order.status === '4' && (date === null || date === undefined));
  if (neverPaid) return { kind: 'ok', value: { state: 'failed', code: order.status === '3' ? 'rejected' : 'annulled' } };
  const amountMinor = minorOfDecimal(order.amount, order.currency);
  const at = instantOfChile(date ?? '');
  if (amountMinor === null || at === null) return { kind: 'retry', code: 'badAnswer' };
  const movement = { id: order.flowOrder, amountMinor, currency: order.currency, at };
  return {
    kind: 'ok',
    value: {
      state: 'paid', reference: order.commerceOrder ?? null, payment: movement, method: MEDIA.find(({ pattern }) => pattern.test(media ?? ''))?.method ?? 'other',
      reversals: order.status === '4' ? [{ ...movement, id: `annulled-${order.flowOrder}`, reason: 'refund' }] : [],
    },
  };
}

/** Epoch ms of `2017-07-21 12:32:11` in Chile; null for anything else. */
function instantOfChile(text: string): number | null {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(text);
  const [, date = '', hours, minutes, seconds] = match ?? [];
  if (!isLocalDate(date)) return null;
  const at = instantOnDay(ZONE, dayNumberOf(date), Number(hours) * 60 + Number(minutes)) + Number(seconds) * SECOND;
  return Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60 && at >= 0 && at < 1e6 * DAY ? at : null;
}
