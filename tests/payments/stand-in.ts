/** A stand-in for Stripe's API that the real client talks to: sessions, payment intents, refunds, disputes; and Stripe's own signature helper. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';

export const STRIPE_SECRET = 'whsec_of_the_tests';
const client = new Stripe('sk_test_0123456789');

export interface Intent {
  readonly id: string;
  status: string;
  amount: number;
  currency: string;
  reference: string | null;
  refunds: { id: string; amount: number; status?: string; created?: number }[];
  disputes: { id: string; amount: number; status: string }[];
}

export interface StripeStandIn {
  readonly url: string;
  readonly intents: Map<string, Intent>;
  /** Session id -> intent id once it was paid. */
  readonly sessions: Map<string, { intent: string | null; status: string; fields: Record<string, string> }>;
  readonly requests: { method: string; path: string; idempotencyKey: string | undefined }[];
  /** Answers every request with this status instead. */
  failWith: number | null;
  close(): Promise<void>;
}

const CREATED = Date.parse('2026-11-20T14:00:00Z') / 1000;

export async function startStripe(): Promise<StripeStandIn> {
  const standIn: Omit<StripeStandIn, 'url' | 'close'> = { intents: new Map(), sessions: new Map(), requests: [], failWith: null };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const key = request.headers['idempotency-key'];
      standIn.requests.push({ method: request.method ?? '', path: url.pathname, idempotencyKey: typeof key === 'string' ? key : undefined });
      const answer = standIn.failWith === null ? answerOf(standIn, request.method ?? '', url, Buffer.concat(chunks).toString()) : { status: standIn.failWith, body: { error: { type: 'api_error', message: 'down' } } };
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(standIn, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) });
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function answerOf(standIn: Omit<StripeStandIn, 'url' | 'close'>, method: string, url: URL, body: string): { status: number; body: unknown } {
  const [, , resource, id] = url.pathname.split('/');
  if (method === 'POST' && url.pathname === '/v1/checkout/sessions') {
    const fields = Object.fromEntries(new URLSearchParams(body));
    const session = `cs_test_${standIn.sessions.size + 1}`;
    standIn.sessions.set(session, { intent: null, status: 'open', fields });
    return { status: 200, body: { id: session, object: 'checkout.session', url: `https://checkout.example/${session}` } };
  }
  if (url.pathname.startsWith('/v1/checkout/sessions/')) {
    const sessionId = url.pathname.split('/')[4] ?? '';
    const session = standIn.sessions.get(sessionId);
    return session === undefined ? missing() : { status: 200, body: { id: sessionId, object: 'checkout.session', payment_intent: session.intent, status: session.status } };
  }
  if (resource === 'payment_intents') {
    const intent = standIn.intents.get(id ?? '');
    return intent === undefined ? missing() : { status: 200, body: intentBody(intent) };
  }
  const intent = standIn.intents.get(url.searchParams.get('payment_intent') ?? '');
  const of = (items: unknown[]) => ({ status: 200, body: { object: 'list', has_more: false, url: url.pathname, data: items } });
  const money = { currency: intent?.currency, payment_intent: intent?.id };
  if (resource === 'refunds') return of((intent?.refunds ?? []).map((one) => ({ object: 'refund', status: 'succeeded', created: CREATED + 60, ...one, ...money })));
  if (resource === 'disputes') return of((intent?.disputes ?? []).map((one) => ({ object: 'dispute', created: CREATED + 600, ...one, ...money })));
  return missing();
}

function intentBody(intent: Intent): unknown {
  return {
    id: intent.id, object: 'payment_intent', status: intent.status, amount: intent.amount, amount_received: intent.status === 'succeeded' ? intent.amount : 0, currency: intent.currency,
    created: CREATED, metadata: intent.reference === null ? {} : { reference: intent.reference },
    latest_charge: { id: `ch_${intent.id}`, object: 'charge', created: CREATED, payment_method_details: { type: 'card' } },
  };
}

function missing(): { status: number; body: unknown } {
  return { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such thing' } } };
}

let events = 0;

/** An event as Stripe sends and signs it; `at` epoch ms. */
export function stripeEvent(type: string, object: Record<string, unknown>, options: { id?: string; at?: number; secret?: string } = {}): { body: Buffer; headers: Record<string, string> } {
  events += 1;
  const payload = JSON.stringify({ id: options.id ?? `evt_${events}`, object: 'event', type, api_version: '2026-10-01', created: CREATED, data: { object } });
  const timestamp = Math.floor((options.at ?? Date.now()) / 1000);
  return { body: Buffer.from(payload), headers: { 'stripe-signature': client.webhooks.generateTestHeaderString({ payload, secret: options.secret ?? STRIPE_SECRET, timestamp }) } };
}
