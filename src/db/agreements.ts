/** Agreements, their plans, and the mirror of their state for lists and searches. */
import { sql } from 'kysely';
import type { AgreementTerms, FollowedKind, Instalment, Phase } from '../domain/agreement.ts';
import type { StrategyOverrides } from '../strategy/overrides.ts';
import { instant, json, nullableInstant, nullableJson } from './columns.ts';
import type { AgreementDebt, AgreementRow, NewRow, Row, WorkflowState } from './database.ts';
import type { Db, Trx } from './pool.ts';

export async function agreementById(db: Db | Trx, id: string): Promise<AgreementRow | undefined> {
  return db.selectFrom('agreement').selectAll().where('id', '=', id).executeTakeFirst();
}

/** An agreement and the debt before it may have one external id. */
export async function agreementByExternalId(db: Db | Trx, creditorId: string, externalId: string, kind: FollowedKind = 'agreement'): Promise<AgreementRow | undefined> {
  return db.selectFrom('agreement').selectAll()
    .where('creditor_id', '=', creditorId).where('kind', '=', kind).where('external_id', '=', externalId).executeTakeFirst();
}

/** The agreement of this external id or, where there is none yet, the debt. */
export async function followedByExternalId(db: Db | Trx, creditorId: string, externalId: string): Promise<AgreementRow | undefined> {
  return await agreementByExternalId(db, creditorId, externalId) ?? agreementByExternalId(db, creditorId, externalId, 'debt');
}

/** What a person still owes under a contract, by the creditor's reference of it, oldest first. */
export async function openUnderContract(db: Db | Trx, personId: string, kind: FollowedKind, contractRef: string): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll().where('person_id', '=', personId).where('kind', '=', kind).where('phase', 'not in', ['settled', 'closed'])
    .where(sql<boolean>`debt ->> 'contractRef' = ${contractRef}`).orderBy('logged_seq').execute();
}

/** Notes which agreement took the place of a debt. */
export async function setAgreedIn(trx: Trx, debtId: string, agreementId: string): Promise<void> {
  await trx.updateTable('agreement').set({ agreed_in: agreementId }).where('id', '=', debtId).execute();
}

/** In the order of the ids given; ids without a row are left out. */
export async function agreementsByIds(db: Db | Trx, ids: readonly string[]): Promise<AgreementRow[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('agreement').selectAll().where('id', 'in', [...ids]).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The agreements of one person at one creditor that are not over yet, oldest first: the siblings of a contact. */
export async function siblingsOf(db: Db | Trx, personId: string): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll().where('person_id', '=', personId)
    .where('phase', 'not in', ['closed']).orderBy('logged_seq').execute();
}

export type NewAgreement = Omit<NewRow<'agreement'>, 'terms' | 'debt' | 'strategy_overrides' | 'hold_until' | 'wake_at' | 'overdue_from' | 'logged_at'> & {
  terms: AgreementTerms;
  debt: AgreementDebt | null;
  strategy_overrides: StrategyOverrides | null;
  wake_at: number | null;
  overdue_from: number | null;
  logged_at: number;
};

export async function insertAgreement(trx: Trx, agreement: NewAgreement): Promise<AgreementRow> {
  return trx.insertInto('agreement').values({
    ...agreement,
    terms: json(agreement.terms),
    debt: nullableJson(agreement.debt),
    strategy_overrides: nullableJson(agreement.strategy_overrides),
    wake_at: nullableInstant(agreement.wake_at),
    overdue_from: nullableInstant(agreement.overdue_from),
    logged_at: instant(agreement.logged_at),
  }).returningAll().executeTakeFirstOrThrow();
}

/** What lists and searches read; every instant epoch ms, every amount minor units. */
export interface AgreementMirror {
  readonly phase: Phase;
  readonly planVersion: number;
  readonly balanceMinor: number;
  readonly creditMinor: number;
  readonly paidMinor: number;
  readonly oldestUnpaidDue: string | null;
  /** From when on it counts as overdue; null while nothing is owed. */
  readonly overdueFrom: number | null;
  readonly holdUntil: number | null;
  readonly disputed: boolean;
  readonly optedOut: boolean;
  readonly wakeAt: number | null;
  /** The strategy it follows now. */
  readonly strategy: { readonly id: string; readonly version: number };
}

export async function writeMirror(trx: Trx, agreementId: string, mirror: AgreementMirror): Promise<void> {
  await trx.updateTable('agreement').set({
    phase: mirror.phase,
    plan_version: mirror.planVersion,
    balance_minor: mirror.balanceMinor,
    credit_minor: mirror.creditMinor,
    paid_minor: mirror.paidMinor,
    oldest_unpaid_due: mirror.oldestUnpaidDue,
    overdue_from: nullableInstant(mirror.overdueFrom),
    hold_until: nullableInstant(mirror.holdUntil),
    disputed: mirror.disputed,
    opted_out: mirror.optedOut,
    wake_at: nullableInstant(mirror.wakeAt),
    current_strategy_id: mirror.strategy.id,
    current_strategy_version: mirror.strategy.version,
  }).where('id', '=', agreementId).execute();
}

