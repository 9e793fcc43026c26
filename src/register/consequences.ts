/** What a fact brings about besides itself, in the same transaction: an open case falls, booked calls are called off. */
import type { AgreementEvent, AgreementState } from '../domain/agreement.ts';
import { overdueAt, viewOf } from '../domain/view.ts';
import { cancelCallbacks } from './callback-cancel.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { withdrawIfNotHolding } from './pre-legal.ts';

export interface FactTransition {
  readonly before: AgreementState;
  readonly after: AgreementState;
  readonly event: AgreementEvent;
}

/** Draws the consequences of a fact; they are facts too and record themselves. */
export async function followUp(lock: PersonLock, ctx: RegisterContext, agreementId: string, fact: FactTransition): Promise<void> {
  if (fact.event.kind !== 'preLegalOpened' && fact.event.kind !== 'preLegalClosed' && viewOf(fact.after).preLegalCase !== null) {
    await withdrawIfNotHolding(lock, ctx, agreementId);
  }
  const reason = whyNoCall(fact, lock.now);
  if (reason !== null) await cancelCallbacks(lock, ctx, agreementId, reason);
}

/** Why a booked call has lost its reason: the agreement is over, nothing is overdue any more, or the person may not be called. */
function whyNoCall({ after, event }: FactTransition, now: number): 'settled' | 'cancelled' | 'paid' | 'optedOut' | 'stopped' | null {
  const phase = viewOf(after).phase;
  switch (event.kind) {
    case 'paymentBooked': return phase === 'settled' ? 'settled' : overdueAt(after, now).overdue ? null : 'paid';
    case 'renegotiated': return phase === 'settled' ? 'settled' : 'paid';
    case 'cancelled': return 'cancelled';
    case 'stopRegistered': return 'stopped';
    case 'optedOut': return event.scope === 'all' || event.scope === 'call' ? 'optedOut' : null;
    default: return null;
  }
}
