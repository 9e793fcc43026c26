/** The numbers of /metrics, counted from the tables they are about. */
import { sql } from 'kysely';
import type { AttemptState } from './database.ts';
import type { Db } from './pool.ts';

export interface Figures {
  readonly contacts: readonly { channel: string; state: AttemptState; creditorId: string; count: number }[];
  readonly unknown: number;
  readonly payments: readonly { creditorId: string; currency: string; minor: number }[];
  readonly callbacks: readonly { state: string; count: number }[];
  readonly preLegalOpen: number;
}

/** Reads them one after the other: a scrape must not take connections from the work. */
export async function readFigures(db: Db): Promise<Figures> {
  const contacts = await db.selectFrom('attempt').select((eb) => ['channel', 'state', 'creditor_id as creditorId', eb.fn.countAll<number>().as('count')])
    .groupBy(['channel', 'state', 'creditor_id']).orderBy('creditor_id').orderBy('channel').orderBy('state').execute();
  const payments = await db.selectFrom('payment').select(['creditor_id as creditorId', 'currency', sql<number>`sum(amount_minor)::bigint`.as('minor')])
    .groupBy(['creditor_id', 'currency']).orderBy('creditor_id').orderBy('currency').execute();
  const callbacks = await db.selectFrom('callback').select((eb) => ['state', eb.fn.countAll<number>().as('count')]).groupBy('state').orderBy('state').execute();
  const open = await db.selectFrom('pre_legal_case').select((eb) => eb.fn.countAll<number>().as('count')).where('state', 'in', ['opened', 'approved']).executeTakeFirstOrThrow();
  return {
    contacts, payments, callbacks, preLegalOpen: open.count,
    unknown: contacts.filter((one) => one.state === 'unknown').reduce((sum, one) => sum + one.count, 0),
  };
}
