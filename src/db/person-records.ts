/** Everything that is kept about one person at one creditor, in raw rows: for whoever asks what we know. */
import { sql } from 'kysely';
import type { Row } from './database.ts';
import { acceptancesOf, overridesOf } from './negotiation.ts';
import type { Db, Trx } from './pool.ts';

export async function consentsOfPerson(db: Db | Trx, personId: string): Promise<Row<'consent'>[]> {
  return db.selectFrom('consent').selectAll('consent').innerJoin('contact_point', 'contact_point.id', 'consent.contact_point_id').where('contact_point.person_id', '=', personId).orderBy('consent.seq').execute();
}

export async function pointsOfPerson(db: Db | Trx, personId: string): Promise<Row<'contact_point'>[]> {
  return db.selectFrom('contact_point').selectAll().where('person_id', '=', personId).orderBy('position').orderBy('id').execute();
}

/** Messages with the agreements that they spoke of. */
export async function messagesOfPerson(db: Db | Trx, personId: string): Promise<(Row<'attempt'> & { agreements: string[] })[]> {
  return db.selectFrom('attempt').selectAll('attempt').where('person_id', '=', personId).orderBy('claim_seq')
    .select(sql<string[]>`array(select distinct part.agreement_id::text from attempt_agreement part where part.attempt_id = attempt.id order by 1)`.as('agreements')).execute();
}

export interface AgreementRecords {
  readonly payments: readonly Row<'payment'>[];
  readonly unmatched: readonly Row<'suspense'>[];
  readonly promises: readonly Row<'promise'>[];
  readonly disputes: readonly Row<'dispute'>[];
  readonly callbacks: readonly Row<'callback'>[];
  readonly calls: readonly Row<'call_log'>[];
  readonly notes: readonly Row<'fact_note'>[];
  readonly cases: readonly Row<'pre_legal_case'>[];
  readonly approvals: readonly Row<'pre_legal_approval'>[];
  readonly surveys: readonly Row<'survey'>[];
  readonly waits: readonly Row<'contact_wait'>[];
  readonly acceptances: readonly Row<'offer_acceptance'>[];
  readonly overrides: readonly Row<'limit_override'>[];
  readonly proposals: readonly Row<'strategy_proposal'>[];
}

export async function recordsOfAgreement(db: Db | Trx, agreementId: string): Promise<AgreementRecords> {
  const cases = await db.selectFrom('pre_legal_case').selectAll().where('agreement_id', '=', agreementId).orderBy('number').execute();
  return {
    payments: await db.selectFrom('payment').selectAll().where('agreement_id', '=', agreementId).orderBy('seq').execute(),
    unmatched: await db.selectFrom('suspense').selectAll().where('agreement_id', '=', agreementId).orderBy('at').orderBy('id').execute(),
    promises: await db.selectFrom('promise').selectAll().where('agreement_id', '=', agreementId).orderBy('seq').execute(),
    disputes: await db.selectFrom('dispute').selectAll().where('agreement_id', '=', agreementId).orderBy('opened_at').orderBy('id').execute(),
    callbacks: await db.selectFrom('callback').selectAll().where('agreement_id', '=', agreementId).orderBy('seq').execute(),
    calls: await db.selectFrom('call_log').selectAll().where('agreement_id', '=', agreementId).orderBy('seq').execute(),
    notes: await db.selectFrom('fact_note').selectAll().where('agreement_id', '=', agreementId).orderBy('fact_id').execute(),
    cases,
    approvals: cases.length === 0 ? [] : await db.selectFrom('pre_legal_approval').selectAll().where('case_id', 'in', cases.map(({ id }) => id)).orderBy('at').execute(),
    surveys: await db.selectFrom('survey').selectAll().where('agreement_id', '=', agreementId).orderBy('created_at').execute(),
    waits: await db.selectFrom('contact_wait').selectAll().where('agreement_id', '=', agreementId).orderBy('medium').execute(),
    acceptances: await acceptancesOf(db, agreementId),
    overrides: await overridesOf(db, agreementId),
    proposals: await db.selectFrom('strategy_proposal').selectAll().where('agreement_id', '=', agreementId).orderBy('proposed_at').orderBy('id').execute(),
  };
}

export async function linksOfPerson(db: Db | Trx, personId: string): Promise<Row<'link'>[]> {
  return db.selectFrom('link').selectAll().where('person_id', '=', personId).orderBy('created_at').orderBy('id').execute();
}

/** Tries to open the person's pages, whoever made them. */
export async function triesOfPerson(db: Db | Trx, personId: string): Promise<Row<'factor_try'>[]> {
  return db.selectFrom('factor_try').selectAll().where('person_id', '=', personId).orderBy('id').execute();
}

/** What came from the person's numbers; one that somebody else has too is not surely theirs. */
export async function inboundOfPerson(db: Db | Trx, personId: string): Promise<Row<'provider_event'>[]> {
  return db.selectFrom('provider_event').selectAll().where('status', 'like', 'inbound%')
    .where(sql<boolean>`payload->>'from' in (select value from contact_point mine where mine.person_id = ${personId}::uuid
      and not exists (select 1 from contact_point theirs where theirs.value = mine.value and theirs.person_id <> mine.person_id))`)
    .orderBy('at').execute();
}
