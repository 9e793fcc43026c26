/** Sources: where a creditor's debtors come from, each with its column mapping. */
import * as z from 'zod';
import { sourceBody } from '../../register/source/definition.ts';
import { listSources, putSource } from '../../register/source/sources.ts';
import { source } from '../answers-identification.ts';
import { pageOf } from '../answers.ts';
import { name, page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'imports';

export const sourceRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/sources', tag, summary: 'Sources with the definition in force and their last delivery',
    query: z.strictObject({ ...page, creditorId: name.optional() }), answer: pageOf(source),
    handle: async ({ ctx, actor, query }) => ({ body: await listSources(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/sources', tag, summary: 'Saves a source; another definition under its name is its next version, the same again answers 200',
    body: sourceBody, answer: source, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const { created, source: saved } = await putSource(ctx, actor, body);
      return { status: created ? 201 : 200, body: saved };
    },
  }),
];
