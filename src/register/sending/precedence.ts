/**
 * Whose message goes first when a person's quota has room for one: what expires soonest, then what has waited longest.
 * Without the rule a morning after an outage belongs to whichever run wakes first, and a deadline passes that could
 * have been kept. Messages of one creditor share their place (parcel.ts), so this is about messages that cannot.
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
import { askGate, lawCaseFor, readSubject, type LawSubject } from './gate.ts';
import { partsOf, type Parcel } from './parcel.ts';

/** Long enough for the other run to wake and send, short enough to leave the same day when it does not. */
const GIVE_WAY = 15 * MINUTE;

export const SOONER_DEADLINE = 'sooner-deadline';

/** The message that asks, and how it would leave. */
export interface Asking {
  readonly parcel: Parcel;
  readonly subject: LawSubject;
  readonly channel: MessageChannel;
  /** Until when today's place is open, epoch ms. */
  readonly windowEnd: number | null;
}

/**
 * When to look again (epoch ms), because a message of the person that expires sooner comes today and this one would take
 * its place; null: this one goes. A step gives way once a day: a run that does not move holds up nobody.
 */
export async function giveWayUntil(lock: PersonLock, deps: SendingDeps, asking: Asking): Promise<number | null> {
  const { parcel, subject, channel, windowEnd } = asking;
  if (gaveWayToday(parcel, lock.now)) return null;
  const [first] = await soonerThan(lock, deps, asking, windowEnd ?? lock.now);
  if (first === undefined) return null;
  const again = first.at + GIVE_WAY;
  return nextLawful(deps.policies, lawCaseFor(subject, channel, parcel.purpose, again)) ?? again;
}

interface Coming {
  readonly occurrence: Occurrence;
  readonly at: number;
}

/** Contacts of the person's other agreements that come by `horizon`, expire sooner, and could not leave once this one had; the soonest first. */
async function soonerThan(lock: PersonLock, deps: SendingDeps, { parcel, subject, channel }: Asking, horizon: number): Promise<Coming[]> {
  const own = partsOf(parcel);
  const ids = (await agreementsToWakeOf(lock.trx, lock.identityId, horizon)).filter((id) => !own.some(({ agreement }) => agreement.row.id === id));
  const ours = rankOf(own.flatMap(({ occurrences }) => occurrences));
  const contact: PastContact = { channel, at: lock.now, kind: 'attempt', purpose: parcel.purpose, creditorId: subject.creditor.id, debtId: subject.row.id };
  const sooner: Coming[] = [];
  for (const other of await loadStates(lock.trx, ids)) {
    for (const coming of comingContacts(other.state, lock.now, horizon).filter(({ occurrence }) => compare(rankOf([occurrence]), ours) < 0)) {
      if (await losesItsPlace(lock, deps, other, coming, contact)) sooner.push(coming);
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
  return state.events.some((event) => event.kind === 'stepResult' && (event.rules ?? []).includes(SOONER_DEADLINE)
    && event.occurrences.some((key) => occurrences.some((one) => one.key === key)) && localDate(row.zone, event.at) === localDate(row.zone, now));
}

/** It could leave at its instant, and could not once ours had. */
async function losesItsPlace(lock: PersonLock, deps: SendingDeps, { row }: LoadedAgreement, { occurrence, at }: Coming, contact: PastContact): Promise<boolean> {
  const subject = await readSubject(lock.trx, row, lock.now);
  const { channels, purpose } = occurrence;
  const verdict = await askGate(lock.trx, deps, subject, { channels, purpose, now: at, atMinute: null });
  if (verdict.kind !== 'allow') return false;
  const law = lawCaseFor(subject, verdict.channel, purpose, at);
  return evaluate(deps.policies, { ...law, history: [...law.history, contact] }).decision !== 'allow';
}
