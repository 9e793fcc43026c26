/** The outbox: what the pump still has to tell Temporal. A row commits with the fact that it carries. */
import { sql } from 'kysely';
import { json } from './columns.ts';
import type { Trx } from './pool.ts';

export const OUTBOX_CHANNEL = 'pacto_outbox';

export type OutboxMessage =
  | { readonly workflowId: string; readonly workflowType: string; readonly action: 'start'; readonly payload: unknown }
  | { readonly workflowId: string; readonly workflowType: string; readonly action: 'signal'; readonly name: string; readonly payload: unknown };

/** Adds a row; the pump hears of it when the transaction commits. */
export async function enqueue(trx: Trx, message: OutboxMessage): Promise<void> {
  const name = message.action === 'signal' ? message.name : null;
  await sql`
    with added as (
      insert into outbox (workflow_id, workflow_type, action, name, payload)
      values (${message.workflowId}, ${message.workflowType}, ${message.action}, ${name}, ${json(message.payload)}) returning id)
    select pg_notify(${OUTBOX_CHANNEL}, '') from added`.execute(trx);
}
