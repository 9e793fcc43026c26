/** One transaction under the lock of a person's identity: the only place where facts about a person get their order. */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { lockIdentity, takeSeq, takeSeqs } from '../db/identities.ts';
import type { Db, Trx } from '../db/pool.ts';
import { inTransaction } from '../db/transaction.ts';

/** What every command of the register is given. `newId` makes a UUID. */
export interface RegisterContext {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  newId(): string;
  /** Keyed hash of a national id in its compact form: the only thing that creditors share of it. */
  identityHash(country: string, value: string): string;
}

/** The held lock: `now` (epoch ms, business clock) was read after it was taken, `nextSeq` gives the person's next number. */
export interface PersonLock {
  readonly trx: Trx;
  readonly identityId: string;
  readonly now: number;
  nextSeq(): Promise<number>;
  /** As many at once, ascending; with them `ahead` more are taken, which `nextSeq` gives next. */
  nextSeqs(count: number, ahead?: number): Promise<number[]>;
}

/** Runs `work` in one transaction with the person locked first; every writer of a silencing fact goes through here. */
export async function underPersonLock<T>(
  ctx: RegisterContext, identityId: string, work: (lock: PersonLock) => Promise<T>, options: { now?: number } = {},
): Promise<T> {
  return inTransaction(ctx.db, async (trx) => {
    await lockIdentity(trx, identityId);
    return work(await lockHeld(ctx, trx, identityId, options.now));
  });
}

/** The lock as an object for a transaction that has locked the identity row itself (a person who is being created). */
export async function lockHeld(ctx: RegisterContext, trx: Trx, identityId: string, now?: number): Promise<PersonLock> {
  let ready: number[] = [];
  return {
    trx,
    identityId,
    now: now ?? (await ctx.clock.now(trx)),
    nextSeq: async () => ready.shift() ?? takeSeq(trx, identityId),
    nextSeqs: async (count, ahead = 0) => {
      const taken = [...ready, ...(await takeSeqs(trx, identityId, Math.max(0, count + ahead - ready.length)))];
      ready = taken.splice(count);
      return taken;
    },
  };
}
