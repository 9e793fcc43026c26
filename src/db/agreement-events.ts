/** The facts of an agreement in the person's order: what is folded into its state. */
import type { AgreementEvent } from '../domain/agreement.ts';
import { instant, json } from './columns.ts';
import type { Db, Trx } from './pool.ts';

/** Facts in ascending seq. */
export async function eventsOf(db: Db | Trx, agreementId: string): Promise<AgreementEvent[]> {
  const rows = await db.selectFrom('agreement_event').select('body').where('agreement_id', '=', agreementId).orderBy('seq').execute();
  return rows.map((row) => row.body);
}

/** Facts of several agreements at once, keyed by agreement, each in ascending seq. */
export async function eventsOfMany(db: Db | Trx, agreementIds: readonly string[]): Promise<Map<string, AgreementEvent[]>> {
  const events = new Map<string, AgreementEvent[]>(agreementIds.map((id) => [id, []]));
  if (agreementIds.length === 0) return events;
  const rows = await db.selectFrom('agreement_event').select(['agreement_id', 'body'])
    .where('agreement_id', 'in', [...agreementIds]).orderBy('seq').execute();
  for (const row of rows) events.get(row.agreement_id)?.push(row.body);
  return events;
}

/** The fact of this id, if it was recorded. */
export async function eventOf(db: Db | Trx, agreementId: string, id: string): Promise<AgreementEvent | undefined> {
  const row = await db.selectFrom('agreement_event').select('body')
    .where('agreement_id', '=', agreementId).where('id', '=', id).executeTakeFirst();
  return row?.body;
}

export async function insertEvent(trx: Trx, agreementId: string, event: AgreementEvent): Promise<void> {
  await trx.insertInto('agreement_event').values({
    agreement_id: agreementId, seq: event.seq, id: event.id, kind: event.kind, at: instant(event.at), body: json(event),
  }).execute();
}

/** Facts beyond a sequence number, ascending: what a run that is about to complete has not seen. */
export async function eventsAfter(db: Db | Trx, agreementId: string, seq: number): Promise<AgreementEvent[]> {
  const rows = await db.selectFrom('agreement_event').select('body')
    .where('agreement_id', '=', agreementId).where('seq', '>', seq).orderBy('seq').execute();
  return rows.map((row) => row.body);
}
