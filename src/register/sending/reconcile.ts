/** Closing open questions: calls whose worker is gone, calls without an answer, claims that nobody goes on with. */
import type { LookupOutcome } from '../../channels/channel.ts';
import { abandonedCalls, abandonedClaims, attemptById, attemptParts, moveAttempt, openQuestions, type AttemptRow } from '../../db/attempts.ts';
import { contactPointById } from '../../db/contact-points.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import type { SendingDeps } from './deps.ts';
import { enterReceipt } from './receipts.ts';
import { answerQuestion, settleAbandoned } from './settle.ts';

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

export function anyChange({ abandoned, found, closed, released }: Reconciled): boolean {
  return abandoned + found + closed + released > 0;
}

/** Wall time after which the worker of a call is surely gone (its activity may take 15 s in all). */
const LEASE_MS = 30_000;
const LOOKUP_TIMEOUT_MS = 5_000;

/** Runs over everything open, at `now` (epoch ms, business clock; default: the clock's). Safe to run side by side. */
export async function reconcileUnknown(deps: SendingDeps, now?: number): Promise<Reconciled> {
  const ctx = now === undefined ? deps.ctx : at(deps.ctx, now);
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

function at(ctx: RegisterContext, now: number): RegisterContext {
  return { ...ctx, clock: { kind: ctx.clock.kind, now: () => Promise.resolve(now) } };
}

/** Does the work under the lock if the attempt has not moved since it was listed; 1 when it changed something. */
async function stillStands(ctx: RegisterContext, listed: AttemptRow, work: (lock: PersonLock, attempt: AttemptRow) => Promise<boolean>): Promise<0 | 1> {
  const [part] = await attemptParts(ctx.db, listed.id);
  if (part === undefined) return 0;
  return underAgreementLock(ctx, part.agreement_id, async (lock) => {
    const attempt = await attemptById(lock.trx, listed.id);
    if (attempt === undefined || attempt.state !== listed.state || attempt.token !== listed.token || attempt.ended_at !== listed.ended_at) return 0;
    return (await work(lock, attempt)) ? 1 : 0;
  });
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
