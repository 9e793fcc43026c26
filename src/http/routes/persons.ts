/** People: who they are at a creditor, and what they do not want any more. */
import * as z from 'zod';
import { optOut, optOutBody } from '../../register/opt-out.ts';
import { listPersons } from '../../register/person-reads.ts';
import { registerStop, stopBody } from '../../register/stop.ts';
import { optOutAnswer, pageOf, person, stopAnswer } from '../answers.ts';
import { byId, name, page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'persons';

export const personRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/persons', tag, summary: 'People by id; q is part of the name or the external id',
    query: z.strictObject({ ...page, creditorId: name.optional(), q: z.string().trim().min(1).max(100).optional() }),
    answer: pageOf(person),
    handle: async ({ ctx, actor, query }) => ({ body: await listPersons(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/persons/:id/opt-outs', tag, summary: 'Registers an opt-out of a contact point, a channel, or everything',
    params: byId, body: optOutBody, answer: optOutAnswer, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await optOut(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/persons/:id/stops', tag, summary: 'Registers a stop: death, insolvency, a lawsuit, a written demand',
    params: byId, body: stopBody, answer: stopAnswer, statuses: [201], idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await registerStop(ctx, actor, params.id, body) }),
  }),
];
