/** Payment links for agents and pages, and money that waits for a match. */
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import { listSuspense, matchSuspense } from '../../register/payments/aside.ts';
import type { PaymentDeps } from '../../register/payments/deps.ts';
import { makePaymentLink, revokeLinks } from '../../register/payments/link.ts';
import { pageOf, paymentLink, suspense } from '../answers.ts';
import { byId, byRef, flag, name, page, ref } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'payments';

export function paymentRoutes(payments: PaymentDeps): readonly Route[] {
  return [
    route({
      method: 'POST', url: '/v1/agreements/:id/payment-links', tag, summary: 'Makes a short link by which this agreement is paid',
      params: byRef, body: z.strictObject({}), bodyOptional: true, answer: paymentLink, statuses: [201], idempotencyKey: true,
      handle: async ({ ctx, actor, params }) => {
        const url = await makePaymentLink({ ...payments, ctx }, actor, params.id);
        if (url === null) throw new AppError('ERR_STATE', 'Nothing is owed, no payment provider is set up for the creditor, or the law of the place lets only the creditor take the money.');
        return { body: { url } };
      },
    }),
    route({
      method: 'DELETE', url: '/v1/agreements/:id/payment-links', tag, summary: 'Takes back every payment link of an agreement',
      params: byRef, answer: z.object({ revoked: z.int() }),
      handle: async ({ ctx, actor, params }) => ({ body: { revoked: await revokeLinks(ctx, actor, params.id) } }),
    }),
    route({
      method: 'GET', url: '/v1/suspense', tag, summary: 'Money that matched no agreement, the oldest first',
      query: z.strictObject({ ...page, creditorId: name.optional(), matched: flag.optional() }), answer: pageOf(suspense),
      handle: async ({ ctx, actor, query }) => ({ body: await listSuspense(ctx, actor, query) }),
    }),
    route({
      method: 'POST', url: '/v1/suspense/:id/match', tag, summary: 'Books waiting money to an agreement; undone by reversing its payment',
      params: byId, body: z.strictObject({ agreementId: ref }), answer: suspense, statuses: [201, 200],
      handle: async ({ ctx, actor, params, body }) => {
        const { created, suspense: money } = await matchSuspense(ctx, actor, params.id, body.agreementId);
        return { status: created ? 201 : 200, body: money };
      },
    }),
  ];
}
