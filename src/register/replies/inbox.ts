/** The inbox: what people wrote that a person of ours has to read, and what they make of it. */
import { z } from 'zod';
import { creditorById } from '../../db/creditors.ts';
import { changeReply, inboxRow, inboxRows, replyById, type InboxRow, type ReplyRow } from '../../db/replies.ts';
import { isLocalDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { REPLY_CLASSES } from '../../replies/classify.ts';
import { requireVisible, type Actor } from '../actor.ts';
import { plainText } from '../agreement-body.ts';
import { optOutLawOf } from '../opt-out-scope.ts';
import { pageOf, positionOf, type Page, type PageQuery } from '../page.ts';
import type { RegisterContext } from '../person-lock.ts';
import { underLockOf } from '../person-by-ref.ts';
import { appendTimeline } from '../timeline.ts';
import { actOn } from './act.ts';
import { DID, INBOX_KINDS, type Done, type InboxKind } from './done.ts';
import { aboutReply, type Heard } from './heard.ts';

/** `POST /v1/inbox/{id}/done`. */
export const inboxDoneBody = z.strictObject({ note: plainText(2_000).optional() });
export type InboxDoneBody = z.output<typeof inboxDoneBody>;

const MEANT = REPLY_CLASSES.filter((one) => one !== 'unknown');
const localDate = z.string().refine(isLocalDate, 'must be a date YYYY-MM-DD');
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time HH:MM');

/** `POST /v1/inbox/{id}/reclassify`: what the person meant; `date` goes with willPay (needed) and callMe, `time` with callMe, `amountMinor` with willPay. */
export const reclassifyBody = z.strictObject({
  class: z.enum(MEANT), date: localDate.optional(), time: time.optional(), amountMinor: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
}).refine((body) => body.class !== 'willPay' || body.date !== undefined, { path: ['date'], message: 'is needed with willPay' })
  .refine((body) => body.date === undefined || body.class === 'willPay' || body.class === 'callMe', { path: ['date'], message: 'goes only with willPay and callMe' })
  .refine((body) => body.time === undefined || (body.class === 'callMe' && body.date !== undefined), { path: ['time'], message: 'goes only with callMe and a date' })
  .refine((body) => body.amountMinor === undefined || body.class === 'willPay', { path: ['amountMinor'], message: 'goes only with willPay' });
export type ReclassifyBody = z.output<typeof reclassifyBody>;

/** An item as the API answers it; instants RFC 3339 in UTC. What is not known or was erased is absent. */
export interface InboxItem {
  readonly id: string;
  readonly kind: string;
  readonly class: string;
  readonly confidence: number;
  readonly channel: 'sms' | 'email';
  readonly at: string;
  readonly state: 'open' | 'done';
  /** What came of it, a word. */
  readonly did: string;
  readonly attachments: number;
  readonly creditorId?: string;
  readonly personId?: string;
  readonly agreementId?: string;
  readonly from?: string;
  readonly text?: string;
  readonly date?: string;
  readonly time?: string;
  readonly amountMinor?: number;
  readonly closedAt?: string;
  readonly closedBy?: string;
  readonly note?: string;
}

function toItem(row: InboxRow): InboxItem {
  const known = {
    creditorId: row.creditor_id, personId: row.person_id, agreementId: row.agreement_id, from: row.from, text: row.body, date: row.said_date, time: row.said_time, amountMinor: row.amount_minor,
    closedAt: row.closed_at === null ? null : new Date(row.closed_at).toISOString(), closedBy: row.closed_by, note: row.note,
  };
  return {
    id: row.id, kind: row.inbox ?? 'unclear', class: row.class, confidence: row.confidence, channel: row.channel, at: new Date(row.at).toISOString(), state: row.state, did: row.did,
    attachments: row.attachments, ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
  };
}

export interface InboxQuery extends PageQuery {
  readonly creditorId?: string | undefined;
  readonly agreementId?: string | undefined;
  readonly kind?: InboxKind | undefined;
  readonly state?: 'open' | 'done' | undefined;
}

export const inboxKind = z.enum(INBOX_KINDS);

/** What waits, oldest first; a creditor's key sees its own, what belongs to nobody is seen by those who see all. */
export async function listInbox(ctx: RegisterContext, actor: Actor, query: InboxQuery): Promise<Page<InboxItem>> {
  const { limit, cursor, creditorId, ...filter } = query;
  if (creditorId !== undefined) requireVisible(actor, creditorId);
  const rows = await inboxRows(ctx.db, { ...filter, creditorId: creditorId ?? actor.creditorId }, { limit: limit + 1, after: positionOf(cursor) });
  return pageOf(rows, limit, (row) => ({ at: row.at, id: row.id }), toItem);
}

/** Somebody has read it and nothing is left to do; again changes nothing, unless it brings a note. */
export async function closeItem(ctx: RegisterContext, actor: Actor, id: string, body: InboxDoneBody): Promise<InboxItem> {
  const row = await visible(ctx, actor, id);
  const close = async (within: RegisterContext): Promise<void> => {
    const fresh = await replyById(within.db, id);
    if (fresh === undefined || (fresh.state === 'done' && body.note === undefined)) return;
    await changeReply(within.db, id, { state: 'done', note: body.note, closed: { at: await within.clock.now(within.db), by: actor.id } });
  };
  if (row.person_id === null) await close(ctx);
  else await underLockOf(ctx, row.person_id, (lock) => close({ ...ctx, db: lock.trx }));
  return toItem(await visible(ctx, actor, id));
}

/**
 * Somebody says what the person meant: it acts as if it had been read so, in their name, once. What the first reading
 * brought about stays (a hold is released, a dispute resolved, by the commands for it); no automatic answer follows.
 */
export async function reclassify(ctx: RegisterContext, actor: Actor, id: string, body: ReclassifyBody): Promise<InboxItem> {
  const row = await visible(ctx, actor, id);
  if (row.person_id === null) throw new AppError('ERR_STATE', 'Nobody is known to whom this message belongs: nothing can act. Close it with done.');
  await underLockOf(ctx, row.person_id, async (lock, person) => {
    const fresh = await replyById(lock.trx, id);
    const creditor = await creditorById(lock.trx, person.creditor_id);
    if (fresh === undefined || fresh.contact_point_id === null || creditor === undefined) throw notFound();
    if (person.erased_at !== null) throw new AppError('ERR_ERASED');
    const heard: Heard = {
      lock, ctx, id, channel: fresh.channel, ...body, body: fresh.body, person, creditor, contactPointId: fresh.contact_point_id, ...await agreementsOf(lock.trx, person.id, fresh), by: actor.id,
    };
    const law = await optOutLawOf(lock.trx, { personId: person.id, contactPointId: fresh.contact_point_id, channel: fresh.channel }, lock.now);
    const done = await actOn(heard, law.body);
    if (fresh.agreement_id !== null) await noteReading(heard, fresh.agreement_id, done);
    await changeReply(lock.trx, id, {
      class: body.class, did: done.did, saidDate: body.date, ...(done.inbox === null ? {} : { inbox: done.inbox }),
      ...(done.inbox === null ? { state: 'done', closed: { at: lock.now, by: actor.id } } : { state: 'open', closed: null }),
    });
  });
  return toItem(await visible(ctx, actor, id));
}

/** The agreement that the reply was about goes first, if it is still open. */
async function agreementsOf(trx: Parameters<typeof aboutReply>[0], personId: string, reply: ReplyRow): Promise<Pick<Heard, 'open' | 'spoken'>> {
  const { open, spoken } = await aboutReply(trx, personId, null);
  const own = open.filter((row) => row.id === reply.agreement_id);
  return { open, spoken: own.length > 0 ? own : spoken };
}

async function noteReading({ lock, class: said, channel }: Heard, agreementId: string, { did }: Done): Promise<void> {
  await appendTimeline(lock.trx, agreementId, {
    at: lock.now, kind: 'replyReclassified', channel, outcome: did, text: { es: `Una persona leyó la respuesta como ${said}. ${DID[did].es}`, en: `A person read the reply as ${said}. ${DID[did].en}` },
  });
}

async function visible(ctx: RegisterContext, actor: Actor, id: string): Promise<InboxRow> {
  const row = await inboxRow(ctx.db, id);
  if (row === undefined) throw notFound();
  // What has no creditor is for those who see all of them.
  if (row.creditor_id === null && actor.creditorId !== null) throw notFound();
  if (row.creditor_id !== null) requireVisible(actor, row.creditor_id);
  return row;
}

function notFound(): AppError {
  return new AppError('ERR_NOT_FOUND', 'There is no such item in the inbox.');
}
