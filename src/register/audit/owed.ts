/** What was owed when a call began, by the person's sequence and not by clocks. */
import type { AgreementState } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';

/** The state as the call found it: facts with a later number came too late for it. */
export function stateBefore(state: AgreementState, beginSeq: number): AgreementState {
  return { ...state, events: state.events.filter((event) => event.seq < beginSeq) };
}

/** Whether something of what a message spoke of was still owed when its call began; a message about no instalment speaks of the whole debt. */
export function speaksOfDebt(state: AgreementState, beginSeq: number, instalments: readonly number[]): boolean {
  const view = viewOf(stateBefore(state, beginSeq));
  const spokenOf = view.instalments.filter((instalment) => instalments.includes(instalment.number));
  return view.settledAt === null && (instalments.length === 0 || spokenOf.some((instalment) => instalment.unpaid));
}
