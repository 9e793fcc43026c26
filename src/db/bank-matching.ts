/** Whose money a bank entry may be: by what the payer wrote on it, by who paid. */
import { sql } from 'kysely';
import type { AgreementRow } from './database.ts';
import type { Db } from './pool.ts';

/** Agreements of a creditor whose external id or contract reference is one of these words (upper case). */
export async function agreementsByWords(db: Db, creditorId: string, words: readonly string[]): Promise<AgreementRow[]> {
  if (words.length === 0) return [];
  return db.selectFrom('agreement').selectAll().where('creditor_id', '=', creditorId)
    .where((eb) => eb.or([
      eb(sql<string>`upper(external_id)`, 'in', [...words]),
      eb(sql<string>`upper(debt->>'contractRef')`, 'in', [...words]),
    ])).orderBy('id').limit(20).execute();
}

/** Agreements that are not over of the person with this hashed national id, at a creditor. */
export async function agreementsByNationalId(db: Db, creditorId: string, hash: string): Promise<AgreementRow[]> {
  return db.selectFrom('agreement').selectAll('agreement').innerJoin('identity', 'identity.id', 'agreement.identity_id')
    .where('identity.national_id_hash', '=', hash).where('agreement.creditor_id', '=', creditorId).where('agreement.phase', 'not in', ['settled', 'closed'])
    .orderBy('agreement.id').limit(50).execute();
}
