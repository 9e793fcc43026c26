/** `pacto outbox list`, `pacto outbox retry [<id>]`: rows that have not reached Temporal. */
import { openRows, retryPoison } from '../../db/outbox-queue.ts';
import { AppError } from '../../errors.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withDb } from '../installation.ts';
import { minute, table, type Output } from '../output.ts';

const MOST = 200;

/** Ids, names and states: never the payload. */
export async function listOutbox(flags: GlobalFlags, output: Output): Promise<void> {
  const rows = (await withDb(flags, (db) => openRows(db, MOST))).map((row) => ({
    id: row.id, workflowId: row.workflow_id, action: row.name ?? row.action, state: row.state, tries: row.tries, error: row.error, since: new Date(row.created_wall).toISOString(),
  }));
  output.answer(rows, rows.length === 0 ? ['nothing waits.'] : table(rows.map((row) =>
    [String(row.id), row.state, row.action, row.workflowId, `since ${minute(row.since)}`, `${row.tries} tries`, row.error ?? ''])));
}

/** Set-aside rows are sent again; without an id all of them. */
export async function retryOutbox(flags: GlobalFlags, output: Output, id: string | undefined): Promise<void> {
  if (id !== undefined && !/^\d{1,15}$/.test(id)) throw new AppError('ERR_USAGE', '<id> must be the number of a row (pacto outbox list).');
  const retried = await withDb(flags, (db) => retryPoison(db, id === undefined ? null : Number(id)));
  if (id !== undefined && retried === 0) throw new AppError('ERR_NOT_FOUND', `No row ${id} is set aside.`);
  output.answer({ retried }, [`${retried} rows are sent again.`]);
}
