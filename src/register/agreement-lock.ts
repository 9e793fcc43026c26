/** The person's lock of an agreement whose id is all that is known. */
import { agreementById } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { underPersonLock, type PersonLock, type RegisterContext } from './person-lock.ts';

const TRIES = 6;

/**
 * Runs `work` with the person of this agreement locked and the agreement read under the lock; ERR_NOT_FOUND when there
 * is no such agreement. A person may have moved to another identity (a national id became known) between the reading
 * of the id and the taking of its lock: then it is the new one that has to be locked.
 */
export async function underAgreementLock<T>(
  ctx: RegisterContext, agreementId: string, work: (lock: PersonLock, row: AgreementRow) => Promise<T>,
): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1) {
    const { identity_id: identityId } = await required(ctx, agreementId);
    try {
      return await underPersonLock(ctx, identityId, async (lock) => {
        const row = await agreementById(lock.trx, agreementId);
        if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such agreement.');
        if (row.identity_id !== identityId) throw movedAway();
        return work(lock, row);
      });
    } catch (error) {
      if (left === 0 || !(error instanceof AppError)) throw error;
      // The transaction is gone; whatever it stumbled over, under the wrong person's lock it says nothing.
      if ((await required(ctx, agreementId)).identity_id === identityId) throw error;
    }
  }
}

/** The person exists, under another lock: whoever is told so tries again. */
export function movedAway(): AppError {
  return new AppError('ERR_DEPENDENCY', 'The person was joined with another record at this moment.');
}

async function required(ctx: RegisterContext, agreementId: string): Promise<AgreementRow> {
  const row = await agreementById(ctx.db, agreementId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such agreement.');
  return row;
}
