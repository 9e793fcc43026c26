/** The single webhooks of a mix: what Twilio, SendGrid, people and a payment system say, in their own forms. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { genericBody } from '../../src/channels/payments/generic.ts';
import type { PayableAgreement, ToldAttempt, ToldPayment } from './webhook-mix.ts';

const HOUR = 3_600_000;
const OURS = '+56229380000';
/** Belongs to nobody. */
export const STRANGER = '+56968888888';

export const OPT_OUTS = ['BAJA', 'STOP', 'No me llamen más por favor', 'no me sigan escribiendo', 'sáquenme de su lista', 'dejen de mandar mensajes'] as const;
export const REPLIES = [
  'gracias', 'ok gracias', 'hola', 'cuanto debo?', 'quien es?', 'como puedo pagar', 'cancelar', 'ya pagué', 'ya transferí, revise x favor', 'le pago el viernes', 'mañana deposito',
  'pago a fin de mes', 'puedo pagar el viernes?', 'se puede pagar en mas cuotas?', 'necesito mas plazo', 'no tengo plata', 'quede cesante', 'llámeme por favor', 'me pueden llamar mañana a las 10',
] as const;
/** What stops collection at the first word: seldom, or nothing would be left to happen. */
export const GRAVE = ['número equivocado', 'yo no debo nada', 'mi mamá falleció hace 2 meses'] as const;

function hex(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(words.join(' ')).digest('hex').slice(0, 32);
}

const UNDELIVERED_SHARE = 0.15;

/** Every status callback of a message, told of to its end. */
export function statusesOf({ providerId, to, receipt }: ToldAttempt, draw: () => number): Readonly<Record<string, string>>[] {
  const fails = receipt !== 'delivered' && draw() < UNDELIVERED_SHARE;
  const end: Readonly<Record<string, string>> = fails ? { MessageStatus: 'undelivered', ErrorCode: '30003' } : { MessageStatus: 'delivered' };
  return [...['accepted', 'queued', 'sending', 'sent'].map((MessageStatus) => ({ MessageStatus })), end]
    .map((status) => ({ AccountSid: 'AC', ApiVersion: '2010-04-01', From: OURS, To: to, MessageSid: providerId, SmsSid: providerId, SmsStatus: status['MessageStatus'] ?? '', ...status }));
}

export interface MailEvent {
  readonly email: string;
  readonly timestamp: number;
  readonly event: string;
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly sg_event_id: string;
  readonly sg_message_id: string;
  readonly attempt_id: string;
}

type Ending = readonly Pick<MailEvent, 'event' | 'type' | 'status' | 'reason'>[];
const DELIVERED = { event: 'delivered' } as const;
/** With their shares; a mail whose end is known is told of to the same end, or to one that stands above it. */
const ENDINGS: readonly { readonly share: number; readonly events: Ending; readonly above: boolean }[] = [
  { share: 0.66, events: [DELIVERED, { event: 'open' }, { event: 'click' }], above: true },
  { share: 0.1, events: [DELIVERED, { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 no such mailbox' }], above: true },
  { share: 0.04, events: [DELIVERED, { event: 'open' }, { event: 'spamreport' }], above: true },
  { share: 0.04, events: [DELIVERED, { event: 'open' }, { event: 'unsubscribe' }], above: true },
  { share: 0.1, events: [{ event: 'bounce', type: 'blocked', status: '4.7.1', reason: '451 4.7.1 come back later' }], above: false },
  { share: 0.06, events: [{ event: 'dropped', reason: 'Bounced Address' }], above: false },
];
const MOST_DEFERRALS = 12;

/** Every event of a mail: taken, put off some times, and its end. */
export function mailEventsOf(attempt: ToldAttempt, draw: () => number): MailEvent[] {
  const deferrals = Array.from({ length: Math.floor(draw() * (MOST_DEFERRALS + 1)) }, () => ({ event: 'deferred', reason: '451 4.2.1 try again' }));
  return [{ event: 'processed' }, ...deferrals, ...endingOf(attempt, draw)].map((event, n) => ({
    ...event, email: attempt.to, timestamp: Math.floor(attempt.at / 1000) + n * 60, sg_event_id: hex('mail', attempt.id, n),
    sg_message_id: `${attempt.providerId}.recvd-bench-1`, attempt_id: attempt.id,
  }));
}

function endingOf({ receipt }: ToldAttempt, draw: () => number): Ending {
  let left = draw();
  const drawn = ENDINGS.find(({ share }) => (left -= share) < 0) ?? ENDINGS[0];
  return drawn === undefined || (receipt === 'delivered' && !drawn.above) ? [DELIVERED] : drawn.events;
}

/** An SMS from a person. */
export function inboundOf(n: number, from: string, body: string): Readonly<Record<string, string>> {
  const sid = `SM${hex('inbound', n)}`;
  return { AccountSid: 'AC', ApiVersion: '2010-04-01', Body: body, From: from, To: OURS, MessageSid: sid, NumMedia: '0', NumSegments: '1', SmsMessageSid: sid, SmsSid: sid, SmsStatus: 'received' };
}

const TOLD_TWICE_SHARE = 0.15;
const REVERSED_SHARE = 0.1;
const UNMATCHED_SHARE = 0.02;
/** Small enough that nobody is through with paying: a settled agreement hears nothing more. */
const PART = 400;
/** Whole units in every currency. */
const UNIT = 100;

export type Notice = z.input<typeof genericBody>;

/** One payment and what is told of it, in at most `room` notifications: itself, sometimes under a second event id, sometimes that it went back. */
export function paymentNotices(n: number, drawn: PayableAgreement, { now, room }: { readonly now: number; readonly room: number }, draw: () => number): { id: string; payment: ToldPayment; notices: Notice[] } {
  const id = `wh-${n}`;
  const matched = draw() >= UNMATCHED_SHARE;
  const amountMinor = (Math.floor(drawn.balanceMinor / PART / UNIT) + 1) * UNIT;
  const money = { amountMinor, currency: drawn.currency, paidAt: new Date(now - Math.ceil(draw() * 20) * HOUR).toISOString() };
  const paid = { ...money, kind: 'payment' as const, providerId: id, agreement: `${drawn.creditorId}/${matched ? drawn.externalId : `nobody-${n}`}`, method: 'transfer' as const };
  const again = room > 1 && draw() < TOLD_TWICE_SHARE;
  const reversed = matched && room > 2 && draw() < REVERSED_SHARE;
  return {
    id, payment: { agreement: matched ? drawn : null, amountMinor, reversed },
    notices: [
      { ...paid, eventId: `${id}.created` },
      ...(again ? [{ ...paid, eventId: `${id}.updated` }] : []),
      ...(reversed ? [{ ...money, kind: 'reversal' as const, eventId: `${id}.reversed`, providerId: `${id}-back`, of: id }] : []),
    ],
  };
}
