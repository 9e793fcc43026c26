/** Debts that were assigned before there is an agreement: where they stand, and that the creditor takes one back. */
import { coDebtorsOf } from '../db/co-debtors.ts';
import type { AgreementRow } from '../db/database.ts';
import { insertFactNote } from '../db/fact-notes.ts';
import type { AgreementState } from '../domain/agreement.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { debtTotal } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { answerOf, pageOfKind, type AgreementAnswer, type AgreementQuery } from './agreement-reads.ts';
import type { DebtWithdrawalBody } from './debt-body.ts';
import { recordFact } from './fact.ts';
import type { Page } from './page.ts';
import type { RegisterContext } from './person-lock.ts';
import { loadState, type LoadedAgreement } from './rebuild.ts';
import { resolveKind } from './resolve.ts';

/** `agreed`: an agreement took its place; `stopped`: a permanent stop of the person ended it. */
export type DebtState = 'assigned' | 'agreed' | 'paid' | 'withdrawn' | 'stopped';

/** A debt as the API answers it; instants RFC 3339 in UTC, amounts minor units. */
export interface DebtAnswer extends Omit<AgreementAnswer, 'instalments'> {
  readonly state: DebtState;
  /** The agreement that took its place. */
  readonly agreementId: string | null;
  readonly contractRef: string | null;
  readonly assignedOn: string;
  /** What was assigned. */
  readonly amountMinor: number;
}

/** Where a debt stands now; ERR_NOT_FOUND when the actor may not see it, or it is an agreement. */
export async function getDebt(ctx: RegisterContext, actor: Actor, ref: string): Promise<DebtAnswer> {
  return readDebt(ctx, (await resolveKind(ctx, actor, ref, 'debt')).id);
}

/** Id of the debt, for what can be asked of everything that is followed. */
export async function debtIdOf(ctx: RegisterContext, actor: Actor, ref: string): Promise<string> {
  return (await resolveKind(ctx, actor, ref, 'debt')).id;
}

async function readDebt(ctx: RegisterContext, id: string): Promise<DebtAnswer> {
  return toDebtAnswer(await loadState(ctx.db, id), await ctx.clock.now(), (await coDebtorsOf(ctx.db, [id])).get(id));
}

function toDebtAnswer(loaded: LoadedAgreement, now: number, coDebtors: readonly string[] = []): DebtAnswer {
  const { instalments: _, ...rest } = answerOf(loaded, now, coDebtors);
  const { row, state } = loaded;
  return {
    ...rest, state: stateOf(row, state), agreementId: row.agreed_in, contractRef: row.debt?.contractRef ?? null, assignedOn: row.agreed_on,
    amountMinor: row.debt === null ? 0 : debtTotal(row.debt),
  };
}

function stateOf(row: AgreementRow, state: AgreementState): DebtState {
  const view = viewOf(state);
  if (row.agreed_in !== null) return 'agreed';
  if (state.events.some(({ kind }) => kind === 'cancelled')) return 'withdrawn';
  if (view.settledAt !== null) return 'paid';
  return view.phase === 'closed' ? 'stopped' : 'assigned';
}

/** Debts in the order in which they were logged; a creditor's key sees its own. */
export async function listDebts(ctx: RegisterContext, actor: Actor, query: AgreementQuery): Promise<Page<DebtAnswer>> {
  return pageOfKind(ctx, actor, { kind: 'debt', query }, toDebtAnswer);
}

/**
 * The creditor takes the debt back: nobody is contacted about it any more, what was booked for it is called off. Again it
 * changes nothing; ERR_STATE when it is paid or agreed. Money that still comes is booked as credit.
 */
export async function withdrawDebt(ctx: RegisterContext, actor: Actor, ref: string, { reason }: DebtWithdrawalBody): Promise<DebtAnswer> {
  const { id } = await resolveKind(ctx, actor, ref, 'debt');
  await underAgreementLock(ctx, id, async (lock, row) => {
    const stands = stateOf(row, (await loadState(lock.trx, id)).state);
    if (stands === 'withdrawn') return;
    if (stands === 'agreed') throw new AppError('ERR_STATE', 'An agreement took the place of the debt: cancel the agreement.');
    if (stands === 'paid') throw new AppError('ERR_STATE', 'The debt is paid.');
    const factId = `withdrawn/${ctx.newId()}`;
    await recordFact(lock, ctx, id, {
      id: factId, tell: 'workflow', body: { kind: 'cancelled', reason: 'withdrawn' },
      timeline: { kind: 'debtWithdrawn', text: { es: 'El acreedor retiró la deuda: no se contacta más por ella.', en: 'The creditor withdrew the debt: nobody is contacted about it any more.' } },
    });
    if (reason !== undefined) await insertFactNote(lock.trx, id, factId, reason);
  });
  return readDebt(ctx, id);
}
