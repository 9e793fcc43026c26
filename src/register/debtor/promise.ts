/** A date promised on the page: what may be chosen, and the promise itself under the same limits as everywhere. */
import type { AgreementState, Minor } from '../../domain/agreement.ts';
import { promiseRoom, type PromiseRoom } from '../../domain/promise-limits.ts';
import { viewOf } from '../../domain/view.ts';
import { localDate } from '../../domain/zone.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { RegisterContext } from '../person-lock.ts';
import { makePromiseUnder, promiseLimitsOf } from '../promise.ts';
import { loadState, type LoadedAgreement } from '../rebuild.ts';

export interface PromiseChoice extends PromiseRoom {
  /** What is late or comes next; minor units. */
  readonly dueMinor: Minor;
  readonly allMinor: Minor;
}

/** What may be promised now; null when nothing is owed. */
export async function promiseChoice(ctx: RegisterContext, { row, state }: LoadedAgreement): Promise<PromiseChoice | null> {
  const now = await ctx.clock.now();
  const room = promiseRoom(state, now, await promiseLimitsOf(ctx.db, row.creditor_id));
  return room === null ? null : { ...room, ...amountsToPromise(state, now) };
}

/** What is due by today, or the next instalment when nothing is; and all that is owed. */
export function amountsToPromise(state: AgreementState, now: number): Pick<PromiseChoice, 'dueMinor' | 'allMinor'> {
  const view = viewOf(state);
  const today = localDate(state.terms.zone, now);
  const unpaid = view.instalments.filter((one) => one.unpaid && one.amountMinor > one.paidMinor);
  const due = unpaid.filter((one) => one.dueOn <= today);
  const sum = (due.length > 0 ? due : unpaid.slice(0, 1)).reduce((total, one) => total + one.amountMinor - one.paidMinor, 0);
  const fallen = view.brokenAt !== null || sum <= 0;
  return { dueMinor: fallen ? view.balanceMinor : Math.min(sum, view.balanceMinor), allMinor: view.balanceMinor };
}

/** Takes the promise of `what`; the same `once` again changes nothing. ERR_STATE and ERR_PROMISE_LIMIT as `makePromise`. */
export async function promiseOnPage(ctx: RegisterContext, agreementId: string, given: { readonly what: 'due' | 'all'; readonly dueOn: string; readonly once: string }): Promise<void> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    // Reckoned under the lock: a payment that came while the person chose is not promised again.
    const amounts = amountsToPromise((await loadState(lock.trx, row.id)).state, lock.now);
    const body = { amountMinor: given.what === 'all' ? amounts.allMinor : amounts.dueMinor, dueOn: given.dueOn, channel: 'page' };
    await makePromiseUnder(lock, ctx, row.id, body, { by: 'debtor', tell: 'workflow', factId: `promiseMade/page-${given.once}` });
  });
}
