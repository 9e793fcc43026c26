/** Calling off booked calls: by a person, or because a fact took their reason away (src/register/consequences.ts). */
import { changeCallback, openCallbacksOf, type CallbackRow } from '../db/callbacks.ts';
import { enqueue } from '../db/outbox.ts';
import { CALLBACK_CLOSED, WORKFLOWS, type CallbackClosed } from '../../workflows/contract.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';

/** Why a call has lost its reason; `calledOff` is a person calling it off. */
export type CancelReason = 'settled' | 'cancelled' | 'paid' | 'optedOut' | 'stopped' | 'calledOff';

const REASONS: Record<CancelReason, { es: string; en: string }> = {
  settled: { es: 'el acuerdo está pagado', en: 'the agreement is settled' },
  cancelled: { es: 'el acuerdo fue cancelado', en: 'the agreement was cancelled' },
  paid: { es: 'ya no hay nada atrasado', en: 'nothing is overdue any more' },
  optedOut: { es: 'la persona no quiere llamadas', en: 'the person opted out of calls' },
  stopped: { es: 'hay una detención registrada', en: 'a stop is registered' },
  calledOff: { es: 'a pedido', en: 'on request' },
};

/** Calls off every open call of an agreement; the slots are free again when the transaction commits. */
export async function cancelCallbacks(lock: PersonLock, ctx: RegisterContext, agreementId: string, reason: CancelReason): Promise<void> {
  for (const row of await openCallbacksOf(lock.trx, agreementId)) await callOff(lock, ctx, row, reason);
}

/** Calls off one open call. */
export async function callOff(lock: PersonLock, ctx: RegisterContext, row: CallbackRow, reason: CancelReason): Promise<void> {
  await changeCallback(lock.trx, row.id, { state: 'cancelled', closedAt: lock.now });
  await tellCallback(lock, row.id, { state: 'cancelled' });
  const why = REASONS[reason];
  await recordFact(lock, ctx, row.agreement_id, {
    id: `callbackClosed/${row.id}/cancelled`,
    body: { kind: 'callbackClosed', callback: row.id, result: 'cancelled' },
    tell: 'workflow',
    timeline: { text: { es: `La llamada agendada fue cancelada: ${why.es}.`, en: `The booked callback was cancelled: ${why.en}.` } },
  });
}

/** Signals the workflow of a call that it was closed. */
export async function tellCallback({ trx }: PersonLock, callbackId: string, payload: CallbackClosed): Promise<void> {
  await enqueue(trx, { workflowId: callbackWorkflowId(callbackId), workflowType: WORKFLOWS.callback, action: 'signal', name: CALLBACK_CLOSED, payload });
}

export function callbackWorkflowId(callbackId: string): string {
  return `callback/${callbackId}`;
}
