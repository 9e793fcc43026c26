/** Khipu, Flow and Webpay Plus against a stand-in that answers in the shape of their published examples; the people are invented. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFlow } from '../../../src/channels/payments/flow.ts';
import { createKhipu } from '../../../src/channels/payments/khipu.ts';
import { createWebpay } from '../../../src/channels/payments/webpay.ts';
import { HOUR, NOON, openStandIn, order, within, type StandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await openStandIn();
});
afterAll(() => standIn.close());
beforeEach(() => {
  standIn.answers = {};
  standIn.asked.length = 0;
});

describe('Khipu', () => {
  const ID = 'mtpspw2ui7tt';
  const adapter = () => createKhipu({ apiKey: 'K-1', webhookSecrets: ['s'], baseUrl: standIn.url });

  test('start asks for a payment in whole pesos, with notifications of version 3', async () => {
    standIn.answers = { 'POST /v3/payments': { body: { payment_id: ID, payment_url: `https://khipu.example/payment/info/${ID}`, simplified_transfer_url: 'https://app.khipu.example/x', ready_for_terminal: false } } };
    expect(await adapter().start(order(), within())).toEqual({ kind: 'ok', value: { providerId: ID, payUrl: `https://khipu.example/payment/info/${ID}` } });
    expect(standIn.asked[0]?.headers['x-api-key']).toBe('K-1');
    expect(JSON.parse(standIn.asked[0]?.body ?? '')).toMatchObject({ amount: 45_990, currency: 'CLP', transaction_id: order().reference, notify_url: order().notifyUrl, notify_api_version: '3.0', expires_date: '2026-12-04T15:00:00.000Z' });
  });

  const PAYMENT = { payment_id: ID, status: 'done', status_detail: 'normal', amount: 45990.0, currency: 'CLP', receiver_id: 985_101, subject: 'x', payer_name: 'Inés Peña', transaction_id: 'ord-1', conciliation_date: '2026-12-03T15:00:00.000Z', payment_method: 'simplified_transfer' };
  const paid = { state: 'paid', reference: 'ord-1', payment: { id: ID, amountMinor: 45_990, currency: 'CLP', at: NOON }, method: 'transfer', reversals: [] };
  test.each([
    ['conciliated', {}, paid],
    ['conciliated, with the amount as their notifications write it', { amount: '45990.0000' }, paid],
    ['not opened yet', { status: 'pending', status_detail: 'pending', conciliation_date: null }, { state: 'pending' }],
    ['paid, not conciliated yet', { status: 'verifying', status_detail: 'pending', conciliation_date: null }, { state: 'pending' }],
    ['refused by the payer', { status: 'pending', status_detail: 'rejected-by-payer', conciliation_date: null }, { state: 'failed', code: 'rejected-by-payer' }],
    ['reversed after it was paid', { status_detail: 'reversed' }, { ...paid, reversals: [{ ...paid.payment, id: `reversed-${ID}`, reason: 'refund' }] }],
    ['reversed before', { status_detail: 'reversed', conciliation_date: null }, { state: 'failed', code: 'reversed' }],
  ])('%s', async (_, changed, value) => {
    standIn.answers = { [`GET /v3/payments/${ID}`]: { body: { ...PAYMENT, ...changed } } };
    expect(await adapter().fetch(ID, within())).toEqual({ kind: 'ok', value });
  });

  test.each([['half a peso', { amount: '45990.5000' }], ['done without a day', { conciliation_date: null }], ['a state it never told of', { status: 'lost' }], ['an answer longer than any of theirs', { body: 'x'.repeat(600_000) }]])('%s is no answer', async (_, changed) => {
    standIn.answers = { [`GET /v3/payments/${ID}`]: { body: { ...PAYMENT, ...changed } } };
    expect(await adapter().fetch(ID, within())).toEqual({ kind: 'retry', code: 'badAnswer' });
  });
});

describe('Flow', () => {
  const TOKEN = '33373581FC32576FAF33C46FC6454B1FFEBD7E1H';
  const SECRET = 'my secret';
  const adapter = () => createFlow({ apiKey: '1F90971E-8276-4715-97FF-2BLG5030EE3B', secretKey: SECRET, payerMail: 'pagos@acme.example', now: () => NOON, baseUrl: `${standIn.url}/api` });
  const signatureFits = (fields: URLSearchParams): boolean => {
    const message = [...fields].filter(([name]) => name !== 's').sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value).join('');
    return fields.get('s') === createHmac('sha256', SECRET).update(message).digest('hex');
  };

  test('start signs the order, gives it a life in seconds and links to it by its token', async () => {
    standIn.answers = { 'POST /api/payment/create': { body: { url: 'https://flow.example/app/web/pay.php', token: TOKEN, flowOrder: 8_765_456 } } };
    expect(await adapter().start(order(), within())).toEqual({ kind: 'ok', value: { providerId: TOKEN, payUrl: `https://flow.example/app/web/pay.php?token=${TOKEN}` } });
    const fields = new URLSearchParams(standIn.asked[0]?.body);
    expect(Object.fromEntries(fields)).toMatchObject({ commerceOrder: order().reference, amount: '45990', currency: 'CLP', email: 'pagos@acme.example', timeout: '86400', urlConfirmation: order().notifyUrl });
    expect(signatureFits(fields)).toBe(true);
  });

  test('an order that is over is not begun', async () => {
    expect(await adapter().start(order({ expiresAt: NOON }), within())).toEqual({ kind: 'refused', code: 'expired' });
  });

  const STATUS = {
    flowOrder: 3_567_899, commerceOrder: 'ord-1', requestDate: '2026-12-03 11:30:11', status: 2, subject: 'x', currency: 'CLP', amount: 45_990, payer: 'ines@mail.example', optional: null,
    pending_info: { media: 'Multicaja', date: '2026-12-03 10:30:12' }, paymentData: { date: '2026-12-03 12:00:00', media: 'Webpay', amount: 45_990, currency: 'CLP', fee: 551, balance: 45_439, transferDate: '2026-12-06' }, merchantId: 'x',
  };
  const paid = { state: 'paid', reference: 'ord-1', payment: { id: '3567899', amountMinor: 45_990, currency: 'CLP', at: NOON }, method: 'card', reversals: [] };
  const unpaid = { date: null, media: null };
  test.each([
    ['paid, at a time of Chile', {}, paid],
    ['paid, with the amount as a text', { amount: '45990' }, paid],
    ['paid in cash', { paymentData: { ...STATUS.paymentData, media: 'Multicaja' } }, { ...paid, method: 'cash' }],
    ['open', { status: 1, paymentData: unpaid }, { state: 'pending' }],
    ['refused', { status: 3, paymentData: unpaid }, { state: 'failed', code: 'rejected' }],
    ['annulled without money', { status: 4, paymentData: null }, { state: 'failed', code: 'annulled' }],
    ['annulled after it was paid', { status: 4 }, { ...paid, reversals: [{ ...paid.payment, id: 'annulled-3567899', reason: 'refund' }] }],
  ])('%s', async (_, changed, value) => {
    standIn.answers = { 'GET /api/payment/getStatus': { body: { ...STATUS, ...changed } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'ok', value });
    const query = new URLSearchParams(standIn.asked[0]?.line.split('?')[1]);
    expect(query.get('token')).toBe(TOKEN);
    expect(signatureFits(query)).toBe(true);
  });

  test.each([['a state it never told of', { status: 5 }], ['no day of the calendar', { paymentData: { date: '2026-02-30 12:00:00' } }], ['no hour of the day', { paymentData: { date: '2026-12-03 25:00:00' } }], ['half a peso', { amount: 0.5 }]])('%s is no answer', async (_, changed) => {
    standIn.answers = { 'GET /api/payment/getStatus': { body: { ...STATUS, ...changed } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'retry', code: 'badAnswer' });
  });

  test('a token that it does not know (their 400) is refused', async () => {
    standIn.answers = { 'GET /api/payment/getStatus': { status: 400, body: { code: 105, message: 'No existe la transacción' } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'refused', code: 'http400' });
  });
});

describe('Webpay Plus', () => {
  const TOKEN = '01ab70d0c2f4'.padEnd(64, 'e');
  const PATH = '/rswebpaytransaction/api/webpay/v1.2/transactions';
  const adapter = () => createWebpay({ commerceCode: '597055555532', apiKeySecret: 'W-1', baseUrl: standIn.url });

  test('start carries a reference that is longer than a buy order, and the payer posts the token', async () => {
    standIn.answers = { [`POST ${PATH}`]: { body: { token: TOKEN, url: 'https://webpay.example/webpayserver/initTransaction' } } };
    const reference = '0f8fad5b-d9cb-469f-a165-70867728950e';
    expect(await adapter().start(order({ reference }), within())).toEqual({ kind: 'ok', value: { providerId: TOKEN, payUrl: 'https://webpay.example/webpayserver/initTransaction', form: { token_ws: TOKEN } } });
    expect(standIn.asked[0]?.headers).toMatchObject({ 'tbk-api-key-id': '597055555532', 'tbk-api-key-secret': 'W-1' });
    const body: unknown = JSON.parse(standIn.asked[0]?.body ?? '');
    expect(body).toMatchObject({ session_id: reference, amount: 45_990, return_url: order().returnUrl });
    expect(Reflect.get(Object(body), 'buy_order')).toMatch(/^[0-9a-f]{26}$/);
  });

  test.each([['currency', { currency: 'USD' }], ['reference', { reference: 'x'.repeat(62) }], ['amount', { amountMinor: 0 }]])('another %s than it takes is not sent', async (code, changed) => {
    expect(await adapter().start(order(changed), within())).toEqual({ kind: 'refused', code });
    expect(standIn.asked).toEqual([]);
  });

  const TRANSACTION = {
    vci: 'TSY', amount: 45_990, status: 'AUTHORIZED', buy_order: '2f', session_id: 'ord-1', card_detail: { card_number: '6623' }, accounting_date: '1203', transaction_date: '2026-12-03T15:00:00.000Z',
    authorization_code: '1213', payment_type_code: 'VN', response_code: 0, installments_number: 0,
  };
  const OPEN = { amount: 45_990, status: 'INITIALIZED', buy_order: '2f', session_id: 'ord-1', transaction_date: '2026-12-03T14:58:00.000Z', installments_number: 0 };
  const paid = { state: 'paid', reference: 'ord-1', payment: { id: TOKEN, amountMinor: 45_990, currency: 'CLP', at: NOON }, method: 'card', reversals: [] };
  const back = (amountMinor: number) => ({ ...paid, reversals: [{ ...paid.payment, id: `nullified-${TOKEN}`, amountMinor, reason: 'refund' }] });

  test('the payer came back: the money is taken by the commit', async () => {
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: OPEN }, [`PUT ${PATH}/${TOKEN}`]: { body: TRANSACTION } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'ok', value: paid });
    expect(standIn.asked.map(({ line }) => line.slice(0, 3))).toEqual(['GET', 'PUT']);
  });

  test('the payer gave up, or is still at it: nothing is committed and it stays open', async () => {
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: OPEN }, [`PUT ${PATH}/${TOKEN}`]: { status: 422, body: { error_message: 'Invalid status 0 for transaction while authorizing' } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'ok', value: { state: 'pending' } });
  });

  test('a commit whose answer was lost is not made again: the state tells', async () => {
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: OPEN }, [`PUT ${PATH}/${TOKEN}`]: 'cut' };
    expect(await adapter().fetch(TOKEN, within())).toMatchObject({ kind: 'retry' });
    standIn.asked.length = 0;
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: TRANSACTION } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'ok', value: paid });
    expect(standIn.asked).toHaveLength(1);
  });

  test.each([
    ['refused by the card', { status: 'FAILED', response_code: -1, vci: 'TSN' }, { state: 'failed', code: 'response-1' }],
    ['given back in part', { status: 'PARTIALLY_NULLIFIED', balance: 40_000 }, back(5_990)],
    ['given back whole', { status: 'NULLIFIED', balance: 0 }, back(45_990)],
    ['reversed', { status: 'REVERSED', balance: null }, back(45_990)],
    ['captured', { status: 'CAPTURED' }, paid],
  ])('%s', async (_, changed, value) => {
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: { ...TRANSACTION, ...changed } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'ok', value });
    expect(standIn.asked).toHaveLength(1);
  });

  test.each([['a part without what is left', { status: 'PARTIALLY_NULLIFIED', balance: null }], ['more left than was paid', { status: 'PARTIALLY_NULLIFIED', balance: 50_000 }], ['a state it never told of', { status: 'LOST' }], ['no date', { transaction_date: null }]])('%s is no answer', async (_, changed) => {
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: { ...TRANSACTION, ...changed } } };
    expect(await adapter().fetch(TOKEN, within())).toEqual({ kind: 'retry', code: 'badAnswer' });
  });

  test('a dollar code keeps cents', async () => {
    const dollars = createWebpay({ commerceCode: '5', apiKeySecret: 'W', currency: 'USD', baseUrl: standIn.url });
    standIn.answers = { [`GET ${PATH}/${TOKEN}`]: { body: JSON.stringify(TRANSACTION).replace('45990', '12.30') } };
    expect(await dollars.fetch(TOKEN, within(HOUR))).toMatchObject({ kind: 'ok', value: { payment: { amountMinor: 1_230, currency: 'USD' } } });
  });
});
