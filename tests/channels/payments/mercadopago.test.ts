/** Mercado Pago against a stand-in that answers in the shape of their published examples; the people in it are invented. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMercadoPago } from '../../../src/channels/payments/mercadopago.ts';
import { openStandIn, order, within, type StandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await openStandIn();
});
afterAll(() => standIn.close());
beforeEach(() => {
  standIn.answers = {};
  standIn.asked.length = 0;
});

const adapter = () => createMercadoPago({ accessToken: 'TEST-1', webhookSecrets: ['s'], baseUrl: `${standIn.url}/` });
const PREFERENCE = '202809963-920c288b-4ebb-40be-966f-700250fa5370';

describe('start', () => {
  test('makes a preference under our reference, once per reference, and links to it', async () => {
    standIn.answers = { 'POST /checkout/preferences': { status: 201, body: { id: PREFERENCE, init_point: `https://mp.example/pay?pref_id=${PREFERENCE}`, sandbox_init_point: 'x' } } };
    expect(await adapter().start(order({ currency: 'MXN', amountMinor: 123_450 }), within())).toEqual({ kind: 'ok', value: { providerId: PREFERENCE, payUrl: `https://mp.example/pay?pref_id=${PREFERENCE}` } });
    const [asked] = standIn.asked;
    expect(asked?.headers).toMatchObject({ authorization: 'Bearer TEST-1', 'x-idempotency-key': order().reference });
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({
      external_reference: order().reference, notification_url: order().notifyUrl, expires: true, expiration_date_to: '2026-12-04T15:00:00.000Z',
      items: [{ quantity: 1, currency_id: 'MXN', unit_price: 1234.5, title: order().subject }],
    });
  });

  test.each([0, -5, 1.5, 10 ** 15])('an amount of %d is not sent', async (amountMinor) => {
    expect(await adapter().start(order({ amountMinor }), within())).toEqual({ kind: 'refused', code: 'amount' });
    expect(standIn.asked).toEqual([]);
  });

  test('a link that is no web address is not handed to a payer', async () => {
    standIn.answers = { 'POST /checkout/preferences': { body: { id: PREFERENCE, init_point: 'javascript:alert(1)' } } };
    expect(await adapter().start(order(), within())).toEqual({ kind: 'retry', code: 'badAnswer' });
  });
});

const PAYMENT = {
  id: 123_456_789_012, date_created: '2026-12-03T11:00:00.000-04:00', date_approved: '2026-12-03T12:00:00.000-03:00', date_last_updated: '2026-12-10T09:00:00.000-03:00', money_release_date: null,
  payment_method_id: 'visa', payment_type_id: 'credit_card', status: 'approved', status_detail: 'accredited', currency_id: 'CLP', description: 'x',
  payer: { email: 'ines@mail.example', identification: { number: '12345678-5', type: 'RUT' } }, external_reference: 'ord-1', transaction_amount: 45990, transaction_amount_refunded: 0, refunds: [], captured: true,
};
const ID = String(PAYMENT.id);
const AT = Date.parse('2026-12-03T15:00:00Z');
const paid = { state: 'paid', reference: 'ord-1', payment: { id: ID, amountMinor: 45_990, currency: 'CLP', at: AT }, method: 'card', reversals: [] };

async function truthOf(changed: Readonly<Record<string, unknown>>): Promise<unknown> {
  standIn.answers = { [`GET /v1/payments/${ID}`]: { body: { ...PAYMENT, ...changed } } };
  return adapter().fetch(ID, within());
}

describe('fetch', () => {
  test.each([
    ['approved', {}, paid],
    ['in mediation, which is not lost yet', { status: 'in_mediation' }, paid],
    ['a bank transfer', { payment_type_id: 'bank_transfer' }, { ...paid, method: 'transfer' }],
    ['without our reference', { external_reference: null }, { ...paid, reference: null }],
    ['open', { status: 'in_process', status_detail: 'pending_review_manual', date_approved: null }, { state: 'pending' }],
    ['refused by the card', { status: 'rejected', status_detail: 'cc_rejected_insufficient_amount', date_approved: null }, { state: 'failed', code: 'cc_rejected_insufficient_amount' }],
    ['cancelled', { status: 'cancelled', status_detail: 'expired' }, { state: 'failed', code: 'expired' }],
    ['refused with a sentence, which is not passed on', { status: 'rejected', status_detail: 'call Inés Peña' }, { state: 'failed', code: 'rejected' }],
  ])('%s', async (_, changed, value) => {
    expect(await truthOf(changed)).toEqual({ kind: 'ok', value });
  });

  const refund = (id: number, amount: number, status = 'approved') => ({ id, payment_id: PAYMENT.id, amount, date_created: '2026-12-05T12:00:00.000-03:00', status });
  const back = (id: string, amountMinor: number) => ({ id, amountMinor, currency: 'CLP', at: Date.parse('2026-12-05T15:00:00Z'), reason: 'refund' });

  test('partly given back: each part with its own id, one under way not yet', async () => {
    expect(await truthOf({ status_detail: 'partially_refunded', refunds: [refund(11, 5000), refund(12, 990), refund(13, 1, 'in_process')] }))
      .toEqual({ kind: 'ok', value: { ...paid, reversals: [back('refund-11', 5_000), back('refund-12', 990)] } });
  });

  test('a chargeback takes what is left; open or won it takes nothing', async () => {
    const lost = { id: `chargeback-${ID}`, amountMinor: 40_990, currency: 'CLP', at: Date.parse('2026-12-10T12:00:00Z'), reason: 'chargeback' };
    expect(await truthOf({ status: 'charged_back', status_detail: 'settled', refunds: [refund(11, 5000)] })).toEqual({ kind: 'ok', value: { ...paid, reversals: [back('refund-11', 5_000), lost] } });
    expect(await truthOf({ status: 'charged_back', status_detail: 'in_process' })).toEqual({ kind: 'ok', value: paid });
    expect(await truthOf({ status: 'charged_back', status_detail: 'reimbursed' })).toEqual({ kind: 'ok', value: paid });
  });

  test('an id beyond what a double keeps, and cents, arrive digit by digit', async () => {
    const body = JSON.stringify({ ...PAYMENT, currency_id: 'MXN' }).replace('"transaction_amount":45990', '"transaction_amount":1234.10').replace(`"id":${ID}`, '"id":90071992547409931');
    standIn.answers = { [`GET /v1/payments/${ID}`]: { body } };
    expect(await adapter().fetch(ID, within())).toMatchObject({ kind: 'ok', value: { payment: { id: '90071992547409931', amountMinor: 123_410, currency: 'MXN' } } });
  });

  test.each([['cents in a currency without', { transaction_amount: 45990.5 }], ['no date', { date_approved: null }], ['an amount below nothing', { transaction_amount: -1 }], ['a refund nobody can read', { refunds: [refund(1, 0.5)] }]])('%s is no answer', async (_, changed) => {
    expect(await truthOf(changed)).toEqual({ kind: 'retry', code: 'badAnswer' });
  });

  test('a preference is followed to the payment that brought money, of several tries', async () => {
    const search = { elements: [{ id: 1, payments: [{ id: 1, status: 'rejected' }, { id: PAYMENT.id, status: 'approved' }, { id: 3, status: 'pending' }] }], total: 1 };
    standIn.answers = { 'GET /merchant_orders/search': { body: search }, [`GET /v1/payments/${ID}`]: { body: PAYMENT } };
    expect(await adapter().fetch(PREFERENCE, within())).toEqual({ kind: 'ok', value: paid });
    expect(standIn.asked[0]?.line).toBe(`GET /merchant_orders/search?preference_id=${PREFERENCE}`);
  });

  test('a preference on which nobody tried to pay is open', async () => {
    for (const elements of [null, [], [{ id: 1, payments: [] }]]) {
      standIn.answers = { 'GET /merchant_orders/search': { body: { elements, total: 0 } } };
      expect(await adapter().fetch(PREFERENCE, within())).toEqual({ kind: 'ok', value: { state: 'pending' } });
    }
  });

  test('a chargeback is followed to its payment', async () => {
    standIn.answers = {
      'GET /v1/chargebacks/217000061680860000': { body: { id: '217000061680860000', payments: [PAYMENT.id], currency: 'CLP', amount: 45990, coverage_applied: false } },
      [`GET /v1/payments/${ID}`]: { body: { ...PAYMENT, status: 'charged_back', status_detail: 'settled' } },
    };
    expect(await adapter().fetch('chargeback-217000061680860000', within())).toMatchObject({ kind: 'ok', value: { reversals: [{ reason: 'chargeback', amountMinor: 45_990 }] } });
  });
});
