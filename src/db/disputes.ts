/** Disputes: what a debtor contests, and how it ended. */
import { instant } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type DisputeRow = Row<'dispute'>;

export interface NewDispute {
  readonly id: string;
  readonly agreementId: string;
  readonly reason: string;
  readonly text: string | null;
  readonly openedAt: number;
}

export async function insertDispute(trx: Trx, dispute: NewDispute): Promise<void> {
  await trx.insertInto('dispute').values({
    id: dispute.id, agreement_id: dispute.agreementId, reason: dispute.reason, text: dispute.text, opened_at: instant(dispute.openedAt),
  }).execute();
}

export async function disputeById(db: Db | Trx, agreementId: string, id: string): Promise<DisputeRow | undefined> {
  return db.selectFrom('dispute').selectAll().where('id', '=', id).where('agreement_id', '=', agreementId).executeTakeFirst();
}

export async function endDispute(trx: Trx, id: string, end: { outcome: 'upheld' | 'rejected'; note: string; at: number }): Promise<void> {
  await trx.updateTable('dispute').set({ outcome: end.outcome, note: end.note, resolved_at: instant(end.at) }).where('id', '=', id).execute();
}

/** Disputes of an agreement without an outcome, the oldest first. */
export async function openDisputesOf(db: Db | Trx, agreementId: string): Promise<DisputeRow[]> {
  return db.selectFrom('dispute').selectAll().where('agreement_id', '=', agreementId).where('outcome', 'is', null).orderBy('opened_at').orderBy('id').execute();
}
