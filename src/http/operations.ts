/** For whoever runs Pacto: is it alive, is it ready, what does it measure, what does the API look like. */
import type { FastifyInstance } from 'fastify';
import { wallNow } from '../clock.ts';
import { readFigures, type Figures } from '../db/figures.ts';
import { readBacklog } from '../db/outbox-queue.ts';
import type { RegisterContext } from '../register/person-lock.ts';

export interface OperationsDeps {
  readonly ctx: RegisterContext;
  readonly buildId: string | null;
  readonly ready: () => Promise<string | null>;
}

export async function operations(app: FastifyInstance, { ctx, ready, buildId }: OperationsDeps): Promise<void> {
  app.get('/healthz', async () => ({ status: 'ok', buildId }));
  app.get('/readyz', async (_request, reply) => {
    const waiting = await ready().catch((error: unknown) => {
      ctx.log.warn({ err: error }, 'readiness could not be judged');
      return 'the database does not answer';
    });
    return waiting === null ? { status: 'ready' } : reply.code(503).send({ status: 'waiting', waitingFor: waiting });
  });
  app.get('/openapi.json', async () => app.swagger());
  app.get('/metrics', async (_request, reply) => {
    const [figures, backlog] = await Promise.all([readFigures(ctx.db), readBacklog(ctx.db)]);
    const lag = backlog.oldestWall === null ? 0 : Math.max(0, wallNow() - backlog.oldestWall) / 1_000;
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(exposition(figures, lag, backlog.poison));
  });
}

type Labels = Readonly<Record<string, string>>;

/** Counted from the register at every scrape: true after any restart, whichever process did the work. */
function exposition(figures: Figures, lagSeconds: number, poison: number): string {
  return [
    metric('pacto_contacts_total', 'gauge', 'Messages by what became of them.', figures.contacts.map((one) => [{ channel: one.channel, outcome: one.state, creditor: one.creditorId }, one.count])),
    metric('pacto_attempts_unknown', 'gauge', 'Contacts whose outcome is not known.', [[{}, figures.unknown]]),
    metric('pacto_outbox_lag_seconds', 'gauge', 'Age of the oldest fact that Temporal has not been told.', [[{}, lagSeconds]]),
    metric('pacto_outbox_poison', 'gauge', 'Outbox rows set aside.', [[{}, poison]]),
    metric('pacto_payments_minor_total', 'counter', 'Money booked, reversals left in.', figures.payments.map((one) => [{ creditor: one.creditorId, currency: one.currency }, one.minor])),
    metric('pacto_callbacks_total', 'gauge', 'Booked calls by what became of them.', figures.callbacks.map((one) => [{ result: one.state }, one.count])),
    metric('pacto_prelegal_open', 'gauge', 'Pre-legal cases that are opened or approved.', [[{}, figures.preLegalOpen]]),
  ].join('');
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly (readonly [Labels, number])[]): string {
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text.replace(/[\\"\n]/g, '')}"`).join(',');
    return `${name}${pairs === '' ? '' : `{${pairs}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
