/** The bank of the sandbox, with the production adapters, pages and webhooks on the other side, as `npm start` puts them together. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createKhipu } from '../../src/channels/payments/khipu.ts';
import { adaptersOf, type PaymentAdapters } from '../../src/channels/payments/registry.ts';
import { createSendgridEmail } from '../../src/channels/sendgrid-email.ts';
import { createWebpay } from '../../src/channels/payments/webpay.ts';
import type { PaymentOrderRow } from '../../src/db/payment-orders.ts';
import { paymentsOf } from '../../src/db/payments.ts';
import { viewOf } from '../../src/domain/view.ts';
import { DAY, HOUR, MINUTE } from '../../src/domain/zone.ts';
import { createApi } from '../../src/http/server.ts';
import { createLog } from '../../src/observability/log.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { patchCreditor } from '../../src/register/creditor.ts';
import { makePaymentLink } from '../../src/register/payments/link.ts';
import { movementId } from '../../src/register/payments/movement.ts';
import { reconcilePayments } from '../../src/register/payments/reconcile.ts';
import { policiesInForce } from '../../src/register/policies.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { answerMessage, payFromMessage } from '../../src/sandbox/debtors/by-message.ts';
import { payByLink } from '../../src/sandbox/debtors/pay-by-link.ts';
import { freePort } from '../../src/sandbox/ports.ts';
import type { PayerAct } from '../../src/sandbox/provider/bank/payer.ts';
import { createProviderSandbox, type ProviderSandbox } from '../../src/sandbox/provider/server.ts';
import { ADMIN, logged, openTestRegister, type TestRegister } from '../register/ledger.ts';
import { at } from '../register/seed.ts';
import { ACCOUNT, clearFaults, emailOf, postJson, SENDGRID_KEY, SENDGRID_PUBLIC_KEY, setFault, SIGNING_KEY } from './rig.ts';

const BANK = { khipuApiKey: 'a-key-of-the-tests-1', khipuWebhookSecret: 'a-secret-of-the-tests', webpayCommerceCode: '597055555532', webpayApiKeySecret: 'asecretofthetests0' };
/** Of the agreements of tests/register/ledger.ts: the first of December is due. */
const DUE = 10_000;

let register: TestRegister;
let sandbox: ProviderSandbox;
let app: FastifyInstance;
let adapters: PaymentAdapters;
let apiUrl: string;

beforeAll(async () => {
  register = await openTestRegister();
  apiUrl = `http://127.0.0.1:${await freePort()}`;
  sandbox = await createProviderSandbox({
    webhookTarget: apiUrl, twilio: ACCOUNT, sendgrid: { apiKey: SENDGRID_KEY, signingKey: SIGNING_KEY }, bank: BANK,
    now: () => register.clock.now(), log: createLog({ level: 'silent', process: 'test' }), slowMs: 10,
  });
  adapters = adaptersOf([
    createKhipu({ apiKey: BANK.khipuApiKey, webhookSecrets: [BANK.khipuWebhookSecret], baseUrl: sandbox.url }),
    createWebpay({ commerceCode: BANK.webpayCommerceCode, apiKeySecret: BANK.webpayApiKeySecret, baseUrl: sandbox.url }),
  ]);
  app = await createApi({
    ctx: register.ctx, sandboxClock: null, ready: async () => null, applyReceipt: async () => undefined, payments: adapters,
    config: { publicBaseUrl: apiUrl, buildId: 'test', twilio: null, sendgrid: null, inboundMail: { secret: null, publicKey: SENDGRID_PUBLIC_KEY } },
  });
  await app.listen({ host: '127.0.0.1', port: Number(new URL(apiUrl).port) });
  await patchCreditor(register.ctx, ADMIN, 'bravo', { settings: { payments: { provider: 'webpay' } } });
});
afterAll(async () => {
  await Promise.all([app.close(), sandbox.close()]);
  await register.close();
});
beforeEach(async () => {
  register.clock.set(at('2026-12-01', 12));
  await clearFaults(sandbox);
});

const deps = () => ({ ctx: register.ctx, adapters, publicBaseUrl: apiUrl });
const khipu = () => logged(register.ctx);
const webpay = () => logged(register.ctx, { creditorId: 'bravo' });
const later = async (ms: number): Promise<void> => register.clock.set((await register.clock.now()) + ms);
/** What is due at the bank happens, as the virtual clock lets it. */
const bankActs = async (): Promise<void> => sandbox.run(await register.clock.now());

async function pays(agreementId: string, act: PayerAct): Promise<string> {
  const link = await makePaymentLink(deps(), ADMIN, agreementId);
  const paid = await payByLink(link ?? '', 'due', act);
  if (paid.kind !== 'done') throw new Error(`the payer was refused with ${paid.status}`);
  return paid.page;
}

async function moneyOf(agreementId: string) {
  const view = viewOf((await loadState(register.db, agreementId)).state);
  return { paid: view.paidMinor, hold: view.holdUntil !== null, payments: (await paymentsOf(register.db, agreementId)).length };
}

