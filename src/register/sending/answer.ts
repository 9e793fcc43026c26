/**
 * The automatic answers to replies: at most one a message, and one a day for a person at a creditor. An answer is a contact like
 * any other: in the ledger before the provider is called, within the lawful hours, to an address that may still be
 * written to. What must wait for the morning waits a day at most, then nobody expects it any more.
 */
import { beginAttempt, insertAttempt, moveAttempt } from '../../db/attempts.ts';
import { openCallbacksOf } from '../../db/callbacks.ts';
import { answersSince, dueAnswers, replyById, settleAnswer, type ReplyRow } from '../../db/replies.ts';
import { inTransaction } from '../../db/transaction.ts';
import { DAY, localDate, MINUTE, startOfLocalDay } from '../../domain/zone.ts';
import { formatDate, formatDateAt, formatHour } from '../../text/date.ts';
import { localeFor } from '../../text/locale.ts';
import { answerMessage, type AnswerKind, type AnswerMessage } from '../../text/reply-answer.ts';
import { maskTokens } from '../../text/token-mask.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { newTokens, storeTokens, urlsOf, type MessageUrls } from '../link.ts';
import type { PersonLock } from '../person-lock.ts';
import { appendTimeline } from '../timeline.ts';
import type { CertainCall } from './begin.ts';
import { callProvider } from './call.ts';
import type { SendingDeps } from './deps.ts';
import { askGate, versionsOnly, type GateVerdict } from './gate.ts';
import { placeOf, readSubject, type LawSubject } from './law-subject.ts';
import { firmOf, senderOf } from './sender.ts';
import { holdStop } from './stop.ts';

const TEMPLATE = 'reply-answer';
const LASTS = 4 * 60 * MINUTE;
const LIFE = DAY;
const AGAIN = 15 * MINUTE;
const BATCH = 50;

/** Sends every answer that is due at `now` (epoch ms; absent: the clock's); how many left or may have left. Safe to run side by side. */
export async function sendAnswers(deps: SendingDeps, now?: number): Promise<number> {
  const { ctx } = deps;
  const at: SendingDeps = now === undefined ? deps : { ...deps, ctx: { ...ctx, clock: { kind: ctx.clock.kind, now: () => Promise.resolve(now) } } };
  let sent = 0;
  for (const reply of await dueAnswers(ctx.db, await at.ctx.clock.now(), BATCH)) sent += (await sendAnswer(at, reply)) ? 1 : 0;
  return sent;
}

async function sendAnswer(deps: SendingDeps, reply: ReplyRow): Promise<boolean> {
  const { agreement_id: agreementId } = reply;
  if (agreementId === null) return inTransaction(deps.ctx.db, (trx) => settleAnswer(trx, reply.id, { state: 'dropped' })).then(() => false);
  const call = await prepare(deps, reply.id, agreementId);
  if (call === null) return false;
  const answer = await callProvider(deps, call);
  const sent = answer.kind === 'sent' || answer.kind === 'unknown';
  await underAgreementLock(deps.ctx, agreementId, async (lock) => {
    const change = answer.kind === 'sent' ? { state: 'sent' as const, providerId: answer.providerId, endedAt: lock.now }
      : answer.kind === 'unknown' ? { state: 'unknown' as const, reason: `provider.${answer.code}` }
        : { state: 'rejected' as const, reason: answer.kind === 'rejected' ? `provider.${answer.reason}.${answer.code}` : `unavailable.${answer.code}`, endedAt: lock.now };
    const moved = await moveAttempt(lock.trx, call.attemptId, ['calling'], change, call.token);
    if (!moved) return;
    // Surely nothing left: another attempt may.
    if (answer.kind === 'retry') await later(lock, reply, lock.now + AGAIN);
    if (sent) await noteSent(lock, agreementId, call.channel, answer.kind);
  });
  return sent;
}

async function noteSent(lock: PersonLock, agreementId: string, channel: 'sms' | 'email', outcome: string): Promise<void> {
  await appendTimeline(lock.trx, agreementId, {
    at: lock.now, kind: 'replyAnswered', channel, outcome, text: { es: 'Se respondió automáticamente al mensaje de la persona.', en: "The person's message was answered automatically." },
  });
}

/** Waits until then, unless nobody expects it any more. */
async function later(lock: PersonLock, reply: ReplyRow, until: number): Promise<void> {
  await settleAnswer(lock.trx, reply.id, until > reply.at + LIFE ? { state: 'dropped' } : { state: 'wanted', at: until });
}

