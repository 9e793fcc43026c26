/** The slots that agents' shifts leave free: pure arithmetic over weekly shifts, and the reads around it. */
import { z } from 'zod';
import { shiftsServing, type ZonedShift } from '../db/agents.ts';
import { busyBetween, type Busy } from '../db/callbacks.ts';
import type { Db, Trx } from '../db/pool.ts';
import { addDays, instantOf, localDate, MINUTE, weekday } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import type { RegisterContext } from './person-lock.ts';

/** A stretch of an agent's shift, epoch ms, half-open. */
export interface Slot {
  readonly agentId: string;
  readonly from: number;
  readonly until: number;
}

const MAX_DAYS = 31;
const DAY = 24 * 60 * MINUTE;

/** The slots of the shifts that lie within [from, until) and overlap nothing busy, earliest first; of one instant the agent with less to do first. */
export function freeSlotsOf(shifts: readonly ZonedShift[], busy: readonly Busy[], from: number, until: number): Slot[] {
  const load = new Map<string, number>();
  for (const one of busy) load.set(one.agentId, (load.get(one.agentId) ?? 0) + 1);
  return shifts.flatMap((shift) => slotsOfShift(shift, from, until))
    .filter((slot) => !busy.some((one) => one.agentId === slot.agentId && one.from < slot.until && one.until > slot.from))
    .sort((a, b) => a.from - b.from || (load.get(a.agentId) ?? 0) - (load.get(b.agentId) ?? 0) || (a.agentId < b.agentId ? -1 : 1));
}

function slotsOfShift(shift: ZonedShift, from: number, until: number): Slot[] {
  const slots: Slot[] = [];
  const last = localDate(shift.zone, until);
  for (let date = localDate(shift.zone, from); date <= last; date = addDays(date, 1)) {
    if (weekday(date) !== shift.weekday) continue;
    for (let minute = shift.fromMinute; minute + shift.slotMinutes <= shift.untilMinute; minute += shift.slotMinutes) {
      const slot = { agentId: shift.agentId, from: instantOf(shift.zone, date, minute), until: instantOf(shift.zone, date, minute + shift.slotMinutes) };
      // In the hour that a change of clocks skips or repeats a slot would be empty or hours long.
      if (slot.from >= from && slot.until <= until && slot.until - slot.from === shift.slotMinutes * MINUTE) slots.push(slot);
    }
  }
  return slots;
}

/** Agents of whose shifts one holds the whole stretch, whatever the grid of its slots. */
export function agentsOnShift(shifts: readonly ZonedShift[], stretch: { readonly from: number; readonly until: number }): string[] {
  const holds = (shift: ZonedShift): boolean => {
    const date = localDate(shift.zone, stretch.from);
    return weekday(date) === shift.weekday
      && instantOf(shift.zone, date, shift.fromMinute) <= stretch.from && stretch.until <= instantOf(shift.zone, date, shift.untilMinute);
  };
  return [...new Set(shifts.filter(holds).map((shift) => shift.agentId))];
}

/** Free slots of the agents who serve a creditor, within [from, until) epoch ms. */
export async function readFreeSlots(db: Db | Trx, creditorId: string, from: number, until: number): Promise<Slot[]> {
  return freeSlotsOf(await shiftsServing(db, creditorId), await busyBetween(db, from, until), from, until);
}

const slotKey = z.tuple([z.string().min(1), z.int(), z.int()]);

/** A slot as one opaque word, for `slotId`. */
export function slotIdOf(slot: Slot): string {
  return Buffer.from(JSON.stringify([slot.agentId, slot.from, slot.until])).toString('base64url');
}

/** The slot of a `slotId`, or null when it is none. */
export function slotOfId(slotId: string): Slot | null {
  try {
    const parsed = slotKey.safeParse(JSON.parse(Buffer.from(slotId, 'base64url').toString('utf8')));
    return parsed.success ? { agentId: parsed.data[0], from: parsed.data[1], until: parsed.data[2] } : null;
  } catch {
    return null;
  }
}

export interface SlotAnswer {
  readonly slotId: string;
  readonly agentId: string;
  readonly from: string;
  readonly until: string;
}

export interface SlotQuery {
  readonly creditorId: string;
  /** Epoch ms; at most 31 days apart. */
  readonly from: number;
  readonly until: number;
}

/** `GET /v1/slots`: what is free in the shifts. Whether a person may be called then is decided when the call is booked. */
export async function freeSlots(ctx: RegisterContext, actor: Actor, query: SlotQuery): Promise<SlotAnswer[]> {
  requireVisible(actor, query.creditorId);
  const { from, until } = query;
  if (until <= from || until - from > MAX_DAYS * DAY) {
    throw new AppError('ERR_QUERY', 'The stretch of time is empty or too long.', { errors: [{ path: 'until', message: `after from, at most ${MAX_DAYS} days` }] });
  }
  const slots = await readFreeSlots(ctx.db, query.creditorId, Math.max(from, await ctx.clock.now()), until);
  return slots.map((slot) => ({
    slotId: slotIdOf(slot), agentId: slot.agentId, from: new Date(slot.from).toISOString(), until: new Date(slot.until).toISOString(),
  }));
}
