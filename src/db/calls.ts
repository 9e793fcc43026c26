/** Calls, visits and letters that people made: contacts in law beside the machine's ledger. */
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type CallRow = Row<'call_log'>;
export type NewCall = Omit<NewRow<'call_log'>, 'at'> & { at: number };

export async function insertCall(trx: Trx, call: NewCall): Promise<void> {
  await trx.insertInto('call_log').values({ ...call, at: instant(call.at) }).execute();
}

export async function callById(db: Db | Trx, id: string): Promise<CallRow | undefined> {
  return db.selectFrom('call_log').selectAll().where('id', '=', id).executeTakeFirst();
}

/** In the person's order. */
export async function callsOf(db: Db | Trx, agreementId: string): Promise<CallRow[]> {
  return db.selectFrom('call_log').selectAll().where('agreement_id', '=', agreementId).orderBy('seq').execute();
}

export async function changeCallOutcome(
  trx: Trx, id: string, change: { outcome: CallRow['outcome']; conversation: boolean; note?: string | undefined },
): Promise<void> {
  await trx.updateTable('call_log').set({
    outcome: change.outcome, conversation: change.conversation, ...(change.note === undefined ? {} : { note: change.note }),
  }).where('id', '=', id).execute();
}
