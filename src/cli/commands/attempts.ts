/** `pacto attempts unknown`: contacts whose outcome nobody knows; they are never sent again. */
import { unknownAttempts } from '../../db/attempts.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { withDb } from '../installation.ts';
import { minute, table, type Output } from '../output.ts';

export async function listUnknown(flags: GlobalFlags, output: Output): Promise<void> {
  const rows = (await withDb(flags, unknownAttempts)).map((row) => ({
    id: row.id, creditorId: row.creditor_id, channel: row.channel, template: row.template, reason: row.reason,
    at: new Date(row.begun_at ?? row.claimed_at).toISOString(), validUntil: new Date(row.valid_until).toISOString(), closed: row.ended_at !== null,
  }));
  output.answer(rows, rows.length === 0 ? ['no open question.'] : table(rows.map((row) =>
    [row.id, row.creditorId, row.channel, row.template, minute(row.at), row.closed ? 'stays unknown' : `open until ${minute(row.validUntil)}`, row.reason ?? ''])));
}
