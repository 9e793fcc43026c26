/** Pages for people who come once: a template, its data, a status. No script, no inline style, nothing that follows the reader. */
import { join } from 'node:path';
import { Eta } from 'eta';
import type { FastifyReply } from 'fastify';

/** A page to be rendered: HTTP status, file in templates/, and what the template shows. */
export interface View {
  readonly status: number;
  readonly template: string;
  readonly data: object;
  /** Seconds until it is worth coming back. */
  readonly retryAfter?: number;
}

/** A page that only says something; `thanks` carries a tick. */
export interface Notice {
  readonly kind: 'thanks' | 'closed';
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

export function notice(shown: Notice): View {
  return { status: shown.status, template: 'notice.eta', data: shown };
}

/** Renders and answers; each template is read once. */
export function pageSender(): (reply: FastifyReply, view: View) => FastifyReply {
  const eta = new Eta({ views: join(import.meta.dirname, 'templates'), cache: true });
  return (reply, { status, template, data, retryAfter }) =>
    (retryAfter === undefined ? reply : reply.header('retry-after', String(retryAfter))).code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(eta.render(`./${template}`, data));
}
