/** What a sandbox started with --empty has: one agent with office hours, so that callbacks can be booked. */
import type { Actor } from '../register/actor.ts';
import { addShift, saveAgent } from '../register/agent.ts';
import type { RegisterContext } from '../register/person-lock.ts';

const AGENT = 'agente';
const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5] as const;
const NINE = 9 * 60;
const EIGHTEEN = 18 * 60;
const SLOT_MINUTES = 15;

/** Adds the agent and the shifts; again it changes nothing. */
export async function openEmptyOffice(ctx: RegisterContext, actor: Actor): Promise<void> {
  await saveAgent(ctx, actor, { id: AGENT, name: 'Agente', zone: 'America/Santiago', active: true });
  for (const weekday of MONDAY_TO_FRIDAY) {
    await addShift(ctx, actor, { agentId: AGENT, weekday, fromMinute: NINE, untilMinute: EIGHTEEN, slotMinutes: SLOT_MINUTES });
  }
}
