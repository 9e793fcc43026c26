/** Free text that people gave with a fact; it stays in PostgreSQL. */
import type { Trx } from './pool.ts';

export async function insertFactNote(trx: Trx, agreementId: string, factId: string, note: string): Promise<void> {
  await trx.insertInto('fact_note').values({ agreement_id: agreementId, fact_id: factId, note })
    .onConflict((conflict) => conflict.columns(['agreement_id', 'fact_id']).doNothing()).execute();
}
