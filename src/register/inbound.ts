/** A message from a person to us: kept once, matched, read, and what it says acts at once (src/register/replies). */
import type { InboundSms } from '../channels/receipts.ts';
import type { InboundMail } from '../channels/inbound-mail.ts';
import { creditorById } from '../db/creditors.ts';
import { providerEventKnown } from '../db/inbound.ts';
import { insertProviderEvent } from '../db/provider-events.ts';
import { insertReply, replyKnown, type Holder, type NewReply } from '../db/replies.ts';
import { AppError } from '../errors.ts';
import type { ReplyMeaning } from '../replies/classify.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { underLockOf } from './person-by-ref.ts';
import { actOn } from './replies/act.ts';
import { DID, type Done } from './replies/done.ts';
import { aboutReply, type Heard } from './replies/heard.ts';
import type { InboundMessage } from './replies/inbound-message.ts';
import { matchMessage, type Match } from './replies/match.ts';
import { readAnywhere, readFor, type Reading } from './replies/read.ts';
import { replySettingsOf } from './replies/settings.ts';
import { appendTimeline } from './timeline.ts';

/** Takes a text message once. */
export async function receiveSms(ctx: RegisterContext, sms: InboundSms): Promise<void> {
  const { provider, eventId, from, to, body, optOutType } = sms;
  await receive(ctx, { provider, eventId, channel: 'sms', from, to, text: body, attachments: 0, optOutType, thread: [], authentic: true }, { from, to, body });
}

/** Takes a mail once; what a machine sent by itself (out of office, a returned mail) is kept and not read. */
export async function receiveMail(ctx: RegisterContext, mail: InboundMail): Promise<void> {
  const { provider, eventId, from, to, text, attachments, thread, authentic } = mail;
  if (!mail.automatic) return receive(ctx, { provider, eventId, channel: 'email', from, to, text, attachments, thread, authentic }, { from, to, subject: mail.subject, body: text });
  await insertProviderEvent(ctx.db, { provider, eventId, attemptId: null, status: 'inbound.automatic', payload: { from, to }, at: await ctx.clock.now() });
}

/**
 * The deeds come before the note that the message was taken: a crash in between repeats the message instead of losing
 * it, and whoever it was taken for already is left out. An opt-out holds at every creditor that has the address, because
 * the word names none; everything else is for the one it answers.
 */
async function receive(ctx: RegisterContext, message: InboundMessage, payload: Readonly<Record<string, unknown>>): Promise<void> {
  const { provider, eventId } = message;
  if (await providerEventKnown(ctx.db, provider, eventId)) return;
  const now = await ctx.clock.now();
  const match = await matchMessage(ctx.db, message);
  let silenced = false;
  for (const holder of match.holders) {
    const reading = await readFor(ctx.db, message, holder, now);
    const optsOut = reading.meaning.class === 'optOut';
    silenced ||= optsOut;
    if (optsOut || holder === match.addressed) await takeFor(ctx, message, match, holder, reading);
  }
  if (match.addressed === null && !silenced) await insertReply(ctx.db, unmatched(ctx.newId(), message, readAnywhere(message), now));
  const toNobody = match.holders.length === 0 && readAnywhere(message).class === 'optOut';
  await insertProviderEvent(ctx.db, { provider, eventId, attemptId: null, status: silenced || toNobody ? 'inbound.optOut' : 'inbound', payload, at: now });
}

/** Takes it for one person: everything it brings about, and the row that says so, in one transaction. */
async function takeFor(ctx: RegisterContext, message: InboundMessage, match: Match, holder: Holder, { meaning, optOut }: Reading): Promise<void> {
  const addressed = holder === match.addressed;
  await underLockOf(ctx, holder.personId, async (lock, person) => {
    if (person.erased_at !== null || (await replyKnown(lock.trx, message.provider, message.eventId, person.id))) return;
    const creditor = await creditorById(lock.trx, holder.creditorId);
    if (creditor === undefined) throw new AppError('ERR_INTERNAL');
    const { open, spoken, last } = await aboutReply(lock.trx, person.id, addressed ? match.answers : holder.lastAttempt);
    const about = spoken[0] ?? last;
    const heard: Heard = {
      lock, ctx, id: ctx.newId(), channel: message.channel, ...meaning, body: addressed ? message.text : null, person, creditor, contactPointId: holder.contactPointId, open, spoken, by: 'debtor',
    };
    if (addressed && about !== null) await noteReceived(heard, about.id);
    const done = keptBack(heard, message, match, meaning.confidence) ?? await actOn(heard, optOut);
    if (addressed && about !== null) await noteDone(lock, about.id, message.channel, done);
    await insertReply(lock.trx, rowOf(heard, message, done, { addressed, agreementId: about?.id ?? null, confidence: meaning.confidence }));
  });
}

/** What must not act by itself, though it says something: an opt-out always acts. */
function keptBack({ class: said, creditor }: Heard, message: InboundMessage, match: Match, confidence: number): Done | null {
  if (said === 'optOut' || said === 'thanks' || said === 'unknown') return null;
  const inbox = match.elsewhere ? 'otherAddress' : !message.authentic ? 'unverified' : confidence < replySettingsOf(creditor.settings).minConfidence ? 'unsure' : null;
  return inbox === null ? null : { did: 'forwarded', inbox, answer: null };
}

async function noteReceived({ lock, ctx, id, class: said, channel }: Heard, agreementId: string): Promise<void> {
  await recordFact(lock, ctx, agreementId, { id: `replyReceived/${id}`, body: { kind: 'replyReceived', reply: id, class: said }, tell: 'workflow', timeline: { channel } });
}

/** What a reply brought about, in the timeline of the agreement that it is about. */
export async function noteDone(lock: PersonLock, agreementId: string, channel: 'sms' | 'email', { did }: Done): Promise<void> {
  await appendTimeline(lock.trx, agreementId, { at: lock.now, kind: 'replyHandled', channel, outcome: did, text: DID[did] });
}

function rowOf(heard: Heard, message: InboundMessage, done: Done, about: { addressed: boolean; agreementId: string | null; confidence: number }): NewReply {
  const { lock, person, date, time, amountMinor } = heard;
  // Twilio has answered its own keywords already.
  const answer = about.addressed && message.optOutType === undefined ? done.answer : null;
  return {
    id: heard.id, provider: message.provider, event_id: message.eventId, channel: message.channel, creditor_id: person.creditor_id, person_id: person.id, identity_id: lock.identityId,
    contact_point_id: heard.contactPointId, agreement_id: about.agreementId, addressed: about.addressed, body: heard.body, attachments: about.addressed ? message.attachments : 0,
    class: heard.class, confidence: about.confidence, said_date: date ?? null, said_time: time ?? null, amount_minor: amountMinor ?? null,
    did: done.did, inbox: about.addressed ? done.inbox : null, state: about.addressed && done.inbox !== null ? 'open' : 'done', at: lock.now,
    answer, answer_at: answer === null ? null : lock.now, answer_state: answer === null ? null : 'wanted',
  };
}

function unmatched(id: string, message: InboundMessage, meaning: ReplyMeaning, at: number): NewReply {
  return {
    id, provider: message.provider, event_id: message.eventId, channel: message.channel, creditor_id: null, person_id: null, identity_id: null, contact_point_id: null, agreement_id: null,
    addressed: true, body: message.text, attachments: message.attachments, class: meaning.class, confidence: meaning.confidence, said_date: null, said_time: null,
    amount_minor: meaning.amountMinor ?? null, did: 'forwarded', inbox: 'unmatched', state: 'open', at, answer: null, answer_at: null, answer_state: null,
  };
}
