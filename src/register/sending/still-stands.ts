/** Work on attempts that were listed without a lock: done only if they have not moved since. */
import { attemptById, attemptParts, type AttemptRow } from '../../db/attempts.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';

/** Does the work under the lock if the attempt has not moved since it was listed; 1 when it changed something. */
export async function stillStands(ctx: RegisterContext, listed: AttemptRow, work: (lock: PersonLock, attempt: AttemptRow) => Promise<boolean>): Promise<0 | 1> {
  const [part] = await attemptParts(ctx.db, listed.id);
  if (part === undefined) return 0;
  return underAgreementLock(ctx, part.agreement_id, async (lock) => {
    const attempt = await attemptById(lock.trx, listed.id);
    if (attempt === undefined || attempt.state !== listed.state || attempt.token !== listed.token || attempt.ended_at !== listed.ended_at) return 0;
    return (await work(lock, attempt)) ? 1 : 0;
  });
}

/** The register at a given instant (epoch ms) instead of its clock's. */
export function atInstant(ctx: RegisterContext, now: number): RegisterContext {
  return { ...ctx, clock: { kind: ctx.clock.kind, now: () => Promise.resolve(now) } };
}
