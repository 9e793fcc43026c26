/** Promises to pay. */
import { z } from 'zod';
import { creditorById } from '../db/creditors.ts';
import type { Db, Trx } from '../db/pool.ts';
import { insertPromise, promiseById, type PromiseRow } from '../db/promises.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import { checkPromise, PROMISE_LIMITS, type PromiseLimits } from '../domain/promise-limits.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { localDateText, minorAmount } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './resolve.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { madeBefore, type FactRequest } from './request.ts';

/** `POST …/promises`. */
export const promiseBody = z.strictObject({
  amountMinor: minorAmount,
  dueOn: localDateText,
  channel: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'must be one word, such as call'),
});
export type PromiseBody = z.output<typeof promiseBody>;

/** A promise as the API answers it; instants RFC 3339 in UTC. */
export interface PromiseAnswer {
  readonly id: string;
  readonly agreementId: string;
  readonly amountMinor: number;
  readonly dueOn: string;
  readonly channel: string;
  readonly madeAt: string;
}

/** Takes a promise; ERR_STATE when nothing is left to promise, ERR_PROMISE_LIMIT beyond the creditor's limits. */
export async function makePromise(ctx: RegisterContext, actor: Actor, ref: string, body: PromiseBody): Promise<PromiseAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `promiseMade/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await makePromiseUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId })).promise);
}

/** `makePromise` under a lock that is held. */
export async function makePromiseUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: PromiseBody, request: FactRequest,
): Promise<{ promise: PromiseAnswer; event: AgreementEvent }> {
  const known = await madeBefore(lock, agreementId, request.factId, 'promiseMade');
  if (known !== undefined) return { promise: await answerOf(lock, known.promise), event: known };
  const { row, state } = await loadState(lock.trx, agreementId);
  const refusal = checkPromise(state, body, lock.now, await promiseLimitsOf(lock.trx, row.creditor_id));
  if (refusal !== null) throw new AppError(refusal.code, refusal.detail);
  const id = ctx.newId();
  await insertPromise(lock.trx, {
    id, agreement_id: agreementId, amount_minor: body.amountMinor, due_on: body.dueOn, channel: body.channel,
    taken_by: request.by, made_at: lock.now, seq: await lock.nextSeq(),
  });
  const event = await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'promiseMade', promise: id, amountMinor: body.amountMinor, dueOn: body.dueOn, channel: body.channel },
  });
  return { promise: await answerOf(lock, id), event };
}

/** The creditor's limits, defaults filled in. */
export async function promiseLimitsOf(db: Db | Trx, creditorId: string): Promise<PromiseLimits> {
  const settings = (await creditorById(db, creditorId))?.settings.promiseLimits;
  return { maxDaysAhead: settings?.maxDaysAhead ?? PROMISE_LIMITS.maxDaysAhead, maxInARow: settings?.maxInARow ?? PROMISE_LIMITS.maxInARow };
}

async function answerOf({ trx }: PersonLock, promiseId: string): Promise<PromiseAnswer> {
  const row = await promiseById(trx, promiseId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such promise.');
  return toPromiseAnswer(row);
}

function toPromiseAnswer(row: PromiseRow): PromiseAnswer {
  return {
    id: row.id, agreementId: row.agreement_id, amountMinor: row.amount_minor, dueOn: row.due_on, channel: row.channel,
    madeAt: new Date(row.made_at).toISOString(),
  };
}
