import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allocationsOf, paymentsOf } from '../../src/db/payments.ts';
import { overdueAt, viewOf } from '../../src/domain/view.ts';
import { bookOutsidePayment } from '../../src/register/outside-payment.ts';
import { cancelAgreement } from '../../src/register/cancellation.ts';
import { bookPayment, reversePayment } from '../../src/register/payment.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { renegotiate, renegotiationBody } from '../../src/register/renegotiation.ts';
import { readTimeline, verifyChain } from '../../src/register/timeline.ts';
import { ACME, ADMIN, BRAVO, logged, openTestRegister, paymentOf, rowCounts, unique, type TestRegister } from './ledger.ts';
import { refusalOf } from './refusal.ts';

let register: TestRegister;
beforeAll(async () => {
  register = await openTestRegister();
});
afterAll(() => register.close());

const rowOf = (id: string) => register.db.selectFrom('agreement').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const signalsOf = async (id: string) =>
  register.db.selectFrom('outbox').select(['name', 'payload']).where('workflow_id', '=', (await rowOf(id)).workflow_id).where('action', '=', 'signal').orderBy('id').execute();

/** Paid - reversed = allocated + credit, in the tables as in the rebuilt state, and the mirror says the same as the core. */
async function expectBalanced(id: string): Promise<void> {
  const { row, state } = await loadState(register.db, id);
  const view = viewOf(state);
  const standing = (await paymentsOf(register.db, id)).filter((payment) => payment.reversed_at === null);
  const paid = standing.reduce((sum, payment) => sum + payment.amount_minor, 0);
  const lines = await allocationsOf(register.db, id);
  const allocated = lines.reduce((sum, line) => sum + line.amount_minor, 0);
  expect(allocated + view.creditMinor).toBe(paid);
  expect(lines.every((line) => standing.some((payment) => payment.id === line.payment_id))).toBe(true);
  expect(row).toMatchObject({
    balance_minor: view.balanceMinor, credit_minor: view.creditMinor, paid_minor: view.paidMinor, phase: view.phase,
    oldest_unpaid_due: overdueAt(state, await register.clock.now()).oldestUnpaidDue,
  });
  expect(verifyChain(await readTimeline(register.db, id))).toEqual([]);
}

test('a payment covers the oldest due first, is told to the workflow once, and the same again changes nothing', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const body = paymentOf({ amountMinor: 15_000 });
  const first = await bookPayment(ctx, ACME, id, body);
  expect(first).toMatchObject({ created: true, payment: { amountMinor: 15_000, method: 'other', collectedBy: 'agency' } });
  const before = await rowCounts(db);
  expect(await bookPayment(ctx, ACME, id, body)).toEqual({ created: false, payment: first.payment });
  expect(await rowCounts(db)).toEqual(before);
  expect((await signalsOf(id)).map((signal) => signal.name)).toEqual(['paymentBooked']);
  expect(viewOf((await loadState(db, id)).state).instalments.map((one) => one.paidMinor)).toEqual([10_000, 5_000, 0]);
  await expectBalanced(id);
});

test.each([
  ['another amount', { amountMinor: 1 }], ['another day', { paidAt: '2026-11-19T15:00:00Z' }], ['another method', { method: 'cash' }], ['another payee', { collectedBy: 'creditor' }],
])('%s under the same id is a conflict and stores nothing', async (_what, change) => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const externalId = unique('PAY');
  await bookPayment(ctx, ACME, id, paymentOf({ externalId }));
  const before = await rowCounts(db);
  expect(await refusalOf(bookPayment(ctx, ACME, id, paymentOf({ externalId, ...change })))).toMatchObject({ code: 'ERR_PAYMENT_CONFLICT' });
  expect(await refusalOf(bookPayment(ctx, ACME, await logged(ctx), paymentOf({ externalId })))).toMatchObject({ code: 'ERR_PAYMENT_CONFLICT' });
  expect((await rowCounts(db)).payment).toBe(before.payment);
});

test('another currency, an instalment that is not there and an agreement of another creditor are refused', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const before = await rowCounts(db);
  expect(await refusalOf(bookPayment(ctx, ACME, id, paymentOf({ currency: 'USD' })))).toEqual({ code: 'ERR_CURRENCY', path: 'currency' });
  expect(await refusalOf(bookPayment(ctx, ACME, id, paymentOf({ instalment: 9 })))).toEqual({ code: 'ERR_BODY', path: 'instalment' });
  expect(await refusalOf(bookPayment(ctx, BRAVO, id, paymentOf()))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect(await rowCounts(db)).toEqual(before);
});

