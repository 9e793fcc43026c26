/** Pre-legal cases: two people approve, a lawyer takes over, anyone responsible withdraws. */
import * as z from 'zod';
import { approvalBody, approvePreLegal, handOver, listPreLegal, withdraw, withdrawalBody } from '../../register/pre-legal.ts';
import { pageOf, preLegalCase } from '../answers.ts';
import { byId, name, page, uuid } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'pre-legal';

export const preLegalRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/pre-legal', tag, summary: 'Cases in the order in which they were opened',
    query: z.strictObject({ ...page, creditorId: name.optional(), agreementId: uuid.optional(), state: preLegalCase.shape.state.optional() }),
    answer: pageOf(preLegalCase),
    handle: async ({ ctx, actor, query }) => ({ body: await listPreLegal(ctx, actor, query) }),
  }),
  route({
    method: 'POST', url: '/v1/pre-legal/:id/approve', tag, summary: 'One approval; the second, by another key, approves the case',
    params: byId, body: approvalBody, bodyOptional: true, answer: preLegalCase, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await approvePreLegal(ctx, actor, params.id, body) }),
  }),
  route({
    method: 'POST', url: '/v1/pre-legal/:id/handover', tag, summary: 'Gives an approved case to the lawyer',
    params: byId, body: z.strictObject({}), bodyOptional: true, answer: preLegalCase, idempotencyKey: true,
    handle: async ({ ctx, actor, params }) => ({ body: await handOver(ctx, actor, params.id) }),
  }),
  route({
    method: 'POST', url: '/v1/pre-legal/:id/withdraw', tag, summary: 'Withdraws a case that was not handed over',
    params: byId, body: withdrawalBody, answer: preLegalCase, idempotencyKey: true,
    handle: async ({ ctx, actor, params, body }) => ({ body: await withdraw(ctx, actor, params.id, body) }),
  }),
];
