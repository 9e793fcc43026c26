/** Pre-legal cases: opened by the strategy, approved by two different people, handed over, or withdrawn at any moment. */
import { z } from 'zod';
import { approvalsOf, caseById, changeCase, countCases, insertApproval, insertCase, listCases, type ApprovalRow, type PreLegalRow } from '../db/pre-legal-cases.ts';
import { enqueue } from '../db/outbox.ts';
import { undeliveredFacts } from '../db/undelivered.ts';
import { eventOf } from '../db/agreement-events.ts';
import type { AgreementEvent, AgreementState, Occurrence } from '../domain/agreement.ts';
import { preLegalStillHolds, stillDue } from '../domain/decide.ts';
import { overdueAt, viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import { PRE_LEGAL_CHANGED, WORKFLOWS, type PreLegalChanged, type PreLegalInput } from '../../workflows/contract.ts';
import { requireVisible, type Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { recordFact } from './fact.ts';
import { EARLY } from './finish.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { appendTimeline } from './timeline.ts';

export const APPROVALS_NEEDED = 2;

/** `POST …/approve` and `…/handover`. */
export const approvalBody = z.strictObject({ note: z.string().trim().min(1).max(500).optional() });
export type ApprovalBody = z.infer<typeof approvalBody>;
/** `POST …/withdraw`. */
export const withdrawalBody = z.strictObject({ reason: z.string().trim().min(1).max(500) });
export type WithdrawalBody = z.infer<typeof withdrawalBody>;

/** A case as the API answers it; instants RFC 3339 in UTC. */
export interface PreLegalAnswer {
  readonly id: string;
  readonly agreementId: string;
  readonly creditorId: string;
  readonly number: number;
  readonly state: PreLegalRow['state'];
  readonly overdueMinor: number;
  readonly openedAt: string;
  readonly closedAt?: string;
  readonly reason?: string;
  readonly approvals: { by: string; at: string; note?: string }[];
}

function toAnswer(row: PreLegalRow, approvals: readonly ApprovalRow[]): PreLegalAnswer {
  return {
    id: row.id, agreementId: row.agreement_id, creditorId: row.creditor_id, number: row.number, state: row.state,
    overdueMinor: row.overdue_minor, openedAt: new Date(row.opened_at).toISOString(),
    ...(row.closed_at === null ? {} : { closedAt: new Date(row.closed_at).toISOString() }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    approvals: approvals.filter((one) => one.case_id === row.id)
      .map((one) => ({ by: one.approved_by, at: new Date(one.at).toISOString(), ...(one.note === null ? {} : { note: one.note }) })),
  };
}

/**
 * Opens the case that a step calls for; a second try gives the fact of the first. When the reason is gone (a payment,
 * a dispute that the run has not heard of yet) nothing is opened: the run gets what it had not heard of and decides
 * again. Recording a refusal instead would use up the step, and a dispute that is rejected later could never escalate.
 */
export async function openPreLegal(ctx: RegisterContext, agreementId: string, occurrence: Occurrence): Promise<AgreementEvent[]> {
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const factId = `preLegalOpened/${occurrence.key}`;
    const known = await eventOf(lock.trx, agreementId, factId);
    if (known !== undefined) return [known];
    const { state } = await loadState(lock.trx, agreementId);
    if (!stillDue(state, occurrence, lock.now + EARLY)) return undeliveredFacts(lock.trx, row);
    const caseId = await insertNewCase(lock, ctx, state, occurrence);
    return [await recordFact(lock, ctx, agreementId, { id: factId, body: { kind: 'preLegalOpened', case: caseId, occurrence: occurrence.key }, tell: 'caller' })];
  });
}

async function insertNewCase(lock: PersonLock, ctx: RegisterContext, state: AgreementState, occurrence: Occurrence): Promise<string> {
  const { agreementId, creditorId, externalId } = state.terms;
  const id = ctx.newId();
  const number = (await countCases(lock.trx, agreementId)) + 1;
  const workflowId = `pre-legal/${creditorId}/${state.terms.assignedOn === undefined ? '' : 'debt/'}${externalId}/${number}`;
  await insertCase(lock.trx, {
    id, creditor_id: creditorId, agreement_id: agreementId, number, occurrence: occurrence.key,
    overdue_minor: overdueAt(state, lock.now).overdueMinor, reason: null, workflow_id: workflowId, opened_at: lock.now,
  });
  const input: PreLegalInput = { v: 1, caseId: id };
  await enqueue(lock.trx, { workflowId, workflowType: WORKFLOWS.preLegal, action: 'start', payload: input });
  return id;
}

/** One person's approval; the second, by another key, approves the case. ERR_APPROVAL for the same key again or a case that is not open. */
export async function approvePreLegal(ctx: RegisterContext, actor: Actor, caseId: string, body: ApprovalBody = {}): Promise<PreLegalAnswer> {
  return withCase(ctx, actor, caseId, async (lock, row) => {
    if (row.state !== 'opened') throw new AppError('ERR_APPROVAL', `The case is ${row.state}.`);
    if (!(await insertApproval(lock.trx, { caseId, by: actor.id, at: lock.now, note: body.note ?? null }))) {
      throw new AppError('ERR_APPROVAL', 'This key has approved the case already; a second person approves with a key of their own.');
    }
    const given = (await approvalsOf(lock.trx, [caseId])).length;
    await appendTimeline(lock.trx, row.agreement_id, {
      at: lock.now, kind: 'preLegalApproved', outcome: `${given}/${APPROVALS_NEEDED}`,
      text: { es: `Caso prejudicial: aprobación ${given} de ${APPROVALS_NEEDED}.`, en: `Pre-legal case: approval ${given} of ${APPROVALS_NEEDED}.` },
    });
    if (given < APPROVALS_NEEDED) return;
    await changeCase(lock.trx, caseId, { state: 'approved' });
    await tellCase(lock, row, 'approved');
  });
}

/** Gives an approved case to the lawyer; only a lawyer or an administrator does. */
export async function handOver(ctx: RegisterContext, actor: Actor, caseId: string): Promise<PreLegalAnswer> {
  if (actor.role !== 'lawyer' && actor.role !== 'admin') throw new AppError('ERR_ROLE');
  return withCase(ctx, actor, caseId, async (lock, row) => {
    if (row.state === 'handedOver') return;
    if (row.state !== 'approved') throw new AppError('ERR_APPROVAL', `The case is ${row.state}: ${APPROVALS_NEEDED} people approve it before it is handed over.`);
    await close(lock, ctx, row, 'handedOver', null);
  });
}

/** Withdraws an open or approved case by a person's decision; repeating it changes nothing. */
export async function withdraw(ctx: RegisterContext, actor: Actor, caseId: string, body: WithdrawalBody): Promise<PreLegalAnswer> {
  return withCase(ctx, actor, caseId, async (lock, row) => {
    if (row.state === 'withdrawn') return;
    if (row.state === 'handedOver') throw new AppError('ERR_STATE', 'The case was handed over to the lawyer.');
    await close(lock, ctx, row, 'withdrawn', body.reason);
  });
}

/** Withdraws the open case of an agreement when its reason is gone: paid, renegotiated, disputed, over, or stopped by law. */
export async function withdrawIfNotHolding(lock: PersonLock, ctx: RegisterContext, agreementId: string): Promise<void> {
  const { state } = await loadState(lock.trx, agreementId);
  const open = viewOf(state).preLegal;
  if (open === null || open.state !== 'open' || preLegalStillHolds(state, lock.now)) return;
  const row = await caseById(lock.trx, open.case);
  if (row !== undefined) await close(lock, ctx, row, 'withdrawn', null);
}

async function close(lock: PersonLock, ctx: RegisterContext, row: PreLegalRow, result: 'handedOver' | 'withdrawn', reason: string | null): Promise<void> {
  await changeCase(lock.trx, row.id, { state: result, closedAt: lock.now, reason });
  await tellCase(lock, row, result);
  await recordFact(lock, ctx, row.agreement_id, {
    id: `preLegalClosed/${row.id}`, body: { kind: 'preLegalClosed', case: row.id, result }, tell: 'workflow',
  });
}

async function tellCase({ trx }: PersonLock, row: PreLegalRow, state: PreLegalChanged['state']): Promise<void> {
  const payload: PreLegalChanged = { state };
  await enqueue(trx, { workflowId: row.workflow_id, workflowType: WORKFLOWS.preLegal, action: 'signal', name: PRE_LEGAL_CHANGED, payload });
}

async function withCase(
  ctx: RegisterContext, actor: Actor, caseId: string, work: (lock: PersonLock, row: PreLegalRow) => Promise<void>,
): Promise<PreLegalAnswer> {
  const found = await caseById(ctx.db, caseId);
  if (found === undefined) throw notFound();
  requireVisible(actor, found.creditor_id);
  return underAgreementLock(ctx, found.agreement_id, async (lock) => {
    await work(lock, (await caseById(lock.trx, caseId)) ?? found);
    return toAnswer((await caseById(lock.trx, caseId)) ?? found, await approvalsOf(lock.trx, [caseId]));
  });
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such pre-legal case.');
}

/** What the workflow of a case shows of it. */
export async function readPreLegal(ctx: RegisterContext, caseId: string): Promise<{ state: PreLegalRow['state']; approvals: number }> {
  const row = await caseById(ctx.db, caseId);
  if (row === undefined) throw notFound();
  return { state: row.state, approvals: (await approvalsOf(ctx.db, [caseId])).length };
}

export interface PreLegalQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  readonly agreementId?: string | undefined;
  readonly state?: PreLegalRow['state'] | undefined;
}

/** Cases in the order in which they were opened; a creditor's key sees its own. */
export async function listPreLegal(ctx: RegisterContext, actor: Actor, query: PreLegalQuery): Promise<Page<PreLegalAnswer>> {
  const { limit, cursor, creditorId, ...filter } = query;
  if (creditorId !== undefined) requireVisible(actor, creditorId);
  const rows = await listCases(ctx.db, { ...filter, creditorId: creditorId ?? actor.creditorId }, { limit: limit + 1, after: positionOf(cursor) });
  const approvals = await approvalsOf(ctx.db, rows.map((row) => row.id));
  return pageOf(rows, limit, (row) => ({ at: row.opened_at, id: row.id }), (row) => toAnswer(row, approvals));
}
