/** What may be agreed on anew within the creditor's policy, and its acceptance. */
import * as z from 'zod';
import { acceptOffer, offersFor } from '../../register/negotiation/offers.ts';
import { plainText } from '../../register/agreement-body.ts';
import { resolveAgreement } from '../../register/resolve.ts';
import { offered, renegotiation } from '../answers.ts';
import { byRef, ref } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'actions';

export const offerRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/agreements/:id/offers', tag, summary: 'New plans that may be accepted as they are, and the limits that bound any other',
    params: byRef, answer: offered,
    handle: async ({ ctx, actor, params }) => {
      const { offers, limits, nextAllowedAt } = await offersFor(ctx, (await resolveAgreement(ctx, actor, params.id)).id);
      return { body: { offers, limits, ...(nextAllowedAt === null ? {} : { nextAllowedAt: new Date(nextAllowedAt).toISOString() }) } };
    },
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/offers/:offerId/accept', tag, summary: 'Accepts an offer for the debtor: its plan becomes the next version; again it answers the same',
    params: z.object({ id: ref, offerId: z.string().regex(/^[0-9a-f]{32}$/) }),
    body: z.strictObject({ channel: z.enum(['phone', 'api']).default('api'), textShown: plainText(8_000) }),
    answer: renegotiation, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => {
      const { id } = await resolveAgreement(ctx, actor, params.id);
      return { body: { agreementId: id, ...(await acceptOffer(ctx, id, params.offerId, { by: 'agent', actorId: actor.id, ...body })) } };
    },
  }),
];
