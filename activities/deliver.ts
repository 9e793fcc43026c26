/** The activities that send. Everything is decided in src/register/sending; here is only what Temporal needs: heartbeat, cancellation, retries. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { deliverContact, deliverSurveyMessage, type Delivery } from '../src/register/sending/delivery.ts';
import type { SendingDeps } from '../src/register/sending/deps.ts';
import type { DeliveryOutcome } from '../src/register/sending/facts.ts';
import type { DeliverActivities } from '../workflows/contract.ts';
import { inContext, type ActivityDeps } from './context.ts';

export interface DeliverDeps {
  readonly sending: SendingDeps;
}

const HEARTBEAT_MS = 3_000;

export function createDeliverActivities(deps: ActivityDeps & DeliverDeps): DeliverActivities {
  return {
    deliver: async (input) => {
      const { events } = await run(deps, 'deliver', (sending) => deliverContact(sending, input));
      return { events };
    },
    deliverSurvey: async (input) => {
      const { result, until } = await run(deps, 'deliverSurvey', (sending) => deliverSurveyMessage(sending, input));
      return { result: result === 'silenced' ? 'refused' : result, ...(until === undefined ? {} : { until }) };
    },
  };
}

function run(deps: ActivityDeps & DeliverDeps, name: string, send: (sending: SendingDeps) => Promise<Delivery>): Promise<DeliveryOutcome> {
  return inContext(deps, name, async (ctx) => {
    const context = Context.current();
    const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      const { at } = deps.sending;
      const delivery = await send({
        ...deps.sending, ctx, signal: context.cancellationSignal,
        at: (moment, attemptId) => {
          context.heartbeat(moment);
          return at?.(moment, attemptId);
        },
      });
      if (delivery.kind === 'done') return delivery.outcome;
      throw tryAgain(delivery);
    } finally {
      clearInterval(beat);
    }
  });
}

/** Surely nothing left, or another worker is at it: the only thing that Temporal tries again by a plan of ours. */
function tryAgain({ code, afterMs }: Extract<Delivery, { kind: 'retry' }>): ApplicationFailure {
  return ApplicationFailure.create({ message: `Nothing left yet (${code}).`, type: 'ERR_DEPENDENCY', nextRetryDelay: Math.max(1, Math.ceil(afterMs)) });
}
