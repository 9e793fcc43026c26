/** Segments that choose a strategy, what they propose for running agreements, and the score behind it. */
import * as z from 'zod';
import { resolveAgreement } from '../../register/resolve.ts';
import { loadState } from '../../register/rebuild.ts';
import { factsOfAgreement } from '../../register/segmentation.ts';
import { publishSegments, readSegments } from '../../register/segment-set.ts';
import { decideProposal, proposalsPage } from '../../register/strategy-proposal.ts';
import { pageOf, scored, segmentSet, strategyProposal } from '../answers.ts';
import { byId, byRef, page } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'configuration';

export const segmentRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/segments', tag, summary: 'Every version of the segments, the one in force first',
    answer: pageOf(segmentSet),
    handle: async ({ ctx }) => ({ body: { items: await readSegments(ctx), nextCursor: null } }),
  }),
  route({
    method: 'POST', url: '/v1/segments', tag, summary: 'Publishes the ordered segments as the next version; the newest again answers 200',
    body: z.record(z.string(), z.unknown()).meta({ description: 'the segments file as JSON' }), answer: segmentSet, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const { created, segments } = await publishSegments(ctx, actor, body);
      return { status: created ? 201 : 200, body: segments };
    },
  }),
  route({
    method: 'GET', url: '/v1/strategy-proposals', tag, summary: 'Changes of strategy that the segments propose',
    query: z.strictObject({ ...page, state: z.enum(['open', 'approved', 'rejected', 'withdrawn']).optional() }), answer: pageOf(strategyProposal),
    handle: async ({ ctx, actor, query }) => ({ body: await proposalsPage(ctx, actor, query) }),
  }),
  ...(['approve', 'reject'] as const).map((verb) => route({
    method: 'POST', url: `/v1/strategy-proposals/:id/${verb}`, tag, summary: verb === 'approve' ? 'Moves the agreement to the proposed strategy' : 'Keeps the strategy as it is',
    params: byId, answer: strategyProposal,
    handle: async ({ ctx, actor, params }) => ({ body: await decideProposal(ctx, actor, params.id, verb === 'approve' ? 'approved' : 'rejected') }),
  })),
  route({
    method: 'GET', url: '/v1/agreements/:id/score', tag: 'agreements', summary: 'The points of an agreement, each factor shown',
    params: byRef, answer: scored,
    handle: async ({ ctx, actor, params }) => {
      const { id } = await resolveAgreement(ctx, actor, params.id);
      const { facts, score } = await factsOfAgreement(ctx.db, await loadState(ctx.db, id), await ctx.clock.now());
      return { body: { agreementId: id, ...score, facts: { ...facts } } };
    },
  }),
];
