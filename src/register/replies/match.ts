/**
 * Who wrote, and to which creditor. A mail that answers one of ours names it; otherwise the number or address that it was
 * sent to does, where creditors have their own; of those left it is the one that wrote there last.
 */
import { attemptById, attemptByProviderId, type AttemptRow } from '../../db/attempts.ts';
import { contactPointById } from '../../db/contact-points.ts';
import { addresseeOf, holdersOf, type Holder } from '../../db/replies.ts';
import type { Db, Trx } from '../../db/pool.ts';
import type { InboundMessage } from './inbound-message.ts';

export interface Match {
  /** Everybody who has the address that the message came from. */
  readonly holders: readonly Holder[];
  /** Whom it was meant for; null when nobody is, or several could be. */
  readonly addressed: Holder | null;
  /** The message of ours that it answers. */
  readonly answers: string | null;
  /** It answers a message that went to another address: whoever holds a message may stop it, and no more. */
  readonly elsewhere: boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The match of a message; of one that was taken in part before, the same as then. */
export async function matchMessage(db: Db | Trx, message: InboundMessage): Promise<Match> {
  const holders = await holdersOf(db, message.channel, message.from);
  const before = await addresseeOf(db, message.provider, message.eventId);
  const origin = await attemptOfThread(db, message.thread);
  const answered = origin === null ? undefined : holders.find(({ contactPointId }) => contactPointId === origin.contact_point_id);
  if (origin !== null && answered === undefined) {
    const receiver = await receiverOf(db, origin);
    if (receiver !== null) return { holders: [...holders, receiver], addressed: receiver, answers: origin.id, elsewhere: true };
  }
  const again = before === undefined || before === null ? undefined : holders.find(({ personId }) => personId === before);
  const addressed = again ?? answered ?? lastWritten(holders, message.to);
  return { holders, addressed, answers: answered === undefined || answered !== addressed ? addressed?.lastAttempt ?? null : origin?.id ?? null, elsewhere: false };
}

async function attemptOfThread(db: Db | Trx, thread: readonly string[]): Promise<AttemptRow | null> {
  for (const id of thread) {
    const own = UUID.test(id) ? await attemptById(db, id) : undefined;
    const found = own ?? (await attemptByProviderId(db, 'sendgrid', id)) ?? (await attemptByProviderId(db, 'smtp', id));
    if (found?.channel === 'email') return found;
  }
  return null;
}

async function receiverOf(db: Db | Trx, attempt: AttemptRow): Promise<Holder | null> {
  const point = await contactPointById(db, attempt.contact_point_id);
  if (point === undefined || point.value.startsWith('erased:')) return null;
  return { personId: attempt.person_id, contactPointId: point.id, creditorId: attempt.creditor_id, sender: null, lastAttempt: attempt.id, lastAt: attempt.begun_at };
}

/** Who of several is meant, by where the message went and by who wrote last; null when that does not tell. */
export function lastWritten(holders: readonly Holder[], to: string): Holder | null {
  const own = holders.filter(({ sender }) => sender !== null && sender.toLowerCase() === to.toLowerCase());
  const shared = holders.filter(({ sender }) => sender === null);
  const meant = own.length > 0 ? own : shared.length > 0 ? shared : holders;
  if (meant.length === 1) return meant[0] ?? null;
  const written = meant.filter(({ lastAt }) => lastAt !== null);
  const latest = Math.max(...written.map(({ lastAt }) => lastAt ?? 0));
  return written.find(({ lastAt }) => lastAt === latest) ?? null;
}
