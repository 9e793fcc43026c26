/** Every error leaves as application/problem+json; what is ours to fix is logged with the request id, never with the request. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../db/outage.ts';
import { AppError, ERRORS, type FieldError } from '../errors.ts';
import type { Log } from '../observability/log.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457 with Pacto's code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
}

/** `status` replaces the status of the code where HTTP has a narrower one (413, 415). */
export function problemOf(error: AppError, status: number = error.status): Problem {
  return {
    type: `urn:pacto:error:${error.code}`,
    title: ERRORS[error.code].meaning,
    status,
    code: error.code,
    detail: error.message === ERRORS[error.code].meaning ? ERRORS[error.code].remedy : error.message,
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  };
}

/** Answers the problem. */
export function sendProblem(reply: FastifyReply, error: AppError, status?: number): FastifyReply {
  const problem = problemOf(error, status);
  return reply.code(problem.status).header('content-type', PROBLEM_TYPE).serializer(asIs).send(JSON.stringify(problem));
}

function asIs(payload: unknown): string {
  return String(payload);
}

/** What fastify itself refuses, as codes of ours and the HTTP status that says it best. */
const FRAMEWORK: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { status: 400, detail: 'The body is not JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, detail: 'The body is empty.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, detail: 'The body is larger than 1 MB.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { status: 415, detail: 'The content-type is not application/json.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { status: 400, detail: 'The body is shorter or longer than content-length says.' },
  FST_ERR_BAD_URL: { status: 400, detail: 'The address is not a valid URL.' },
};

/** The error handler of a server. */
export function errorHandler(log: Log): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    if (error instanceof AppError) {
      if (error.status >= 500) log.error({ err: error, requestId: request.id }, 'a request failed');
      return sendProblem(reply, error);
    }
    const known = FRAMEWORK[codeOf(error)] ?? (error instanceof SyntaxError ? FRAMEWORK['FST_ERR_CTP_INVALID_JSON_BODY'] : undefined);
    if (known !== undefined) return sendProblem(reply, new AppError('ERR_JSON', known.detail), known.status);
    log.error({ err: error, requestId: request.id }, 'a request failed');
    return sendProblem(reply, isDatabaseAway(error) ? new AppError('ERR_DEPENDENCY') : new AppError('ERR_INTERNAL'));
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
