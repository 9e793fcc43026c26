/** From the message with a payment link to the receipt: pages, webhook, and what leaves. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signGeneric, genericPayments } from '../../src/channels/payments/generic.ts';
import { adaptersOf, type PaymentAdapters } from '../../src/channels/payments/registry.ts';
import { stripePayments } from '../../src/channels/payments/stripe.ts';
import { json } from '../../src/db/columns.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import { createApi } from '../../src/http/server.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { bookPayment } from '../../src/register/payment.ts';
import { sendReceipts } from '../../src/register/sending/payment-receipt.ts';
import { paymentOf, ADMIN } from '../register/ledger.ts';
import { at, seedPerson } from '../register/seed.ts';
import { MISSED_AT, openDesk, type Desk } from '../sending/desk.ts';
import { STRIPE_SECRET, startStripe, stripeEvent, type StripeStandIn } from './stand-in.ts';

const BASE = 'https://pacto.example.org';
const SECRET = 'a-secret-of-the-tests';
let desk: Desk;
let stripe: StripeStandIn;
let app: FastifyInstance;
let payments: PaymentAdapters;
beforeAll(async () => {
  desk = await openDesk();
  stripe = await startStripe();
  payments = adaptersOf([stripePayments({ secretKey: 'sk_test_0123456789', webhookSecrets: [STRIPE_SECRET], baseUrl: stripe.url }), genericPayments({ secrets: [SECRET], payUrl: null })]);
  app = await createApi({
    ctx: desk.ctx, sandboxClock: null, ready: async () => null, applyReceipt: async () => undefined, payments,
    config: { publicBaseUrl: BASE, buildId: 'test', twilio: null, sendgrid: null },
  });
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await stripe.close();
  await desk.close();
});

const withPayments = () => ({ ...desk.deps, payments });

/** A person who has just been sent a message; the token of its payment link, null when it has none. */
async function reached(settings: object = {}): Promise<{ agreementId: string; token: string | null }> {
  desk.clock.set(MISSED_AT);
  const person = await seedPerson(desk.db, { granted: ['email'] });
  await desk.db.updateTable('creditor').set({ settings: json(settings) }).where('id', '=', person.creditorId).execute();
  const agreementId = await desk.agreement(person);
  const before = desk.journal.length;
  await desk.deliver(agreementId, { payments });
  const sent = desk.journal[before];
  if (sent?.channel !== 'email') throw new Error('no mail was sent');
  return { agreementId, token: /\/p\/([\w-]+)/.exec(sent.text)?.[1] ?? null };
}

