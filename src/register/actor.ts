/** Who acts, as far as the register needs to know: for the evidence, for roles, and for what may be seen. */
import { AppError } from '../errors.ts';

export type Role = 'admin' | 'system' | 'agent' | 'supervisor' | 'lawyer' | 'creditor';

export interface Actor {
  /** Id of the key, `debtor`, or the name of a process (`pump`, `workflow`, `sandbox`); never a person's name. */
  readonly id: string;
  readonly role: Role;
  /** Sees and moves only this creditor's data; null = all creditors. */
  readonly creditorId: string | null;
}

/** Pacto's own processes. */
export function processActor(id: string): Actor {
  return { id, role: 'system', creditorId: null };
}

/** Throws ERR_NOT_FOUND (not ERR_ROLE: existence is no business of others) when the actor may not see this creditor. */
export function requireVisible(actor: Actor, creditorId: string): void {
  if (actor.creditorId !== null && actor.creditorId !== creditorId) throw new AppError('ERR_NOT_FOUND');
}
