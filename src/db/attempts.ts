/** The ledger of messages. Every change of state is a compare-and-set, so that of two workers only one goes on. */
import { sql } from 'kysely';
import { instant, json, nullableInstant } from './columns.ts';
import type { AttemptState, NewRow, PlaceInLaw, RenderedMessage, Row } from './database.ts';
import type { StepPurpose } from '../strategy/strategy.ts';
import type { Db, Trx } from './pool.ts';

export type AttemptRow = Row<'attempt'>;
export type AttemptPart = Row<'attempt_agreement'>;

export type NewAttempt = Pick<
  NewRow<'attempt'>,
  'id' | 'creditor_id' | 'identity_id' | 'person_id' | 'contact_point_id' | 'channel' | 'purpose' | 'template' | 'template_version' | 'locale'
  | 'token' | 'policy_version' | 'calendar_version' | 'tz_version' | 'claim_seq'
> & { readonly claimed_at: number; readonly valid_until: number };

export async function insertAttempt(trx: Trx, attempt: NewAttempt, parts: readonly Omit<AttemptPart, 'attempt_id'>[]): Promise<void> {
  await trx.insertInto('attempt').values({
    ...attempt, state: 'claimed', claimed_at: instant(attempt.claimed_at), valid_until: instant(attempt.valid_until),
  }).execute();
  await trx.insertInto('attempt_agreement').values(parts.map((part) => ({ ...part, attempt_id: attempt.id }))).execute();
}

export async function attemptById(db: Db | Trx, id: string): Promise<AttemptRow | undefined> {
  return db.selectFrom('attempt').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function attemptByProviderId(db: Db | Trx, provider: string, providerId: string): Promise<AttemptRow | undefined> {
  return db.selectFrom('attempt').selectAll().where('provider', '=', provider).where('provider_id', '=', providerId).executeTakeFirst();
}

/** What an attempt speaks of, the leading agreement first. */
export async function attemptParts(db: Db | Trx, attemptId: string): Promise<AttemptPart[]> {
  return db.selectFrom('attempt_agreement').selectAll().where('attempt_id', '=', attemptId)
    .orderBy('leading', 'desc').orderBy('agreement_id').orderBy('occurrence').execute();
}

/** Attempts that speak of any of these occurrences of an agreement, as its own (`leading`) or as another's; newest first. */
export async function attemptsOf(
  db: Db | Trx, agreementId: string, occurrences: readonly string[], leading?: boolean,
): Promise<AttemptRow[]> {
  if (occurrences.length === 0) return [];
  return db.selectFrom('attempt').selectAll()
    .where('id', 'in', (eb) => {
      const parts = eb.selectFrom('attempt_agreement').select('attempt_id').where('agreement_id', '=', agreementId).where('occurrence', 'in', [...occurrences]);
      return leading === undefined ? parts : parts.where('leading', '=', leading);
    })
    .orderBy('claim_seq', 'desc').execute();
}

/** Leaves out what a fact silenced between claim and begin. */
export async function dropPart(trx: Trx, attemptId: string, agreementId: string, occurrence: string): Promise<void> {
  await trx.deleteFrom('attempt_agreement').where('attempt_id', '=', attemptId).where('agreement_id', '=', agreementId)
    .where('occurrence', '=', occurrence).execute();
}

export interface Beginning {
  readonly token: string;
  readonly beginSeq: number;
  readonly begunAt: number;
  readonly validUntil: number;
  readonly provider: string;
  readonly purpose: StepPurpose;
  readonly template: { readonly key: string; readonly version: number; readonly locale: string };
  readonly versions: { readonly policyVersion: string; readonly calendarVersion: string; readonly tzVersion: string };
  readonly rendered: RenderedMessage;
  readonly place: PlaceInLaw;
}

/** claimed -> calling; false when another worker was first. From here on the call is certain and belongs to the token. */
export async function beginAttempt(trx: Trx, id: string, begin: Beginning): Promise<boolean> {
  const { template, versions } = begin;
  const result = await trx.updateTable('attempt').set({
    state: 'calling', token: begin.token, begin_seq: begin.beginSeq, begun_at: instant(begin.begunAt), valid_until: instant(begin.validUntil),
    provider: begin.provider, purpose: begin.purpose, template: template.key, template_version: template.version, locale: template.locale,
    policy_version: versions.policyVersion, calendar_version: versions.calendarVersion, tz_version: versions.tzVersion,
    rendered: json(begin.rendered), place: json(begin.place), touched_wall: wallInstant(),
  }).where('id', '=', id).where('state', '=', 'claimed').executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export interface AttemptChange {
  readonly state: AttemptState;
  readonly reason?: string | undefined;
  readonly providerId?: string | undefined;
  /** Epoch ms; absent: it has not ended. */
  readonly endedAt?: number | undefined;
  /** One more call that left nothing. */
  readonly tried?: boolean | undefined;
  /** When its end is looked for (epoch ms), unless a receipt of this rank or a higher one has told it; absent: not at all. */
  readonly expectReceipt?: { readonly at: number; readonly unlessRank: number } | undefined;
}

/** Moves an attempt on if it still stands in one of `from`, and for `token` only if that still holds it; false otherwise. */
export async function moveAttempt(trx: Trx, id: string, from: readonly AttemptState[], change: AttemptChange, token?: string): Promise<boolean> {
  let update = trx.updateTable('attempt').set({
    state: change.state,
    touched_wall: wallInstant(),
    ended_at: nullableInstant(change.endedAt),
    receipt_due_at: receiptDue(change.expectReceipt),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
    ...(change.providerId === undefined ? {} : { provider_id: change.providerId }),
    ...(change.tried === true ? { tries: sql<number>`tries + 1` } : {}),
  }).where('id', '=', id).where('state', 'in', [...from]);
  if (token !== undefined) update = update.where('token', '=', token);
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

function receiptDue(expected: AttemptChange['expectReceipt']) {
  return expected === undefined ? null : sql<number>`case when receipt_rank < ${expected.unlessRank} then ${instant(expected.at)} end`;
}

/** Takes the attempt out of the hands of whoever calls: its token no longer fits. */
export async function retireToken(trx: Trx, id: string, token: string): Promise<void> {
  await trx.updateTable('attempt').set({ token }).where('id', '=', id).execute();
}

export interface Receipt {
  readonly status: string;
  readonly rank: number;
  readonly at: number;
  readonly providerId?: string | undefined;
  readonly code?: string | undefined;
  /** Nothing more is expected after it. */
  readonly final: boolean;
}

/** Keeps the receipt of the highest rank; false when the stored one says as much already. */
export async function keepReceipt(trx: Trx, id: string, receipt: Receipt): Promise<boolean> {
  const result = await trx.updateTable('attempt').set({
    receipt: receipt.status, receipt_rank: receipt.rank, receipt_at: instant(receipt.at), receipt_code: receipt.code ?? null,
    ...(receipt.final ? { receipt_due_at: null } : {}),
    ...(receipt.providerId === undefined ? {} : { provider_id: sql<string>`coalesce(provider_id, ${receipt.providerId})` }),
  }).where('id', '=', id).where('receipt_rank', '<', receipt.rank).executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Attempts whose worker is gone (not touched for `leaseMs` of wall time) in the middle of a call, oldest first. */
export async function abandonedCalls(db: Db | Trx, leaseMs: number): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('state', '=', 'calling').where('touched_wall', '<', wallInstant(-leaseMs))
    .orderBy('begun_at').execute();
}

/** Claims that nobody will go on with: their validity is over (epoch ms) and their worker is gone. */
export async function abandonedClaims(db: Db | Trx, now: number, leaseMs: number): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('state', '=', 'claimed').where('valid_until', '<', instant(now))
    .where('touched_wall', '<', wallInstant(-leaseMs)).orderBy('claimed_at').execute();
}

/** Calls whose outcome is still open, oldest first. */
export async function openQuestions(db: Db | Trx): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('state', '=', 'unknown').where('ended_at', 'is', null).orderBy('begun_at').execute();
}

/** Messages whose end should have been told by `now` (epoch ms), the longest awaited first. */
export async function receiptsDue(db: Db | Trx, now: number, limit: number): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('receipt_due_at', '<=', instant(now)).orderBy('receipt_due_at').limit(limit).execute();
}

