/** Agents and their weekly shifts. */
import { z } from 'zod';
import { agentById, insertShift, listAgents, listShifts, upsertAgent, type AgentRow, type ShiftRow } from '../db/agents.ts';
import { isZone } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';

const externalId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, . _ and -, at most 64');

/** `POST /v1/agents`: the same id again replaces it. `creditors` absent: every creditor. */
export const agentBody = z.strictObject({
  id: externalId,
  name: z.string().trim().min(1).max(200),
  zone: z.string().refine(isZone, 'must be an IANA zone, such as America/Santiago'),
  creditors: z.array(externalId).min(1).optional(),
  active: z.boolean().default(true),
});
export type AgentBody = z.infer<typeof agentBody>;

const MINUTES_A_DAY = 1_440;

/** `POST /v1/shifts`: weekly; weekday 1 (Monday) to 7, minutes of the agent's local day. */
export const shiftBody = z.strictObject({
  agentId: externalId,
  weekday: z.int().min(1).max(7),
  fromMinute: z.int().min(0).max(MINUTES_A_DAY - 1),
  untilMinute: z.int().min(1).max(MINUTES_A_DAY),
  slotMinutes: z.int().min(5).max(240).default(15),
}).refine((body) => body.untilMinute >= body.fromMinute + body.slotMinutes, { path: ['untilMinute'], message: 'must leave room for one slot after fromMinute' });
export type ShiftBody = z.infer<typeof shiftBody>;

export interface AgentAnswer {
  readonly id: string;
  readonly name: string;
  readonly zone: string;
  readonly creditors: readonly string[] | null;
  readonly active: boolean;
}

export interface ShiftAnswer {
  readonly id: string;
  readonly agentId: string;
  readonly weekday: number;
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly slotMinutes: number;
}

/** Adds an agent or replaces one. */
export async function saveAgent(ctx: RegisterContext, actor: Actor, body: AgentBody): Promise<AgentAnswer> {
  requireHouse(actor);
  const row = { id: body.id, name: body.name, zone: body.zone, creditors: body.creditors ?? null, active: body.active };
  await upsertAgent(ctx.db, row);
  return row;
}

/** Adds a weekly shift; the same shift again changes nothing. */
export async function addShift(ctx: RegisterContext, actor: Actor, body: ShiftBody): Promise<ShiftAnswer> {
  requireHouse(actor);
  if ((await agentById(ctx.db, body.agentId)) === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such agent.');
  const same = (await listShifts(ctx.db, body.agentId)).find((row) => row.weekday === body.weekday
    && row.from_minute === body.fromMinute && row.until_minute === body.untilMinute && row.slot_minutes === body.slotMinutes);
  if (same !== undefined) return toShift(same);
  const id = ctx.newId();
  await insertShift(ctx.db, {
    id, agent_id: body.agentId, weekday: body.weekday, from_minute: body.fromMinute, until_minute: body.untilMinute, slot_minutes: body.slotMinutes,
  });
  return { id, ...body };
}

/** Every agent who serves what the actor may see. */
export async function readAgents(ctx: RegisterContext, actor: Actor): Promise<AgentAnswer[]> {
  return (await listAgents(ctx.db)).filter((row) => serves(row, actor)).map((row) => ({
    id: row.id, name: row.name, zone: row.zone, creditors: row.creditors, active: row.active,
  }));
}

/** The shifts of the agents who serve what the actor may see. */
export async function readShifts(ctx: RegisterContext, actor: Actor, agentId?: string): Promise<ShiftAnswer[]> {
  const visible = new Set((await readAgents(ctx, actor)).map((agent) => agent.id));
  return (await listShifts(ctx.db, agentId)).filter((row) => visible.has(row.agent_id)).map(toShift);
}

function serves(row: AgentRow, actor: Actor): boolean {
  return actor.creditorId === null || row.creditors === null || row.creditors.includes(actor.creditorId);
}

function toShift(row: ShiftRow): ShiftAnswer {
  return {
    id: row.id, agentId: row.agent_id, weekday: row.weekday, fromMinute: row.from_minute, untilMinute: row.until_minute, slotMinutes: row.slot_minutes,
  };
}

/** Agents work for several creditors: a key of one creditor does not move them. */
function requireHouse(actor: Actor): void {
  if (actor.creditorId !== null) throw new AppError('ERR_ROLE');
}
