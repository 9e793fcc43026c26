/**
 * One delivery from claim to record. It never waits by retrying: whatever ends it is a value, and only what Temporal
 * should try again (a provider that surely took nothing, a call in another worker's hands) is told as `retry`.
 */
import { surveyById } from '../../db/surveys.ts';
import { AppError } from '../../errors.ts';
import { SECOND } from '../../domain/zone.ts';
import type { DeliverInput } from '../../../workflows/contract.ts';
import { beginCall } from './begin.ts';
import { callProvider } from './call.ts';
import { claimAttempt } from './claim.ts';
import type { SendingDeps } from './deps.ts';
import type { DeliveryOutcome } from './facts.ts';
import { surveyOccurrence, type DeliveryRequest } from './parcel.ts';
import { recordOutcome } from './record.ts';

export type Delivery = { readonly kind: 'done'; readonly outcome: DeliveryOutcome } | { readonly kind: 'retry'; readonly afterMs: number; readonly code: string };

/** A round for each channel, one for a claim that fell, one to say why nothing is left. */
const MOST_ROUNDS = 6;

/** Sends what the core decided on, or says why not. */
export async function deliverContact(deps: SendingDeps, input: DeliverInput): Promise<Delivery> {
  return deliver(deps, { kind: 'contact', agreementId: input.agreementId, occurrences: input.occurrences.map(({ key }) => key) });
}

/** Sends a survey's invitation, or its one nudge. */
export async function deliverSurveyMessage(deps: SendingDeps, input: { readonly surveyId: string; readonly nudge: boolean }): Promise<Delivery> {
  const survey = await surveyById(deps.ctx.db, input.surveyId);
  if (survey === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such survey.');
  return deliver(deps, { kind: 'survey', surveyId: survey.id, agreementId: survey.agreement_id, occurrence: surveyOccurrence(survey, input.nudge) });
}

async function deliver(deps: SendingDeps, request: DeliveryRequest): Promise<Delivery> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const claim = await claimAttempt(deps, request);
    if (claim.kind === 'done') return claim;
    if (claim.kind === 'busy') return { kind: 'retry', afterMs: claim.afterMs, code: 'busy' };
    await deps.at?.('claimed', claim.attemptId);
    const begun = await beginCall(deps, request, claim.attemptId);
    if (begun.kind === 'again') continue;
    if (begun.kind === 'lost') return { kind: 'retry', afterMs: SECOND, code: 'busy' };
    if (begun.kind === 'done') return begun;
    await deps.at?.('calling', claim.attemptId);
    const answer = await callProvider(deps, begun.call);
    await deps.at?.('called', claim.attemptId);
    const recorded = await recordOutcome(deps, request, begun.call, answer);
    await deps.at?.('recorded', claim.attemptId);
    if (recorded.kind === 'done' || recorded.kind === 'retry') return recorded;
    if (recorded.kind === 'lost') deps.ctx.log.warn({ attemptId: claim.attemptId }, 'a call ended after its attempt had been taken over');
  }
  throw new AppError('ERR_INTERNAL', `A delivery of the agreement ${request.agreementId} found no end.`);
}
