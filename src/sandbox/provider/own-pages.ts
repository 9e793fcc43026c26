/** Forms of the sandbox's own pages. */
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A page of somebody else's must not press our buttons through a browser that happens to be here. */
export async function ownPagesOnly(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { origin, host } = request.headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return undefined;
  return reply.code(403).send({ title: 'Only the page of this sandbox may send this form.', status: 403 });
}
