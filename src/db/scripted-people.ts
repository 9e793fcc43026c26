/** What the sandbox's scripted debtors, agents and lawyers look at. Sandbox only. */
import { sql } from 'kysely';
import type { Db } from './pool.ts';

/** A word that changes whenever anything happened that a scripted person may react to. */
export async function happeningsStamp(db: Db): Promise<string> {
  const { rows } = await sql<{ stamp: string }>`
    select concat_ws('/',
      (select count(*) from agreement), (select count(*) from agreement_event), (select count(*) from pre_legal_approval),
      (select string_agg(state || n, ' ' order by state) from (select state, count(*) as n from callback group by state) c),
      (select string_agg(state || n, ' ' order by state) from (select state, count(*) as n from pre_legal_case group by state) p),
      (select string_agg(state || n, ' ' order by state) from (select state, count(*) as n from survey group by state) s)) as stamp`.execute(db);
  return rows[0]?.stamp ?? '';
}

export interface FactCount {
  readonly agreementId: string;
  readonly creditorId: string;
  readonly externalId: string;
  readonly facts: number;
}

/** How many facts each agreement of these creditors has. */
export async function factCounts(db: Db, creditorIds: readonly string[]): Promise<FactCount[]> {
  const rows = await db.selectFrom('agreement').leftJoin('agreement_event', 'agreement_event.agreement_id', 'agreement.id')
    .select(['agreement.id', 'agreement.creditor_id', 'agreement.external_id', (eb) => eb.fn.count('agreement_event.id').as('facts')])
    .where('agreement.creditor_id', 'in', creditorIds).groupBy('agreement.id').execute();
  return rows.map((row) => ({ agreementId: row.id, creditorId: row.creditor_id, externalId: row.external_id, facts: Number(row.facts) }));
}

export interface OpenCall {
  readonly id: string;
  readonly agreementId: string;
  /** Epoch ms. */
  readonly from: number;
}

export async function openCalls(db: Db): Promise<OpenCall[]> {
  const rows = await db.selectFrom('callback').select(['id', 'agreement_id', 'from_at']).where('state', 'in', ['booked', 'due']).execute();
  return rows.map((row) => ({ id: row.id, agreementId: row.agreement_id, from: row.from_at }));
}

export interface OpenCase {
  readonly id: string;
  readonly agreementId: string;
  readonly openedAt: number;
  readonly approvals: number;
}

export async function openCases(db: Db): Promise<OpenCase[]> {
  const rows = await db.selectFrom('pre_legal_case').leftJoin('pre_legal_approval', 'pre_legal_approval.case_id', 'pre_legal_case.id')
    .select(['pre_legal_case.id', 'pre_legal_case.agreement_id', 'pre_legal_case.opened_at', (eb) => eb.fn.count('pre_legal_approval.approved_by').as('approvals')])
    .where('pre_legal_case.state', 'in', ['opened', 'approved']).groupBy('pre_legal_case.id').execute();
  return rows.map((row) => ({ id: row.id, agreementId: row.agreement_id, openedAt: row.opened_at, approvals: Number(row.approvals) }));
}

export interface OpenPaymentLink {
  readonly agreementId: string;
  /** Whose message it stands in. */
  readonly attemptId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Its payment is under way at the bank: a second one would pay twice. */
  readonly begun: boolean;
}

/** The links in messages that nobody took back, the newest first. */
export async function openPaymentLinks(db: Db): Promise<OpenPaymentLink[]> {
  const rows = await db.selectFrom('payment_link').select((eb) => ['agreement_id', 'attempt_id', 'created_at', 'expires_at', eb.exists(eb.selectFrom('payment_order').select('payment_order.id')
    .whereRef('payment_order.link_id', '=', 'payment_link.id').where('payment_order.state', 'in', ['created', 'pending'])).as('begun')]).where('revoked_at', 'is', null).orderBy('created_at', 'desc').orderBy('id').execute();
  return rows.flatMap((row) => (row.attempt_id === null ? [] : [{ agreementId: row.agreement_id, attemptId: row.attempt_id, createdAt: row.created_at, expiresAt: row.expires_at, begun: row.begun === true }]));
}

export interface InvitedSurvey {
  readonly agreementId: string;
  readonly invitedAt: number;
  /** What stands in the link of the message. */
  readonly token: string;
}

export async function invitedSurveys(db: Db): Promise<InvitedSurvey[]> {
  const rows = await db.selectFrom('survey').select(['agreement_id', 'invited_at', 'token']).where('state', 'in', ['invited', 'nudged']).execute();
  return rows.flatMap((row) => (row.invited_at === null || row.token === null ? [] : [{ agreementId: row.agreement_id, invitedAt: row.invited_at, token: row.token }]));
}
