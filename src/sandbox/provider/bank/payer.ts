/** What a payer does at the bank, what follows from it there, and what the bank tells of it. */
import { createHmac } from 'node:crypto';
import { wallNow } from '../../../clock.ts';
import type { ProviderParts } from '../parts.ts';
import { post } from '../webhooks.ts';
import type { BankDuty, BankPayment } from './book.ts';
import { khipuPayment } from './khipu-answer.ts';

/** `pay`; `later`: pays, and it is known only tomorrow, or the browser never comes back; `reject`: refuses, or with a card that is refused; `leave`: goes back without paying. */
export const PAYER_ACTS = ['pay', 'later', 'reject', 'leave'] as const;
export type PayerAct = (typeof PAYER_ACTS)[number];

const SECOND = 1000;
const HOUR = 3_600_000;
/** Khipu tells within seconds of the money's arrival. */
const TELL_AFTER_MS = 2 * SECOND;
const SETTLE_AFTER_MS = 24 * HOUR;
const LATE_MS = 6 * HOUR;
const RETRIES_MS: readonly number[] = [60 * SECOND, 300 * SECOND, HOUR, 6 * HOUR];

/** Enters what the payer did, and answers where the browser goes; null: it stays here. */
export function payerActs(parts: ProviderParts, payment: BankPayment, act: PayerAct, now: number): string | null {
  const { bank, scheduled } = parts;
  if (payment.state !== 'open') return payment.protocol === 'webpay' ? webpayReturn(payment) : payment.returnUrl;
  if (payment.protocol === 'khipu') {
    const changed = khipuAct(parts, payment, act, now);
    if (changed !== null) bank.keep(changed);
    scheduled();
    return payment.returnUrl;
  }
  if (act === 'leave') return webpayLeft(payment);
  bank.keep({ ...payment, state: act === 'reject' ? 'declined' : 'authorized', paidAt: act === 'reject' ? null : now });
  return act === 'later' ? null : webpayReturn(payment);
}

function khipuAct(parts: ProviderParts, payment: BankPayment, act: PayerAct, now: number): BankPayment | null {
  switch (act) {
    case 'leave': return null;
    case 'pay': return { ...payment, state: 'paid', paidAt: now, duties: [tellingOf(parts, payment, now)] };
    case 'reject': return { ...payment, state: 'rejected', duties: [tellingOf(parts, payment, now)] };
    case 'later': return { ...payment, state: 'verifying', duties: [{ kind: 'settle', at: now + SETTLE_AFTER_MS, posts: 0, tries: 0 }] };
  }
}

/** The faults of the hour decide how often, and when. */
function tellingOf({ faults }: ProviderParts, { reference }: BankPayment, now: number): BankDuty {
  const fault = faults.draw('khipu', 'callback', reference)?.kind;
  const posts = fault === 'noCallback' ? 0 : fault === 'duplicateCallback' ? 2 : 1;
  return { kind: 'tell', at: now + TELL_AFTER_MS + (fault === 'lateCallback' ? LATE_MS : 0), posts, tries: 0 };
}

function withQuery(url: string, fields: Readonly<Record<string, string>>): string {
  const address = new URL(url);
  for (const [name, value] of Object.entries(fields)) address.searchParams.set(name, value);
  return address.href;
}

function webpayReturn({ returnUrl, id }: BankPayment): string {
  return withQuery(returnUrl, { token_ws: id });
}

function webpayLeft({ returnUrl, id, reference, order }: BankPayment): string {
  return withQuery(returnUrl, { TBK_TOKEN: id, TBK_ID_SESION: reference, TBK_ORDEN_COMPRA: order });
}

/** Gives money back, all of it unless a part is named (Webpay only); null when there is nothing to give back, or not so much. */
export function refund(parts: ProviderParts, payment: BankPayment, amount: string | null, now: number): BankPayment | null {
  const left = Number(payment.amount) - Number(payment.refunded);
  const back = amount === null ? left : Number(amount);
  const whole = back === left;
  if (payment.paidAt === null || !['paid', 'refunded'].includes(payment.state) || !(back > 0) || back > left || (payment.protocol === 'khipu' && !whole)) return null;
  const refunded: BankPayment = {
    ...payment, state: 'refunded', refunded: String(Number((Number(payment.refunded) + back).toFixed(2))),
    // Khipu tells; at Transbank whoever annuls knows it, and says so to his own system.
    duties: [payment.protocol === 'khipu' ? tellingOf(parts, payment, now) : { kind: 'tell', at: now + TELL_AFTER_MS, posts: 1, tries: 0 }],
  };
  parts.bank.keep(refunded);
  parts.scheduled();
  return refunded;
}

/** Carries out what the bank has to do up to an instant (virtual epoch ms); resolves when our API has answered. */
export async function runBank(parts: ProviderParts, until: number): Promise<void> {
  for (let due = parts.bank.due(until); due.length > 0; due = parts.bank.due(until)) for (const { id, duty } of due) await carryOut(parts, id, duty);
}

async function carryOut(parts: ProviderParts, id: string, duty: BankDuty): Promise<void> {
  const payment = parts.bank.payment(id);
  if (payment === undefined) return;
  const rest = payment.duties.filter((other) => other !== duty);
  if (duty.kind === 'settle') return parts.bank.keep({ ...payment, state: 'paid', paidAt: duty.at, duties: [...rest, tellingOf(parts, payment, duty.at)] });
  let status: number | null | undefined;
  for (let times = 0; times < duty.posts; times++) status = await tell(parts, payment);
  if (status === undefined) return parts.bank.keep({ ...payment, duties: rest });
  const wait = status === null || status >= 500 ? RETRIES_MS[duty.tries] : undefined;
  const again = wait === undefined ? [] : [{ ...duty, at: duty.at + wait, tries: duty.tries + 1 }];
  // Somebody may have acted on it meanwhile: what he did stays.
  const fresh = parts.bank.payment(id) ?? payment;
  parts.bank.keep({ ...fresh, duties: [...fresh.duties.filter((other) => other !== duty), ...again], told: [...fresh.told, { at: duty.at, status }] });
  if (status === null || status >= 300) parts.log.warn({ provider: payment.protocol, status }, 'a notification of the bank was not taken');
}

/** Signed times are of the wall, as everywhere outside the sandbox. */
function tell({ bankSecrets, webhookTarget }: ProviderParts, payment: BankPayment): Promise<number | null> {
  if (payment.protocol === 'webpay') {
    return post(`${webhookTarget}/webhooks/payments/webpay`, { 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({ token_ws: payment.id }).toString());
  }
  if (payment.notifyUrl === null) return Promise.resolve(null);
  const body = JSON.stringify(khipuPayment(payment));
  const time = String(wallNow());
  const signature = createHmac('sha256', bankSecrets.khipuWebhookSecret).update(`${time}.${body}`).digest('base64');
  return post(payment.notifyUrl, { 'content-type': 'application/json', 'x-khipu-signature': `t=${time},s=${signature}` }, body);
}