test('the same payment from many at once is booked once, different ones all count', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const same = paymentOf({ amountMinor: 500 });
  const many = [...Array.from({ length: 10 }, () => same), ...Array.from({ length: 10 }, () => paymentOf({ amountMinor: 700 }))];
  const answers = await Promise.all(many.map((body) => bookPayment(ctx, ACME, id, body)));
  expect(answers.filter((answer) => answer.created)).toHaveLength(11);
  expect((await rowOf(id)).paid_minor).toBe(500 + 7_000);
  const seqs = (await loadState(db, id)).state.events.map((event) => event.seq);
  expect(new Set(seqs).size).toBe(seqs.length);
  await expectBalanced(id);
});

test('one payment id for two people at once: one of them gets it, the other a conflict', async () => {
  const { ctx, db } = register;
  const ids = await Promise.all([logged(ctx), logged(ctx)]);
  const body = paymentOf();
  const outcomes = await Promise.allSettled(ids.map((id) => bookPayment(ctx, ACME, id, body)));
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find((outcome) => outcome.status === 'rejected')).toMatchObject({ reason: { code: 'ERR_PAYMENT_CONFLICT' } });
  expect(await db.selectFrom('payment').select('id').where('external_id', '=', body.externalId).execute()).toHaveLength(1);
});

test('money is never refused: on a settled or cancelled agreement it is credit', async () => {
  const { ctx } = register;
  const settled = await logged(ctx);
  await bookPayment(ctx, ACME, settled, paymentOf({ amountMinor: 30_000 }));
  await bookPayment(ctx, ACME, settled, paymentOf({ amountMinor: 900 }));
  expect(await rowOf(settled)).toMatchObject({ phase: 'settled', balance_minor: 0, credit_minor: 900 });
  const cancelled = await logged(ctx);
  await cancelAgreement(ctx, ACME, cancelled, { reason: 'soldToThirdParty' });
  await bookPayment(ctx, ACME, cancelled, paymentOf({ amountMinor: 1_000 }));
  expect(await rowOf(cancelled)).toMatchObject({ phase: 'closed', paid_minor: 1_000 });
  await Promise.all([settled, cancelled].map(expectBalanced));
});

test('a reversal owes again what its payment had covered; twice the same changes nothing, under another id it is a conflict', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const { payment } = await bookPayment(ctx, ACME, id, paymentOf({ amountMinor: 30_000 }));
  const reversal = { externalId: unique('REV'), reason: 'bounced' };
  const first = await reversePayment(ctx, ACME, id, payment.externalId, reversal);
  expect(first).toMatchObject({ created: true, payment: { reversal: { externalId: reversal.externalId, reason: 'bounced' } } });
  const before = await rowCounts(db);
  expect(await reversePayment(ctx, ACME, id, payment.externalId, reversal)).toEqual({ created: false, payment: first.payment });
  expect(await refusalOf(reversePayment(ctx, ACME, id, payment.externalId, { externalId: unique('REV') }))).toMatchObject({ code: 'ERR_REVERSAL_CONFLICT' });
  const second = await bookPayment(ctx, ACME, id, paymentOf());
  expect(await refusalOf(reversePayment(ctx, ACME, id, second.payment.externalId, reversal))).toMatchObject({ code: 'ERR_REVERSAL_CONFLICT' });
  expect(await refusalOf(reversePayment(ctx, ACME, id, 'never-paid', { externalId: unique('REV') }))).toMatchObject({ code: 'ERR_NOT_FOUND' });
  expect((await rowCounts(db)).agreement_event).toBe((before.agreement_event ?? 0) + 1);
  expect(await rowOf(id)).toMatchObject({ phase: 'active', balance_minor: 20_000 });
  await expectBalanced(id);
});

