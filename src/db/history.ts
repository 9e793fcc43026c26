/** What was done to reach a person, over all agreements and creditors: what the contact law counts. */
import { sql } from 'kysely';
import type { PastContact, Purpose } from '../contact-law/policy.ts';
import { instant } from './columns.ts';
import type { Db, Trx } from './pool.ts';

interface HistoryRow {
  readonly channel: PastContact['channel'];
  readonly at: number;
  readonly direction: 'out' | 'in';
  readonly conversation: boolean;
  readonly purpose: Purpose;
  readonly debt: string | null;
  readonly creditor: string;
}

/**
 * The contacts of a person (and of whoever may be the same one) since an instant (epoch ms), in the order of time. Messages count from the claim on, so that two
 * claims cannot use the same place; a refused one (`rejected`) never left. A booked callback reserves its day before it
 * is made; once made, the call itself counts. Contacts that another system made before (`past_contact`) count like ours. What the person wrote
 * is a contact that they began. `except` leaves out one attempt: the one that asks.
 */
export async function contactHistory(db: Db | Trx, identityIds: readonly string[], since: number, except: string | null = null): Promise<PastContact[]> {
  const { rows } = await sql<HistoryRow>`
    select attempt.channel, coalesce(attempt.begun_at, attempt.claimed_at) as at, 'out' as direction, false as conversation, attempt.purpose,
           (select case when count(distinct agreement_id) = 1 then min(agreement_id::text) end
              from attempt_agreement where attempt_id = attempt.id) as debt,
           attempt.creditor_id as creditor
      from attempt
     where attempt.identity_id = any(${[...identityIds]}::uuid[]) and attempt.state <> 'rejected'
       and coalesce(attempt.begun_at, attempt.claimed_at) >= ${instant(since)}
       and (${except}::uuid is null or attempt.id <> ${except}::uuid)
    union all
    select channel, at, 'out', conversation, 'collection', agreement_id::text, creditor_id
      from call_log where identity_id = any(${[...identityIds]}::uuid[]) and at >= ${instant(since)}
    union all
    select 'call', from_at, 'out', false, 'collection', agreement_id::text, creditor_id
      from callback where identity_id = any(${[...identityIds]}::uuid[]) and state in ('booked', 'due') and from_at >= ${instant(since)}
    union all
    select channel, at, direction, conversation, purpose, agreement_id::text, creditor_id
      from past_contact where identity_id = any(${[...identityIds]}::uuid[]) and at >= ${instant(since)}
    union all
    select channel, at, 'in', false, 'replyToDebtor', agreement_id::text, creditor_id
      from reply where identity_id = any(${[...identityIds]}::uuid[]) and addressed and at >= ${instant(since)}
    order by at`.execute(db);
  return rows.map((row) => ({
    channel: row.channel, at: row.at, ...(row.direction === 'in' ? { direction: row.direction } : {}), kind: row.conversation ? 'conversation' : 'attempt', purpose: row.purpose, creditorId: row.creditor,
    ...(row.debt === null ? {} : { debtId: row.debt }),
  }));
}
