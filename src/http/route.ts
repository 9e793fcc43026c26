/** A route as data: what it takes, what it answers, and the one function behind it. Keys, roles, bodies and repetition are handled here, once. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import * as z from 'zod';
import { AppError } from '../errors.ts';
import type { Actor } from '../register/actor.ts';
import { idempotently } from '../register/idempotency.ts';
import { authenticate } from '../register/key.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { ACCESS, mayCall } from './access.ts';
import { problem } from './answers.ts';
import { parsePart, type Part } from './parse.ts';
import { sendProblem } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null before the key was looked at, and on public routes. */
    actor: Actor | null;
  }
}

/** What a handler is given: everything parsed, the caller known. */
export interface Call<B, Q, P> {
  readonly ctx: RegisterContext;
  readonly actor: Actor;
  readonly body: B;
  readonly query: Q;
  readonly params: P;
}

/** `status` 200 when absent. */
export interface Answer<A> {
  readonly status?: number;
  readonly body: A;
}

export interface RouteSpec<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType, A extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly body?: B;
  readonly query?: Q;
  readonly params?: P;
  readonly answer: A;
  /** Statuses of success, the first is the usual one. */
  readonly statuses?: readonly number[];
  /** A POST without an id of its own: takes an Idempotency-Key. */
  readonly idempotencyKey?: true;
  /** A POST whose body may be left out. */
  readonly bodyOptional?: true;
  handle(call: Call<z.output<B>, z.output<Q>, z.output<P>>): Promise<Answer<z.input<A>>>;
}

/** A route ready to be added to a server. */
export type Route = (app: FastifyInstance, ctx: RegisterContext) => void;

/** Makes a route of its description. */
export function route<B extends z.ZodType = z.ZodUnknown, Q extends z.ZodType = z.ZodUnknown, P extends z.ZodType = z.ZodUnknown, A extends z.ZodType = z.ZodUnknown>(
  spec: RouteSpec<B, Q, P, A>,
): Route {
  const name = `${spec.method} ${spec.url}`;
  return (app, ctx) => {
    if (ACCESS[name] === undefined) throw new Error(`${name} has no line in the table of roles.`);
    app.route({
      method: spec.method,
      url: spec.url,
      schema: schemaOf(spec),
      // Before the body is read: who has no key learns nothing about bodies.
      onRequest: async (request) => {
        request.actor = await admit(ctx, request, name);
      },
      handler: async (request, reply) => {
        const key = spec.idempotencyKey === true ? idempotencyKey(request) : null;
        if (key instanceof AppError) return sendProblem(reply, key, 400);
        const { actor } = request;
        if (actor === null) throw new AppError('ERR_KEY');
        const body = spec.bodyOptional === true ? request.body ?? {} : request.body;
        const call = {
          actor,
          params: await partOf('params', spec.params, request.params),
          query: await partOf('query', spec.query, request.query),
          body: await partOf('body', spec.body, body),
        };
        const work = async (within: RegisterContext): Promise<{ status: number; body: z.output<A> }> => {
          const answer = await spec.handle({ ...call, ctx: within });
          return { status: answer.status ?? spec.statuses?.[0] ?? 200, body: await spec.answer.parseAsync(answer.body) };
        };
        const answered = key === null ? await work(ctx) : await idempotently(ctx, actor.id, key, requestHash(request, body), work);
        return reply.code(answered.status).send(answered.body);
      },
    });
  };
}

const noQuery = z.strictObject({});

/** A part without a schema takes nothing: unknown query parameters are refused, a body is not looked at. */
async function partOf<S extends z.ZodType>(part: Part, schema: S | undefined, given: unknown): Promise<z.output<S>> {
  if (schema !== undefined) return parsePart(part, schema, given);
  // Without a schema S is ZodUnknown, whose output is whatever there is.
  return (part === 'query' ? await parsePart(part, noQuery, given) : undefined) as z.output<S>;
}

/** The caller of a route, by the key in the header; ERR_KEY or ERR_ROLE. */
export async function admit(ctx: RegisterContext, request: FastifyRequest, name: string): Promise<Actor> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const actor = bearer === undefined ? null : await authenticate(ctx.db, bearer);
  if (actor === null) throw new AppError('ERR_KEY');
  if (!mayCall(actor.role, name)) throw new AppError('ERR_ROLE', `A key of role ${actor.role} is not allowed to do this.`);
  return actor;
}

const HEADER = 'Idempotency-Key';
const header = z.string().regex(/^[\x21-\x7e]{1,200}$/);

/** The caller's key for a repetition of this request; null when it gave none (then a repetition is a new request), or the error to answer. */
function idempotencyKey(request: FastifyRequest): string | null | AppError {
  const told = request.headers[HEADER.toLowerCase()];
  if (told === undefined) return null;
  const given = header.safeParse(told);
  return given.success ? given.data : new AppError('ERR_BODY', `The header ${HEADER} is wrong.`, {
    errors: [{ path: HEADER, message: '1 to 200 printable characters, a new one for every new request' }],
  });
}

/** What makes two requests the same: method, address and body, whatever the order of its fields. */
function requestHash(request: FastifyRequest, body: unknown): string {
  return createHash('sha256').update(`${request.method} ${request.url}\n${canonicalize(body) ?? ''}`).digest('hex');
}

/** What OpenAPI shows of a route; parsing does not go through fastify. */
function schemaOf<B extends z.ZodType, Q extends z.ZodType, P extends z.ZodType, A extends z.ZodType>(spec: RouteSpec<B, Q, P, A>): FastifySchema {
  const failure = { description: 'A problem of RFC 9457.', content: { 'application/problem+json': { schema: problem } } };
  const successes = (spec.statuses ?? [200]).map((status) => [status, spec.answer]);
  return {
    summary: spec.summary,
    tags: [spec.tag],
    security: [{ key: [] }],
    ...(spec.body === undefined ? {} : { body: spec.body }),
    ...(spec.query === undefined ? {} : { querystring: spec.query }),
    ...(spec.params === undefined ? {} : { params: spec.params }),
    ...(spec.idempotencyKey === true ? { headers: z.object({ 'idempotency-key': header.optional() }) } : {}),
    response: { ...Object.fromEntries(successes), '4xx': failure, '5xx': failure },
  };
}
