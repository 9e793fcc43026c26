/** The one file that a debtor may hand in with a dispute. */
import { instant } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type DisputeFileRow = Row<'dispute_file'>;

export async function insertDisputeFile(trx: Trx, file: { readonly disputeId: string; readonly mediaType: DisputeFileRow['media_type']; readonly bytes: Buffer; readonly at: number }): Promise<void> {
  await trx.insertInto('dispute_file').values({ dispute_id: file.disputeId, media_type: file.mediaType, bytes: file.bytes, received_at: instant(file.at) }).execute();
}

export async function disputeFileOf(db: Db | Trx, disputeId: string): Promise<DisputeFileRow | undefined> {
  return db.selectFrom('dispute_file').selectAll().where('dispute_id', '=', disputeId).executeTakeFirst();
}

/** Disputes of an agreement that came with a file. */
export async function disputesWithFile(db: Db | Trx, agreementId: string): Promise<ReadonlySet<string>> {
  const rows = await db.selectFrom('dispute_file').innerJoin('dispute', 'dispute.id', 'dispute_file.dispute_id').select('dispute_file.dispute_id').where('dispute.agreement_id', '=', agreementId).execute();
  return new Set(rows.map((row) => row.dispute_id));
}
