/** Creditors (mandantes): who the debts belong to. */
import * as z from 'zod';
import { createCreditor, creditorBody, creditorPatch, listCreditors, patchCreditor } from '../../register/creditor.ts';
import { creditor, pageOf } from '../answers.ts';
import { name, page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'creditors';

export const creditorRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/creditors', tag, summary: 'Creditors by id',
    query: z.strictObject(page), answer: pageOf(creditor),
    handle: async ({ ctx, actor, query }) => ({ body: await listCreditors(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/creditors', tag, summary: 'Adds a creditor; the same one again answers 200',
    body: creditorBody, answer: creditor, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const { created, creditor: added } = await createCreditor(ctx, actor, body);
      return { status: created ? 201 : 200, body: added };
    },
  }),
  route({
    method: 'PATCH', url: '/v1/creditors/:id', tag, summary: 'Changes a creditor; what is left out stays',
    params: z.object({ id: name }), body: creditorPatch, answer: creditor,
    handle: async ({ ctx, actor, params, body }) => ({ body: await patchCreditor(ctx, actor, params.id, body) }),
  }),
];
