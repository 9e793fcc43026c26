/**
 * Whose turn it is. The law's quotas are the person's, over all creditors; the next lawful place goes to the creditor
 * that has waited longest, not to the one whose timer fires first. Nobody waits for a creditor that does not come: a
 * turn lasts from the instant at which its run comes back until a grace later.
 */
import { evaluate, nextLawful } from '../../contact-law/evaluate.ts';
import { isFrequencyRule } from '../../contact-law/explain.ts';
import type { LawChannel, PastContact, PolicySet, Purpose } from '../../contact-law/policy.ts';
import { enterWait, waitsOf, type ContactWait } from '../../db/contact-waits.ts';
import type { AgreementRow } from '../../db/database.ts';
import { dueContacts } from '../../domain/decide.ts';
import { HOUR, MINUTE } from '../../domain/zone.ts';
import type { PersonLock } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { lawCaseFor, readSubject, type LawSubject } from './law-subject.ts';

/** How long after it was to come back a waiting creditor keeps its turn: a deferred run wakes within minutes. */
const GRACE = HOUR;

/** A contact that the law allows and that is about to take a place. */
export interface Candidate {
  readonly channel: LawChannel;
  readonly purpose: Purpose;
  /** Epoch ms at which it would leave; a call is booked ahead. */
  readonly at: number;
}

/**
 * When the contact may ask again (epoch ms), because another creditor has waited longer for the place that it would
 * take; null when it is its turn. Only a place that the other could not have any more counts: where both fit, both go.
 */
export async function notItsTurn(lock: PersonLock, policies: PolicySet, subject: LawSubject, candidate: Candidate): Promise<number | null> {
  const waits = await waitsOf(lock.trx, lock.identityId);
  const medium = mediumOf(candidate.channel);
  const own = waits.filter((wait) => wait.creditor_id === subject.row.creditor_id && wait.medium === medium);
  const since = Math.min(lock.now, ...own.map((wait) => wait.since));
  const taken: PastContact = {
    channel: candidate.channel, at: candidate.at, kind: 'attempt', purpose: candidate.purpose, creditorId: subject.row.creditor_id, debtId: subject.row.id,
  };
  for (const wait of waits) {
    if (wait.creditor_id === subject.row.creditor_id || wait.since >= since || wait.comes_at + GRACE <= lock.now) continue;
    if (!(await losesItsPlace(lock, policies, wait, taken))) continue;
    const again = Math.max(wait.comes_at, candidate.at) + GRACE;
    return nextLawful(policies, lawCaseFor(policies, subject, candidate.channel, candidate.purpose, again)) ?? again;
  }
  return null;
}

/** Whether an agreement of this creditor was kept back by a quota before and queues for the place. */
export async function hasQueued(lock: PersonLock, { creditor_id }: AgreementRow, channel: LawChannel): Promise<boolean> {
  return (await waitsOf(lock.trx, lock.identityId)).some((wait) => wait.creditor_id === creditor_id && wait.medium === mediumOf(channel));
}

/** Whether the waiting agreement could be contacted when it comes back, and could not once `taken` has happened. */
async function losesItsPlace(lock: PersonLock, policies: PolicySet, wait: ContactWait, taken: PastContact): Promise<boolean> {
  const { row, state } = await loadState(lock.trx, wait.agreement_id);
  const at = Math.max(wait.comes_at, taken.at + MINUTE);
  // Paid, on hold, promised: its turn has gone with its reason.
  if (wait.medium === 'written' && !dueContacts(state, at, at).some((due) => due.purpose === wait.purpose)) return false;
  const subject = await readSubject(lock.trx, row, at);
  if (subject.doubtful) return false;
  const free = freeChannels(policies, subject, wait, at);
  return free.length > 0 && freeChannels(policies, { ...subject, history: [...subject.history, taken] }, wait, at).length === 0;
}

function freeChannels(policies: PolicySet, subject: LawSubject, wait: ContactWait, at: number): LawChannel[] {
  return wait.channels.filter((channel) => evaluate(policies, lawCaseFor(policies, subject, channel, wait.purpose, at)).decision === 'allow');
}

function mediumOf(channel: LawChannel): ContactWait['medium'] {
  return channel === 'call' || channel === 'visit' ? 'spoken' : 'written';
}

/** Notes that a quota of the person kept an agreement's contact back until `comesAt` (epoch ms); other reasons are no queue. */
export async function queueUp(
  lock: PersonLock, row: AgreementRow, put: { readonly rules: readonly string[]; readonly comesAt: number; readonly channels: readonly LawChannel[]; readonly purpose: Purpose },
): Promise<void> {
  if (!put.rules.some((rule) => rule === 'turn' || isFrequencyRule(rule))) return;
  await enterWait(lock.trx, {
    agreementId: row.id, medium: mediumOf(put.channels[0] ?? 'email'), identityId: lock.identityId, creditorId: row.creditor_id, since: lock.now,
    comesAt: put.comesAt, channels: put.channels, purpose: put.purpose,
  });
}
