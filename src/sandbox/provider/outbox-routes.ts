/** The outbox page: what would have reached phones and mailboxes, answering as the person, and the faults. Plain forms, no script. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { replyAsPerson, replyBody } from './control-routes.ts';
import { faultBody } from './fault-kinds.ts';
import { FAULT_RATES, outboxView } from './outbox-view.ts';
import { ownPagesOnly } from './own-pages.ts';
import type { ProviderParts } from './parts.ts';

const ASSETS = join(import.meta.dirname, '..', '..', 'console', 'assets');
const STYLES = ['tokens.css', 'pacto.css'] as const;
const CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** Sentences after a form, by a word in the address, so that nobody can put words of his own on the page. */
const NOTICES: Readonly<Record<string, string>> = {
  replied: 'La respuesta llegó a Pacto. Lo que hizo con ella queda en la línea de tiempo del acuerdo.',
  refused: 'Pacto no aceptó la respuesta: está en la conversación con lo que contestó.',
  empty: 'Escriba una respuesta, o elija una de los botones.',
  fault: 'La falla está activa.',
  mismatch: 'Ese canal no puede fallar así: elija otra combinación.',
  cleared: 'No queda ninguna falla activa.',
};

const pageQuery = z.object({ to: z.string().max(254).catch(''), with: z.string().max(254).nullable().catch(null), said: z.string().max(20).nullable().catch(null) });

export function addOutboxRoutes(app: FastifyInstance, parts: ProviderParts): void {
  const eta = new Eta({ views: import.meta.dirname, autoEscape: true, cache: true });
  app.get('/', async (request, reply) => {
    const query = pageQuery.parse(request.query);
    const view = outboxView(parts, parts.faults.list(), query, await parts.now(), NOTICES[query.said ?? ''] ?? null);
    return reply.type('text/html; charset=utf-8').header('content-security-policy', CSP).header('cache-control', 'no-store').send(eta.render('./outbox.eta', view));
  });
  for (const style of STYLES) {
    app.get(`/assets/${style}`, async (_request, reply) => reply.type('text/css; charset=utf-8').send(await readFile(join(ASSETS, style), 'utf8')));
  }
  app.post('/outbox/reply', { onRequest: ownPagesOnly }, (request, reply) => answer(parts, formOf(request), reply));
  app.post('/outbox/faults', { onRequest: ownPagesOnly }, async (request, reply) => setFault(parts, formOf(request), reply));
}

function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
}

function back(reply: FastifyReply, said: string, person: string | null): FastifyReply {
  const query = new URLSearchParams({ ...(person === null ? {} : { with: person }), said });
  return reply.redirect(`/?${query.toString()}${person === null ? '' : '#conv'}`, 303);
}

async function answer(parts: ProviderParts, form: URLSearchParams, reply: FastifyReply): Promise<FastifyReply> {
  const from = form.get('from') ?? '';
  const parsed = replyBody.safeParse({ from, body: (form.get('quick') ?? form.get('body') ?? '').trim() });
  if (!parsed.success || parsed.data.body === '') return back(reply, 'empty', from);
  const { told } = await replyAsPerson(parts, parsed.data);
  return back(reply, told !== null && told < 300 ? 'replied' : 'refused', from);
}

function setFault({ faults }: ProviderParts, form: URLSearchParams, reply: FastifyReply): FastifyReply {
  if (form.get('clear') !== null) {
    faults.clear();
    return back(reply, 'cleared', null);
  }
  const parsed = faultBody.safeParse({ channel: form.get('channel'), kind: form.get('kind'), ...FAULT_RATES.find((rate) => rate.value === form.get('rate'))?.fault });
  if (!parsed.success) return back(reply, 'mismatch', null);
  faults.add(parsed.data);
  return back(reply, 'fault', null);
}
