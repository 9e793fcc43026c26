/** Requests with an Idempotency-Key: the same key and body again get the first answer, and nothing happens twice. */
import { answerBefore, keepAnswer } from '../db/idempotency.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { RegisterContext } from './person-lock.ts';

export interface KeptAnswer<T> {
  readonly status: number;
  readonly body: T;
}

/**
 * Runs `work` once per (keyId, key): its effects and the answer commit together, so a crash in between leaves neither.
 * `work` must use the context that it is given, which works within that transaction. ERR_IDEMPOTENCY_CONFLICT when the
 * key came with another body. What throws is not kept: the request may be tried again.
 */
export async function idempotently<T>(
  ctx: RegisterContext, keyId: string, key: string, requestHash: string, work: (within: RegisterContext) => Promise<KeptAnswer<T>>,
): Promise<KeptAnswer<T>> {
  return inTransaction(ctx.db, async (trx) => {
    const before = await answerBefore(trx, keyId, key);
    if (before !== undefined) {
      if (before.request_hash !== requestHash) throw new AppError('ERR_IDEMPOTENCY_CONFLICT');
      // Written below from an answer of the same request: method, address and body are in the hash.
      return { status: before.status, body: before.response as T };
    }
    const answer = await work({ ...ctx, db: trx, clock: { kind: ctx.clock.kind, now: () => ctx.clock.now(trx) } });
    await keepAnswer(trx, { keyId, key, requestHash, status: answer.status, response: answer.body });
    return answer;
  });
}
