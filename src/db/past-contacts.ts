/** Contacts that another system made before Pacto followed the person. */
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PastContactRow = Row<'past_contact'>;
export type NewPastContact = Omit<NewRow<'past_contact'>, 'at' | 'imported_at'> & { at: number; imported_at: number };

export async function pastContactByExternalId(db: Db | Trx, creditorId: string, externalId: string): Promise<PastContactRow | undefined> {
  return db.selectFrom('past_contact').selectAll().where('creditor_id', '=', creditorId).where('external_id', '=', externalId).executeTakeFirst();
}

export async function insertPastContact(trx: Trx, contact: NewPastContact): Promise<void> {
  await trx.insertInto('past_contact').values({ ...contact, at: instant(contact.at), imported_at: instant(contact.imported_at) }).execute();
}

/** Of a person at one creditor, in the order in which they were told. */
export async function pastContactsOf(db: Db | Trx, personId: string): Promise<PastContactRow[]> {
  return db.selectFrom('past_contact').selectAll().where('person_id', '=', personId).orderBy('seq').execute();
}
