/** What agents do to an agreement: promises, holds, disputes, new plans, cancellation. 409 where its state forbids it. */
import * as z from 'zod';
import { cancelAgreement, cancellationBody } from '../../register/cancellation.ts';
import { disputeBody, openDispute, resolutionBody, resolveDispute } from '../../register/dispute.ts';
import { hold, holdBody, release } from '../../register/hold.ts';
import { makePromise, promiseBody } from '../../register/promise.ts';
import { renegotiate, renegotiationBody } from '../../register/renegotiation.ts';
import { cancellation, dispute, held, promise, renegotiation } from '../answers.ts';
import { byRef, ref, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'actions';

export const actionRoutes: readonly Route[] = [
  route({
    method: 'POST', url: '/v1/agreements/:id/promises', tag, summary: 'Takes a promise to pay',
    params: byRef, body: promiseBody, answer: promise, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await makePromise(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/renegotiations', tag, summary: 'Replaces the plan by new instalments; what was paid stays paid',
    params: byRef, body: renegotiationBody, answer: renegotiation, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await renegotiate(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/hold', tag, summary: 'Lets collection rest until an instant',
    params: byRef, body: holdBody, answer: held, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await hold(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/release', tag, summary: 'Ends a hold',
    params: byRef, body: z.strictObject({}), bodyOptional: true, answer: held, idempotencyKey: true,
    handle: async ({ ctx, actor, params }) => ({ body: await release(ctx, actor, params.id) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/disputes', tag, summary: 'Opens a dispute: collection stops while it is open',
    params: byRef, body: disputeBody, answer: dispute, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await openDispute(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/disputes/:disputeId/resolution', tag, summary: 'Ends a dispute',
    params: z.object({ id: ref, disputeId: uuid }), body: resolutionBody, answer: dispute, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await resolveDispute(ctx, actor, params.id, params.disputeId, body) }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/cancel', tag, summary: 'Takes an agreement back for good',
    params: byRef, body: cancellationBody, answer: cancellation, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await cancelAgreement(ctx, actor, params.id, body) }),
  }),
];
