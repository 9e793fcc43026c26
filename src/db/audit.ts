/** What the audit reads: raw rows of whole persons, and nothing that somebody derived from them. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

/** One consistent picture for everything that `work` reads. */
export async function inSnapshot<T>(db: Db, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').execute(work);
}

/** Identities in the order of their ids, after the last one seen. */
export async function identityPage(db: Db | Trx, after: string | null, limit: number): Promise<string[]> {
  let query = db.selectFrom('identity').select('id').orderBy('id').limit(limit);
  if (after !== null) query = query.where('id', '>', after);
  return (await query.execute()).map((row) => row.id);
}

export async function agreementIdsOf(db: Db | Trx, identityIds: readonly string[]): Promise<string[]> {
  const rows = await db.selectFrom('agreement').select('id').where('identity_id', 'in', identityIds).orderBy('id').execute();
  return rows.map((row) => row.id);
}

export type AuditedAttempt = Row<'attempt'> & { readonly parts: readonly Row<'attempt_agreement'>[] };

/** Attempts of these identities with what they speak of, by the sequence of their claims. */
export async function auditedAttempts(db: Db | Trx, identityIds: readonly string[]): Promise<AuditedAttempt[]> {
  const rows = await db.selectFrom('attempt').selectAll().where('identity_id', 'in', identityIds).orderBy('claim_seq').execute();
  if (rows.length === 0) return [];
  const parts = await db.selectFrom('attempt_agreement').innerJoin('attempt', 'attempt.id', 'attempt_agreement.attempt_id')
    .selectAll('attempt_agreement').where('attempt.identity_id', 'in', identityIds).orderBy('attempt_agreement.occurrence').execute();
  const byAttempt = Map.groupBy(parts, (part) => part.attempt_id);
  return rows.map((row) => ({ ...row, parts: byAttempt.get(row.id) ?? [] }));
}

export interface AuditedPerson {
  readonly id: string;
  readonly identityId: string;
  readonly type: Row<'person'>['type'];
  readonly zone: string | null;
  readonly address: Row<'person'>['address'];
  /** The preferred one. */
  readonly phone: string | null;
  /** The creditor's, for who has no address. */
  readonly country: string;
  readonly creditorType: 'firstParty' | 'thirdParty';
}

export async function auditedPersons(db: Db | Trx, identityIds: readonly string[]): Promise<AuditedPerson[]> {
  const rows = await db.selectFrom('person').innerJoin('creditor', 'creditor.id', 'person.creditor_id')
    .select(['person.id', 'person.identity_id', 'person.type', 'person.zone', 'person.address', 'creditor.country', 'creditor.type as creditorType'])
    .select((eb) => eb.selectFrom('contact_point').select('value').whereRef('contact_point.person_id', '=', 'person.id').where('contact_point.kind', '=', 'phone')
      .orderBy('position').limit(1).as('phone'))
    .where('person.identity_id', 'in', identityIds).execute();
  return rows.map(({ identity_id: identityId, ...row }) => ({ ...row, identityId }));
}

export interface AuditedConsent {
  readonly personId: string;
  readonly contactPointId: string;
  readonly channel: Row<'consent'>['channel'];
  readonly state: Row<'consent'>['state'];
  readonly seq: number;
}

/** Every consent ever recorded, in the order of the person's sequence. */
export async function auditedConsents(db: Db | Trx, identityIds: readonly string[]): Promise<AuditedConsent[]> {
  const rows = await db.selectFrom('consent').innerJoin('contact_point', 'contact_point.id', 'consent.contact_point_id').innerJoin('person', 'person.id', 'contact_point.person_id')
    .select(['contact_point.person_id', 'consent.contact_point_id', 'consent.channel', 'consent.state', 'consent.seq'])
    .where('person.identity_id', 'in', identityIds).orderBy('consent.seq').execute();
  return rows.map((row) => ({ personId: row.person_id, contactPointId: row.contact_point_id, channel: row.channel, state: row.state, seq: row.seq }));
}

export async function auditedStops(db: Db | Trx, identityIds: readonly string[]): Promise<Row<'stop'>[]> {
  return db.selectFrom('stop').selectAll().where('identity_id', 'in', identityIds).execute();
}

