/** What arrives from people: has it been taken. */
import type { Db, Trx } from './pool.ts';

/** Whether an event of this provider was stored before. */
export async function providerEventKnown(db: Db | Trx, provider: string, eventId: string): Promise<boolean> {
  const row = await db.selectFrom('provider_event').select('event_id').where('provider', '=', provider).where('event_id', '=', eventId).executeTakeFirst();
  return row !== undefined;
}
