/** Who might be forgotten: people none of whose agreements goes on, with what still speaks against it. */
import { sql } from 'kysely';
import type { PersonAddress } from './database.ts';
import type { Db, Trx } from './pool.ts';

/** An agreement that is over, of a person who owes it first or beside somebody. */
export interface EndedAgreement {
  readonly personId: string;
  readonly creditorId: string;
  readonly address: PersonAddress | null;
  readonly agreementId: string;
  readonly country: string;
  readonly zone: string;
  /** When it ended or, if that was later, when its money last moved; epoch ms. */
  readonly endedAt: number;
  readonly isRunning: boolean;
  readonly holdUntil: number | null;
  readonly hasDispute: boolean;
  readonly hasCase: boolean;
  /** Money of theirs is here: a credit, or a payment that nobody has matched. */
  readonly hasMoney: boolean;
}

/** Facts after which another sum may be owed. */
const MONEY = ['paymentBooked', 'paymentReversed', 'renegotiated', 'chargeAdded', 'planBroken', 'strategyChanged'];

const GOES_ON = sql`exists (
  select from agreement where phase not in ('settled', 'closed')
     and (agreement.person_id = person.id or agreement.id in (select agreement_id from agreement_co_debtor beside where beside.person_id = person.id)))`;

async function ended(db: Db | Trx, people: ReturnType<typeof sql>): Promise<EndedAgreement[]> {
  const { rows } = await sql<EndedAgreement>`
    select who.id as "personId", who.creditor_id as "creditorId", who.address, agreement.id as "agreementId", agreement.country, agreement.zone,
           (extract(epoch from greatest(agreement.logged_at,
             (select max(at) from agreement_event fact where fact.agreement_id = agreement.id and fact.kind = any(${MONEY})),
             (select min(at) from agreement_event fact where agreement.phase = 'closed' and fact.agreement_id = agreement.id
                 and (fact.kind = 'cancelled' or (fact.kind = 'stopRegistered' and fact.body->'permanent' = 'true'))))) * 1000)::float8 as "endedAt",
           agreement.workflow_state <> 'finished' as "isRunning", (extract(epoch from agreement.hold_until) * 1000)::float8 as "holdUntil",
           agreement.disputed as "hasDispute",
           exists (select from pre_legal_case the_case where the_case.agreement_id = agreement.id and the_case.closed_at is null) as "hasCase",
           agreement.credit_minor > 0 or exists (select from suspense where suspense.agreement_id = agreement.id and matched_at is null) as "hasMoney"
      from (${people}) who
      join lateral (select id from agreement where person_id = who.id union select agreement_id from agreement_co_debtor where person_id = who.id) owed on true
      join agreement on agreement.id = owed.id
     order by who.id, agreement.id`.execute(db);
  return rows;
}

export interface EndedPage {
  readonly agreements: readonly EndedAgreement[];
  /** The last person that was looked at; null: there are no more. */
  readonly lastId: string | null;
}

/** The agreements of the next `limit` people, by id after `after`; whose agreement goes on or who was erased is left out. */
export async function endedAgreements(db: Db | Trx, after: string | null, limit: number): Promise<EndedPage> {
  const people = sql`select id, creditor_id, address from person
    where erased_at is null and (${after}::uuid is null or id > ${after}::uuid) and not ${GOES_ON} and (
      exists (select from agreement where person_id = person.id) or exists (select from agreement_co_debtor where person_id = person.id))
    order by id limit ${limit}`;
  const agreements = await ended(db, people);
  const ids = new Set(agreements.map(({ personId }) => personId));
  return { agreements, lastId: ids.size < limit ? null : agreements.at(-1)?.personId ?? null };
}

/** The same of one person; nothing when an agreement goes on or they were erased. */
export async function endedAgreementsOf(db: Db | Trx, personId: string): Promise<EndedAgreement[]> {
  return ended(db, sql`select id, creditor_id, address from person where id = ${personId}::uuid and erased_at is null and not ${GOES_ON}`);
}

/** When the first agreement of all was logged, epoch ms; null: none was yet. */
export async function firstLoggedAt(db: Db): Promise<number | null> {
  const row = await db.selectFrom('agreement').select((eb) => eb.fn.min('logged_at').as('at')).executeTakeFirst();
  return row?.at ?? null;
}