test('a reversal after the run has finished orders the next run with the whole state', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const { payment } = await bookPayment(ctx, ACME, id, paymentOf({ amountMinor: 30_000 }));
  await db.updateTable('agreement').set({ workflow_state: 'finished' }).where('id', '=', id).execute();
  await reversePayment(ctx, ACME, id, payment.externalId, { externalId: unique('REV') });
  expect((await rowOf(id)).workflow_state).toBe('starting');
  const last = await db.selectFrom('outbox').selectAll().where('workflow_id', '=', (await rowOf(id)).workflow_id).orderBy('id', 'desc').executeTakeFirstOrThrow();
  expect(last).toMatchObject({ action: 'start', payload: { v: 1, state: (await loadState(db, id)).state } });
});

test('a payment signalled from outside goes back as a fact, the second time as the same one', async () => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const signal = { externalId: unique('PAY'), amountMinor: 4_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' };
  const [event] = await bookOutsidePayment(ctx, id, signal);
  expect(event).toMatchObject({ kind: 'paymentBooked', amountMinor: 4_000 });
  expect(await bookOutsidePayment(ctx, id, signal)).toEqual([event]);
  expect(await signalsOf(id)).toEqual([]);
  expect((await loadState(db, id)).state.events).toEqual([event]);
  expect((await bookPayment(ctx, ACME, id, paymentOf({ ...signal }))).created).toBe(false);
  await expectBalanced(id);
});

test.each([
  ['another currency', { currency: 'USD' }, 'ERR_CURRENCY'], ['another amount under a known id', { amountMinor: 1 }, 'ERR_PAYMENT_CONFLICT'], ['no amount', { amountMinor: -5 }, 'ERR_BODY'],
])('a signalled payment with %s is an entry and waits in suspense, once', async (_what, change, reason) => {
  const { ctx, db } = register;
  const id = await logged(ctx);
  const signal = { externalId: unique('PAY'), amountMinor: 4_000, currency: 'CLP', paidAt: '2026-11-20T15:00:00Z' };
  await bookOutsidePayment(ctx, id, signal);
  const wrong = { ...signal, ...change, note: 'Ana \u0000' };
  const told: Record<string, unknown> = { ...signal, ...change };
  for (const _again of [1, 2]) expect(await bookOutsidePayment(ctx, id, reason === 'ERR_BODY' ? wrong : told)).toEqual([]);
  expect(await db.selectFrom('suspense').select(['reason', 'payload']).where('agreement_id', '=', id).execute()).toEqual([{ reason, payload: told }]);
  const entries = await readTimeline(db, id);
  expect(entries.map((entry) => entry.kind)).toEqual(['agreementLogged', 'paymentBooked', 'signalRejected']);
  expect((await rowOf(id)).paid_minor).toBe(4_000);
});

type Move = { readonly kind: 'pay'; readonly amount: number; readonly named: boolean } | { readonly kind: 'reverse' | 'payAgain'; readonly which: number } | { readonly kind: 'renegotiate' };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pay' as const), amount: fc.integer({ min: 1, max: 20_000 }), named: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('reverse' as const, 'payAgain' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'renegotiate' as const }) },
);

test('whatever is booked, repeated, reversed and renegotiated, the money adds up in tables and core', async () => {
  const { ctx } = register;
  await fc.assert(fc.asyncProperty(fc.array(move, { maxLength: 10 }), async (moves) => {
    const id = await logged(ctx);
    const booked: ReturnType<typeof paymentOf>[] = [];
    for (const one of moves) {
      if (one.kind === 'pay') {
        const { planVersion } = viewOf((await loadState(ctx.db, id)).state);
        booked.push(paymentOf({ amountMinor: one.amount, ...(one.named && planVersion === 1 ? { instalment: 2 } : {}) }));
        await bookPayment(ctx, ACME, id, booked.at(-1) ?? paymentOf());
      } else if (one.kind === 'renegotiate') {
        const { balanceMinor } = viewOf((await loadState(ctx.db, id)).state);
        if (balanceMinor > 0) await renegotiate(ctx, ADMIN, id, renegotiationBody.parse({ instalments: [{ number: 1, dueOn: '2027-01-05', amountMinor: balanceMinor }], reason: 'askedFor' }));
      } else {
        const body = booked[one.which % Math.max(1, booked.length)];
        if (body === undefined) continue;
        if (one.kind === 'payAgain') expect((await bookPayment(ctx, ACME, id, body)).created).toBe(false);
        else await reversePayment(ctx, ACME, id, body.externalId, { externalId: `R-${body.externalId}` });
      }
    }
    await expectBalanced(id);
  }), { numRuns: 25 });
});
