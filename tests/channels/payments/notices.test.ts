/** Notifications: who signed them, when, and what a repeat is. Signatures are made here by hand, as the providers' pages say. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { PaymentNotice } from '../../../src/channels/payments/adapter.ts';
import { createFlow } from '../../../src/channels/payments/flow.ts';
import { createKhipu } from '../../../src/channels/payments/khipu.ts';
import { createMercadoPago } from '../../../src/channels/payments/mercadopago.ts';
import { createWebpay } from '../../../src/channels/payments/webpay.ts';
import { HOUR, NOON } from './stand-in.ts';

const DAY = 24 * HOUR;
const OLD = 'secret-being-replaced';
const NEW = 'secret-from-now-on';
const hmac = (secret: string, message: string | Buffer, encoding: 'hex' | 'base64'): string => createHmac('sha256', secret).update(message).digest(encoding);
const flip = (text: string, at: number): string => `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;

describe('Mercado Pago', () => {
  const adapter = createMercadoPago({ accessToken: 'x', webhookSecrets: [NEW, OLD] });
  interface Parts { id?: string; signedId?: string; requestId?: string | null; ts?: string; secret?: string; type?: string; receivedAt?: number; signature?: string }
  const notice = ({ id = '123456', signedId = id.toLowerCase(), requestId = 'bb56a2f1-6aae-46ac-982e-9dcd3581d08e', ts = String(NOON), secret = NEW, type = 'payment', receivedAt = NOON + 1_000, signature }: Parts = {}): PaymentNotice => ({
    url: `https://pacto.example/webhooks/payments/mercadopago?data.id=${id}&type=${type}`,
    headers: {
      'x-signature': signature ?? `ts=${ts},v1=${hmac(secret, `id:${signedId};${requestId === null ? '' : `request-id:${requestId};`}ts:${ts};`, 'hex')}`,
      'x-request-id': requestId ?? undefined,
    },
    body: Buffer.from(JSON.stringify({ action: 'payment.updated', data: { id: '999' }, id: 1, type })), receivedAt,
  });

  test('is about the payment in the address, never the one in the body, which nobody signed', () => {
    expect(adapter.read(notice())).toMatchObject({ kind: 'payment', providerId: '123456' });
  });

  test.each([
    ['under the secret being replaced', notice({ secret: OLD })],
    ['with a time in seconds', notice({ ts: String(NOON / 1000) })],
    ['without a request id, which then is not signed', notice({ requestId: null })],
    ['two days late', notice({ receivedAt: NOON + 2 * DAY })],
  ])('%s', (_, one) => {
    expect(adapter.read(one)).toMatchObject({ kind: 'payment', providerId: '123456' });
  });

  test('an id with capitals is signed in small letters', () => {
    expect(adapter.read(notice({ id: 'ORD01JQ4S4KY8', type: 'order' })).kind).toBe('other');
    expect(adapter.read(notice({ id: 'ORD01JQ4S4KY8', signedId: 'ORD01JQ4S4KY8', type: 'order' })).kind).toBe('forged');
  });

  test('a chargeback is asked about by way of its own id; another product of the account is not ours', () => {
    expect(adapter.read(notice({ id: '217000061680860000', type: 'topic_chargebacks_wh' }))).toMatchObject({ kind: 'payment', providerId: 'chargeback-217000061680860000' });
    expect(adapter.read(notice({ type: 'subscription_preapproval' })).kind).toBe('other');
  });

  test('a repeat has the same event, another notification of the same payment has its own', () => {
    const eventOf = (parts: Parts): unknown => Reflect.get(adapter.read(notice(parts)), 'eventId');
    expect(eventOf({ receivedAt: NOON + HOUR })).toBe(eventOf({}));
    expect(eventOf({ requestId: 'another' })).not.toBe(eventOf({}));
  });

  const valid = notice();
  const signature = valid.headers['x-signature'] ?? '';
  const forged: readonly (readonly [string, PaymentNotice])[] = [
    ['another secret', notice({ secret: 'guessed' })],
    ['no signature', { ...valid, headers: { ...valid.headers, 'x-signature': undefined } }],
    ['no request id, though signed', { ...valid, headers: { ...valid.headers, 'x-request-id': undefined } }],
    ['another request id', { ...valid, headers: { ...valid.headers, 'x-request-id': 'other' } }],
    ['another payment', { ...valid, url: valid.url.replace('123456', '123457') }],
    ['the payment twice', { ...valid, url: `${valid.url}&data.id=123457` }],
    ['no payment', { ...valid, url: valid.url.replace('data.id', 'id') }],
    ['four days old', notice({ receivedAt: NOON + 4 * DAY })],
    ['from the future', notice({ receivedAt: NOON - HOUR })],
    ['a signature in capitals', notice({ signature: signature.replace(/v1=.*/, (part) => `v1=${part.slice(3).toUpperCase()}`) })],
    ['half a signature', notice({ signature: signature.slice(0, -2) })],
    ['two signatures', notice({ signature: `${signature},v1=${'0'.repeat(64)}` })],
    ...Array.from(signature, (_, at): readonly [string, PaymentNotice] => [`byte ${at} of the signature`, notice({ signature: flip(signature, at) })]),
  ];
  test.each(forged)('%s is forged', (_, one) => {
    expect(adapter.read(one)).toEqual({ kind: 'forged' });
  });

  test('an account without a secret believes nobody, not even one who signs with none', () => {
    expect(createMercadoPago({ accessToken: 'x', webhookSecrets: [''] }).read(notice({ secret: '' }))).toEqual({ kind: 'forged' });
    expect(createMercadoPago({ accessToken: 'x', webhookSecrets: [] }).read(notice())).toEqual({ kind: 'forged' });
  });
});