async function orderOf(agreementId: string): Promise<PaymentOrderRow> {
  const [order] = await register.db.selectFrom('payment_order').selectAll().where('agreement_id', '=', agreementId).orderBy('created_at', 'desc').execute();
  if (order === undefined) throw new Error('no order was begun');
  return order;
}

interface Shown { readonly id: string; readonly state: string; readonly told: readonly { readonly status: number }[] }

async function atBank(agreementId: string): Promise<Shown> {
  const { reference } = await orderOf(agreementId);
  const list = (await (await fetch(`${sandbox.url}/__payments?reference=${reference}`)).json()) as Shown[];
  if (list[0] === undefined || list.length !== 1) throw new Error(`the bank knows ${list.length} payments of this order`);
  return list[0];
}

test('by Khipu: the payer comes back to a page that thanks, the payment is booked, and the signed notice of it adds nothing', async () => {
  const id = await khipu();
  expect(await pays(id, 'pay')).toContain('Recibimos su pago');
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
  await later(MINUTE);
  await bankActs();
  expect((await atBank(id)).told).toMatchObject([{ status: 200 }]);
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
  const [payment] = await paymentsOf(register.db, id);
  expect(payment).toMatchObject({ method: 'transfer', collected_by: 'agency', external_id: `khipu.${(await atBank(id)).id}` });
});

test('by Khipu, paid later: collection rests until the bank tells, even twice, and then it is booked once', async () => {
  const id = await khipu();
  await setFault(sandbox, { channel: 'payment', kind: 'duplicateCallback', next: 1 });
  expect(await pays(id, 'later')).toContain('está en proceso');
  expect(await moneyOf(id)).toEqual({ paid: 0, hold: true, payments: 0 });
  await later(DAY + MINUTE);
  await bankActs();
  expect((await atBank(id)).told).toMatchObject([{ status: 200 }]);
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
});

test('a notice that is lost, or late: the job asks and books it all the same', async () => {
  for (const kind of ['noCallback', 'lateCallback']) {
    register.clock.set(at('2026-12-01', 12));
    const id = await khipu();
    await setFault(sandbox, { channel: 'payment', kind, next: 1 });
    await pays(id, 'later');
    await later(DAY + HOUR);
    await bankActs();
    expect((await atBank(id)).told).toEqual([]);
    await reconcilePayments(deps());
    expect(await moneyOf(id)).toMatchObject({ paid: DUE, payments: 1 });
    await later(6 * HOUR);
    await bankActs();
    expect(await moneyOf(id)).toMatchObject({ paid: DUE, payments: 1 });
  }
});

test('by Khipu, refused: nothing is booked, nothing rests, and another try may follow', async () => {
  const id = await khipu();
  expect(await pays(id, 'reject')).toContain('El pago no se hizo');
  expect(await orderOf(id)).toMatchObject({ state: 'failed', code: 'rejected-by-payer' });
  expect(await pays(id, 'pay')).toContain('Recibimos su pago');
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
});

test('money that the bank gives back reopens what it had paid, once', async () => {
  const id = await khipu();
  await pays(id, 'pay');
  const { id: payment } = await atBank(id);
  expect((await postJson(`${sandbox.url}/__refund`, { id: payment, amount: '1' })).status).toBe(409);
  expect((await postJson(`${sandbox.url}/__refund`, { id: payment })).status).toBe(200);
  expect((await postJson(`${sandbox.url}/__refund`, { id: payment })).status).toBe(409);
  await later(MINUTE);
  await bankActs();
  expect(await moneyOf(id)).toEqual({ paid: 0, hold: false, payments: 1 });
});

test('a call that the bank answers with an error begins nothing, and the payer is told so', async () => {
  const id = await khipu();
  await setFault(sandbox, { channel: 'payment', kind: '500', next: 1 });
  const link = await makePaymentLink(deps(), ADMIN, id);
  expect(await payByLink(link ?? '', 'due', 'pay')).toEqual({ kind: 'refused', status: 502 });
  expect(await moneyOf(id)).toEqual({ paid: 0, hold: false, payments: 0 });
});

test('by Webpay: nothing is charged until the payer is back, then it is committed and booked', async () => {
  const id = await webpay();
  expect(await pays(id, 'pay')).toContain('Recibimos su pago');
  const order = await orderOf(id);
  expect(order).toMatchObject({ provider: 'webpay', state: 'paid', provider_id: (await atBank(id)).id });
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
  expect((await paymentsOf(register.db, id))[0]).toMatchObject({ method: 'card', external_id: movementId('webpay', order.provider_id ?? '') });
});

test('by Webpay, with the window closed after paying: it is charged when the job asks', async () => {
  const id = await webpay();
  await pays(id, 'later');
  expect((await atBank(id)).state).toBe('authorized');
  await later(10 * MINUTE);
  await reconcilePayments(deps());
  expect((await atBank(id)).state).toBe('paid');
  expect(await moneyOf(id)).toMatchObject({ paid: DUE, payments: 1 });
});

