/** Cancelling an agreement: the creditor takes it back; money that still comes is booked as credit. */
import { z } from 'zod';
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
import { keepReason, madeBefore, reasonWord, type FactRequest } from './request.ts';

/** `POST …/cancel`. */
export const cancellationBody = z.strictObject({ reason: plainText(500) });
export type CancellationBody = z.output<typeof cancellationBody>;

export interface CancellationAnswer {
  readonly agreementId: string;
  readonly phase: 'closed';
}

/** Cancels an agreement for good; ERR_STATE when it is settled or closed already. */
export async function cancelAgreement(ctx: RegisterContext, actor: Actor, ref: string, body: CancellationBody): Promise<CancellationAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `cancelled/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await cancelUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId })).answer);
}

/** `cancelAgreement` under a lock that is held. */
export async function cancelUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: CancellationBody, request: FactRequest,
): Promise<{ answer: CancellationAnswer; event: AgreementEvent }> {
  const answer = { agreementId, phase: 'closed' } as const;
  const known = await madeBefore(lock, agreementId, request.factId, 'cancelled');
  if (known !== undefined) return { answer, event: known };
  const { phase } = viewOf((await loadState(lock.trx, agreementId)).state);
  if (phase === 'settled' || phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${phase} already.`);
  const event = await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'cancelled', reason: reasonWord(body.reason) },
  });
  await keepReason(lock, agreementId, request.factId, body.reason);
  return { answer, event };
}
