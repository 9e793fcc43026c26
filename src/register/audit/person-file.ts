/** Everything the register holds about one identity, as the checks read it. */
import {
  agreementIdsOf, auditedAttempts, auditedCalls, auditedConsents, auditedMoney, auditedPastContacts, auditedPersons, auditedStops,
  type AuditedAttempt, type AuditedConsent, type AuditedMoney, type AuditedPerson,
} from '../../db/audit.ts';
import type { Row } from '../../db/database.ts';
import { joinsOfPersons, type JoinRow } from '../../db/matches.ts';
import type { Trx } from '../../db/pool.ts';
import { loadStates, type LoadedAgreement } from '../rebuild.ts';
import { readTimeline, type TimelineEntry } from '../timeline.ts';

export interface AuditedAgreement extends LoadedAgreement {
  readonly money: AuditedMoney;
  readonly timeline: readonly TimelineEntry[];
}

export interface PersonFile {
  readonly identityId: string;
  readonly persons: ReadonlyMap<string, AuditedPerson>;
  readonly agreements: ReadonlyMap<string, AuditedAgreement>;
  /** By claim. */
  readonly attempts: readonly AuditedAttempt[];
  readonly calls: readonly Row<'call_log'>[];
  /** What other systems did before; judged by nobody, counted by the law from the moment it was told. */
  readonly pastContacts: readonly Row<'past_contact'>[];
  readonly consents: readonly AuditedConsent[];
  readonly stops: readonly Row<'stop'>[];
  /** Persons who were joined into this identity: before that the law counted them apart. */
  readonly joins: readonly JoinRow[];
}

/** Whether a message of this attempt left, or may have left. */
export function mayHaveLeft(attempt: Pick<AuditedAttempt, 'state'>): boolean {
  return attempt.state === 'sent' || attempt.state === 'unknown' || attempt.state === 'undeliverable';
}

/** The files of these identities, out of one snapshot. */
export async function readFiles(trx: Trx, identityIds: readonly string[]): Promise<PersonFile[]> {
  if (identityIds.length === 0) return [];
  const agreements = await readAgreements(trx, await agreementIdsOf(trx, identityIds));
  const attempts = await auditedAttempts(trx, identityIds);
  const persons = await auditedPersons(trx, identityIds);
  const consents = await auditedConsents(trx, identityIds);
  const stops = await auditedStops(trx, identityIds);
  const calls = await auditedCalls(trx, identityIds);
  const pastContacts = await auditedPastContacts(trx, identityIds);
  const joins = await joinsOfPersons(trx, persons.map(({ id }) => id));
  return identityIds.map((identityId) => {
    const own = new Map(persons.filter((person) => person.identityId === identityId).map((person) => [person.id, person]));
    return {
      identityId, persons: own,
      agreements: new Map(agreements.filter(({ row }) => row.identity_id === identityId).map((agreement) => [agreement.row.id, agreement])),
      attempts: attempts.filter((attempt) => attempt.identity_id === identityId),
      calls: calls.filter((call) => call.identity_id === identityId),
      pastContacts: pastContacts.filter((contact) => contact.identity_id === identityId),
      consents: consents.filter((consent) => own.has(consent.personId)),
      stops: stops.filter((stop) => stop.identity_id === identityId),
      joins: joins.filter((join) => join.persons.some((id) => own.has(id))),
    };
  });
}

async function readAgreements(trx: Trx, ids: readonly string[]): Promise<AuditedAgreement[]> {
  const money = await auditedMoney(trx, ids);
  const agreements: AuditedAgreement[] = [];
  for (const loaded of await loadStates(trx, ids)) {
    agreements.push({ ...loaded, money: money.get(loaded.row.id) ?? { payments: [], allocations: [] }, timeline: await readTimeline(trx, loaded.row.id) });
  }
  return agreements;
}
