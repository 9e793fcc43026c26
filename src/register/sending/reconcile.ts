/** Closing open questions: calls whose worker is gone, calls without an answer, claims that nobody goes on with. */
import type { LookupOutcome } from '../../channels/channel.ts';
import { abandonedCalls, abandonedClaims, moveAttempt, openQuestions, type AttemptRow } from '../../db/attempts.ts';
import { contactPointById } from '../../db/contact-points.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { confirmReceipts } from './confirm.ts';
import type { SendingDeps } from './deps.ts';
import { enterReceipt } from './receipts.ts';
import { answerQuestion, settleAbandoned } from './settle.ts';
import { atInstant, stillStands } from './still-stands.ts';

export interface Reconciled {
  /** Calls whose worker was gone. */
  readonly abandoned: number;
  /** Questions that the provider answered. */
  readonly found: number;
  /** Questions whose validity ended: the outcome stays unknown for good. */
  readonly closed: number;
  /** Claims given back. */
  readonly released: number;
}

/** What the worker's loop and the sandbox's clock do about contacts: open questions, then receipts that never came; true when that changed anything. */
export async function reconcileContacts(deps: SendingDeps, now?: number): Promise<boolean> {
  const { abandoned, found, closed, released } = await reconcileUnknown(deps, now);
  const receipts = await confirmReceipts(deps, now);
  return abandoned + found + closed + released + receipts.found + receipts.unconfirmed > 0;
}

/** Wall time after which the worker of a call is surely gone (its activity may take 15 s in all). */
const LEASE_MS = 30_000;
const LOOKUP_TIMEOUT_MS = 5_000;

/** Runs over everything open, at `now` (epoch ms, business clock; default: the clock's). Safe to run side by side. */
export async function reconcileUnknown(deps: SendingDeps, now?: number): Promise<Reconciled> {
  const ctx = now === undefined ? deps.ctx : atInstant(deps.ctx, now);
  const lease = deps.leaseMs ?? LEASE_MS;
  let abandoned = 0;
  for (const attempt of await abandonedCalls(ctx.db, lease)) abandoned += await stillStands(ctx, attempt, async (lock, fresh) => {
    await settleAbandoned(lock, ctx, fresh, 'workflow');
    return true;
  });
  const tally = { found: 0, closed: 0 };
  for (const attempt of await openQuestions(ctx.db)) await askProvider(deps, ctx, attempt, tally);
  let released = 0;
  for (const attempt of await abandonedClaims(ctx.db, await ctx.clock.now(), lease)) released += await stillStands(ctx, attempt, release);
  return { abandoned, ...tally, released };
}

async function release(lock: PersonLock, attempt: AttemptRow): Promise<boolean> {
  return moveAttempt(lock.trx, attempt.id, ['claimed'], { state: 'rejected', reason: 'abandoned', endedAt: lock.now });
}

async function askProvider(deps: SendingDeps, ctx: RegisterContext, attempt: AttemptRow, tally: { found: number; closed: number }): Promise<void> {
  const answer = await lookUp(deps, attempt);
  if (answer?.kind === 'found') {
    tally.found += await stillStands(ctx, attempt, async (lock, fresh) => {
      await enterReceipt(lock, ctx, fresh.id, { provider: 'twilio-sms', status: answer.status, providerId: answer.providerId, errorCode: answer.errorCode });
      return true;
    });
    return;
  }
  // A look-up proves nothing before the validity has passed; after it the message counts as a contact, found or not.
  tally.closed += await stillStands(ctx, attempt, async (lock, fresh) => {
    if (fresh.valid_until > lock.now) return false;
    await answerQuestion(lock, ctx, fresh, 'unknown');
    return true;
  });
}

/** E-mail cannot be looked up. */
async function lookUp(deps: SendingDeps, attempt: AttemptRow): Promise<LookupOutcome | null> {
  const { sms } = deps.channels;
  if (attempt.channel !== 'sms' || sms === null || attempt.rendered === null || !('body' in attempt.rendered)) return null;
  const point = await contactPointById(deps.ctx.db, attempt.contact_point_id);
  if (point === undefined) return null;
  return sms.lookup({
    attemptId: attempt.id, to: point.value, body: attempt.rendered.body, since: attempt.begun_at ?? attempt.claimed_at,
    ...(attempt.provider_id === null ? {} : { providerId: attempt.provider_id }),
  }, { timeoutMs: LOOKUP_TIMEOUT_MS });
}
