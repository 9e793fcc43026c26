/** Facts that are committed but whose signal the pump has not handed over yet. */
import { sql } from 'kysely';
import type { AgreementEvent } from '../domain/agreement.ts';
import type { Db, Trx } from './pool.ts';

/** The facts of an agreement that stand in the outbox as signals, in the person's order. */
export async function undeliveredFacts(db: Db | Trx, agreement: { readonly id: string; readonly workflow_id: string }): Promise<AgreementEvent[]> {
  const { rows } = await sql<{ body: AgreementEvent }>`
    select event.body from outbox
    join agreement_event event on event.agreement_id = ${agreement.id}::uuid and event.id = outbox.payload ->> 'id'
    where outbox.workflow_id = ${agreement.workflow_id} and outbox.action = 'signal' and outbox.state in ('pending', 'poison')
    order by event.seq`.execute(db);
  return rows.map((row) => row.body);
}
