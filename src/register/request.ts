/** What every command on an agreement shares: who asks, how the workflow hears of it, the free text that stays here. */
import { eventOf } from '../db/agreement-events.ts';
import { insertFactNote } from '../db/fact-notes.ts';
import type { AgreementEvent } from '../domain/agreement.ts';
import type { PersonLock } from './person-lock.ts';

/** A command under a lock that is held. */
export interface FactRequest {
  /** For the evidence: id of a key, `debtor`, or the name of a process. */
  readonly by: string;
  /** `caller`: the workflow's own activity asks and hands the event back. */
  readonly tell: 'workflow' | 'caller';
  /** Names the request within the agreement: the same again changes nothing and gives what it made the first time. */
  readonly factId: string;
}

/** What a request of this id made before, if it was of this kind. */
export async function madeBefore<K extends AgreementEvent['kind']>(
  lock: PersonLock, agreementId: string, factId: string, kind: K,
): Promise<Extract<AgreementEvent, { kind: K }> | undefined> {
  const known = await eventOf(lock.trx, agreementId, factId);
  return known !== undefined && isOfKind(known, kind) ? known : undefined;
}

function isOfKind<K extends AgreementEvent['kind']>(event: AgreementEvent, kind: K): event is Extract<AgreementEvent, { kind: K }> {
  return event.kind === kind;
}

/** A reason as facts may carry it: a single word as it is; a sentence may name somebody, so it is kept as a note only. */
export function reasonWord(reason: string): string {
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(reason) ? reason : 'other';
}

/** Keeps the sentence that `reasonWord` left out. */
export async function keepReason(lock: PersonLock, agreementId: string, factId: string, reason: string): Promise<void> {
  if (reasonWord(reason) !== reason) await insertFactNote(lock.trx, agreementId, factId, reason);
}