describe('Khipu', () => {
  const adapter = createKhipu({ apiKey: 'x', webhookSecrets: [NEW, OLD] });
  const BODY = JSON.stringify({
    payment_id: 'mtpspw2ui7tt', receiver_id: 985_101, subject: 'Cobro de prueba', amount: '1000.0000', discount: '0.0000', currency: 'CLP',
    receipt_url: 'https://khipu.example/r.pdf', bank: 'DemoBank', transaction_id: 'ord-1', conciliation_date: '2026-12-03T15:00:00.000Z',
  });
  const notice = ({ body = BODY, t = String(NOON), secret = NEW, receivedAt = NOON + 500, header }: { body?: string; t?: string; secret?: string; receivedAt?: number; header?: string } = {}): PaymentNotice => ({
    url: 'https://pacto.example/webhooks/payments/khipu', headers: { 'x-khipu-signature': header ?? `t=${t},s=${hmac(secret, `${t}.${body}`, 'base64')}` }, body: Buffer.from(body), receivedAt,
  });
  const valid = notice();
  const header = valid.headers['x-khipu-signature'] ?? '';

  test('is about the payment in its signed body, under either secret, a repeat is known', () => {
    expect(adapter.read(valid)).toMatchObject({ kind: 'payment', providerId: 'mtpspw2ui7tt' });
    expect(adapter.read(notice({ secret: OLD, receivedAt: NOON + 2 * DAY }))).toMatchObject({ kind: 'payment', providerId: 'mtpspw2ui7tt' });
    expect(adapter.read({ ...valid, receivedAt: NOON + HOUR })).toEqual(adapter.read(valid));
    expect(adapter.read(notice({ t: String(NOON + 1) }))).not.toEqual(adapter.read(valid));
  });

  test('a signed body without a payment is kept, nothing follows', () => {
    expect(adapter.read(notice({ body: '{"type":"test"}' })).kind).toBe('other');
    expect(adapter.read(notice({ body: 'no json' })).kind).toBe('other');
  });

  const forged: readonly (readonly [string, PaymentNotice])[] = [
    ['another secret', notice({ secret: 'guessed' })],
    ['no signature', { ...valid, headers: {} }],
    ['four days old', notice({ receivedAt: NOON + 4 * DAY })],
    ['from the future', notice({ receivedAt: NOON - HOUR })],
    ['a time in seconds', notice({ t: String(NOON / 1000) })],
    ['the time signed twice', notice({ header: `${header},t=${NOON}` })],
    ['a blank at the end of the body', { ...valid, body: Buffer.concat([valid.body, Buffer.from(' ')]) }],
    ...Array.from(valid.body, (byte, at): readonly [string, PaymentNotice] => [`byte ${at} of the body`, { ...valid, body: Buffer.from(valid.body.map((one, index) => (index === at ? byte ^ 1 : one))) }]),
    ...Array.from(header, (_, at): readonly [string, PaymentNotice] => [`byte ${at} of the signature`, notice({ header: flip(header, at) })]),
  ];
  test('any altered byte, another secret, a missing or an old signature is forged', () => {
    for (const [name, one] of forged) expect.soft(adapter.read(one), name).toEqual({ kind: 'forged' });
  });
});