test('by Webpay, given up: the page says that nothing was charged, collection does not rest, and another try may follow', async () => {
  const id = await webpay();
  expect(await pays(id, 'leave')).toContain('El pago no se hizo');
  expect(await moneyOf(id)).toEqual({ paid: 0, hold: false, payments: 0 });
  expect(await pays(id, 'reject')).toContain('El pago no se hizo');
  expect(await orderOf(id)).toMatchObject({ state: 'failed', code: 'response-1' });
  expect(await pays(id, 'pay')).toContain('Recibimos su pago');
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
});

test('by Webpay, a part given back reopens that part', async () => {
  const id = await webpay();
  await pays(id, 'pay');
  expect((await postJson(`${sandbox.url}/__refund`, { id: (await atBank(id)).id, amount: '4000' })).status).toBe(200);
  await later(MINUTE);
  await bankActs();
  expect(await moneyOf(id)).toMatchObject({ paid: 6_000 });
});

test('a scripted person finds the link in the message, pays at the bank by it, and answers the mail in words that Pacto hears', async () => {
  const mailbox = 'ana.soto@correo.example';
  const id = await logged(register.ctx, { person: { contactPoints: [{ kind: 'email', value: mailbox, consent: 'granted' }] } });
  const link = await makePaymentLink(deps(), ADMIN, id);
  const mails = createSendgridEmail({ apiKey: SENDGRID_KEY, baseUrl: sandbox.url, defaultSender: { address: 'avisos@andes.example', name: 'Andes Servicios' } });
  const attempt = randomUUID();
  await mails.send(emailOf(attempt, { to: mailbox, text: `Formas de pago: en ${link ?? ''} o directamente.` }), { timeoutMs: 2_000 });
  expect(await payFromMessage(sandbox.url, 'no-attempt', 'pay')).toBe(404);
  expect(await payFromMessage(sandbox.url, attempt, 'pay')).toBe(200);
  expect(await moneyOf(id)).toEqual({ paid: DUE, hold: false, payments: 1 });
  expect(await answerMessage(sandbox.url, attempt, 'ya pagué ayer')).toBe(200);
  const replies = await register.db.selectFrom('reply').select(['class', 'channel', 'body']).where('channel', '=', 'email').execute();
  expect(replies).toEqual([{ class: 'alreadyPaid', channel: 'email', body: 'ya pagué ayer' }]);
});

const postReturn = (token: string): Promise<Response> => fetch(`${apiUrl}/webhooks/payments/webpay`, { method: 'POST', body: new URLSearchParams({ token_ws: token }) });

async function eventsAbout(token: string): Promise<number> {
  return (await register.db.selectFrom('payment_event').select('event_id').where('provider_id', '=', token).execute()).length;
}

test('a notice that nobody signed is refused about a payment that we did not begin, and heard a bounded number of times about one that we did', async () => {
  const stranger = 'ab'.repeat(32);
  expect((await postReturn(stranger)).status).toBe(403);
  expect(await eventsAbout(stranger)).toBe(0);
  const id = await webpay();
  await pays(id, 'leave');
  const token = (await orderOf(id)).provider_id ?? '';
  // Nothing has been paid: the first waits for its answer, the others say nothing new.
  for (let times = 0; times < 5; times += 1) expect((await postReturn(token)).status).toBe(200);
  expect(await eventsAbout(token)).toBe(1);
  const paid = await webpay();
  await pays(paid, 'pay');
  const known = (await orderOf(paid)).provider_id ?? '';
  for (let times = 0; times < 30; times += 1) expect((await postReturn(known)).status).toBe(200);
  expect(await eventsAbout(known)).toBe(20);
});

test('the bank asks for the merchant’s keys, and its page cannot be pressed from another site', async () => {
  expect((await fetch(`${sandbox.url}/v3/payments/abcdef123456`)).status).toBe(403);
  expect((await fetch(`${sandbox.url}/rswebpaytransaction/api/webpay/v1.2/transactions/${'a'.repeat(64)}`)).status).toBe(401);
  const id = await khipu();
  await pays(id, 'leave');
  const { id: payment } = await atBank(id);
  const pressed = await fetch(`${sandbox.url}/bank/khipu/${payment}`, { method: 'POST', body: new URLSearchParams({ act: 'pay' }), headers: { origin: 'https://evil.example' } });
  expect(pressed.status).toBe(403);
  expect((await atBank(id)).state).toBe('open');
  expect((await fetch(`${sandbox.url}/bank/khipu/none`)).status).toBe(404);
});

test('after all of this the books add up', async () => {
  const report = await audit(register.ctx, { policies: policiesInForce(), wallNow: () => Date.now() });
  expect({ unbalanced: report.unbalanced, brokenChains: report.brokenChains }).toEqual({ unbalanced: 0, brokenChains: 0 });
});
