/** A promise in a reply: the day that was said, and the amount, or what is due by then. */
import type { AgreementView } from '../../domain/agreement.ts';
import { statusOf } from '../../domain/promise.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';
import { makePromiseUnder } from '../promise.ts';
import { loadState } from '../rebuild.ts';
import type { Done } from './done.ts';
import { requestOf, type Heard } from './heard.ts';

const REFUSED: Done = { did: 'promiseRefused', inbox: 'promise', answer: 'promiseRefused' };

/** Takes the promise within the creditor's limits; beyond them a person looks, and the debtor is told so. */
export async function takePromise(heard: Heard): Promise<Done> {
  const [lead] = heard.spoken;
  if (lead === undefined || heard.date === undefined) return REFUSED;
  const { lock, ctx, date } = heard;
  const view = viewOf((await loadState(lock.trx, lead.id)).state);
  if (view.promises.some((one) => one.dueOn === date && statusOf(one, lock.now) === 'open')) return { did: 'promiseStands', inbox: null, answer: 'promised' };
  try {
    await makePromiseUnder(lock, ctx, lead.id, { amountMinor: promisedAmount(view, date, heard.amountMinor), dueOn: date, channel: heard.channel }, requestOf(heard, 'promiseMade'));
    return { did: 'promised', inbox: null, answer: 'promised' };
  } catch (error) {
    // Judged before anything is written.
    if (error instanceof AppError && (error.code === 'ERR_PROMISE_LIMIT' || error.code === 'ERR_STATE')) return REFUSED;
    throw error;
  }
}

/** Minor units: what was said, at most the balance; nothing said means all that is due by the day, or else the next instalment. */
export function promisedAmount({ instalments, balanceMinor }: Pick<AgreementView, 'instalments' | 'balanceMinor'>, date: string, said: number | undefined): number {
  if (said !== undefined) return Math.min(said, balanceMinor);
  const open = instalments.map((one) => ({ dueOn: one.dueOn, left: one.amountMinor - one.paidMinor })).filter(({ left }) => left > 0);
  const due = open.filter(({ dueOn }) => dueOn <= date).reduce((sum, { left }) => sum + left, 0);
  const next = open.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1))[0];
  return due > 0 ? due : next?.left ?? balanceMinor;
}
