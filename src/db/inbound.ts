/** What arrives from people: has it been taken, and whose phone is it. */
import type { Db, Trx } from './pool.ts';

/** Whether an event of this provider was stored before. */
export async function providerEventKnown(db: Db | Trx, provider: string, eventId: string): Promise<boolean> {
  const row = await db.selectFrom('provider_event').select('event_id').where('provider', '=', provider).where('event_id', '=', eventId).executeTakeFirst();
  return row !== undefined;
}

/** Every person, at whichever creditor, who has this phone (E.164). */
export async function holdersOfPhone(db: Db | Trx, phone: string): Promise<{ personId: string; contactPointId: string }[]> {
  return db.selectFrom('contact_point').select(['person_id as personId', 'id as contactPointId'])
    .where('kind', '=', 'phone').where('value', '=', phone).orderBy('id').execute();
}
