/** Configuration: strategies (versioned), agents and their weekly shifts. */
import * as z from 'zod';
import { addShift, agentBody, readAgents, readShifts, saveAgent, shiftBody } from '../../register/agent.ts';
import { readStrategies } from '../../register/publish.ts';
import { publishNextVersion } from '../../register/strategy-version.ts';
import { agent, pageOf, publishedStrategy, shift, strategy } from '../answers.ts';
import { name } from '../query.ts';
import { route, type Route } from '../route.ts';

const tag = 'configuration';

export const configurationRoutes: readonly Route[] = [
  route({
    method: 'GET', url: '/v1/strategies', tag, summary: 'Every published version of every strategy',
    answer: pageOf(strategy),
    handle: async ({ ctx }) => ({ body: { items: await readStrategies(ctx), nextCursor: null } }),
  }),
  route({
    method: 'POST', url: '/v1/strategies', tag, summary: 'Publishes a strategy as its next version; the newest again answers 200',
    body: z.record(z.string(), z.unknown()).meta({ description: 'the strategy file as JSON' }), answer: publishedStrategy, statuses: [201, 200],
    handle: async ({ ctx, actor, body }) => {
      const published = await publishNextVersion(ctx, actor, body);
      return { status: published.created ? 201 : 200, body: { ...published.strategy, warnings: published.warnings } };
    },
  }),
  route({
    method: 'GET', url: '/v1/agents', tag, summary: 'Agents',
    answer: pageOf(agent),
    handle: async ({ ctx, actor }) => ({ body: { items: await readAgents(ctx, actor), nextCursor: null } }),
  }),
  route({
    method: 'POST', url: '/v1/agents', tag, summary: 'Adds an agent, or replaces the one of this id',
    body: agentBody, answer: agent, statuses: [201],
    handle: async ({ ctx, actor, body }) => ({ body: await saveAgent(ctx, actor, body) }),
  }),
  route({
    method: 'GET', url: '/v1/shifts', tag, summary: 'Weekly shifts',
    query: z.strictObject({ agentId: name.optional() }), answer: pageOf(shift),
    handle: async ({ ctx, actor, query }) => ({ body: { items: await readShifts(ctx, actor, query.agentId), nextCursor: null } }),
  }),
  route({
    method: 'POST', url: '/v1/shifts', tag, summary: 'Adds a weekly shift; the same one again changes nothing',
    body: shiftBody, answer: shift, statuses: [201],
    handle: async ({ ctx, actor, body }) => ({ body: await addShift(ctx, actor, body) }),
  }),
];
