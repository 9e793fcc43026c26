import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { orderByReference } from '../../src/db/payment-orders.ts';
import { DAY, HOUR } from '../../src/domain/zone.ts';
import { audit } from '../../src/register/audit/audit.ts';
import { patchCreditor } from '../../src/register/creditor.ts';
import { bookPayment } from '../../src/register/payment.ts';
import { listSuspense, matchSuspense } from '../../src/register/payments/aside.ts';
import { makePaymentLink, paymentPage, revokeLinks } from '../../src/register/payments/link.ts';
import { beginPayment, payerReturned } from '../../src/register/payments/order.ts';
import { reconcilePayments } from '../../src/register/payments/reconcile.ts';
import { policiesInForce } from '../../src/register/policies.ts';
import { renegotiate, renegotiationBody } from '../../src/register/renegotiation.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { ACME, ADMIN, BRAVO, logged, paymentOf, rowCounts, unique } from '../register/ledger.ts';
import { refusalOf } from '../register/refusal.ts';
import { at } from '../register/seed.ts';
import { moneyOf, openPayments, pays, started, tellGeneric, tellStripe, type PaymentRig } from './rig.ts';

let rig: PaymentRig;
beforeAll(async () => {
  rig = await openPayments();
});
afterAll(() => rig.close());
beforeEach(() => {
  rig.stripe.failWith = null;
  rig.register.clock.set(at('2026-12-01', 12));
});

const intentPaid = (id: string, event?: string) => tellStripe(rig, 'payment_intent.succeeded', { id, object: 'payment_intent' }, event);
const refunded = (intent: string) => tellStripe(rig, 'charge.refunded', { id: `ch_${intent}`, object: 'charge', payment_intent: intent });
const openSuspense = async () => (await listSuspense(rig.register.ctx, ADMIN, { limit: 200 })).items;
const later = (ms: number) => rig.register.clock.now().then((now) => rig.register.clock.set(now + ms));

test('a link begins a session at Stripe for what is due, with nothing of ours but a random reference, and its payment is booked', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id);
  const session = rig.stripe.sessions.get(order.session);
  expect(session?.fields).toMatchObject({
    client_reference_id: order.reference, 'payment_intent_data[metadata][reference]': order.reference, 'line_items[0][price_data][unit_amount]': '10000', 'line_items[0][price_data][currency]': 'clp',
    success_url: `https://pacto.example/p/back/${order.reference}`,
  });
  expect(JSON.stringify(session?.fields)).not.toMatch(/Ana|Soto|\+569|deuda/);
  expect(rig.stripe.requests.at(-1)).toMatchObject({ path: '/v1/checkout/sessions', idempotencyKey: order.reference });
  const intent = pays(rig, order, 10_000);
  await tellStripe(rig, 'checkout.session.completed', { id: order.session, object: 'checkout.session', payment_intent: intent });
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 10_000, balanced: true });
  expect(await orderByReference(rig.register.db, order.reference)).toMatchObject({ state: 'paid', ask_at: null });
  const [payment] = await rig.register.db.selectFrom('payment').selectAll().where('agreement_id', '=', id).execute();
  expect(payment).toMatchObject({ external_id: `stripe.${intent}`, method: 'card', collected_by: 'agency', source: 'payments' });
});

test('the same notification ten times at once, and others of the same payment, book it once', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id);
  const intent = pays(rig, order, 10_000);
  await Promise.all([
    ...Array.from({ length: 10 }, () => intentPaid(intent, `evt_same_${intent}`)),
    tellStripe(rig, 'checkout.session.completed', { id: order.session, object: 'checkout.session', payment_intent: intent }), intentPaid(intent),
  ]);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 10_000, balanced: true });
  const events = await rig.register.db.selectFrom('payment_event').select(['event_id', 'state']).where('event_id', '=', `evt_same_${intent}`).execute();
  expect(events).toEqual([{ event_id: `evt_same_${intent}`, state: 'done' }]);
  const before = await rowCounts(rig.register.db);
  await intentPaid(intent, `evt_same_${intent}`);
  expect(await rowCounts(rig.register.db)).toEqual(before);
});

test('an amount other than the order’s is booked as it came', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id);
  await intentPaid(pays(rig, order, 12_345));
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 12_345, balanced: true });
});

