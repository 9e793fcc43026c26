/** Whether a promise could be taken now, with every reason why not: for replies and pages, before anybody asks for it. */
import { promiseRefusals, type PromiseLimits, type PromiseOffer, type PromiseReason } from '../../domain/promise-limits.ts';
import type { RegisterContext } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { promiseLimitsOf, settingsOf } from './policy.ts';

export interface PromiseAllowed {
  readonly allowed: boolean;
  /** Empty when it is allowed. */
  readonly reasons: readonly PromiseReason[];
  readonly limits: PromiseLimits;
}

/** Judges as `makePromise` would now; nothing is taken. ERR_NOT_FOUND when there is no such agreement. */
export async function promiseAllowed(ctx: RegisterContext, agreementId: string, promise: PromiseOffer): Promise<PromiseAllowed> {
  const { row, state } = await loadState(ctx.db, agreementId);
  const limits = promiseLimitsOf(await settingsOf(ctx.db, row.creditor_id));
  const reasons = promiseRefusals(state, promise, await ctx.clock.now(), limits);
  return { allowed: reasons.length === 0, reasons, limits };
}
