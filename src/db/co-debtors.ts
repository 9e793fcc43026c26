/** Who owes an agreement beside its debtor. */
import type { AgreementRow } from './database.ts';
import type { Db, Trx } from './pool.ts';

/** Again it changes nothing. */
export async function insertCoDebtor(trx: Trx, agreementId: string, personId: string, position: number): Promise<void> {
  await trx.insertInto('agreement_co_debtor').values({ agreement_id: agreementId, person_id: personId, position }).onConflict((conflict) => conflict.doNothing()).execute();
}

/** Person ids by agreement, in the order in which they were told; an agreement without any is left out. */
export async function coDebtorsOf(db: Db | Trx, agreementIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (agreementIds.length === 0) return new Map();
  const rows = await db.selectFrom('agreement_co_debtor').select(['agreement_id', 'person_id'])
    .where('agreement_id', 'in', [...agreementIds]).orderBy('position').orderBy('person_id').execute();
  return new Map([...Map.groupBy(rows, (row) => row.agreement_id)].map(([id, list]) => [id, list.map((row) => row.person_id)]));
}

/** Of one agreement, in the order in which they were told. */
export async function coDebtorIdsOf(db: Db | Trx, agreementId: string): Promise<readonly string[]> {
  return (await coDebtorsOf(db, [agreementId])).get(agreementId) ?? [];
}

/** Agreements of others that the person owes beside them, oldest first. */
export async function agreementsOwedBeside(db: Db | Trx, personId: string): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll('agreement').innerJoin('agreement_co_debtor', 'agreement_co_debtor.agreement_id', 'agreement.id')
    .where('agreement_co_debtor.person_id', '=', personId).orderBy('agreement.logged_at').orderBy('agreement.id').execute();
}
