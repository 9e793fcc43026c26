/** Doubtful identities: who may be one person, and what somebody decided. */
import * as z from 'zod';
import { decide, decisionBody, listMatches } from '../../register/identify/match.ts';
import { pageOf } from '../answers.ts';
import { match } from '../answers-identification.ts';
import { byId, page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'persons';

export const matchRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/matches', tag, summary: 'Records that may be one person; while a pair is open, the later one is not contacted',
    query: z.strictObject({ ...page, state: match.shape.state.optional() }), answer: pageOf(match),
    handle: async ({ ctx, actor, query }) => ({ body: await listMatches(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/matches/:id', tag, summary: 'Decides a pair: same joins their counts and stops, different keeps or takes them apart',
    params: byId, body: decisionBody, answer: match,
    handle: async ({ ctx, actor, params, body }) => ({ body: await decide(ctx, actor, params.id, body.decision) }),
  }),
];
