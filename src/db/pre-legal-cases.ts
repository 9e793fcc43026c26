/** Pre-legal cases and the approvals of people. */
import { sql } from 'kysely';
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PreLegalRow = Row<'pre_legal_case'>;
export type ApprovalRow = Row<'pre_legal_approval'>;
export type PreLegalState = PreLegalRow['state'];
export type NewCase = Omit<NewRow<'pre_legal_case'>, 'opened_at' | 'closed_at' | 'state'> & { opened_at: number };

export async function insertCase(trx: Trx, newCase: NewCase): Promise<void> {
  await trx.insertInto('pre_legal_case').values({ ...newCase, state: 'opened', opened_at: instant(newCase.opened_at) }).execute();
}

export async function caseById(db: Db | Trx, id: string): Promise<PreLegalRow | undefined> {
  return db.selectFrom('pre_legal_case').selectAll().where('id', '=', id).executeTakeFirst();
}

/** How many cases an agreement has had, open ones included. */
export async function countCases(db: Db | Trx, agreementId: string): Promise<number> {
  const row = await db.selectFrom('pre_legal_case').select((eb) => eb.fn.countAll<number>().as('n')).where('agreement_id', '=', agreementId).executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Moves a case on; `closedAt` (epoch ms) when this ends it. */
export async function changeCase(trx: Trx, id: string, change: { state: PreLegalState; closedAt?: number; reason?: string | null }): Promise<void> {
  await trx.updateTable('pre_legal_case').set({
    state: change.state,
    ...(change.closedAt === undefined ? {} : { closed_at: instant(change.closedAt) }),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
  }).where('id', '=', id).execute();
}

/** Notes an approval; false when the same one has approved before. */
export async function insertApproval(trx: Trx, approval: { caseId: string; by: string; at: number; note: string | null }): Promise<boolean> {
  const result = await trx.insertInto('pre_legal_approval')
    .values({ case_id: approval.caseId, approved_by: approval.by, at: instant(approval.at), note: approval.note })
    .onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Approvals of several cases, in the order in which they were given. */
export async function approvalsOf(db: Db | Trx, caseIds: readonly string[]): Promise<ApprovalRow[]> {
  if (caseIds.length === 0) return [];
  return db.selectFrom('pre_legal_approval').selectAll().where('case_id', 'in', [...caseIds]).orderBy('at').orderBy('approved_by').execute();
}

export interface CaseFilter {
  /** null: every creditor. */
  readonly creditorId: string | null;
  readonly agreementId?: string | undefined;
  readonly state?: PreLegalState | undefined;
}

/** One page in the order in which the cases were opened, after the position of the last row seen. */
export async function listCases(
  db: Db | Trx, filter: CaseFilter, page: { limit: number; after?: { at: number; id: string } | undefined },
): Promise<PreLegalRow[]> {
  let query = db.selectFrom('pre_legal_case').selectAll();
  if (filter.creditorId !== null) query = query.where('creditor_id', '=', filter.creditorId);
  if (filter.agreementId !== undefined) query = query.where('agreement_id', '=', filter.agreementId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (page.after !== undefined) query = query.where(sql<boolean>`(opened_at, id) > (${instant(page.after.at)}, ${page.after.id}::uuid)`);
  return query.orderBy('opened_at').orderBy('id').limit(page.limit).execute();
}
