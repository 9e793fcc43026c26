/** Debts that were assigned before there is an agreement: followed until one is logged for them, they are paid, or withdrawn. */
import * as z from 'zod';
import { explain, paymentsPage, timelinePage } from '../../register/agreement-reads.ts';
import { debtBody, debtWithdrawalBody } from '../../register/debt-body.ts';
import { logDebt } from '../../register/debt-log.ts';
import { debtIdOf, getDebt, listDebts, withdrawDebt } from '../../register/debt.ts';
import { bookPayment, paymentBody } from '../../register/payment.ts';
import { agreement, debt, explanation, pageOf, payment, timelineEntry } from '../answers.ts';
import { byRef, flag, name, page, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'debts';

export const debtRoutes: readonly Route[] = [
  route({
    method: 'POST', url: '/v1/debts', tag, summary: 'Takes a debt that has no agreement yet and starts its workflow; the same body again answers 200',
    body: debtBody, answer: debt, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const { agreementId, created } = await logDebt(ctx, actor, body);
      return { status: created ? 201 : 200, body: await getDebt(ctx, actor, agreementId) };
    },
  }),
  route({
    method: 'GET', url: '/v1/debts', tag, summary: 'Debts in the order in which they were logged',
    query: z.strictObject({
      ...page, creditorId: name.optional(), phase: agreement.shape.phase.optional(), overdue: flag.optional(), personId: uuid.optional(),
      batch: z.string().min(1).max(64).optional(), q: z.string().trim().min(1).max(100).optional(),
    }),
    answer: pageOf(debt),
    handle: async ({ ctx, actor, query }) => ({ body: await listDebts(ctx, actor, query) }),
  }),
  route({
    method: 'GET', url: '/v1/debts/:id', tag, summary: 'Where a debt stands',
    params: byRef, answer: debt,
    handle: async ({ ctx, actor, params }) => ({ body: await getDebt(ctx, actor, params.id) }),
  }),
  route({
    method: 'GET', url: '/v1/debts/:id/timeline', tag, summary: 'Everything that happened and was decided, as a chain of hashes',
    params: byRef, query: z.strictObject(page), answer: pageOf(timelineEntry),
    handle: async ({ ctx, actor, params, query }) => ({ body: await timelinePage(ctx, actor, await debtIdOf(ctx, actor, params.id), query) }),
  }),
  route({
    method: 'GET', url: '/v1/debts/:id/explain', tag, summary: 'Why it stands where it stands, and what comes next',
    params: byRef, answer: explanation,
    handle: async ({ ctx, actor, params }) => ({ body: await explain(ctx, actor, await debtIdOf(ctx, actor, params.id)) }),
  }),
  route({
    method: 'GET', url: '/v1/debts/:id/payments', tag, summary: 'Payments in the order in which they were booked',
    params: byRef, query: z.strictObject(page), answer: pageOf(payment),
    handle: async ({ ctx, actor, params, query }) => ({ body: await paymentsPage(ctx, actor, await debtIdOf(ctx, actor, params.id), query) }),
  }),
  route({
    method: 'POST', url: '/v1/debts/:id/payments', tag, summary: 'Books a payment; the same one again answers 200',
    params: byRef, body: paymentBody, answer: payment, statuses: [201, 200],
    handle: async ({ ctx, actor, params, body }) => {
      const { created, payment: booked } = await bookPayment(ctx, actor, await debtIdOf(ctx, actor, params.id), body);
      return { status: created ? 201 : 200, body: booked };
    },
  }),
  route({
    method: 'POST', url: '/v1/debts/:id/withdrawal', tag, summary: 'The creditor takes the debt back: nobody is contacted about it any more',
    params: byRef, body: debtWithdrawalBody, bodyOptional: true, answer: debt, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await withdrawDebt(ctx, actor, params.id, body) }),
  }),
];
