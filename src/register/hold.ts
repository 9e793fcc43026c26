/** Holds: collection rests until an instant, or until somebody releases it. */
import { z } from 'zod';
import type { AgreementEvent } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { DAY } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { plainText } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './resolve.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { keepReason, madeBefore, reasonWord, type FactRequest } from './request.ts';

const LONGEST_DAYS = 366;

/** `POST …/hold`. */
export const holdBody = z.strictObject({
  until: z.iso.datetime({ offset: true, error: 'must be an instant, such as 2026-12-31T12:00:00-03:00' }).transform((text) => Date.parse(text)),
  reason: plainText(500),
});
export type HoldBody = z.output<typeof holdBody>;

/** A hold as the API answers it; `until` RFC 3339 in UTC, null when nothing is held. */
export interface HoldAnswer {
  readonly agreementId: string;
  readonly until: string | null;
}

/** Puts an agreement on hold, or moves its end; ERR_STATE when it is over, ERR_BODY when the end is not ahead or too far. */
export async function hold(ctx: RegisterContext, actor: Actor, ref: string, body: HoldBody): Promise<HoldAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `held/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await holdUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId })).answer);
}

/** `hold` under a lock that is held. */
export async function holdUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: HoldBody, request: FactRequest,
): Promise<{ answer: HoldAnswer; event: AgreementEvent }> {
  const known = await madeBefore(lock, agreementId, request.factId, 'held');
  if (known === undefined) await requireHoldable(lock, agreementId, body.until);
  const event = known ?? await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'held', until: body.until, reason: reasonWord(body.reason) },
  });
  await keepReason(lock, agreementId, request.factId, body.reason);
  return { answer: { agreementId, until: new Date(event.kind === 'held' ? event.until : body.until).toISOString() }, event };
}

async function requireHoldable(lock: PersonLock, agreementId: string, until: number): Promise<void> {
  const { phase } = viewOf((await loadState(lock.trx, agreementId)).state);
  if (phase === 'settled' || phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${phase}: there is nothing to hold.`);
  if (until > lock.now && until <= lock.now + LONGEST_DAYS * DAY) return;
  throw new AppError('ERR_BODY', 'The end of the hold is not in its range.', { errors: [{ path: 'until', message: `must be in the future, at most ${LONGEST_DAYS} days ahead` }] });
}

/** Ends a hold; ERR_STATE when none is in force. */
export async function release(ctx: RegisterContext, actor: Actor, ref: string): Promise<HoldAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `released/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await releaseUnder(lock, ctx, id, { by: actor.id, tell: 'workflow', factId })).answer);
}

/** `release` under a lock that is held. */
export async function releaseUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, request: FactRequest,
): Promise<{ answer: HoldAnswer; event: AgreementEvent }> {
  const answer = { agreementId, until: null };
  const known = await madeBefore(lock, agreementId, request.factId, 'released');
  if (known !== undefined) return { answer, event: known };
  const { holdUntil } = viewOf((await loadState(lock.trx, agreementId)).state);
  if (holdUntil === null || holdUntil <= lock.now) throw new AppError('ERR_STATE', 'The agreement is not on hold.');
  return { answer, event: await recordFact(lock, ctx, agreementId, { id: request.factId, tell: request.tell, body: { kind: 'released' } }) };
}
