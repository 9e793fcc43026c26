/** Whether a person may be called by a human at an instant: the same law as for messages, asked of a slot in the future. */
import { evaluate } from '../contact-law/evaluate.ts';
import type { LawDecision } from '../contact-law/policy.ts';
import type { ContactPoint, ContactPointHealth } from '../db/contact-points.ts';
import type { AgreementRow } from '../db/database.ts';
import { holdDoubts } from '../db/matches.ts';
import type { PersonLock } from './person-lock.ts';
import { policiesInForce } from './policies.ts';
import { lawCaseFor, readSubject } from './sending/law-subject.ts';
import type { GateRule } from './sending/rules.ts';

/** A landline takes no SMS but rings. */
const RINGING: ReadonlySet<ContactPointHealth> = new Set<ContactPointHealth>(['valid', 'softFailing', 'landline']);

/** The phones on which a person may be called by a human, the preferred one first; none: nobody calls. */
export function callablePhones(points: readonly ContactPoint[]): ContactPoint[] {
  return points.filter((point) => point.kind === 'phone' && point.given && point.channels.includes('call') && point.consent.call === 'granted' && RINGING.has(point.health));
}

const DOUBTFUL: GateRule = 'doubtful-person';

export type CallLaw = (at: number) => LawDecision;

/** The question for calls to this agreement's person, read once under the lock; the answer depends on the instant (epoch ms) only. */
export async function callLawOf(lock: PersonLock, row: AgreementRow): Promise<CallLaw> {
  await holdDoubts(lock.trx, row.person_id);
  const subject = await readSubject(lock.trx, row, lock.now);
  const authorisedChannels = callablePhones(subject.points).length > 0 ? (['call'] as const) : [];
  return (at) => {
    const decision = evaluate(policiesInForce(), { ...lawCaseFor(policiesInForce(), subject, 'call', 'collection', at), authorisedChannels });
    // A stop of somebody who may be this person: until it is decided no hour is the right one.
    return subject.doubtful && decision.decision !== 'refuse' ? { ...decision, decision: 'defer', rules: [DOUBTFUL] } : decision;
  };
}
