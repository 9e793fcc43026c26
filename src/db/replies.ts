/** What people wrote to us, what came of it, and who still has to look. */
import { sql } from 'kysely';
import { instant, nullableInstant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ReplyRow = Row<'reply'>;
export type NewReply = Omit<NewRow<'reply'>, 'at' | 'answer_at' | 'closed_at' | 'closed_by' | 'note' | 'answer_attempt'> & { readonly at: number; readonly answer_at: number | null };

/** Whose the address is that a message came from, and what we last wrote there by this channel. */
export interface Holder {
  readonly personId: string;
  readonly contactPointId: string;
  readonly creditorId: string;
  /** The creditor's own number or address for the channel; null: the installation's. */
  readonly sender: string | null;
  readonly lastAttempt: string | null;
  /** Epoch ms; null: nothing was ever written there. */
  readonly lastAt: number | null;
}

/** Every person, at whichever creditor, who has this phone (E.164) or mail address (lower case), in the order of their contact points. */
export async function holdersOf(db: Db | Trx, channel: 'sms' | 'email', value: string): Promise<Holder[]> {
  const kind = channel === 'sms' ? 'phone' : 'email';
  const sender = channel === 'sms' ? 'smsFrom' : 'emailFrom';
  const { rows } = await sql<Holder>`
    select point.person_id as "personId", point.id as "contactPointId", point.creditor_id as "creditorId", creditor.settings->'senders'->>${sender} as sender,
           last.id as "lastAttempt", (extract(epoch from last.begun_at) * 1000)::float8 as "lastAt"
      from contact_point point join creditor on creditor.id = point.creditor_id
      left join lateral (select attempt.id, attempt.begun_at from attempt
                          where attempt.contact_point_id = point.id and attempt.channel = ${channel} and attempt.begun_at is not null and attempt.state <> 'rejected'
                          order by attempt.begun_at desc, attempt.claim_seq desc limit 1) last on true
     where point.kind = ${kind} and point.value = ${value} order by point.id`.execute(db);
  return rows;
}

/** The person for whom a message was taken as the one it was meant for; undefined when it was not taken yet. */
export async function addresseeOf(db: Db | Trx, provider: string, eventId: string): Promise<string | null | undefined> {
  const row = await db.selectFrom('reply').select('person_id').where('provider', '=', provider).where('event_id', '=', eventId).where('addressed', '=', true).executeTakeFirst();
  return row?.person_id;
}

/** Whether this message was taken for this person before. */
export async function replyKnown(trx: Trx, provider: string, eventId: string, personId: string): Promise<boolean> {
  const row = await trx.selectFrom('reply').select('id').where('provider', '=', provider).where('event_id', '=', eventId).where('person_id', '=', personId).executeTakeFirst();
  return row !== undefined;
}

/** Stores one; a message that is there already stays as it is. */
export async function insertReply(db: Db | Trx, reply: NewReply): Promise<void> {
  await db.insertInto('reply').values({ ...reply, at: instant(reply.at), answer_at: nullableInstant(reply.answer_at) })
    .onConflict((conflict) => conflict.columns(['provider', 'event_id', 'person_id']).doNothing()).execute();
}

export async function replyById(db: Db | Trx, id: string): Promise<ReplyRow | undefined> {
  return db.selectFrom('reply').selectAll().where('id', '=', id).executeTakeFirst();
}

export interface ReplyChange {
  readonly state: ReplyRow['state'];
  readonly class?: ReplyRow['class'];
  readonly did?: string;
  readonly inbox?: string;
  readonly note?: string | undefined;
  readonly saidDate?: string | undefined;
  /** Epoch ms and id of the key; null: it is open. */
  readonly closed: { readonly at: number; readonly by: string } | null;
}

export async function changeReply(trx: Db | Trx, id: string, { state, closed, note, saidDate, ...words }: ReplyChange): Promise<void> {
  await trx.updateTable('reply').set({
    state, closed_at: nullableInstant(closed?.at ?? null), closed_by: closed?.by ?? null, ...words,
    ...(note === undefined ? {} : { note }), ...(saidDate === undefined ? {} : { said_date: saidDate }),
  }).where('id', '=', id).execute();
}

/** What the inbox shows of a reply besides its row: where it came from, for whoever has to answer; null when erased. */
export type InboxRow = ReplyRow & { readonly from: string | null };

export interface InboxFilter {
  /** null: every creditor, and what belongs to none. */
  readonly creditorId: string | null;
  readonly state?: ReplyRow['state'] | undefined;
  readonly kind?: string | undefined;
  readonly agreementId?: string | undefined;
}

function inbox(db: Db | Trx) {
  return db.selectFrom('reply').leftJoin('provider_event', (join) => join.onRef('provider_event.provider', '=', 'reply.provider').onRef('provider_event.event_id', '=', 'reply.event_id'))
    .selectAll('reply').select(sql<string | null>`provider_event.payload->>'from'`.as('from'));
}

/** One page of what somebody has to look at (or has), oldest first, after the position of the last row seen. */
export async function inboxRows(db: Db | Trx, filter: InboxFilter, page: { limit: number; after?: { at: number; id: string } | undefined }): Promise<InboxRow[]> {
  let query = inbox(db).where('reply.inbox', 'is not', null);
  if (filter.creditorId !== null) query = query.where('reply.creditor_id', '=', filter.creditorId);
  if (filter.state !== undefined) query = query.where('reply.state', '=', filter.state);
  if (filter.kind !== undefined) query = query.where('reply.inbox', '=', filter.kind);
  if (filter.agreementId !== undefined) query = query.where('reply.agreement_id', '=', filter.agreementId);
  const { after } = page;
  if (after !== undefined) query = query.where(sql<boolean>`(reply.at, reply.id) > (${instant(after.at)}, ${after.id}::uuid)`);
  return query.orderBy('reply.at').orderBy('reply.id').limit(page.limit).execute();
}

export async function inboxRow(db: Db | Trx, id: string): Promise<InboxRow | undefined> {
  return inbox(db).where('reply.id', '=', id).where('reply.inbox', 'is not', null).executeTakeFirst();
}

/** The consent in force of a contact point for a channel, with its evidence. */
export async function consentInForce(trx: Trx, contactPointId: string, channel: 'sms' | 'email'): Promise<Row<'consent'> | undefined> {
  return trx.selectFrom('consent').selectAll().where('contact_point_id', '=', contactPointId).where('channel', '=', channel).orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

/** When the first answer that is wanted may be sent, epoch ms; null: none is wanted. */
export async function nextAnswer(db: Db | Trx): Promise<number | null> {
  const row = await db.selectFrom('reply').select((eb) => eb.fn.min('answer_at').as('at')).where('answer_state', '=', 'wanted').executeTakeFirst();
  return row?.at ?? null;
}

/** Replies whose answer is due at `now` (epoch ms), the one that waits longest first. */
export async function dueAnswers(db: Db | Trx, now: number, limit: number): Promise<ReplyRow[]> {
  return db.selectFrom('reply').selectAll().where('answer_state', '=', 'wanted').where('answer_at', '<=', instant(now)).orderBy('answer_at').orderBy('id').limit(limit).execute();
}

export async function settleAnswer(trx: Trx, id: string, change: { readonly state: 'made'; readonly attemptId: string } | { readonly state: 'dropped' } | { readonly state: 'wanted'; readonly at: number }): Promise<void> {
  await trx.updateTable('reply').set({
    answer_state: change.state,
    ...(change.state === 'made' ? { answer_attempt: change.attemptId } : {}),
    ...(change.state === 'wanted' ? { answer_at: instant(change.at) } : {}),
  }).where('id', '=', id).execute();
}

/** Automatic answers that this person got (or may have got) at this creditor since an instant, epoch ms. */
export async function answersSince(trx: Trx, personId: string, since: number): Promise<number> {
  const { rows } = await sql<{ made: number }>`
    select count(*)::int as made from reply join attempt on attempt.id = reply.answer_attempt
     where reply.person_id = ${personId}::uuid and attempt.claimed_at >= ${instant(since)} and attempt.state <> 'rejected'`.execute(trx);
  return rows[0]?.made ?? 0;
}

/** Takes the words of messages that no person of ours belongs to, once they are older than `before` (epoch ms); how many. */
export async function forgetUnmatched(trx: Trx, before: number): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    with old as (update reply set body = null, note = null where person_id is null and at < ${instant(before)} and body is not null returning id, provider, event_id),
         raw as (update provider_event set payload = '{}' from old where provider_event.provider = old.provider and provider_event.event_id = old.event_id)
    select id from old`.execute(trx);
  return rows.length;
}

/** What a person wrote, oldest first. */
export async function repliesOfPerson(db: Db | Trx, personId: string): Promise<ReplyRow[]> {
  return db.selectFrom('reply').selectAll().where('person_id', '=', personId).orderBy('at').orderBy('id').execute();
}
