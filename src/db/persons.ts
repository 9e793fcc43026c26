/** People at a creditor: who they are there. The identity that they share over creditors is in identities.ts. */
import { sql } from 'kysely';
import { instant, nullableJson } from './columns.ts';
import type { NationalId, PersonAddress, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PersonRow = Row<'person'>;

export interface PersonDetails {
  readonly type: 'person' | 'company';
  readonly name: string;
  readonly language: string;
  readonly nationalId: NationalId | null;
  readonly address: PersonAddress | null;
  readonly zone: string | null;
}

export async function personById(db: Db | Trx, id: string): Promise<PersonRow | undefined> {
  return db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function personByExternalId(db: Db | Trx, creditorId: string, externalId: string): Promise<PersonRow | undefined> {
  return db.selectFrom('person').selectAll().where('creditor_id', '=', creditorId).where('external_id', '=', externalId).executeTakeFirst();
}

/** One row per creditor at which this person is known. */
export async function personsOfIdentity(db: Db | Trx, identityId: string): Promise<PersonRow[]> {
  return db.selectFrom('person').selectAll().where('identity_id', '=', identityId).orderBy('creditor_id').orderBy('id').execute();
}

/** Stores a person; violates person_creditor_id_external_id_key when somebody else just did. */
export async function insertPerson(
  trx: Trx, person: PersonDetails & { id: string; creditorId: string; externalId: string; identityId: string },
): Promise<void> {
  await trx.insertInto('person').values({
    id: person.id, creditor_id: person.creditorId, external_id: person.externalId, identity_id: person.identityId, ...columnsOf(person),
  }).execute();
}

export async function changePerson(trx: Trx, id: string, details: PersonDetails): Promise<void> {
  await trx.updateTable('person').set(columnsOf(details)).where('id', '=', id).execute();
}

function columnsOf(details: PersonDetails): Pick<PersonRow, 'type' | 'name' | 'language' | 'zone'> & {
  national_id: ReturnType<typeof nullableJson<NationalId>>; address: ReturnType<typeof nullableJson<PersonAddress>>;
} {
  return {
    type: details.type, name: details.name, language: details.language, zone: details.zone,
    national_id: nullableJson(details.nationalId), address: nullableJson(details.address),
  };
}

/** A right-party contact happened at `at` (epoch ms); the first one stays. */
export async function confirmPerson(trx: Trx, id: string, at: number): Promise<void> {
  await trx.updateTable('person').set({ confirmed_at: instant(at) }).where('id', '=', id).where('confirmed_at', 'is', null).execute();
}

export interface PersonFilter {
  /** null: every creditor. */
  readonly creditorId: string | null;
  /** Part of the name or of the external id. */
  readonly q?: string | undefined;
}

/** By id, after the last one seen. */
export async function personRows(db: Db | Trx, filter: PersonFilter, page: { limit: number; after?: string | undefined }): Promise<PersonRow[]> {
  let query = db.selectFrom('person').selectAll().orderBy('id').limit(page.limit);
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('external_id', 'ilike', pattern)]));
  }
  if (page.after !== undefined) query = query.where(sql<boolean>`id > ${page.after}::uuid`);
  return query.execute();
}

/**
 * Moves a person and everything of theirs from one identity to another (a national id became known, or was corrected).
 * Both identities are locked. The target's sequence goes on above both, so that no fact gets an earlier number; an
 * identity that is left empty goes away with its stops moved, so that nobody can wait for its lock any more.
 */
export async function movePerson(trx: Trx, personId: string, from: string, to: string): Promise<void> {
  await carryPerson(trx, personId, to);
  await sql`update identity set last_seq = greatest(last_seq, (select last_seq from identity where id = ${from})) where id = ${to}`.execute(trx);
  if ((await personsOfIdentity(trx, from)).length > 0) return;
  await trx.updateTable('stop').set({ identity_id: to }).where('identity_id', '=', from).execute();
  // What a join moved into it, or out of it, is found by its id: it leads on instead of going away.
  const joined = sql<boolean>`exists (select 1 from identity_join where from_identity = ${from}::uuid or to_identity = ${from}::uuid)
    or exists (select 1 from identity before where before.joined_to = ${from}::uuid)`;
  const gone = await trx.deleteFrom('identity').where('id', '=', from).where((eb) => eb.not(joined)).executeTakeFirst();
  if (gone.numDeletedRows === 0n) await trx.updateTable('identity').set({ joined_to: to, national_id_hash: null }).where('id', '=', from).execute();
}

/** Everything that hangs on a person goes to another identity with them; both are locked. Facts are found by the person, so what happened meanwhile goes along. */
export async function carryPerson(trx: Trx, personId: string, to: string): Promise<void> {
  const agreements = trx.selectFrom('agreement').select('id').where('person_id', '=', personId);
  await trx.updateTable('person').set({ identity_id: to }).where('id', '=', personId).execute();
  await trx.updateTable('attempt').set({ identity_id: to }).where('person_id', '=', personId).execute();
  await trx.updateTable('callback').set({ identity_id: to }).where('agreement_id', 'in', agreements).execute();
  await trx.updateTable('call_log').set({ identity_id: to }).where('agreement_id', 'in', agreements).execute();
  await trx.updateTable('contact_wait').set({ identity_id: to }).where('agreement_id', 'in', agreements).execute();
  await trx.updateTable('past_contact').set({ identity_id: to }).where('person_id', '=', personId).execute();
  await trx.updateTable('reply').set({ identity_id: to }).where('person_id', '=', personId).execute();
  await trx.updateTable('agreement').set({ identity_id: to }).where('person_id', '=', personId).execute();
}
