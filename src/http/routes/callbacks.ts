/** Calls by people: slots, callbacks, outcomes, and contacts made outside a slot. */
import * as z from 'zod';
import { callBody, logCall, outcomeBody, setCallOutcome } from '../../register/call.ts';
import { bookCallback, callbackBody, cancelCallback, closeCallback, listCallbacks } from '../../register/callback.ts';
import { freeSlots } from '../../register/slots.ts';
import { call, callback, pageOf, slot } from '../answers.ts';
import { byId, byRef, instant, name, page, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'callbacks';

export const callbackRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/callbacks', tag, summary: 'Callbacks by the beginning of their slots',
    query: z.strictObject({
      ...page, creditorId: name.optional(), agreementId: uuid.optional(), agentId: name.optional(), state: callback.shape.state.optional(),
      from: instant.optional(), until: instant.optional(),
    }),
    answer: pageOf(callback),
    handle: async ({ ctx, actor, query }) => ({ body: await listCallbacks(ctx, actor, query) }),
  }),
  route({
    method: 'GET', url: '/v1/slots', tag, summary: 'Free slots of the agents who serve a creditor',
    query: z.strictObject({ creditorId: name, from: instant, until: instant }),
    answer: pageOf(slot),
    handle: async ({ ctx, actor, query }) => ({ body: { items: await freeSlots(ctx, actor, query), nextCursor: null } }),
  }),
  route({
    method: 'POST', url: '/v1/agreements/:id/callbacks', tag, summary: 'Books a call in a slot',
    params: byRef, body: callbackBody, answer: callback, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await bookCallback(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/callbacks/:id/outcome', tag, summary: 'What came of a booked call; counts as a call attempt',
    params: byId, body: outcomeBody, answer: callback, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await closeCallback(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'DELETE', url: '/v1/callbacks/:id', tag, summary: 'Calls a booked call off',
    params: byId, answer: callback,
    handle: async ({ ctx, actor, params }) => ({ body: await cancelCallback(ctx, actor, params.id) }),
  }),
  route({
    method: 'POST', url: '/v1/calls', tag, summary: 'Logs a call, visit or letter made by a person',
    body: callBody, answer: call, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, body }) => ({ body: await logCall(ctx, actor, body) }),
  }),
  route({
    method: 'POST', url: '/v1/calls/:id/outcome', tag, summary: 'Corrects the outcome of a logged contact',
    params: byId, body: outcomeBody, answer: call, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await setCallOutcome(ctx, actor, params.id, body) }),
  }),
];
