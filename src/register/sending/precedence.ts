/**
 * Whose message goes first when a person's quota has room for one and nobody queues for it yet (turn.ts): what expires
 * soonest, then what was due first. Without the rule a morning after an outage belongs to whichever run wakes first, and
 * a deadline passes that could have been kept. Messages of one creditor share their place (parcel.ts), so this is about
 * messages that cannot.
 */
import { evaluate, nextLawful } from '../../contact-law/evaluate.ts';
import type { PastContact } from '../../contact-law/policy.ts';
import { agreementsToWakeOf } from '../../db/agreements.ts';
import type { Occurrence } from '../../domain/agreement.ts';
import { comingContacts } from '../../domain/decide.ts';
import { localDate, MINUTE } from '../../domain/zone.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import type { PersonLock } from '../person-lock.ts';
import { loadStates, type LoadedAgreement } from '../rebuild.ts';
import type { SendingDeps } from './deps.ts';
import { askGate } from './gate.ts';
import { lawCaseFor, readSubject, type LawSubject } from './law-subject.ts';
import { partsOf, type Parcel } from './parcel.ts';

/** Long enough for the other run to wake and send, short enough to leave the same day when it does not. */
const GIVE_WAY = 15 * MINUTE;

/** `turn` when the other is another creditor's: nobody learns of other creditors, not even that a deadline of theirs is near. */
export type WaysGiven = 'sooner-deadline' | 'turn';

/** The message that asks, and how it would leave. */
export interface Asking {
  readonly parcel: Parcel;
  readonly subject: LawSubject;
  readonly channel: MessageChannel;
  /** Until when today's place is open, epoch ms. */
  readonly windowEnd: number | null;
  /** It has queued and it is its turn: another creditor's deadline does not push it back again. */
  readonly queued: boolean;
}

/**
 * When to look again (epoch ms), because a message of the person that expires sooner comes today and this one would take
 * its place; null: this one goes. A step gives way once a day: a run that does not move holds up nobody.
 */
export async function giveWay(lock: PersonLock, deps: SendingDeps, asking: Asking): Promise<{ readonly until: number; readonly rule: WaysGiven } | null> {
  const { parcel, subject, channel, windowEnd } = asking;
  if (gaveWayToday(parcel, lock.now)) return null;
  const [first] = await soonerThan(lock, deps, asking, windowEnd ?? lock.now);
  if (first === undefined) return null;
  const again = first.at + GIVE_WAY;
  return {
    until: nextLawful(deps.policies, lawCaseFor(deps.policies, subject, channel, parcel.purpose, again)) ?? again,
    rule: first.creditorId === subject.creditor.id ? 'sooner-deadline' : 'turn',
  };
}

interface Coming {
  readonly occurrence: Occurrence;
  readonly at: number;
  readonly creditorId: string;
}

/** Contacts of the person's other agreements that come by `horizon`, expire sooner, and could not leave once this one had; the soonest first. */
async function soonerThan(lock: PersonLock, deps: SendingDeps, { parcel, subject, channel, queued }: Asking, horizon: number): Promise<Coming[]> {
  const own = partsOf(parcel);
  const ids = (await agreementsToWakeOf(lock.trx, lock.identityId, horizon)).filter((id) => !own.some(({ agreement }) => agreement.row.id === id));
  const ours = rankOf(own.flatMap(({ occurrences }) => occurrences));
  const contact: PastContact = { channel, at: lock.now, kind: 'attempt', purpose: parcel.purpose, creditorId: subject.creditor.id, debtId: subject.row.id };
  const sooner: Coming[] = [];
  for (const other of await loadStates(lock.trx, ids)) {
    const creditorId = other.row.creditor_id;
    if (queued && creditorId !== subject.creditor.id) continue;
    for (const coming of comingContacts(other.state, lock.now, horizon).filter(({ occurrence }) => compare(rankOf([occurrence]), ours) < 0)) {
      if (await losesItsPlace(lock, deps, other, coming, contact)) sooner.push({ ...coming, creditorId });
    }
  }
  return sooner.sort((a, b) => compare(rankOf([a.occurrence]), rankOf([b.occurrence])));
}

interface Rank {
  readonly expiresAt: number;
  readonly dueAt: number;
}

function rankOf(occurrences: readonly Occurrence[]): Rank {
  return { expiresAt: Math.min(...occurrences.map(({ expiresAt }) => expiresAt ?? Infinity)), dueAt: Math.min(...occurrences.map(({ dueAt }) => dueAt)) };
}

function compare(a: Rank, b: Rank): number {
  return a.expiresAt === b.expiresAt ? a.dueAt - b.dueAt : a.expiresAt - b.expiresAt;
}

function gaveWayToday({ lead: { agreement: { row, state }, occurrences } }: Parcel, now: number): boolean {
  return state.events.some((event) => event.kind === 'stepResult' && (event.rules ?? []).some((rule) => rule === 'sooner-deadline' || rule === 'turn')
    && event.occurrences.some((key) => occurrences.some((one) => one.key === key)) && localDate(row.zone, event.at) === localDate(row.zone, now));
}

/** It could leave at its instant, and could not once ours had. */
async function losesItsPlace(lock: PersonLock, deps: SendingDeps, { row }: LoadedAgreement, { occurrence, at }: Pick<Coming, 'occurrence' | 'at'>, contact: PastContact): Promise<boolean> {
  const subject = await readSubject(lock.trx, row, lock.now);
  const { channels, purpose } = occurrence;
  const verdict = await askGate(lock.trx, deps, subject, { channels, purpose, now: at, atMinute: null });
  if (verdict.kind !== 'allow') return false;
  const law = lawCaseFor(deps.policies, subject, verdict.channel, purpose, at);
  return evaluate(deps.policies, { ...law, history: [...law.history, contact] }).decision !== 'allow';
}
