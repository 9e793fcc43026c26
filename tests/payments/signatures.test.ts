/** Who sent a notification is certain or it is refused: every byte, header, time and secret. */
import { expect, test } from 'vitest';
import type { PaymentAdapter, PaymentNotice } from '../../src/channels/payments/adapter.ts';
import { genericPayments, signGeneric, TOLERANCE_S } from '../../src/channels/payments/generic.ts';
import { fromStripeAmount, stripePayments, toStripeAmount } from '../../src/channels/payments/stripe.ts';
import { STRIPE_SECRET, stripeEvent } from './stand-in.ts';

const NOW = Date.parse('2026-11-20T15:00:00Z');
const OLD_SECRET = 'an-older-secret-of-tests';
const NEW_SECRET = 'a-newer-secret-of-tests!';
const URL_OF = 'https://pacto.example/webhooks/payments/x';

const generic = genericPayments({ secrets: [NEW_SECRET, OLD_SECRET], payUrl: null });
const stripe = stripePayments({ secretKey: 'sk_test_0123456789', webhookSecrets: ['whsec_another', STRIPE_SECRET], baseUrl: null });

const PAYMENT = { eventId: 'e-1', providerId: 'p-1', agreement: 'acme/A-1', amountMinor: 10_000, currency: 'CLP', paidAt: '2026-11-20T14:59:00Z', kind: 'payment' };

function genericNotice(body: unknown, options: { secret?: string; at?: number } = {}): PaymentNotice {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { url: URL_OF, headers: { 'x-pacto-signature': signGeneric(options.secret ?? NEW_SECRET, bytes, options.at ?? NOW) }, body: bytes, receivedAt: NOW };
}

function stripeNotice(options: { secret?: string; at?: number } = {}): PaymentNotice {
  return { url: URL_OF, receivedAt: NOW, ...stripeEvent('payment_intent.succeeded', { id: 'pi_1', object: 'payment_intent' }, { id: 'evt_a', at: NOW, ...options }) };
}

const CASES: readonly [string, PaymentAdapter, PaymentNotice, string][] = [
  ['stripe', stripe, stripeNotice(), 'stripe-signature'],
  ['generic', generic, genericNotice(PAYMENT), 'x-pacto-signature'],
];

test('what the provider signed is read, with the id that makes a repeat recognisable', () => {
  expect(stripe.read(stripeNotice())).toEqual({ kind: 'payment', eventId: 'evt_a', providerId: 'pi_1' });
  expect(generic.read(genericNotice(PAYMENT))).toEqual({
    kind: 'stated', eventId: 'e-1', providerId: 'p-1',
    stated: { movement: 'payment', id: 'p-1', amountMinor: 10_000, currency: 'CLP', at: NOW - 60_000, method: 'other', reference: null, agreement: 'acme/A-1' },
  });
});

test.each(CASES)('%s: each altered byte of the body is refused', (_name, adapter, notice) => {
  for (let index = 0; index < notice.body.length; index += 1) {
    const body = Buffer.from(notice.body);
    body[index] = (body[index] ?? 0) ^ 1;
    expect(adapter.read({ ...notice, body })).toEqual({ kind: 'forged' });
  }
  for (const body of [Buffer.concat([notice.body, Buffer.from(' ')]), notice.body.subarray(1), Buffer.alloc(0)]) expect(adapter.read({ ...notice, body })).toEqual({ kind: 'forged' });
});

test.each(CASES)('%s: each altered character of the signature is refused, and so is none, an empty one, half of one', (_name, adapter, notice, header) => {
  const given = notice.headers[header] ?? '';
  for (let index = 0; index < given.length; index += 1) {
    const other = given[index] === '0' ? '1' : '0';
    const altered = given.slice(0, index) + other + given.slice(index + 1);
    expect(adapter.read({ ...notice, headers: { [header]: altered } })).toEqual({ kind: 'forged' });
  }
  for (const headers of [{}, { [header]: '' }, { [header]: 't=1' }, { [header]: given.split(',')[1] }, { [header]: given.split(',')[0] }, { [header]: undefined }]) {
    expect(adapter.read({ ...notice, headers })).toEqual({ kind: 'forged' });
  }
});

test.each([[OLD_SECRET, 'stated'], [NEW_SECRET, 'stated'], ['a-secret-of-somebody-else', 'forged']])('the generic webhook signed with %s is %s', (secret, kind) => {
  expect(generic.read(genericNotice(PAYMENT, { secret })).kind).toBe(kind);
});

test('a notification of Stripe signed with another secret is refused', () => {
  expect(stripe.read(stripeNotice({ secret: 'whsec_of_nobody' }))).toEqual({ kind: 'forged' });
});

test.each([[0, true], [-(TOLERANCE_S - 1), true], [-(TOLERANCE_S + 2), false]])('a signature %d s old is taken: %s', (seconds, taken) => {
  const at = NOW + seconds * 1000;
  expect(stripe.read(stripeNotice({ at })).kind === 'payment').toBe(taken);
  expect(generic.read(genericNotice(PAYMENT, { at })).kind === 'stated').toBe(taken);
});

test('a signature from the future is refused by the generic webhook', () => {
  expect(generic.read(genericNotice(PAYMENT, { at: NOW + (TOLERANCE_S + 2) * 1000 }))).toEqual({ kind: 'forged' });
});

test.each([
  ['no amount', { ...PAYMENT, amountMinor: 0 }], ['a broken amount', { ...PAYMENT, amountMinor: 1.5 }], ['an unknown field', { ...PAYMENT, name: 'x' }], ['no time', { ...PAYMENT, paidAt: 'today' }],
  ['a reversal of nothing', { ...PAYMENT, kind: 'reversal', agreement: undefined }], ['no JSON', '{'], ['a list', []],
])('a signed statement with %s is not taken', (_what, body) => {
  expect(generic.read(genericNotice(body))).toEqual({ kind: 'forged' });
});

test('events of Stripe about something else are known as such', () => {
  const notice = { url: URL_OF, receivedAt: NOW, ...stripeEvent('customer.created', { id: 'cus_1' }, { id: 'evt_b', at: NOW }) };
  expect(stripe.read(notice)).toEqual({ kind: 'other', eventId: 'evt_b' });
});

test.each([
  ['CLP', 45_990, 45_990], ['PYG', 1, 1], ['JPY', 7, 7], ['COP', 1_500_000, 1_500_000], ['USD', 1_050, 1_050], ['MXN', 99, 99],
])('%s %d are %d of Stripe, and back', (currency, ours, theirs) => {
  expect(toStripeAmount(ours, currency)).toBe(theirs);
  expect(fromStripeAmount(theirs, currency)).toBe(ours);
});

test('money that the other side cannot count is nothing, not something rounded', () => {
  expect(toStripeAmount(150, 'KRW')).toBeNull();
  expect(toStripeAmount(200, 'KRW')).toBe(2);
  expect(fromStripeAmount(1_005, 'KWD')).toBeNull();
});
