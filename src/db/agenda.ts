/** What the sandbox clock must move: workflows with something due, and what is still on its way. Sandbox only. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { Db, Trx } from './pool.ts';

export interface AgendaItem {
  readonly workflowId: string;
  /** Epoch ms on the business clock. */
  readonly at: number;
  /** Items of one person are moved one after the other, persons side by side. */
  readonly identityId: string;
  /** Set for agreements: their wake is a mirror that must be reckoned anew when nothing happened. */
  readonly agreementId: string | null;
}

/** Running agreements that the pure core wants to wake at or before `until`, earliest first. */
export async function agreementsToWake(db: Db, until: number): Promise<AgendaItem[]> {
  const rows = await db.selectFrom('agreement')
    .select(['id', 'workflow_id', 'identity_id', 'wake_at'])
    .where('workflow_state', '=', 'running').where('wake_at', '<=', instant(until))
    .orderBy('wake_at').orderBy('id').execute();
  return rows.flatMap((row) => (row.wake_at === null ? [] : [{ workflowId: row.workflow_id, at: row.wake_at, identityId: row.identity_id, agreementId: row.id }]));
}

export async function nextAgreementWake(db: Db, after: number): Promise<number | null> {
  const row = await db.selectFrom('agreement').select((eb) => eb.fn.min('wake_at').as('at'))
    .where('workflow_state', '=', 'running').where('wake_at', '>', instant(after)).executeTakeFirst();
  return row?.at ?? null;
}

export async function setWake(db: Db | Trx, agreementId: string, wakeAt: number | null): Promise<void> {
  await db.updateTable('agreement').set({ wake_at: wakeAt === null ? null : instant(wakeAt) }).where('id', '=', agreementId).execute();
}

export interface OpenFollowUp {
  readonly workflowId: string;
  readonly identityId: string;
}

/** Callbacks and surveys that are not closed: their workflows keep timers of their own. */
export async function openFollowUps(db: Db): Promise<OpenFollowUp[]> {
  const callbacks = await db.selectFrom('callback').select(['id', 'identity_id']).where('state', 'in', ['booked', 'due']).execute();
  const surveys = await db.selectFrom('survey').innerJoin('person', 'person.id', 'survey.person_id')
    .select(['survey.workflow_id', 'person.identity_id']).where('survey.state', 'in', ['created', 'invited', 'nudged']).execute();
  return [
    ...callbacks.map((row) => ({ workflowId: `callback/${row.id}`, identityId: row.identity_id })),
    ...surveys.map((row) => ({ workflowId: row.workflow_id, identityId: row.identity_id })),
  ];
}

/** Those of the agreements that run and whose wake still stands at or before `now`. */
export async function stillDue(db: Db, agreementIds: readonly string[], now: number): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('agreement').select('id')
    .where('id', 'in', [...agreementIds]).where('workflow_state', '=', 'running').where('wake_at', '<=', instant(now)).execute();
  return new Set(rows.map(({ id }) => id));
}

export interface OnItsWay {
  /** Outbox rows that the pump has still to hand over; those behind a poison row wait for a person, not for the pump. */
  readonly rows: number;
  /** Attempts between claim and record; an unknown outcome is not in flight, it waits for its validity. */
  readonly attempts: number;
}

export async function onItsWay(db: Db): Promise<OnItsWay> {
  const { rows: [row] } = await sql<OnItsWay>`
    select
      (select count(*) from outbox where state = 'pending' and not exists (
        select from outbox poison where poison.workflow_id = outbox.workflow_id and poison.state = 'poison'))::int as "rows",
      (select count(*) from attempt where state in ('claimed', 'calling'))::int as "attempts"`.execute(db);
  return row ?? { rows: 0, attempts: 0 };
}

/** When the next unknown outcome is closed for good, epoch ms; null when there is none. */
export async function nextUnknownEnd(db: Db): Promise<number | null> {
  const row = await db.selectFrom('attempt').select((eb) => eb.fn.min('valid_until').as('at')).where('state', '=', 'unknown').where('ended_at', 'is', null).executeTakeFirst();
  return row?.at ?? null;
}

/** When the end of a message that nobody has told is looked for next, after an instant; epoch ms, null when none is. */
export async function nextReceiptLook(db: Db, after: number): Promise<number | null> {
  const row = await db.selectFrom('attempt').select((eb) => eb.fn.min('receipt_due_at').as('at')).where('receipt_due_at', '>', instant(after)).executeTakeFirst();
  return row?.at ?? null;
}

/** Runs `work` while no other process holds the same name; a lock of the session's transaction, gone with the connection. */
export async function exclusively<T>(db: Db, name: string, work: () => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 7))`.execute(trx);
    return work();
  });
}

/** Like `exclusively`, but answers null at once when somebody else holds the name. */
export async function ifFree<T>(db: Db, name: string, work: () => Promise<T>): Promise<T | null> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ free: boolean }>`select pg_try_advisory_xact_lock(hashtextextended(${name}, 7)) as free`.execute(trx);
    return rows[0]?.free === true ? work() : null;
  });
}
