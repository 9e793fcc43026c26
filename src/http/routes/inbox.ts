/** What people wrote and somebody has to read. */
import * as z from 'zod';
import { closeItem, inboxDoneBody, inboxKind, listInbox, reclassify, reclassifyBody } from '../../register/replies/inbox.ts';
import { inboxItem, pageOf } from '../answers.ts';
import { byId, name, page, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'inbox';

export const inboxRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/inbox', tag, summary: 'Replies that a person has to read, oldest first',
    query: z.strictObject({ ...page, creditorId: name.optional(), agreementId: uuid.optional(), kind: inboxKind.optional(), state: z.enum(['open', 'done']).optional() }),
    answer: pageOf(inboxItem),
    handle: async ({ ctx, actor, query }) => ({ body: await listInbox(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/inbox/:id/done', tag, summary: 'Somebody has read it and nothing is left to do',
    params: byId, body: inboxDoneBody, bodyOptional: true, answer: inboxItem, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await closeItem(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/inbox/:id/reclassify', tag, summary: 'Says what the person meant, and lets it act',
    params: byId, body: reclassifyBody, answer: inboxItem, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await reclassify(ctx, actor, params.id, body) }),
  }),
];