/** Notes where the workflow of an agreement stands; `runId` only when it is known. */
export async function setWorkflowState(db: Db | Trx, agreementId: string, state: WorkflowState, runId?: string): Promise<void> {
  await db.updateTable('agreement').set({ workflow_state: state, ...(runId === undefined ? {} : { run_id: runId }) })
    .where('id', '=', agreementId).execute();
}

/** The pump started this workflow: starting -> running with its run id; a run that finished meanwhile stays finished. */
export async function markStarted(db: Db | Trx, workflowId: string, runId: string): Promise<void> {
  await db.updateTable('agreement')
    .set({ run_id: runId, workflow_state: sql<WorkflowState>`case when workflow_state = 'starting' then 'running' else workflow_state end` })
    .where('workflow_id', '=', workflowId).execute();
}

export async function insertInstalments(trx: Trx, agreementId: string, version: number, instalments: readonly Instalment[]): Promise<void> {
  await trx.insertInto('instalment').values(instalments.map((instalment) => ({
    agreement_id: agreementId, version, number: instalment.number, due_on: instalment.dueOn, amount_minor: instalment.amountMinor,
  }))).execute();
}

export async function instalmentsOf(db: Db | Trx, agreementId: string, version: number): Promise<Row<'instalment'>[]> {
  return db.selectFrom('instalment').selectAll().where('agreement_id', '=', agreementId).where('version', '=', version)
    .orderBy('number').execute();
}

export interface AgreementFilter {
  readonly kind: FollowedKind;
  /** null: every creditor. */
  readonly creditorId: string | null;
  readonly phase?: Phase | undefined;
  /** Only agreements that are (or are not) overdue at this instant, epoch ms. */
  readonly overdue?: { readonly is: boolean; readonly at: number } | undefined;
  readonly personId?: string | undefined;
  readonly batch?: string | undefined;
  /** Part of the external id, or of the person's name. */
  readonly q?: string | undefined;
}

/** One page in the order they were logged, after the position of the last row seen. */
export async function listAgreements(
  db: Db | Trx, filter: AgreementFilter, page: { limit: number; after?: { loggedAt: number; id: string } | undefined },
): Promise<AgreementRow[]> {
  let query = db.selectFrom('agreement').selectAll('agreement').where('agreement.kind', '=', filter.kind);
  if (filter.creditorId !== null) query = query.where('agreement.creditor_id', '=', filter.creditorId);
  if (filter.phase !== undefined) query = query.where('agreement.phase', '=', filter.phase);
  if (filter.overdue !== undefined) {
    query = query.where(sql<boolean>`coalesce(agreement.overdue_from <= ${instant(filter.overdue.at)}, false)`, '=', filter.overdue.is);
  }
  if (filter.personId !== undefined) query = query.where('person_id', '=', filter.personId);
  if (filter.batch !== undefined) query = query.where('batch', '=', filter.batch);
  if (filter.q !== undefined) {
    const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.innerJoin('person', 'person.id', 'agreement.person_id')
      .where((eb) => eb.or([eb('agreement.external_id', 'ilike', pattern), eb('person.name', 'ilike', pattern)]));
  }
  if (page.after !== undefined) {
    query = query.where(sql<boolean>`(agreement.logged_at, agreement.id) > (${instant(page.after.loggedAt)}, ${page.after.id}::uuid)`);
  }
  return query.orderBy('agreement.logged_at').orderBy('agreement.id').limit(page.limit).execute();
}

/** Agreements of an identity, optionally at one creditor: where a fact about the person goes. */
export async function agreementsOfIdentity(db: Db | Trx, identityId: string, creditorId: string | null): Promise<AgreementRow[]> {
  let query = db.selectFrom('agreement').selectAll().where('identity_id', '=', identityId);
  if (creditorId !== null) query = query.where('creditor_id', '=', creditorId);
  return query.orderBy('logged_seq').execute();
}

/** Ids of an identity's running agreements whose core acts by `until` (epoch ms), whichever creditor's. */
export async function agreementsToWakeOf(db: Db | Trx, identityId: string, until: number): Promise<string[]> {
  const rows = await db.selectFrom('agreement').select('id').where('identity_id', '=', identityId)
    .where('wake_at', '<=', instant(until)).where('workflow_state', '!=', 'finished').orderBy('logged_seq').execute();
  return rows.map(({ id }) => id);
}

export async function agreementsOfPerson(db: Db | Trx, personId: string): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll().where('person_id', '=', personId).orderBy('logged_seq').execute();
}

/** Agreements whose core acts by `until` (epoch ms), earliest first: what the sandbox clock has to move. */
export async function agreementsDue(db: Db | Trx, until: number): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll().where('wake_at', '<=', instant(until))
    .where('workflow_state', '!=', 'finished').orderBy('wake_at').execute();
}
