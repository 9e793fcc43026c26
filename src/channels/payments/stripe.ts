/** Stripe: a Checkout Session takes the money, signed events tell of it, and the payment intent with its refunds and disputes is the truth. */
import Stripe from 'stripe';
import { wallNow } from '../../clock.ts';
import { decimalsOf } from '../../domain/money.ts';
import type { Asked, MoneyMovement, PaymentAdapter, PaymentMethod, PaymentNotice, PaymentOrder, PaymentTruth, ReadNotice, StartedPayment } from './adapter.ts';

export interface StripeSettings {
  readonly secretKey: string;
  /** Signing secrets of the webhook endpoint; any of them may have signed. */
  readonly webhookSecrets: readonly string[];
  /** Replaces api.stripe.com (a stand-in); null: Stripe itself. */
  readonly baseUrl: string | null;
}

const TOLERANCE_S = 300;
const TIMEOUT_MS = 10_000;
/** A session lives from half an hour to a day, by Stripe's own rule. */
const SHORTEST_S = 31 * 60;
const LONGEST_S = 24 * 3600 - 60;
const MOST_REVERSALS = 100;

/** Stripe counts these in whole units, and of the second list in thousandths, whatever ISO 4217 says. */
const WHOLE: ReadonlySet<string> = new Set(['BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF']);
const THOUSANDTHS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

function stripeDecimals(currency: string): number {
  return WHOLE.has(currency) ? 0 : THOUSANDTHS.has(currency) ? 3 : 2;
}

/** Our minor units as Stripe counts them; null where Stripe has no such small money. */
export function toStripeAmount(amountMinor: number, currency: string): number | null {
  return scaled(amountMinor, stripeDecimals(currency) - decimalsOf(currency));
}

/** What Stripe counts as our minor units; null where we have no such small money. */
export function fromStripeAmount(amount: number, currency: string): number | null {
  return scaled(amount, decimalsOf(currency) - stripeDecimals(currency));
}

function scaled(amount: number, digits: number): number | null {
  const result = digits >= 0 ? amount * 10 ** digits : amount / 10 ** -digits;
  return Number.isSafeInteger(result) ? result : null;
}

/** The adapter over one account. */
export function stripePayments(settings: StripeSettings): PaymentAdapter {
  const client = clientOf(settings);
  return {
    provider: 'stripe',
    start: (order, deadline) => asked(deadline, () => startSession(client, order)),
    read: (notice) => readEvent(client, settings.webhookSecrets, notice),
    fetch: (providerId, deadline) => asked(deadline, () => truthOf(client, providerId)),
  };
}

function clientOf({ secretKey, baseUrl }: StripeSettings): Stripe {
  const base = baseUrl === null ? null : new URL(baseUrl);
  // Nothing is tried again down here: whoever asks has a deadline, and a job that comes back.
  return new Stripe(secretKey, {
    maxNetworkRetries: 0, timeout: TIMEOUT_MS, telemetry: false,
    ...(base === null ? {} : { host: base.hostname, protocol: base.protocol === 'http:' ? 'http' : 'https', ...(base.port === '' ? {} : { port: base.port }) }),
  });
}

async function startSession(client: Stripe, order: PaymentOrder): Promise<Asked<StartedPayment>> {
  const amount = toStripeAmount(order.amountMinor, order.currency);
  if (amount === null) return { kind: 'refused', code: 'amount' };
  const now = wallNow() / 1000;
  const metadata = { reference: order.reference };
  const session = await client.checkout.sessions.create({
    mode: 'payment', client_reference_id: order.reference, metadata, payment_intent_data: { metadata }, success_url: order.returnUrl, cancel_url: order.returnUrl,
    expires_at: Math.floor(Math.min(Math.max(order.expiresAt / 1000, now + SHORTEST_S), now + LONGEST_S)),
    line_items: [{ quantity: 1, price_data: { currency: order.currency.toLowerCase(), unit_amount: amount, product_data: { name: order.subject } } }],
    locale: localeOf(order.language),
  }, { idempotencyKey: order.reference });
  if (session.url === null) return { kind: 'refused', code: 'no-page' };
  return { kind: 'ok', value: { providerId: session.id, payUrl: session.url } };
}

function localeOf(language: string): 'es' | 'pt' | 'en' | 'auto' {
  const [short] = language.split('-');
  return short === 'es' || short === 'pt' || short === 'en' ? short : 'auto';
}

function readEvent(client: Stripe, secrets: readonly string[], { headers, body, receivedAt }: PaymentNotice): ReadNotice {
  const signature = headers['stripe-signature'];
  if (signature === undefined || signature === '') return { kind: 'forged' };
  for (const secret of secrets) {
    try {
      const event = client.webhooks.constructEvent(body, signature, secret, TOLERANCE_S, undefined, receivedAt);
      const providerId = subjectOf(event);
      return providerId === null ? { kind: 'other', eventId: event.id } : { kind: 'payment', eventId: event.id, providerId };
    } catch {
      // Another secret may have signed it.
    }
  }
  return { kind: 'forged' };
}

