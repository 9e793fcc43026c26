/** Ten thousand things that providers have to say about a portfolio, drawn from a seed: what is posted, and what must have come of it once all is told. */
import { RECEIPT_RANK } from '../../src/channels/receipts.ts';
import type { ReceiptStatus } from '../../src/channels/channel.ts';
import { drawer, shuffled } from './killer.ts';
import { GRAVE, inboundOf, mailEventsOf, OPT_OUTS, paymentNotices, REPLIES, statusesOf, STRANGER, type MailEvent } from './webhook-words.ts';

export interface ToldAttempt {
  readonly id: string;
  readonly provider: 'twilio-sms' | 'sendgrid';
  readonly providerId: string;
  /** Where it went. */
  readonly to: string;
  /** What is known of its delivery already. */
  readonly receipt: ReceiptStatus | null;
  /** Epoch ms, business clock. */
  readonly at: number;
}

export interface PayableAgreement {
  readonly creditorId: string;
  readonly externalId: string;
  readonly currency: string;
  readonly balanceMinor: number;
}

export interface Portfolio {
  readonly attempts: readonly ToldAttempt[];
  readonly agreements: readonly PayableAgreement[];
  /** Numbers, E.164, that belong to somebody. */
  readonly phones: readonly string[];
  /** Epoch ms, business clock. */
  readonly now: number;
}

export type Webhook =
  | { readonly kind: 'status'; readonly attemptId: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'events'; readonly events: readonly MailEvent[] }
  | { readonly kind: 'inbound'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'payment'; readonly body: string };

export interface ToldPayment {
  /** null: no agreement of ours is named. */
  readonly agreement: PayableAgreement | null;
  readonly amountMinor: number;
  readonly reversed: boolean;
}

/** What must be there in the end, each once. */
export interface Told {
  /** `provider eventId`. */
  readonly providerEvents: Set<string>;
  /** Event ids of notifications. */
  readonly paymentEvents: Set<string>;
  readonly receipts: Map<string, ReceiptStatus>;
  /** By the provider's id. */
  readonly payments: Map<string, ToldPayment>;
  /** By message id. */
  readonly replies: Map<string, { readonly from: string; readonly optOut: boolean }>;
}

export interface Mix {
  /** In the order in which they are sent, repeats among them. */
  readonly deliveries: readonly Webhook[];
  readonly distinct: number;
  readonly kinds: Readonly<Record<Webhook['kind'], number>>;
  readonly told: Told;
}

/** Receipts take at most this share, or there would be no room for people and money. */
const MOST_RECEIPTS = 0.6;
const PAYMENT_SHARE = 0.4;
const EVENTS_A_BATCH = 3;
const OPT_OUT_SHARE = 0.02;
const GRAVE_SHARE = 0.02;
const STRANGER_SHARE = 0.02;
/** As providers do it whose first try was slow: the repeat comes while the first is still in work. */
const AT_ONCE_SHARE = 0.2;

/** `total` deliveries, of which `repeatShare` repeat another. */
export function mixOf(portfolio: Portfolio, { total, repeatShare, seed }: { readonly total: number; readonly repeatShare: number; readonly seed: number }): Mix {
  const draw = drawer(seed);
  const distinct = Math.round(total * (1 - repeatShare));
  const told: Told = { providerEvents: new Set(), paymentEvents: new Set(), receipts: new Map(), payments: new Map(), replies: new Map() };
  const receipts = receiptsOf(portfolio, told, Math.floor(distinct * MOST_RECEIPTS), draw);
  const money = moneyOf(portfolio, told, Math.floor((distinct - receipts.length) * PAYMENT_SHARE), draw);
  const words = wordsOf(portfolio, told, distinct - receipts.length - money.length, draw);
  const all = [...receipts, ...money, ...words];
  const count = (kind: Webhook['kind']): number => all.filter((one) => one.kind === kind).length;
  return { deliveries: withRepeats(all, total - distinct, draw), distinct: all.length, kinds: { status: count('status'), events: count('events'), inbound: count('inbound'), payment: count('payment') }, told };
}

