/** For whoever runs Pacto: is it alive, is it ready, what does it measure, what does the API look like. */
import type { FastifyInstance } from 'fastify';
import { wallNow } from '../clock.ts';
import { readFigures, type Figures } from '../db/figures.ts';
import { readBacklog } from '../db/outbox-queue.ts';
import { createMeasures, type Measures } from '../register/measures.ts';
import type { RegisterContext } from '../register/person-lock.ts';
import { histogram, metric } from './exposition.ts';

export interface OperationsDeps {
  readonly ctx: RegisterContext;
  readonly buildId: string | null;
  readonly ready: () => Promise<string | null>;
}

export async function operations(app: FastifyInstance, { ctx, ready, buildId }: OperationsDeps): Promise<void> {
  const measures = createMeasures(ctx);
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
    const [figures, backlog, judged] = await Promise.all([readFigures(ctx.db), readBacklog(ctx.db), measures()]);
    const lag = backlog.oldestWall === null ? 0 : Math.max(0, wallNow() - backlog.oldestWall) / 1_000;
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(exposition(figures, judged, lag, backlog.poison));
  });
}

/** A minute to three days: a step that comes due at night leaves in the morning, one that a quota holds a day or two later. */
const LATENESS_BOUNDS = [60, 300, 900, 3_600, 14_400, 43_200, 86_400, 172_800, 259_200];
const SCORES = [1, 2, 3, 4, 5];

/** Counted from the register: true after any restart, whichever process did the work. */
function exposition(figures: Figures, judged: Measures, lagSeconds: number, poison: number): string {
  const contacts = [
    ...figures.contacts.map((one) => [{ channel: one.channel, outcome: one.state, creditor: one.creditorId }, one.count] as const),
    ...figures.calls.map((one) => [{ channel: one.channel, outcome: one.outcome, creditor: one.creditorId }, one.count] as const),
  ];
  const scores = [...Map.groupBy(figures.scores, (one) => one.creditorId)].map(([creditor, some]) => ({ labels: { creditor }, values: some.map(({ score, count }) => ({ value: score, count })) }));
  return [
    metric('pacto_contacts_total', 'gauge', 'Messages, calls, visits and letters by what became of them.', contacts),
    histogram('pacto_contact_lateness_seconds', 'From the instant a step was due to the call, since this process started and the day before.', LATENESS_BOUNDS, [{ labels: {}, values: [...judged.lateness].map(([value, count]) => ({ value, count })) }]),
    metric('pacto_contacted_after_payment_total', 'counter', 'Messages of the same span that asked for what had been paid; must stay 0.', [[{}, judged.contactedAfterPayment]]),
    metric('pacto_attempts_unknown', 'gauge', 'Contacts whose outcome is not known.', [[{}, figures.unknown]]),
    metric('pacto_outbox_lag_seconds', 'gauge', 'Age of the oldest fact that Temporal has not been told.', [[{}, lagSeconds]]),
    metric('pacto_outbox_poison', 'gauge', 'Outbox rows set aside.', [[{}, poison]]),
    metric('pacto_due_not_acted', 'gauge', 'Agreements whose next step has waited for a quarter of an hour.', [[{}, judged.dueNotActed]]),
    metric('pacto_payments_minor_total', 'counter', 'Money booked, reversals left in.', figures.payments.map((one) => [{ creditor: one.creditorId, currency: one.currency }, one.minor])),
    metric('pacto_promises_total', 'gauge', 'Promises to pay by what became of them.', Object.entries(judged.promises).map(([result, count]) => [{ result }, count])),
    metric('pacto_callbacks_total', 'gauge', 'Booked calls by what became of them.', figures.callbacks.map((one) => [{ result: one.state }, one.count])),
    metric('pacto_prelegal_open', 'gauge', 'Pre-legal cases that are opened or approved.', [[{}, figures.preLegalOpen]]),
    histogram('pacto_survey_score', 'Answers of surveys, 1 to 5.', SCORES, scores),
  ].join('');
}
