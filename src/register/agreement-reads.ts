/** What can be read of agreements: where they stand, their history, their money. */
import { listAgreements as listRows } from '../db/agreements.ts';
import { coDebtorsOf } from '../db/co-debtors.ts';
import { paymentsOf } from '../db/payments.ts';
import { timelineRows } from '../db/timeline.ts';
import type { FollowedKind, Phase } from '../domain/agreement.ts';
import { nextStep } from '../domain/decide.ts';
import { strategyOf } from '../domain/facts.ts';
import { statusOf } from '../domain/promise.ts';
import { overdueAt, viewOf } from '../domain/view.ts';
import { requireVisible, type Actor } from './actor.ts';
import { pageOf, positionOf, type Page, type PageQuery } from './page.ts';
import { toPaymentAnswer, type PaymentAnswer } from './payment.ts';
import type { RegisterContext } from './person-lock.ts';
import { loadState, loadStates, type LoadedAgreement } from './rebuild.ts';
import { resolveAgreement, resolveKind } from './resolve.ts';
import { seqOf, seqPageOf } from './seq-page.ts';
import { toTimelineEntry, type TimelineEntry } from './timeline.ts';

export { explain, type Explanation } from './explanation.ts';
export { resolveAgreement } from './resolve.ts';

/** An agreement as the API answers it; instants RFC 3339 in UTC, amounts minor units. */
export interface AgreementAnswer {
  readonly id: string;
  readonly creditorId: string;
  readonly externalId: string;
  readonly personId: string;
  /** Ids of the persons who owe beside the debtor. */
  readonly coDebtors: readonly string[];
  readonly batch: string | null;
  readonly phase: Phase;
  readonly overdue: boolean;
  /** Local days since the oldest unpaid due date, grace included. */
  readonly daysPastDue: number;
  readonly flags: { readonly hold: boolean; readonly dispute: boolean; readonly promise: boolean; readonly optedOut: boolean };
  readonly currency: string;
  readonly balanceMinor: number;
  readonly creditMinor: number;
  readonly instalments: readonly {
    readonly number: number; readonly dueOn: string; readonly amountMinor: number; readonly paidMinor: number; readonly version: number;
  }[];
  readonly strategy: { readonly id: string; readonly version: number };
  readonly workflowId: string;
  readonly runId: string | null;
  readonly nextStep: { readonly step: string; readonly at: string } | null;
}

/** Where an agreement stands now; ERR_NOT_FOUND when the actor may not see it, or it is a debt without one. */
export async function getAgreement(ctx: RegisterContext, actor: Actor, ref: string): Promise<AgreementAnswer> {
  const row = await resolveKind(ctx, actor, ref, 'agreement');
  return answerOf(await loadState(ctx.db, row.id), await ctx.clock.now(), (await coDebtorsOf(ctx.db, [row.id])).get(row.id));
}

/** The agreement as it is answered at an instant, epoch ms. */
export function answerOf({ row, state }: LoadedAgreement, now: number, coDebtors: readonly string[] = []): AgreementAnswer {
  const view = viewOf(state);
  const { overdue, daysPastDue } = overdueAt(state, now);
  const strategy = strategyOf(state);
  const next = nextStep(state, now);
  return {
    id: row.id, creditorId: row.creditor_id, externalId: row.external_id, personId: row.person_id, coDebtors, batch: row.batch,
    phase: view.phase, overdue, daysPastDue,
    flags: {
      hold: view.holdUntil !== null && view.holdUntil > now, dispute: view.disputes.length > 0,
      promise: view.promises.some((promise) => statusOf(promise, now) === 'open'), optedOut: view.optedOut.length > 0,
    },
    currency: row.currency, balanceMinor: view.balanceMinor, creditMinor: view.creditMinor,
    instalments: view.instalments.map(({ number, dueOn, amountMinor, paidMinor, version }) => ({ number, dueOn, amountMinor, paidMinor, version })),
    strategy: { id: strategy.id, version: strategy.version }, workflowId: row.workflow_id, runId: row.run_id,
    nextStep: next === null ? null : { step: next.step, at: new Date(next.at).toISOString() },
  };
}

export interface AgreementQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  readonly phase?: Phase | undefined;
  readonly overdue?: boolean | undefined;
  readonly personId?: string | undefined;
  readonly batch?: string | undefined;
  /** Part of the external id or of the person's name. */
  readonly q?: string | undefined;
}

/** Agreements in the order in which they were logged; a creditor's key sees its own. Debts without one are not among them. */
export async function listAgreements(ctx: RegisterContext, actor: Actor, query: AgreementQuery): Promise<Page<AgreementAnswer>> {
  return pageOfKind(ctx, actor, { kind: 'agreement', query }, answerOf);
}

/** A page of what is followed, of one kind. */
export async function pageOfKind<A>(
  ctx: RegisterContext, actor: Actor, { kind, query }: { kind: FollowedKind; query: AgreementQuery }, show: (loaded: LoadedAgreement, now: number, coDebtors?: readonly string[]) => A,
): Promise<Page<A>> {
  if (query.creditorId !== undefined) requireVisible(actor, query.creditorId);
  const now = await ctx.clock.now();
  const { limit, cursor, creditorId, overdue, ...filter } = query;
  const after = positionOf(cursor);
  const rows = await listRows(
    ctx.db,
    { ...filter, kind, creditorId: creditorId ?? actor.creditorId, ...(overdue === undefined ? {} : { overdue: { is: overdue, at: now } }) },
    { limit: limit + 1, after: after === undefined ? undefined : { loggedAt: after.at, id: after.id } },
  );
  const page = pageOf(rows, limit, (row) => ({ at: row.logged_at, id: row.id }), (row) => row.id);
  const loaded = await loadStates(ctx.db, page.items);
  const coDebtors = await coDebtorsOf(ctx.db, page.items);
  return { items: loaded.map((agreement) => show(agreement, now, coDebtors.get(agreement.row.id))), nextCursor: page.nextCursor };
}

/** The evidence of an agreement, ascending. */
export async function timelinePage(ctx: RegisterContext, actor: Actor, ref: string, query: PageQuery): Promise<Page<TimelineEntry>> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const rows = await timelineRows(ctx.db, id, { after: seqOf(query.cursor), limit: query.limit + 1 });
  return seqPageOf(rows, query.limit, toTimelineEntry);
}

/** Its payments in the order in which they were booked, reversed ones too. */
export async function paymentsPage(ctx: RegisterContext, actor: Actor, ref: string, query: PageQuery): Promise<Page<PaymentAnswer>> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const rows = await paymentsOf(ctx.db, id, { after: seqOf(query.cursor), limit: query.limit + 1 });
  return seqPageOf(rows, query.limit, toPaymentAnswer);
}