describe('Flow', () => {
  const adapter = createFlow({ apiKey: 'x', secretKey: 'y', payerMail: 'pagos@acme.example', now: () => NOON });
  const TOKEN = '33373581FC32576FAF33C46FC6454B1FFEBD7E1H';
  const notice = (body: string, receivedAt = NOON): PaymentNotice => ({ url: 'https://pacto.example/webhooks/payments/flow', headers: {}, body: Buffer.from(body), receivedAt });

  test('a token is only worth asking about', () => {
    expect(adapter.read(notice(`token=${TOKEN}`))).toMatchObject({ kind: 'payment', providerId: TOKEN });
  });

  test('whoever has the link cannot use up the event of the true notification by sending it first', () => {
    expect(adapter.read(notice(`token=${TOKEN}`, NOON + 1))).not.toEqual(adapter.read(notice(`token=${TOKEN}`)));
  });

  test.each(['', 'token=', 'other=1', `token=${TOKEN}&token=${TOKEN}`, 'token=../x', `token=${'A'.repeat(100)}`, '{"token":"ABCDEFGH"}'])('%j holds no token', (body) => {
    expect(adapter.read(notice(body))).toEqual({ kind: 'forged' });
  });
});

describe('Webpay', () => {
  const adapter = createWebpay({ commerceCode: '597055555532', apiKeySecret: 'y' });
  const TOKEN = '01ab70d0c2f4'.padEnd(64, 'e');
  const BACK = 'https://pacto.example/back';
  const notice = (query: string, body = ''): PaymentNotice => ({ url: `${BACK}${query}`, headers: {}, body: Buffer.from(body), receivedAt: NOON });

  test.each([
    ['a payment that went through', notice(`?token_ws=${TOKEN}`)],
    ['the same, sent as a form', notice('', `token_ws=${TOKEN}`)],
    ['a payment that was given up', notice(`?TBK_TOKEN=${TOKEN}&TBK_ORDEN_COMPRA=o&TBK_ID_SESION=s`)],
    ['a form that broke', notice(`?token_ws=${'f'.repeat(64)}&TBK_TOKEN=${TOKEN}&TBK_ORDEN_COMPRA=o&TBK_ID_SESION=s`)],
  ])('%s comes back with its token', (_, one) => {
    expect(adapter.read(one)).toMatchObject({ kind: 'payment', providerId: TOKEN });
  });

  test('a form whose time ran out names no token: only polling knows it', () => {
    expect(adapter.read(notice('?TBK_ORDEN_COMPRA=o&TBK_ID_SESION=s')).kind).toBe('other');
  });

  test.each(['', '?token_ws=', '?token_ws=short', `?token_ws=${TOKEN}&token_ws=${TOKEN}`, `?token_ws=${TOKEN.replace('e', 'g')}`, `?token_ws=${TOKEN}&TBK_TOKEN=x`])('%j is no return', (query) => {
    expect(adapter.read(notice(query))).toEqual({ kind: 'forged' });
  });
});
