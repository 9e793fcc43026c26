/** Activities of `agreement`: thin; the register decides under the person's lock. */
import { Context } from '@temporalio/activity';
import { bookCallbackForStep } from '../src/register/callback.ts';
import { breakPlan, finishAgreement, recordSkips } from '../src/register/finish.ts';
import { bookOutsidePayment } from '../src/register/outside-payment.ts';
import { openPreLegal } from '../src/register/pre-legal.ts';
import { startSurvey } from '../src/register/survey.ts';
import { bookUpdate } from '../src/register/update.ts';
import { AppError } from '../src/errors.ts';
import type { AgreementActivities } from '../workflows/contract.ts';
import { inContext, type ActivityDeps } from './context.ts';

/** The activities of the queue `agreements` for the workflow `agreement`. */
export function createAgreementActivities(deps: ActivityDeps): AgreementActivities {
  return {
    bookOutsidePayment: ({ agreementId, payment }) =>
      inContext(deps, 'bookOutsidePayment', async (ctx) => ({ events: await bookOutsidePayment(ctx, agreementId, payment) })),
    bookUpdate: (input) => inContext(deps, 'bookUpdate', (ctx) => bookUpdate(ctx, input)),
    bookCallback: ({ agreementId, occurrence }) =>
      inContext(deps, 'bookCallback', async (ctx) => ({ events: await bookCallbackForStep(ctx, agreementId, occurrence) })),
    escalate: ({ agreementId, to, occurrence }) => inContext(deps, 'escalate', async (ctx) => {
      if (to === 'broken') return { events: await breakPlan(ctx, agreementId) };
      if (occurrence === undefined) throw new AppError('ERR_INTERNAL', 'An escalation to pre-legal names no step.');
      return { events: await openPreLegal(ctx, agreementId, occurrence) };
    }),
    recordSkips: ({ agreementId, occurrences }) =>
      inContext(deps, 'recordSkips', async (ctx) => ({ events: await recordSkips(ctx, agreementId, occurrences) })),
    sendSurvey: (input) => inContext(deps, 'sendSurvey', (ctx) => startSurvey(ctx, { ...input, runId: runId() })),
    finishAgreement: (input) => inContext(deps, 'finishAgreement', (ctx) => finishAgreement(ctx, { ...input, runId: runId() })),
  };
}

function runId(): string | undefined {
  return Context.current().info.workflowExecution?.runId;
}