/** When to look next (epoch ms); null: it is given up. */
export async function setReceiptDue(trx: Trx, id: string, at: number | null): Promise<void> {
  await trx.updateTable('attempt').set({ receipt_due_at: nullableInstant(at ?? undefined) }).where('id', '=', id).execute();
}

/** The latest messages to a contact point, newest first, as far as it is known what became of them. */
export async function endsAt(trx: Trx, contactPointId: string, limit: number): Promise<Pick<AttemptRow, 'provider' | 'receipt' | 'receipt_code' | 'receipt_at'>[]> {
  return trx.selectFrom('attempt').select(['provider', 'receipt', 'receipt_code', 'receipt_at'])
    .where('contact_point_id', '=', contactPointId).where('begin_seq', 'is not', null).orderBy('begin_seq', 'desc').limit(limit).execute();
}

/** Every attempt whose outcome never became known: `pacto attempts unknown`. */
export async function unknownAttempts(db: Db | Trx): Promise<AttemptRow[]> {
  return db.selectFrom('attempt').selectAll().where('state', '=', 'unknown').orderBy('begun_at').execute();
}

/** Calls that are with a provider at this moment. */
export async function countCalling(db: Db | Trx): Promise<number> {
  const row = await db.selectFrom('attempt').select((eb) => eb.fn.countAll<number>().as('count')).where('state', '=', 'calling').executeTakeFirstOrThrow();
  return row.count;
}

/** Leases are wall time, also where business time is virtual, and PostgreSQL's own, so that one clock judges them all. */
function wallInstant(shiftMs = 0) {
  return sql<number>`clock_timestamp() + ${shiftMs} * interval '1 millisecond'`;
}

/** The survey whose invitation (or nudge) this attempt is. */
export async function surveyOfAttempt(db: Db | Trx, attemptId: string): Promise<{ readonly id: string; readonly nudge: boolean } | undefined> {
  const { rows } = await sql<{ id: string; nudge: boolean }>`
    select survey.id, part.occurrence <> survey.occurrence as nudge
      from attempt_agreement part
      join survey on survey.agreement_id = part.agreement_id and part.occurrence in (survey.occurrence, survey.occurrence || '/nudge')
     where part.attempt_id = ${attemptId}::uuid limit 1`.execute(db);
  return rows[0];
}