test('a part that goes back reopens exactly that part, a second part too, a lost dispute the rest; in any order, told twice', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id, 'all');
  const intent = pays(rig, order, 30_000);
  const at = rig.stripe.intents.get(intent);
  at?.refunds.push({ id: `re_a_${intent}`, amount: 4_000 });
  // The refund's notification is the first that is heard of the payment.
  await refunded(intent);
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 26_000, balance: 4_000, balanced: true });
  await intentPaid(intent);
  at?.refunds.push({ id: `re_0_${intent}`, amount: 6_000 }, { id: `re_never_${intent}`, amount: 1_000, status: 'pending' });
  await Promise.all([refunded(intent), refunded(intent), intentPaid(intent)]);
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 20_000, balance: 10_000, balanced: true });
  at?.disputes.push({ id: `dp_${intent}`, amount: 30_000, status: 'needs_response' });
  await tellStripe(rig, 'charge.dispute.created', { id: `dp_${intent}`, object: 'dispute', payment_intent: intent });
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 20_000 });
  Object.assign(at?.disputes[0] ?? {}, { status: 'lost' });
  await tellStripe(rig, 'charge.dispute.closed', { id: `dp_${intent}`, object: 'dispute', payment_intent: intent });
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 0, balance: 30_000, phase: 'active', balanced: true });
  expect(verifyChain(await readTimeline(rig.register.db, id))).toEqual([]);
});

test('a statement of a reversal that comes before its payment waits for it, and both are entered once', async () => {
  const { ctx, db } = rig.register;
  const externalId = unique('A');
  const id = await logged(ctx, { externalId });
  const payment = { eventId: unique('e'), providerId: unique('p'), agreement: `acme/${externalId}`, amountMinor: 10_000, currency: 'CLP', paidAt: '2026-12-01T14:00:00Z', kind: 'payment' };
  const reversal = { eventId: unique('e'), providerId: unique('r'), of: payment.providerId, amountMinor: 10_000, currency: 'CLP', paidAt: '2026-12-01T15:00:00Z', kind: 'reversal' };
  await tellGeneric(rig, reversal);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 0 });
  await tellGeneric(rig, payment);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 0, balanced: true });
  await tellGeneric(rig, reversal);
  await tellGeneric(rig, payment);
  await later(HOUR);
  await reconcilePayments(rig.deps);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 0 });
  expect(await db.selectFrom('payment_event').select('state').where('event_id', 'in', [payment.eventId, reversal.eventId]).execute()).toEqual([{ state: 'done' }, { state: 'done' }]);
});

test('a notification that was kept but not finished is finished by the job', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id);
  const intent = pays(rig, order, 10_000);
  rig.stripe.failWith = 500;
  await intentPaid(intent);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 0 });
  rig.stripe.failWith = null;
  await reconcilePayments(rig.deps);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 0 });
  await later(10 * 60_000);
  expect(await reconcilePayments(rig.deps)).toMatchObject({ events: 1 });
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 10_000 });
});

test('a payer who never came back and of whom nobody notified is found by asking; an order that came to nothing ends', async () => {
  const id = await logged(rig.register.ctx);
  const [paid, left] = [await started(rig, id), await started(rig, id)];
  pays(rig, paid, 10_000);
  expect(await reconcilePayments(rig.deps)).toEqual({ events: 0, orders: 0 });
  await later(6 * 60_000);
  await reconcilePayments(rig.deps);
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 10_000, holdUntil: null });
  expect(await orderByReference(rig.register.db, left.reference)).toMatchObject({ state: 'created', asks: 1 });
  await later(5 * DAY);
  await reconcilePayments(rig.deps);
  expect(await orderByReference(rig.register.db, left.reference)).toMatchObject({ state: 'expired', ask_at: null });
});

test('a payer who is back lets collection rest for three days, once; the truth ends the pause and books', async () => {
  const id = await logged(rig.register.ctx);
  const order = await started(rig, id);
  const now = await rig.register.clock.now();
  expect(await payerReturned(rig.deps, order.reference)).toMatchObject({ state: 'waiting', language: 'es-CL' });
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 0, holdUntil: now + 3 * DAY });
  await later(HOUR);
  await payerReturned(rig.deps, order.reference);
  expect(await moneyOf(rig, id)).toMatchObject({ holdUntil: now + 3 * DAY });
  await intentPaid(pays(rig, order, 10_000));
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 10_000, holdUntil: null, balanced: true });
  expect(await payerReturned(rig.deps, order.reference)).toMatchObject({ state: 'paid' });
  expect(await payerReturned(rig.deps, 'no-order-of-ours-at-all')).toBeNull();
});