export async function auditedCalls(db: Db | Trx, identityIds: readonly string[]): Promise<Row<'call_log'>[]> {
  return db.selectFrom('call_log').selectAll().where('identity_id', 'in', identityIds).orderBy('seq').execute();
}

/** Contacts of other systems that were imported for these identities. */
export async function auditedPastContacts(db: Db | Trx, identityIds: readonly string[]): Promise<Row<'past_contact'>[]> {
  return db.selectFrom('past_contact').selectAll().where('identity_id', 'in', identityIds).orderBy('seq').execute();
}

export interface AuditedMoney {
  readonly payments: readonly Row<'payment'>[];
  readonly allocations: readonly Row<'allocation'>[];
}

/** Payments and allocations by agreement. */
export async function auditedMoney(db: Db | Trx, agreementIds: readonly string[]): Promise<Map<string, AuditedMoney>> {
  if (agreementIds.length === 0) return new Map();
  const payments = Map.groupBy(await db.selectFrom('payment').selectAll().where('agreement_id', 'in', agreementIds).execute(), (row) => row.agreement_id);
  const allocations = Map.groupBy(await db.selectFrom('allocation').selectAll().where('agreement_id', 'in', agreementIds).execute(), (row) => row.agreement_id);
  return new Map(agreementIds.map((id) => [id, { payments: payments.get(id) ?? [], allocations: allocations.get(id) ?? [] }]));
}

export interface StuckRow {
  readonly workflowId: string;
  readonly agreementId: string | null;
  readonly state: 'pending' | 'poison';
  readonly name: string | null;
}

/** Messages that are older than `wall` (epoch ms, wall clock) and have not been handed over. */
export async function stuckOutbox(db: Db | Trx, wall: number): Promise<StuckRow[]> {
  const rows = await db.selectFrom('outbox').leftJoin('agreement', 'agreement.workflow_id', 'outbox.workflow_id')
    .select(['outbox.workflow_id', 'agreement.id', 'outbox.state', 'outbox.name'])
    .where('outbox.state', 'in', ['pending', 'poison']).where('outbox.created_wall', '<', instant(wall)).orderBy('outbox.id').execute();
  return rows.map((row) => ({ workflowId: row.workflow_id, agreementId: row.id, state: row.state === 'poison' ? 'poison' : 'pending', name: row.name }));
}

/** Agreements for which something was written or handed over after `wall` (epoch ms, wall clock). */
export async function freshAgreements(db: Db | Trx, wall: number): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select agreement.id from agreement join outbox on outbox.workflow_id = agreement.workflow_id
     where outbox.created_wall >= ${instant(wall)} or outbox.done_wall >= ${instant(wall)}
    union
    select part.agreement_id from attempt_agreement part join attempt on attempt.id = part.attempt_id where attempt.touched_wall >= ${instant(wall)}`.execute(db);
  return new Set(rows.map((row) => row.id));
}

export interface SentTo {
  readonly id: string;
  readonly channel: 'sms' | 'email';
  readonly state: Row<'attempt'>['state'];
  /** null: erased with the person. */
  readonly to: string | null;
  /** When it became certain, epoch ms; null when it never did. */
  readonly begunAt: number | null;
  readonly agreementId: string | null;
}

/** Attempts by id with the address that they are meant for and the agreement that leads them. */
export async function sentTo(db: Db, attemptIds: readonly string[]): Promise<Map<string, SentTo>> {
  if (attemptIds.length === 0) return new Map();
  const rows = await db.selectFrom('attempt').innerJoin('contact_point', 'contact_point.id', 'attempt.contact_point_id')
    .leftJoin('attempt_agreement', (join) => join.onRef('attempt_agreement.attempt_id', '=', 'attempt.id').on('attempt_agreement.leading', '=', true))
    .innerJoin('person', 'person.id', 'attempt.person_id')
    .select(['attempt.id', 'attempt.channel', 'attempt.state', 'attempt.begun_at', 'contact_point.value', 'person.erased_at', 'attempt_agreement.agreement_id'])
    .where('attempt.id', 'in', attemptIds).execute();
  return new Map(rows.map((row) => [row.id, { id: row.id, channel: row.channel, state: row.state, to: row.erased_at === null ? row.value : null, begunAt: row.begun_at, agreementId: row.agreement_id }]));
}