/** The session or payment intent that an event speaks of; null: none of ours. */
function subjectOf(event: Stripe.Event): string | null {
  switch (event.type) {
    case 'checkout.session.completed': case 'checkout.session.async_payment_succeeded': case 'checkout.session.async_payment_failed': case 'checkout.session.expired':
    case 'payment_intent.succeeded': case 'payment_intent.canceled': case 'payment_intent.processing':
      return event.data.object.id;
    case 'charge.refunded': case 'refund.created': case 'refund.updated': case 'refund.failed':
    case 'charge.dispute.created': case 'charge.dispute.updated': case 'charge.dispute.closed':
      return idOf(event.data.object.payment_intent);
    default: return null;
  }
}

function idOf(given: string | { readonly id: string } | null | undefined): string | null {
  return given === null || given === undefined ? null : typeof given === 'string' ? given : given.id;
}

async function truthOf(client: Stripe, providerId: string): Promise<Asked<PaymentTruth>> {
  if (!providerId.startsWith('cs_')) return truthOfIntent(client, providerId);
  const session = await client.checkout.sessions.retrieve(providerId);
  const intent = idOf(session.payment_intent);
  if (intent !== null) return truthOfIntent(client, intent);
  return { kind: 'ok', value: session.status === 'expired' ? { state: 'failed', code: 'expired' } : { state: 'pending' } };
}

async function truthOfIntent(client: Stripe, id: string): Promise<Asked<PaymentTruth>> {
  const intent = await client.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  if (intent.status === 'canceled') return { kind: 'ok', value: { state: 'failed', code: 'canceled' } };
  if (intent.status !== 'succeeded') return { kind: 'ok', value: { state: 'pending' } };
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const payment = movement(intent.id, intent.amount_received, intent.currency, charge?.created ?? intent.created);
  if (payment === null) return { kind: 'refused', code: 'amount' };
  const reference = intent.metadata['reference'];
  return {
    kind: 'ok',
    value: { state: 'paid', reference: reference === undefined || reference === '' ? null : reference, payment, method: methodOf(charge?.payment_method_details?.type), reversals: await reversalsOf(client, id) },
  };
}

type Reversal = Extract<PaymentTruth, { state: 'paid' }>['reversals'][number];

async function reversalsOf(client: Stripe, intent: string): Promise<Reversal[]> {
  const refunds = await client.refunds.list({ payment_intent: intent, limit: MOST_REVERSALS });
  const disputes = await client.disputes.list({ payment_intent: intent, limit: MOST_REVERSALS });
  const gone = [
    ...refunds.data.filter(({ status }) => status === 'succeeded').map((one) => ({ one, reason: 'refund' as const })),
    ...disputes.data.filter(({ status }) => status === 'lost').map((one) => ({ one, reason: 'chargeback' as const })),
  ];
  return gone.flatMap(({ one, reason }) => {
    const moved = movement(one.id, one.amount, one.currency, one.created);
    return moved === null ? [] : [{ ...moved, reason }];
  });
}

function movement(id: string, amount: number, stripeCurrency: string, createdS: number): MoneyMovement | null {
  const currency = stripeCurrency.toUpperCase();
  const amountMinor = fromStripeAmount(amount, currency);
  return amountMinor === null ? null : { id, amountMinor, currency, at: createdS * 1000 };
}

const CASH: ReadonlySet<string> = new Set(['oxxo', 'boleto', 'konbini', 'multibanco']);
const TRANSFER: ReadonlySet<string> = new Set(['customer_balance', 'pix', 'sepa_debit', 'us_bank_account', 'acss_debit', 'bacs_debit', 'ideal']);

function methodOf(type: string | undefined): PaymentMethod {
  if (type === undefined) return 'other';
  return type === 'card' ? 'card' : CASH.has(type) ? 'cash' : TRANSFER.has(type) ? 'transfer' : 'other';
}

/** Bounds a call and says what its failure means. The client's errors carry the request, so that only their kind goes on. */
async function asked<T>(deadline: AbortSignal, call: () => Promise<Asked<T>>): Promise<Asked<T>> {
  if (deadline.aborted) return { kind: 'retry', code: 'deadline' };
  let onAbort: (() => void) | undefined;
  const over = new Promise<Asked<T>>((resolve) => {
    onAbort = () => resolve({ kind: 'retry', code: 'deadline' });
    deadline.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([call(), over]);
  } catch (error) {
    return failureOf(error);
  } finally {
    if (onAbort !== undefined) deadline.removeEventListener('abort', onAbort);
  }
}

function failureOf(error: unknown): { readonly kind: 'retry' | 'refused'; readonly code: string } {
  if (!(error instanceof Stripe.errors.StripeError)) return { kind: 'retry', code: 'unreadable' };
  const { statusCode } = error;
  const again = statusCode === undefined || statusCode === 409 || statusCode === 429 || statusCode >= 500;
  return { kind: again ? 'retry' : 'refused', code: error.code ?? (statusCode === undefined ? 'connection' : `http-${statusCode}`) };
}
