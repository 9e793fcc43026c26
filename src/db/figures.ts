/** The numbers of /metrics, counted from the tables they are about. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { AttemptState, Row } from './database.ts';
import type { Db } from './pool.ts';

export interface Figures {
  readonly contacts: readonly { channel: string; state: AttemptState; creditorId: string; count: number }[];
  /** Calls, visits and letters that people logged. */
  readonly calls: readonly { channel: string; outcome: string; creditorId: string; count: number }[];
  readonly unknown: number;
  readonly payments: readonly { creditorId: string; currency: string; minor: number }[];
  readonly callbacks: readonly { state: string; count: number }[];
  readonly preLegalOpen: number;
  readonly scores: readonly { creditorId: string; score: number; count: number }[];
}

/** Reads them one after the other: a scrape must not take connections from the work. */
export async function readFigures(db: Db): Promise<Figures> {
  const contacts = await db.selectFrom('attempt').select((eb) => ['channel', 'state', 'creditor_id as creditorId', eb.fn.countAll<number>().as('count')])
    .groupBy(['channel', 'state', 'creditor_id']).orderBy('creditor_id').orderBy('channel').orderBy('state').execute();
  const payments = await db.selectFrom('payment').select(['creditor_id as creditorId', 'currency', sql<number>`sum(amount_minor)::bigint`.as('minor')])
    .groupBy(['creditor_id', 'currency']).orderBy('creditor_id').orderBy('currency').execute();
  const callbacks = await db.selectFrom('callback').select((eb) => ['state', eb.fn.countAll<number>().as('count')]).groupBy('state').orderBy('state').execute();
  const open = await db.selectFrom('pre_legal_case').select((eb) => eb.fn.countAll<number>().as('count')).where('state', 'in', ['opened', 'approved']).executeTakeFirstOrThrow();
  const calls = await db.selectFrom('call_log').select((eb) => ['channel', 'outcome', 'creditor_id as creditorId', eb.fn.countAll<number>().as('count')])
    .groupBy(['channel', 'outcome', 'creditor_id']).orderBy('creditor_id').orderBy('channel').orderBy('outcome').execute();
  const scores = await db.selectFrom('survey').select((eb) => ['creditor_id as creditorId', eb.ref('score').$notNull().as('score'), eb.fn.countAll<number>().as('count')])
    .where('score', 'is not', null).groupBy(['creditor_id', 'score']).orderBy('creditor_id').orderBy('score').execute();
  return {
    contacts, calls, payments, callbacks, scores, preLegalOpen: open.count,
    unknown: contacts.filter((one) => one.state === 'unknown').reduce((sum, one) => sum + one.count, 0),
  };
}

export type BegunAttempt = Pick<Row<'attempt'>, 'id' | 'purpose' | 'begun_at' | 'begin_seq'> & {
  readonly parts: readonly Pick<Row<'attempt_agreement'>, 'agreement_id' | 'occurrence' | 'leading' | 'instalments'>[];
};

/** Attempts whose call began at or after `since` (epoch ms) and may have left, oldest first, at most `limit`. */
export async function begunAttempts(db: Db, since: number, limit: number): Promise<BegunAttempt[]> {
  const rows = await db.selectFrom('attempt').select(['id', 'purpose', 'begun_at', 'begin_seq'])
    .where('begun_at', '>=', instant(since)).where('state', 'in', ['sent', 'unknown', 'undeliverable']).orderBy('begun_at').limit(limit).execute();
  if (rows.length === 0) return [];
  const parts = await db.selectFrom('attempt_agreement').select(['attempt_id', 'agreement_id', 'occurrence', 'leading', 'instalments'])
    .where('attempt_id', 'in', rows.map(({ id }) => id)).execute();
  const byAttempt = Map.groupBy(parts, ({ attempt_id: id }) => id);
  return rows.map((row) => ({ ...row, parts: byAttempt.get(row.id) ?? [] }));
}

/** Agreements whose core wanted to act before `before` (epoch ms), the longest waiting first, at most `limit`. */
export async function overdueWakes(db: Db, before: number, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('agreement').select('id').where('wake_at', '<', instant(before)).where('workflow_state', '!=', 'finished').orderBy('wake_at').limit(limit).execute();
  return rows.map(({ id }) => id);
}

/** Agreements with promises, by id after the last one seen. */
export async function promisingAgreements(db: Db, after: string | null, limit: number): Promise<string[]> {
  let query = db.selectFrom('promise').select('agreement_id').distinct().orderBy('agreement_id').limit(limit);
  if (after !== null) query = query.where('agreement_id', '>', after);
  return (await query.execute()).map((row) => row.agreement_id);
}
