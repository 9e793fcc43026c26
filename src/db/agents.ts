/** Agents and the weekly shifts in which they take calls. */
import { sql } from 'kysely';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type AgentRow = Row<'agent'>;
export type ShiftRow = Row<'shift'>;

/** Stores an agent, or replaces name, zone, creditors and activity of one that is known. */
export async function upsertAgent(db: Db | Trx, agent: NewRow<'agent'>): Promise<void> {
  const { id, ...rest } = agent;
  await db.insertInto('agent').values(agent).onConflict((conflict) => conflict.column('id').doUpdateSet({ ...rest, id })).execute();
}

export async function listAgents(db: Db | Trx): Promise<AgentRow[]> {
  return db.selectFrom('agent').selectAll().orderBy('id').execute();
}

export async function agentById(db: Db | Trx, id: string): Promise<AgentRow | undefined> {
  return db.selectFrom('agent').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function insertShift(db: Db | Trx, shift: NewRow<'shift'>): Promise<void> {
  await db.insertInto('shift').values(shift).execute();
}

export async function listShifts(db: Db | Trx, agentId?: string): Promise<ShiftRow[]> {
  let query = db.selectFrom('shift').selectAll();
  if (agentId !== undefined) query = query.where('agent_id', '=', agentId);
  return query.orderBy('agent_id').orderBy('weekday').orderBy('from_minute').orderBy('id').execute();
}

/** A shift with the zone its minutes are meant in. */
export interface ZonedShift {
  readonly agentId: string;
  readonly zone: string;
  readonly weekday: number;
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly slotMinutes: number;
}

/** The shifts of every active agent who serves this creditor. */
export async function shiftsServing(db: Db | Trx, creditorId: string): Promise<ZonedShift[]> {
  const rows = await db.selectFrom('shift').innerJoin('agent', 'agent.id', 'shift.agent_id')
    .select(['shift.agent_id', 'agent.zone', 'shift.weekday', 'shift.from_minute', 'shift.until_minute', 'shift.slot_minutes'])
    .where('agent.active', '=', true)
    .where((eb) => eb.or([eb('agent.creditors', 'is', null), sql<boolean>`${creditorId} = any(agent.creditors)`]))
    .orderBy('shift.agent_id').orderBy('shift.weekday').orderBy('shift.from_minute').execute();
  return rows.map((row) => ({
    agentId: row.agent_id, zone: row.zone, weekday: row.weekday,
    fromMinute: row.from_minute, untilMinute: row.until_minute, slotMinutes: row.slot_minutes,
  }));
}
