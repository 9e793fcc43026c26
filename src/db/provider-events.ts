/** Everything providers told us, once. */
import { instant, json } from './columns.ts';
import type { Db, Trx } from './pool.ts';

export interface NewProviderEvent {
  readonly provider: string;
  readonly eventId: string;
  readonly attemptId: string | null;
  readonly status: string;
  /** Without personal data. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Epoch ms on the business clock. */
  readonly at: number;
}

/** Stores an event that is new; false when it was told before. */
export async function insertProviderEvent(db: Db | Trx, event: NewProviderEvent): Promise<boolean> {
  const result = await db.insertInto('provider_event').values({
    provider: event.provider, event_id: event.eventId, attempt_id: event.attemptId, status: event.status,
    payload: json<unknown>(event.payload), at: instant(event.at),
  }).onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
