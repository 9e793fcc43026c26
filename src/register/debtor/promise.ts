/** A date promised on the page: what may be chosen, and the promise itself under the same limits as everywhere. */
import { promiseRoom, type PromiseRoom } from '../../domain/promise-limits.ts';
import { AppError } from '../../errors.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { amountsOf, type Amounts } from '../payments/link.ts';
import type { RegisterContext } from '../person-lock.ts';
import { promiseLimitsOf, settingsOf } from '../negotiation/policy.ts';
import { makePromiseUnder } from '../promise.ts';
import { loadState, type LoadedAgreement } from '../rebuild.ts';

export interface PromiseChoice extends PromiseRoom {
  readonly amounts: Amounts;
}

/** What may be promised now; null when nothing is owed. */
export async function promiseChoice(ctx: RegisterContext, { row, state }: LoadedAgreement): Promise<PromiseChoice | null> {
  const now = await ctx.clock.now();
  const room = promiseRoom(state, now, promiseLimitsOf(await settingsOf(ctx.db, row.creditor_id)));
  const amounts = amountsOf(state, now);
  return room === null || amounts === null ? null : { ...room, amounts };
}

/** Takes the promise of `what`; the same `once` again changes nothing. ERR_STATE and ERR_PROMISE_LIMIT as `makePromise`. */
export async function promiseOnPage(ctx: RegisterContext, agreementId: string, given: { readonly what: 'due' | 'all'; readonly dueOn: string; readonly once: string }): Promise<void> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    // Reckoned under the lock: a payment that came while the person chose is not promised again.
    const amounts = amountsOf((await loadState(lock.trx, row.id)).state, lock.now);
    if (amounts === null) throw new AppError('ERR_STATE', 'Nothing is left to promise.');
    const body = { amountMinor: given.what === 'all' ? amounts.allMinor : amounts.dueMinor, dueOn: given.dueOn, channel: 'page' };
    await makePromiseUnder(lock, ctx, row.id, body, { by: 'debtor', tell: 'workflow', factId: `promiseMade/page-${given.once}` });
  });
}
