/** Agreements and their money: log, read, explain, book. */
import * as z from 'zod';
import { agreementBody } from '../../register/agreement-body.ts';
import { logAgreement } from '../../register/agreement-log.ts';
import { explain, getAgreement, listAgreements, paymentsPage, timelinePage } from '../../register/agreement-reads.ts';
import { bookPayment, paymentBody, reversalBody, reversePayment } from '../../register/payment.ts';
import { agreement, explanation, pageOf, payment, timelineEntry } from '../answers.ts';
import { byRef, flag, name, page, ref, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'agreements';

export const agreementRoutes: readonly Route[] = [
  route({
    method: 'POST', url: '/v1/agreements', tag, summary: 'Logs an agreement and starts its workflow; the same body again answers 200',
    body: agreementBody, answer: agreement, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const { agreementId, created } = await logAgreement(ctx, actor, body);
      return { status: created ? 201 : 200, body: await getAgreement(ctx, actor, agreementId) };
    },
  }),
  route({
    method: 'GET', url: '/v1/agreements', tag, summary: 'Agreements in the order in which they were logged',
    query: z.strictObject({
      ...page, creditorId: name.optional(), phase: agreement.shape.phase.optional(), overdue: flag.optional(), personId: uuid.optional(),
      batch: z.string().min(1).max(64).optional(), q: z.string().trim().min(1).max(100).optional(),
    }),
    answer: pageOf(agreement),
    handle: async ({ ctx, actor, query }) => ({ body: await listAgreements(ctx, actor, query) }),
  }),
  route({
    method: 'GET', url: '/v1/agreements/:id', tag, summary: 'Where an agreement stands',
    params: byRef, answer: agreement,
    handle: async ({ ctx, actor, params }) => ({ body: await getAgreement(ctx, actor, params.id) }),
  }),
  route({
    method: 'GET', url: '/v1/agreements/:id/timeline', tag, summary: 'Everything that happened and was decided, as a chain of hashes',
    params: byRef, query: z.strictObject(page), answer: pageOf(timelineEntry),
    handle: async ({ ctx, actor, params, query }) => ({ body: await timelinePage(ctx, actor, params.id, query) }),
  }),
  route({
    method: 'GET', url: '/v1/agreements/:id/explain', tag, summary: 'Why it stands where it stands, and what comes next',
    params: byRef, answer: explanation,
    handle: async ({ ctx, actor, params }) => ({ body: await explain(ctx, actor, params.id) }),
  }),
  route({
    method: 'GET', url: '/v1/agreements/:id/payments', tag, summary: 'Payments in the order in which they were booked',
    params: byRef, query: z.strictObject(page), answer: pageOf(payment),
    handle: async ({ ctx, actor, params, query }) => ({ body: await paymentsPage(ctx, actor, params.id, query) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/payments', tag, summary: 'Books a payment; the same one again answers 200',
    params: byRef, body: paymentBody, answer: payment, statuses: [201, 200],
    handle: async ({ ctx, actor, params, body }) => {
      const { created, payment: booked } = await bookPayment(ctx, actor, params.id, body);
      return { status: created ? 201 : 200, body: booked };
    },
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/payments/:externalId/reversal', tag, summary: 'Reverses a payment; the same reversal again answers 200',
    params: z.object({ id: ref, externalId: name }), body: reversalBody, answer: payment, statuses: [201, 200],
    handle: async ({ ctx, actor, params, body }) => {
      const { created, payment: reversed } = await reversePayment(ctx, actor, params.id, params.externalId, body);
      return { status: created ? 201 : 200, body: reversed };
    },
  }),
];
