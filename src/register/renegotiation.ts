/** Renegotiation: a new plan for what is still owed; what was paid on the old one stays paid. */
import { z } from 'zod';
import type { AgreementEvent } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { instalmentList, plainText, sumOf } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './resolve.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { keepReason, madeBefore, type FactRequest } from './request.ts';

/** `POST …/renegotiations`. */
export const renegotiationBody = z.strictObject({
  instalments: instalmentList,
  /** Forgiven with the new plan; owed again when it falls and the terms say so. */
  discountMinor: z.int('must be an integer of minor units').nonnegative('must not be negative').default(0),
  reason: plainText(500),
});
export type RenegotiationBody = z.output<typeof renegotiationBody>;

export interface RenegotiationAnswer {
  readonly agreementId: string;
  /** Number of the new plan; the first is 1. */
  readonly version: number;
}

/**
 * Replaces the plan; ERR_STATE when the agreement is over or with the lawyers, ERR_BODY when the new instalments and
 * the discount come to less than the balance: nothing is forgiven without being called a discount. They may come to
 * more, which is interest that was agreed on.
 */
export async function renegotiate(ctx: RegisterContext, actor: Actor, ref: string, body: RenegotiationBody): Promise<RenegotiationAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `renegotiated/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await renegotiateUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId })).answer);
}

/** `renegotiate` under a lock that is held. */
export async function renegotiateUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: RenegotiationBody, request: FactRequest,
): Promise<{ answer: RenegotiationAnswer; event: AgreementEvent }> {
  const known = await madeBefore(lock, agreementId, request.factId, 'renegotiated');
  if (known !== undefined) return { answer: { agreementId, version: known.version }, event: known };
  const version = await nextVersion(lock, agreementId, body);
  const instalments = [...body.instalments].sort((a, b) => a.number - b.number);
  const event = await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'renegotiated', version, instalments, discountMinor: body.discountMinor },
  });
  await keepReason(lock, agreementId, request.factId, body.reason);
  return { answer: { agreementId, version }, event };
}

async function nextVersion(lock: PersonLock, agreementId: string, body: RenegotiationBody): Promise<number> {
  const { row, state } = await loadState(lock.trx, agreementId);
  if (row.kind === 'debt') throw new AppError('ERR_STATE', 'A debt has no plan yet: log the agreement with POST /v1/agreements.');
  const view = viewOf(state);
  if (view.phase === 'settled' || view.phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${view.phase}: there is nothing to renegotiate.`);
  if (view.preLegal?.state === 'handedOver') throw new AppError('ERR_STATE', 'The case was handed over to lawyers.');
  const offered = sumOf(body.instalments) + body.discountMinor;
  if (offered < view.balanceMinor) {
    throw new AppError('ERR_BODY', 'The new plan asks for less than is owed.', {
      errors: [{ path: 'instalments', message: `with discountMinor they come to ${offered}, the balance is ${view.balanceMinor}` }],
    });
  }
  return view.planVersion + 1;
}