function receiptsOf({ attempts }: Portfolio, told: Told, most: number, draw: () => number): Webhook[] {
  const statuses: Webhook[] = [];
  const mails: MailEvent[] = [];
  for (const attempt of shuffled(attempts, draw)) {
    if (statuses.length + mails.length / (EVENTS_A_BATCH / 2) >= most) break;
    if (attempt.provider === 'sendgrid') mails.push(...mailEventsOf(attempt, draw));
    else statuses.push(...statusesOf(attempt, draw).map((fields): Webhook => ({ kind: 'status', attemptId: attempt.id, fields })));
  }
  for (const one of statuses) if (one.kind === 'status') noteStatus(told, one.attemptId, one.fields);
  for (const event of mails) noteMail(told, event);
  for (const attempt of attempts) if (told.receipts.has(attempt.id) && attempt.receipt !== null) raise(told, attempt.id, attempt.receipt);
  const batches: Webhook[] = [];
  for (const rest = shuffled(mails, draw); rest.length > 0;) batches.push({ kind: 'events', events: rest.splice(0, 1 + Math.floor(draw() * EVENTS_A_BATCH)) });
  return [...statuses, ...batches];
}

const STATUSES: Readonly<Record<string, ReceiptStatus>> = { accepted: 'queued', queued: 'queued', sending: 'queued', sent: 'sent', delivered: 'delivered', undelivered: 'undelivered' };

function noteStatus(told: Told, attemptId: string, fields: Readonly<Record<string, string>>): void {
  const { MessageSid = '', MessageStatus = '', ErrorCode = '' } = fields;
  told.providerEvents.add(`twilio-sms ${MessageSid}:${MessageStatus}:${ErrorCode}`);
  raise(told, attemptId, STATUSES[MessageStatus] ?? 'queued');
}

const EVENTS: Readonly<Record<string, ReceiptStatus>> = {
  processed: 'sent', deferred: 'deferred', delivered: 'delivered', bounce: 'bounced', dropped: 'dropped', spamreport: 'complained', unsubscribe: 'unsubscribed',
};

/** What was opened and clicked is not kept. */
function noteMail(told: Told, { event, type, sg_event_id: id, attempt_id: attemptId }: MailEvent): void {
  const status = event === 'bounce' && type === 'blocked' ? 'blocked' : EVENTS[event];
  if (status === undefined) return;
  told.providerEvents.add(`sendgrid ${id}`);
  raise(told, attemptId, status);
}

function raise({ receipts }: Told, attemptId: string, status: ReceiptStatus): void {
  const known = receipts.get(attemptId);
  if (known === undefined || RECEIPT_RANK[status] > RECEIPT_RANK[known]) receipts.set(attemptId, status);
}

function moneyOf({ agreements, now }: Portfolio, told: Told, wanted: number, draw: () => number): Webhook[] {
  const bodies: string[] = [];
  for (let n = 0; bodies.length < wanted; n += 1) {
    const agreement = pick(agreements, draw);
    const { id, payment, notices } = paymentNotices(n, agreement, { now, room: wanted - bodies.length }, draw);
    told.payments.set(id, payment);
    for (const notice of notices) {
      told.paymentEvents.add(notice.eventId);
      bodies.push(JSON.stringify(notice));
    }
  }
  return bodies.map((body) => ({ kind: 'payment', body }));
}

function wordsOf({ phones }: Portfolio, told: Told, wanted: number, draw: () => number): Webhook[] {
  return Array.from({ length: wanted }, (_none, n): Webhook => {
    const said = draw();
    const optOut = said < OPT_OUT_SHARE;
    const from = draw() < STRANGER_SHARE ? STRANGER : pick(phones, draw);
    const fields = inboundOf(n, from, pick<string>(optOut ? OPT_OUTS : said < OPT_OUT_SHARE + GRAVE_SHARE ? GRAVE : REPLIES, draw));
    const { MessageSid = '' } = fields;
    told.providerEvents.add(`twilio-sms ${MessageSid}`);
    told.replies.set(MessageSid, { from, optOut });
    return { kind: 'inbound', fields };
  });
}

/** Most repeats come at any time, some right behind what they repeat. */
function withRepeats(all: readonly Webhook[], repeats: number, draw: () => number): Webhook[] {
  const again = shuffled(all, draw).slice(0, repeats);
  const atOnce = new Set(again.filter(() => draw() < AT_ONCE_SHARE));
  return shuffled([...all, ...again.filter((one) => !atOnce.has(one))], draw).flatMap((one) => {
    if (!atOnce.delete(one)) return [one];
    return [one, one];
  });
}

function pick<T>(items: readonly T[], draw: () => number): T {
  const item = items[Math.floor(draw() * items.length)];
  if (item === undefined) throw new Error('there is nothing to draw from');
  return item;
}
