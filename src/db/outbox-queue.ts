/** The pump's side of the outbox: take the oldest row of a workflow, mark what became of it. Writing rows belongs to the facts. */
import { sql } from 'kysely';
import type { Row } from './database.ts';
import { OUTBOX_CHANNEL } from './outbox.ts';
import type { Db, Trx } from './pool.ts';

export type OutboxRow = Row<'outbox'>;

/** Rows that stand in the way of later rows of the same workflow. A poison row does, until somebody decides about it. */
const IN_THE_WAY = sql<boolean>`earlier.state in ('pending', 'poison')`;

/**
 * Locks the oldest row that is due and has no earlier open row of its workflow; undefined when there is none.
 * The row stays locked until the transaction ends, so a second pump takes rows of other workflows, and a killed pump
 * gives it back at once (a lease in a column was tried on paper: it either waits out the lease or sends out of order).
 */
export async function takeOldest(trx: Trx): Promise<OutboxRow | undefined> {
  return trx.selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'pending')
    .where(sql<boolean>`due_wall <= clock_timestamp()`)
    .where((eb) => eb.not(eb.exists(
      eb.selectFrom('outbox as earlier').select('earlier.id')
        .whereRef('earlier.workflow_id', '=', 'outbox.workflow_id')
        .whereRef('earlier.id', '<', 'outbox.id')
        .where(IN_THE_WAY),
    )))
    .orderBy('id').limit(1)
    .forUpdate().skipLocked()
    .executeTakeFirst();
}

/** The row reached Temporal (`done`), or nobody is left to receive it (`parked`, with the reason). */
export async function closeRow(trx: Trx, id: number, state: 'done' | 'parked', note: string | null): Promise<void> {
  await trx.updateTable('outbox').set({ state, error: note, done_wall: sql<number>`clock_timestamp()` }).where('id', '=', id).execute();
}

/** Puts the row off by `delayMs` of wall time; `counted` failures lead to `poison`, an outage of Temporal does not. */
export async function putOff(trx: Trx, id: number, options: { delayMs: number; counted: boolean; error: string }): Promise<void> {
  await trx.updateTable('outbox').set({
    tries: sql<number>`tries + ${options.counted ? 1 : 0}`,
    error: options.error,
    due_wall: sql<number>`clock_timestamp() + ${options.delayMs} * interval '1 millisecond'`,
  }).where('id', '=', id).execute();
}

export async function poisonRow(trx: Trx, id: number, error: string): Promise<void> {
  await trx.updateTable('outbox').set({ state: 'poison', error, tries: sql<number>`tries + 1` }).where('id', '=', id).execute();
}

export interface Backlog {
  /** Rows still to be sent, those behind a poison row left out. */
  readonly pending: number;
  /** Epoch ms (wall) when the oldest of them was written; null when there is none. */
  readonly oldestWall: number | null;
  readonly poison: number;
}

export async function readBacklog(db: Db | Trx): Promise<Backlog> {
  const row = await db.selectFrom('outbox')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('state', '=', 'pending')
        .filterWhere((where) => where.not(where.exists(
          where.selectFrom('outbox as earlier').select('earlier.id')
            .whereRef('earlier.workflow_id', '=', 'outbox.workflow_id')
            .whereRef('earlier.id', '<', 'outbox.id')
            .where('earlier.state', '=', 'poison'),
        ))).as('pending'),
      eb.fn.min('created_wall').filterWhere('state', '=', 'pending').as('oldest'),
      eb.fn.countAll<number>().filterWhere('state', '=', 'poison').as('poison'),
    ])
    .where('state', 'in', ['pending', 'poison'])
    .executeTakeFirstOrThrow();
  return { pending: row.pending, oldestWall: row.oldest ?? null, poison: row.poison };
}

/** The run id that the register knows of an agreement's workflow; null before the first start. */
export async function knownRun(trx: Trx, workflowId: string): Promise<string | null> {
  const row = await trx.selectFrom('agreement').select('run_id').where('workflow_id', '=', workflowId).executeTakeFirst();
  return row?.run_id ?? null;
}

/**
 * Notes that the agreement's workflow runs. Only `starting` becomes `running`: a short life may have marked itself
 * finished before this mark came.
 */
export async function markStarted(trx: Trx, workflowId: string, runId: string): Promise<void> {
  await trx.updateTable('agreement').set({
    run_id: runId,
    workflow_state: sql<'running'>`case when workflow_state = 'starting' then 'running' else workflow_state end`,
  }).where('workflow_id', '=', workflowId).execute();
}

/** Rows that have not reached Temporal, oldest first: poison rows before those that merely wait. */
export async function openRows(db: Db | Trx, limit: number): Promise<OutboxRow[]> {
  return db.selectFrom('outbox').selectAll().where('state', 'in', ['pending', 'poison']).orderBy('state', 'desc').orderBy('id').limit(limit).execute();
}

/** Gives set-aside rows (all of them, or the one) another chance, from the first try on; answers how many. */
export async function retryPoison(db: Db | Trx, id: number | null): Promise<number> {
  let update = db.updateTable('outbox').set({ state: 'pending', tries: 0, error: null, due_wall: sql<number>`clock_timestamp()` }).where('state', '=', 'poison');
  if (id !== null) update = update.where('id', '=', id);
  const { numUpdatedRows } = await update.executeTakeFirst();
  await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(db);
  return Number(numUpdatedRows);
}