async function begin(token: string): Promise<string> {
  const begun = await app.inject({ method: 'POST', url: `/p/${token}`, payload: 'what=due', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  expect(begun.statusCode).toBe(303);
  return String(begun.headers['location']).split('/').at(-1) ?? '';
}

function payAt(session: string, amount = 90_000): string {
  const order = stripe.sessions.get(session);
  const id = `pi_of_${session}`;
  stripe.intents.set(id, { id, status: 'succeeded', amount, currency: 'clp', reference: order?.fields['client_reference_id'] ?? null, refunds: [], disputes: [] });
  Object.assign(order ?? {}, { intent: id, status: 'complete' });
  return id;
}

async function notify(intent: string): Promise<number> {
  const { body, headers } = stripeEvent('payment_intent.succeeded', { id: intent, object: 'payment_intent' });
  return (await app.inject({ method: 'POST', url: '/webhooks/payments/stripe', payload: body, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } })).statusCode;
}

test('a message carries a link of its own, its page shows a firm and an amount and nobody’s name, its button leads to the provider', async () => {
  const { agreementId, token } = await reached();
  expect(token).not.toBeNull();
  const [attempt] = await desk.attempts(agreementId);
  expect(JSON.stringify(attempt?.rendered)).not.toContain(token);
  const page = await app.inject({ method: 'GET', url: `/p/${token}` });
  expect(page.statusCode).toBe(200);
  expect(page.headers).toMatchObject({ 'cache-control': 'no-store', 'content-security-policy': expect.stringContaining("form-action 'self' https:;") as string });
  expect(page.body).toContain('$90.000');
  expect(page.body).not.toMatch(/Ana|deuda|mora|A-\d/);
  expect((await app.inject({ method: 'GET', url: `/p/${token}?lang=en` })).body).toContain('Pay CLP 90,000');
  const session = await begin(token ?? '');
  expect(stripe.sessions.get(session)?.fields).toMatchObject({ 'line_items[0][price_data][unit_amount]': '90000' });
  expect((await app.inject({ method: 'GET', url: '/p/aaaaaaaaaaaaaaaaaaaaaa' })).statusCode).toBe(404);
});

test('a creditor who wants no payment links gets none', async () => {
  const { agreementId, token } = await reached({ payments: { provider: 'none' } });
  expect(token).toBeNull();
  expect(await desk.db.selectFrom('payment_link').select('id').where('agreement_id', '=', agreementId).execute()).toEqual([]);
});

test('who pays by the link gets one receipt by its channel, within the lawful hours, and the link is over', async () => {
  const { token } = await reached();
  const session = await begin(token ?? '');
  const intent = payAt(session);
  desk.clock.set(at('2026-03-05', 23));
  expect(await notify(intent)).toBe(200);
  expect(await notify(intent)).toBe(200);
  const before = desk.journal.length;
  await sendReceipts(withPayments());
  expect(desk.journal.length).toBe(before);
  desk.clock.set(at('2026-03-06', 12));
  await Promise.all([sendReceipts(withPayments()), sendReceipts(withPayments())]);
  await sendReceipts(withPayments());
  const receipts = desk.journal.slice(before);
  expect(receipts).toHaveLength(1);
  const [receipt] = receipts;
  expect(receipt?.channel === 'email' ? [receipt.subject, receipt.text] : []).toEqual(['Recibimos su pago', expect.stringMatching(/: recibimos su pago de \$90\.000 el \d\d-\d\d-2026\. Quedó registrado/)]);
  expect((await app.inject({ method: 'GET', url: `/p/${token}` })).statusCode).toBe(410);
  const back = await app.inject({ method: 'GET', url: `/p/back/${stripe.sessions.get(session)?.fields['client_reference_id'] ?? ''}` });
  expect([back.statusCode, back.body.includes('Recibimos su pago')]).toEqual([200, true]);
  const report = await audit(desk.ctx, { policies: desk.deps.policies, wallNow: () => Date.now() + HOUR });
  expect({ ...report, findings: [] }).toMatchObject({
    duplicates: 0, unlawful: 0, contactedAfterPayment: 0, unbalanced: 0, brokenChains: 0,
  });
});

test('no receipt for a payment that did not come by a link, that went back, that is too old to be thanked for, or of a creditor who wants none', async () => {
  const before = desk.journal.length;
  const plain = await reached();
  await bookPayment(desk.ctx, ADMIN, plain.agreementId, paymentOf({ amountMinor: 1_000 }));
  const unwanted = await reached({ payments: { receipts: false } });
  await notify(payAt(await begin(unwanted.token ?? '')));
  const back = await reached();
  const intent = payAt(await begin(back.token ?? ''));
  await notify(intent);
  stripe.intents.get(intent)?.refunds.push({ id: `re_${intent}`, amount: 90_000 });
  const { body, headers } = stripeEvent('charge.refunded', { id: 'ch', object: 'charge', payment_intent: intent });
  await app.inject({ method: 'POST', url: '/webhooks/payments/stripe', payload: body, headers: { 'content-type': 'application/json', ...headers } });
  await sendReceipts(withPayments());
  const late = await reached();
  await notify(payAt(await begin(late.token ?? '')));
  desk.clock.set(MISSED_AT + 3 * DAY);
  await sendReceipts(withPayments());
  expect(desk.journal.slice(before).filter((one) => one.channel === 'email' && one.subject === 'Recibimos su pago')).toEqual([]);
  const kept = await desk.db.selectFrom('payment_receipt').select(['reason']).where('agreement_id', 'in', [plain.agreementId, unwanted.agreementId, back.agreementId, late.agreementId]).orderBy('reason').execute();
  expect(kept.map(({ reason }) => reason)).toEqual(['expired', 'reversed']);
});

test('a webhook is answered 403 unsigned, 404 for a provider that is not set up, 200 once it is kept, whatever its content type', async () => {
  const body = JSON.stringify({ eventId: 'e-http', providerId: 'p-http', amountMinor: 5_000, currency: 'CLP', paidAt: '2026-03-05T12:00:00Z', kind: 'payment' });
  const post = (provider: string, signature: string | null, type = 'application/json') => app.inject({
    method: 'POST', url: `/webhooks/payments/${provider}`, payload: body, headers: { 'content-type': type, ...(signature === null ? {} : { 'x-pacto-signature': signature }) },
  });
  const count = async () => (await desk.db.selectFrom('payment_event').select('event_id').where('event_id', '=', 'e-http').execute()).length;
  expect((await post('generic', null)).json()).toMatchObject({ status: 403, code: 'ERR_SIGNATURE' });
  expect((await post('generic', signGeneric('another-secret-of-tests', body, Date.now()))).statusCode).toBe(403);
  expect((await post('khipu', signGeneric(SECRET, body, Date.now()))).statusCode).toBe(404);
  expect(await count()).toBe(0);
  expect((await post('generic', signGeneric(SECRET, body, Date.now()), 'text/plain')).statusCode).toBe(200);
  expect((await post('generic', signGeneric(SECRET, body, Date.now()), 'application/x-www-form-urlencoded')).statusCode).toBe(200);
  expect(await count()).toBe(1);
});
