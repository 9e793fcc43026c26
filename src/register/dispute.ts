/** Disputes: while one is open, collection stops. */
import { z } from 'zod';
import { disputeById, endDispute, insertDispute, type DisputeRow } from '../db/disputes.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { plainText } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './resolve.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { madeBefore, reasonWord, type FactRequest } from './request.ts';

/** `POST …/disputes`. */
export const disputeBody = z.strictObject({ reason: plainText(200), text: plainText(5_000).optional() });
export type DisputeBody = z.output<typeof disputeBody>;

/** `POST …/disputes/{id}/resolution`. */
export const resolutionBody = z.strictObject({ outcome: z.enum(['upheld', 'rejected']), note: plainText(5_000) });
export type ResolutionBody = z.output<typeof resolutionBody>;

/** A dispute as the API answers it; instants RFC 3339 in UTC. */
export interface DisputeAnswer {
  readonly id: string;
  readonly agreementId: string;
  readonly reason: string;
  readonly text?: string;
  readonly openedAt: string;
  readonly outcome?: 'upheld' | 'rejected';
  readonly note?: string;
  readonly resolvedAt?: string;
}

/** Opens a dispute; ERR_STATE when the agreement is over. */
export async function openDispute(ctx: RegisterContext, actor: Actor, ref: string, body: DisputeBody): Promise<DisputeAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `disputed/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await openDisputeUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId })).dispute);
}

/** `openDispute` under a lock that is held. */
export async function openDisputeUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: DisputeBody, request: FactRequest,
): Promise<{ dispute: DisputeAnswer; event: AgreementEvent }> {
  const known = await madeBefore(lock, agreementId, request.factId, 'disputed');
  if (known !== undefined) return { dispute: await answerOf(lock, agreementId, known.dispute), event: known };
  const { phase } = viewOf((await loadState(lock.trx, agreementId)).state);
  if (phase === 'closed') throw new AppError('ERR_STATE', 'The agreement is closed: there is nothing to dispute.');
  const id = ctx.newId();
  await insertDispute(lock.trx, { id, agreementId, reason: body.reason, text: body.text ?? null, openedAt: lock.now });
  const event = await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'disputed', dispute: id, reason: reasonWord(body.reason) },
  });
  return { dispute: await answerOf(lock, agreementId, id), event };
}

/** Ends a dispute; the same outcome again changes nothing, another one is ERR_STATE. */
export async function resolveDispute(ctx: RegisterContext, actor: Actor, ref: string, disputeId: string, body: ResolutionBody): Promise<DisputeAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const request: FactRequest = { by: actor.id, tell: 'workflow', factId: `resolved/${disputeId}` };
  return underAgreementLock(ctx, id, async (lock) => (await resolveDisputeUnder(lock, ctx, id, disputeId, body, request)).dispute);
}

/** `resolveDispute` under a lock that is held; one resolution a dispute, whoever asks. */
export async function resolveDisputeUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, disputeId: string, body: ResolutionBody, request: FactRequest,
): Promise<{ dispute: DisputeAnswer; event: AgreementEvent }> {
  const row = await disputeById(lock.trx, agreementId, disputeId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such dispute.');
  if (row.outcome !== null && row.outcome !== body.outcome) throw new AppError('ERR_STATE', `The dispute is already ${row.outcome}.`);
  if (row.outcome === null) await endDispute(lock.trx, disputeId, { ...body, at: lock.now });
  const event = await recordFact(lock, ctx, agreementId, {
    id: `resolved/${disputeId}`, tell: request.tell, body: { kind: 'resolved', dispute: disputeId, outcome: body.outcome },
  });
  return { dispute: await answerOf(lock, agreementId, disputeId), event };
}

async function answerOf({ trx }: PersonLock, agreementId: string, disputeId: string): Promise<DisputeAnswer> {
  const row = await disputeById(trx, agreementId, disputeId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such dispute.');
  return toDisputeAnswer(row);
}

function toDisputeAnswer(row: DisputeRow): DisputeAnswer {
  return {
    id: row.id, agreementId: row.agreement_id, reason: row.reason, openedAt: new Date(row.opened_at).toISOString(),
    ...(row.text === null ? {} : { text: row.text }),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.resolved_at === null ? {} : { resolvedAt: new Date(row.resolved_at).toISOString() }),
  };
}
