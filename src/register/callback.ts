/** A booked call after it was booked: it comes due, ends with an outcome, is missed, or is called off. */
import { callbackById, changeCallback, listCallbackRows, type CallbackRow } from '../db/callbacks.ts';
import type { CallOutcomeName } from '../domain/agreement.ts';
import { AppError } from '../errors.ts';
import { requireVisible, type Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { callOff, tellCallback } from './callback-cancel.ts';
import { outcomeBody, recordCall, type OutcomeBody } from './call.ts';
import { recordFact } from './fact.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';

export { callbackWorkflowId, cancelCallbacks, type CancelReason } from './callback-cancel.ts';
export { bookCallback, bookCallbackForStep, bookCallbackUnder, callbackBody, type CallbackBody } from './callback-booking.ts';
export { outcomeBody as callbackOutcomeBody, type OutcomeBody as CallbackOutcomeBody };

/** A callback as the API answers it; instants RFC 3339 in UTC. */
export interface CallbackAnswer {
  readonly id: string;
  readonly agreementId: string;
  readonly creditorId: string;
  readonly agentId: string;
  readonly from: string;
  readonly until: string;
  readonly state: CallbackRow['state'];
  readonly outcome?: CallOutcomeName;
  readonly note?: string;
}

export function toCallbackAnswer(row: CallbackRow): CallbackAnswer {
  return {
    id: row.id, agreementId: row.agreement_id, creditorId: row.creditor_id, agentId: row.agent_id,
    from: new Date(row.from_at).toISOString(), until: new Date(row.until_at).toISOString(), state: row.state,
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
    ...(row.note === null ? {} : { note: row.note }),
  };
}

/** Calls off one callback on somebody's request; ERR_CALLBACK_STATE when it is closed already. */
export async function cancelCallback(ctx: RegisterContext, actor: Actor, callbackId: string): Promise<CallbackAnswer> {
  return withCallback(ctx, actor, callbackId, async (lock, row) => {
    if (row.state !== 'booked' && row.state !== 'due') throw closed(row);
    await callOff(lock, ctx, row, 'calledOff');
  });
}

/**
 * Logs the outcome of a booked call: it is a call attempt, whatever came of it. A missed call may still get one (the
 * agent called and was late to say so). The same outcome again changes nothing; another one is ERR_CALLBACK_STATE.
 */
export async function closeCallback(ctx: RegisterContext, actor: Actor, callbackId: string, body: OutcomeBody): Promise<CallbackAnswer> {
  return withCallback(ctx, actor, callbackId, async (lock, row) => {
    if (row.state === 'done' && row.outcome === body.outcome) return;
    if (row.state === 'done' || row.state === 'cancelled') throw closed(row);
    await changeCallback(lock.trx, row.id, { state: 'done', outcome: body.outcome, note: body.note ?? null, closedAt: lock.now });
    // The workflow of a missed call has completed.
    if (row.state !== 'missed') await tellCallback(lock, row.id, { state: 'done', outcome: body.outcome });
    await recordCall(lock, ctx, actor, {
      agreementId: row.agreement_id, creditorId: row.creditor_id, callbackId: row.id, channel: 'call', at: lock.now, ...body,
    });
  });
}

async function withCallback(
  ctx: RegisterContext, actor: Actor, callbackId: string, work: (lock: PersonLock, row: CallbackRow) => Promise<void>,
): Promise<CallbackAnswer> {
  const found = await visibleCallback(ctx, actor, callbackId);
  return underAgreementLock(ctx, found.agreement_id, async (lock) => {
    const row = await callbackById(lock.trx, callbackId);
    if (row === undefined) throw notFound();
    await work(lock, row);
    return toCallbackAnswer((await callbackById(lock.trx, callbackId)) ?? row);
  });
}

async function visibleCallback(ctx: RegisterContext, actor: Actor, callbackId: string): Promise<CallbackRow> {
  const row = await callbackById(ctx.db, callbackId);
  if (row === undefined) throw notFound();
  requireVisible(actor, row.creditor_id);
  return row;
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such callback.');
}

function closed(row: CallbackRow): AppError {
  return new AppError('ERR_CALLBACK_STATE', `The callback is ${row.state}${row.outcome === null ? '' : ` (${row.outcome})`}.`);
}

/** The slot begins: booked -> due, it stands in the agent's queue. Gives the state in force. */
export async function queueCallback(ctx: RegisterContext, callbackId: string): Promise<CallbackRow['state']> {
  return stepOn(ctx, callbackId, async (lock, row) => {
    if (row.state !== 'booked') return row.state;
    await changeCallback(lock.trx, row.id, { state: 'due' });
    return 'due';
  });
}

/** Nobody logged an outcome in time: due -> missed, and the agreement hears of it. Gives the state in force. */
export async function missCallback(ctx: RegisterContext, callbackId: string): Promise<CallbackRow['state']> {
  return stepOn(ctx, callbackId, async (lock, row) => {
    if (row.state !== 'booked' && row.state !== 'due') return row.state;
    await changeCallback(lock.trx, row.id, { state: 'missed', closedAt: lock.now });
    await recordFact(lock, ctx, row.agreement_id, {
      id: `callbackClosed/${row.id}/missed`, body: { kind: 'callbackClosed', callback: row.id, result: 'missed' }, tell: 'workflow',
    });
    return 'missed';
  });
}

async function stepOn(
  ctx: RegisterContext, callbackId: string, work: (lock: PersonLock, row: CallbackRow) => Promise<CallbackRow['state']>,
): Promise<CallbackRow['state']> {
  const found = await callbackById(ctx.db, callbackId);
  if (found === undefined) throw notFound();
  return underAgreementLock(ctx, found.agreement_id, async (lock) => work(lock, (await callbackById(lock.trx, callbackId)) ?? found));
}

export interface CallbackQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  readonly agreementId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly state?: CallbackRow['state'] | undefined;
  /** Slots that begin in [from, until), epoch ms. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** Callbacks by the beginning of their slots; a creditor's key sees its own. */
export async function listCallbacks(ctx: RegisterContext, actor: Actor, query: CallbackQuery): Promise<Page<CallbackAnswer>> {
  const { limit, cursor, creditorId, ...filter } = query;
  if (creditorId !== undefined) requireVisible(actor, creditorId);
  const rows = await listCallbackRows(ctx.db, { ...filter, creditorId: creditorId ?? actor.creditorId }, { limit: limit + 1, after: positionOf(cursor) });
  return pageOf(rows, limit, (row) => ({ at: row.from_at, id: row.id }), toCallbackAnswer);
}