/** Claim and begin in one: nothing lies between that could change what is said. Null: none leaves now. */
async function prepare(deps: SendingDeps, replyId: string, agreementId: string): Promise<CertainCall | null> {
  return underAgreementLock(deps.ctx, agreementId, async (lock, row) => {
    const reply = await replyById(lock.trx, replyId);
    if (reply?.answer_state !== 'wanted' || reply.answer === null || (reply.answer_at ?? 0) > lock.now) return null;
    await holdStop(lock.trx);
    const whole = await readSubject(lock.trx, row, lock.now);
    // To where it came from, whichever address is the preferred one.
    const subject = { ...whole, points: whole.points.toSorted((a, b) => Number(b.id === reply.contact_point_id) - Number(a.id === reply.contact_point_id)) };
    const verdict = await askGate(lock.trx, deps, subject, { channels: [reply.channel], purpose: 'transactional', now: lock.now, atMinute: null });
    if (verdict.kind === 'defer') {
      await later(lock, reply, verdict.until);
      return null;
    }
    const words = verdict.kind === 'allow' && verdict.point.id === reply.contact_point_id ? await wordsFor(lock, reply, reply.answer, subject) : null;
    const today = startOfLocalDay(row.zone, localDate(row.zone, lock.now));
    if (verdict.kind !== 'allow' || words === null || (await answersSince(lock.trx, row.person_id, today)) > 0) {
      await settleAnswer(lock.trx, reply.id, { state: 'dropped' });
      return null;
    }
    return begin(lock, deps, reply, subject, verdict, words);
  });
}

/** The answer as a text of its links; null when what it would speak of is gone. */
async function wordsFor(lock: PersonLock, reply: ReplyRow, kind: AnswerKind, { row, person, creditor }: LawSubject): Promise<((urls: MessageUrls) => AnswerMessage) | null> {
  const locale = localeFor(person.language, row.country);
  const [callback] = kind === 'callBooked' ? await openCallbacksOf(lock.trx, row.id) : [];
  if ((kind === 'callBooked' && callback === undefined) || (kind === 'promised' && reply.said_date === null)) return null;
  const date = callback === undefined ? (reply.said_date === null ? undefined : formatDate(reply.said_date, locale)) : formatDateAt(callback.from_at, row.zone, locale);
  const time = callback === undefined ? undefined : formatHour(callback.from_at, row.zone, locale);
  const about = { firm: firmOf(creditor), creditor: creditor.name, confirmed: person.confirmed_at !== null, date, time };
  return (urls) => answerMessage(reply.channel, locale, kind, { ...about, link: urls.link, unsubscribeUrl: urls.unsubscribeUrl });
}

async function begin(
  lock: PersonLock, deps: SendingDeps, reply: ReplyRow, subject: LawSubject, verdict: Extract<GateVerdict, { kind: 'allow' }>, words: (urls: MessageUrls) => AnswerMessage,
): Promise<CertainCall | null> {
  const { ctx } = deps;
  const { row, person } = subject;
  const provider = deps.channels[reply.channel]?.provider;
  if (provider === undefined) {
    await settleAnswer(lock.trx, reply.id, { state: 'dropped' });
    return null;
  }
  const [id, token] = [ctx.newId(), ctx.newId()];
  const tokens = newTokens(reply.channel);
  const urls = urlsOf(tokens, deps.config.publicBaseUrl);
  const message = words(urls);
  const until = Math.min(verdict.windowEnd ?? Infinity, lock.now + LASTS);
  const versions = versionsOnly(verdict.versions);
  const locale = localeFor(person.language, row.country);
  await insertAttempt(lock.trx, {
    id, creditor_id: row.creditor_id, identity_id: row.identity_id, person_id: row.person_id, contact_point_id: verdict.point.id, channel: reply.channel, purpose: 'transactional',
    template: TEMPLATE, template_version: 1, locale, token, policy_version: versions.policyVersion, calendar_version: versions.calendarVersion, tz_version: versions.tzVersion,
    claim_seq: await lock.nextSeq(), claimed_at: lock.now, valid_until: until,
  }, [{ agreement_id: row.id, occurrence: `reply/${reply.id}/${id}`, leading: true, instalments: [] }]);
  await beginAttempt(lock.trx, id, {
    token, beginSeq: await lock.nextSeq(), begunAt: lock.now, validUntil: until, provider, purpose: 'transactional', versions, place: placeOf(deps.policies, subject),
    template: { key: TEMPLATE, version: 1, locale }, rendered: masked(message),
  });
  await storeTokens(lock.trx, tokens, { attemptId: id, creditorId: row.creditor_id, personId: row.person_id, contactPointId: verdict.point.id, agreementId: row.id }, lock.now, () => ctx.newId());
  await settleAnswer(lock.trx, reply.id, { state: 'made', attemptId: id });
  return {
    attemptId: id, token, channel: reply.channel, to: verdict.point.value, sender: senderOf(subject.creditor, reply.channel), message, validityMs: until - lock.now, unsubscribeUrl: urls.unsubscribeUrl,
  };
}

/** The evidence keeps what was said; the tokens in it were the reader's alone. */
function masked(message: AnswerMessage): AnswerMessage {
  if ('body' in message) return { body: maskTokens(message.body) };
  return { subject: message.subject, text: maskTokens(message.text), html: maskTokens(message.html) };
}
