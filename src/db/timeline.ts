/** Rows of the timeline; the chain itself is made in src/register/timeline.ts. */
import { instant, json } from './columns.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type TimelineRow = Row<'timeline_entry'>;

export async function lastTimelineRow(trx: Trx, agreementId: string): Promise<Pick<TimelineRow, 'seq' | 'hash'> | undefined> {
  return trx.selectFrom('timeline_entry').select(['seq', 'hash']).where('agreement_id', '=', agreementId)
    .orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

export async function insertTimelineRow(trx: Trx, row: TimelineRow): Promise<void> {
  await trx.insertInto('timeline_entry').values({ ...row, at: instant(row.at), text: json(row.text) }).execute();
}

/** Ascending by seq; `after` leaves out entries up to that seq. */
export async function timelineRows(
  db: Db | Trx, agreementId: string, page: { after?: number | undefined; limit?: number | undefined } = {},
): Promise<TimelineRow[]> {
  let query = db.selectFrom('timeline_entry').selectAll().where('agreement_id', '=', agreementId).orderBy('seq');
  if (page.after !== undefined) query = query.where('seq', '>', page.after);
  if (page.limit !== undefined) query = query.limit(page.limit);
  return query.execute();
}