test('a payment that failed ends its pause, and beginning again and again does not silence for ever', async () => {
  const id = await logged(rig.register.ctx);
  for (let turn = 1; turn <= 3; turn += 1) {
    const order = await started(rig, id);
    await payerReturned(rig.deps, order.reference);
    const { holdUntil } = await moneyOf(rig, id);
    expect(holdUntil !== null).toBe(turn <= 2);
    Object.assign(rig.stripe.sessions.get(order.session) ?? {}, { status: 'expired' });
    await tellStripe(rig, 'checkout.session.expired', { id: order.session, object: 'checkout.session' });
    expect(await moneyOf(rig, id)).toMatchObject({ rows: 0, holdUntil: null });
    expect(await orderByReference(rig.register.db, order.reference)).toMatchObject({ state: 'failed', code: 'expired' });
  }
});

test('a link closes by payment, by a new plan, by hand, by time and by the creditor; a scanner that looks changes nothing', async () => {
  const { ctx, db, clock } = rig.register;
  const opens = async (url: string | null) => (await paymentPage(rig.deps, url?.split('/p/')[1] ?? ''))?.amounts ?? null;
  const make = async () => {
    const id = await logged(ctx);
    return { id, url: await makePaymentLink(rig.deps, ADMIN, id) };
  };
  const [paid, replanned, taken, old, off] = [await make(), await make(), await make(), await make(), await make()];
  const before = await rowCounts(db);
  expect(await opens(paid.url)).toEqual({ dueMinor: 10_000, allMinor: 30_000 });
  expect(await rowCounts(db)).toEqual(before);
  expect(await db.selectFrom('payment_link').select('id').where('token_hash', '=', paid.url?.split('/p/')[1] ?? '').execute()).toEqual([]);
  await bookPayment(ctx, ADMIN, paid.id, paymentOf({ amountMinor: 30_000 }));
  await renegotiate(ctx, ADMIN, replanned.id, renegotiationBody.parse({ instalments: [{ number: 1, dueOn: '2027-01-05', amountMinor: 30_000 }], reason: 'newPlan' }));
  expect(await revokeLinks(ctx, ADMIN, taken.id)).toBe(1);
  await patchCreditor(ctx, ADMIN, 'acme', { settings: { payments: { provider: 'none' } } });
  expect(await opens(off.url)).toBeNull();
  await patchCreditor(ctx, ADMIN, 'acme', { settings: { payments: {} } });
  expect(await opens(off.url)).not.toBeNull();
  clock.set(at('2027-01-20', 12));
  for (const { url } of [paid, replanned, taken, old]) expect(await opens(url)).toBeNull();
  const link = (await db.selectFrom('payment_link').select('id').where('agreement_id', '=', taken.id).executeTakeFirstOrThrow()).id;
  expect(await beginPayment(rig.deps, link, 'due', 'es-CL')).toEqual({ kind: 'closed' });
});

test('money that names no order, another currency or no agreement waits in suspense, once; an agent’s match books it, once, and its reversal undoes it', async () => {
  const { ctx, db } = rig.register;
  const externalId = unique('A');
  const id = await logged(ctx, { externalId });
  const base = { amountMinor: 7_000, currency: 'CLP', paidAt: '2026-12-01T14:00:00Z', kind: 'payment' };
  const usd = { ...base, eventId: unique('e'), providerId: unique('p'), agreement: `acme/${externalId}`, currency: 'USD' };
  const nowhere = { ...base, eventId: unique('e'), providerId: unique('p') };
  const noAgreement = { ...base, eventId: unique('e'), providerId: unique('p'), agreement: 'acme/NOT-THERE' };
  for (const body of [usd, nowhere, noAgreement, usd, { ...nowhere, eventId: unique('e') }]) await tellGeneric(rig, body);
  const unknown = pays(rig, { reference: 'x', session: 'x' }, 9_000, { reference: 'not-one-of-ours' });
  await Promise.all(Array.from({ length: 5 }, () => intentPaid(unknown)));
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 0 });
  const items = await openSuspense();
  const of = (providerId: string, source = 'generic') => items.filter((item) => item.source === `${source}.${providerId}`);
  expect(of(usd.providerId)).toMatchObject([{ creditorId: 'acme', agreementId: id, reason: 'ERR_CURRENCY', amountMinor: 7_000, currency: 'USD' }]);
  expect(of(nowhere.providerId)).toMatchObject([{ creditorId: null, agreementId: null, reason: 'noOrder' }]);
  expect(of(noAgreement.providerId)).toMatchObject([{ creditorId: 'acme', agreementId: null, reason: 'noAgreement' }]);
  expect(of(unknown, 'stripe')).toHaveLength(1);

  const money = of(noAgreement.providerId)[0]?.id ?? '';
  const foreign = of(nowhere.providerId)[0]?.id ?? '';
  expect((await listSuspense(ctx, BRAVO, { limit: 50 })).items).toEqual([]);
  expect(await refusalOf(matchSuspense(ctx, BRAVO, money, id))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await refusalOf(matchSuspense(ctx, ACME, foreign, id))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await refusalOf(matchSuspense(ctx, ADMIN, of(usd.providerId)[0]?.id ?? '', id))).toMatchObject({ code: 'ERR_CURRENCY' });
  expect(await refusalOf(matchSuspense(ctx, ADMIN, money, await logged(ctx, { creditorId: 'bravo' })))).toMatchObject({ code: 'ERR_STATE' });
  const matches = await Promise.all(Array.from({ length: 5 }, () => matchSuspense(ctx, ACME, money, id)));
  expect(matches.filter(({ created }) => created)).toHaveLength(1);
  expect(await moneyOf(rig, id)).toMatchObject({ rows: 1, standing: 7_000, balanced: true });
  expect(await refusalOf(matchSuspense(ctx, ACME, money, await logged(ctx)))).toMatchObject({ code: 'ERR_STATE' });
  expect(await db.selectFrom('suspense').select(['matched_by', 'matched_agreement_id']).where('id', '=', money).execute()).toEqual([{ matched_by: 'key-acme', matched_agreement_id: id }]);
  // The provider takes it back after the match: a reversal like any other.
  const reversal = { eventId: unique('e'), providerId: unique('r'), of: noAgreement.providerId, amountMinor: 2_000, currency: 'CLP', paidAt: '2026-12-01T16:00:00Z', kind: 'reversal' };
  await tellGeneric(rig, reversal);
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 5_000, balanced: true });
  await tellGeneric(rig, { ...noAgreement, eventId: unique('e') });
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 5_000, balanced: true });
});

test('money of which a part went back before anybody matched it counts without that part', async () => {
  const { ctx } = rig.register;
  const id = await logged(ctx);
  const payment = { eventId: unique('e'), providerId: unique('p'), amountMinor: 7_000, currency: 'CLP', paidAt: '2026-12-01T14:00:00Z', kind: 'payment' };
  await tellGeneric(rig, payment);
  await tellGeneric(rig, { ...payment, kind: 'reversal', eventId: unique('e'), providerId: unique('r'), of: payment.providerId, amountMinor: 3_000 });
  const [money] = (await openSuspense()).filter((item) => item.source === `generic.${payment.providerId}`);
  expect(money).toMatchObject({ amountMinor: 7_000, standingMinor: 4_000 });
  await matchSuspense(ctx, ADMIN, money?.id ?? '', id);
  expect(await moneyOf(rig, id)).toMatchObject({ standing: 4_000, balanced: true });
});

test('suspense comes in pages, the oldest first', async () => {
  const all = await openSuspense();
  const first = await listSuspense(rig.register.ctx, ADMIN, { limit: 1 });
  const second = await listSuspense(rig.register.ctx, ADMIN, { limit: 200, ...(first.nextCursor === null ? {} : { cursor: first.nextCursor }) });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
});

test('after all of this the books add up', async () => {
  const report = await audit(rig.register.ctx, { policies: policiesInForce(), wallNow: () => Date.now() });
  expect({ unbalanced: report.unbalanced, brokenChains: report.brokenChains }).toEqual({ unbalanced: 0, brokenChains: 0 });
});
