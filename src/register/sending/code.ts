/**
 * A code for a debtor's page, to the contact point that its link came to. It is a contact like any other: claimed in the
 * ledger before the provider is called, within the lawful hours, never twice; what is kept of it is not the code.
 */
import { randomInt } from 'node:crypto';
import { attemptById, beginAttempt, insertAttempt, moveAttempt } from '../../db/attempts.ts';
import { codesMade, insertCode, linkById } from '../../db/links.ts';
import { HOUR, MINUTE } from '../../domain/zone.ts';
import { codeMessage } from '../../text/code-message.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { hashCode } from '../second-factor.ts';
import { appendTimeline } from '../timeline.ts';
import type { CertainCall } from './begin.ts';
import { callProvider } from './call.ts';
import type { SendingDeps } from './deps.ts';
import { askGate, versionsOnly } from './gate.ts';
import { placeOf, readSubject } from './law-subject.ts';
import { firmOf, senderOf } from './sender.ts';
import { holdStop } from './stop.ts';

const LASTS = 10 * MINUTE;
/** Codes a person is sent within an hour. */
const MOST = 3;
const DIGITS = 6;
const TEMPLATE = 'page-code';

/** Sends one; false when none may or can leave now. `language` is the page's. */
export async function sendCode(deps: SendingDeps, linkId: string, language: string): Promise<boolean> {
  const link = await linkById(deps.ctx.db, linkId);
  if (link === undefined) return false;
  const call = await prepare(deps, linkId, link.agreement_id, language);
  if (call === null) return false;
  const answer = await callProvider(deps, call);
  await underAgreementLock(deps.ctx, link.agreement_id, async (lock) => {
    const sent = answer.kind === 'sent' || answer.kind === 'unknown';
    const change = answer.kind === 'sent' ? { state: 'sent' as const, providerId: answer.providerId, endedAt: lock.now }
      : answer.kind === 'unknown' ? { state: 'unknown' as const, reason: `provider.${answer.code}` }
        : { state: 'rejected' as const, reason: answer.kind === 'rejected' ? `provider.${answer.reason}.${answer.code}` : `unavailable.${answer.code}`, endedAt: lock.now };
    const moved = await moveAttempt(lock.trx, call.attemptId, ['calling'], change, call.token);
    if (!moved || !sent) return;
    await appendTimeline(lock.trx, link.agreement_id, {
      at: lock.now, kind: 'codeSent', channel: call.channel, outcome: answer.kind,
      text: { es: 'Se envió un código para abrir la página, a pedido de quien la abrió.', en: 'A code to open the page was sent at the request of whoever opened it.' },
    });
  });
  return answer.kind === 'sent' || answer.kind === 'unknown';
}

/** Claim and begin in one: nothing lies between a person's click and the call that could change what is said. */
async function prepare(deps: SendingDeps, linkId: string, agreementId: string, language: string): Promise<CertainCall | null> {
  const { ctx } = deps;
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const link = await linkById(lock.trx, linkId);
    const origin = link === undefined ? undefined : await attemptById(lock.trx, link.attempt_id);
    if (link === undefined || origin === undefined || (await codesMade(lock.trx, link.person_id, HOUR)) >= MOST) return null;
    await holdStop(lock.trx);
    const subject = await readSubject(lock.trx, row, lock.now);
    const { channel } = origin;
    const verdict = await askGate(lock.trx, deps, subject, { channels: [channel], purpose: 'transactional', now: lock.now, atMinute: null });
    const provider = deps.channels[channel]?.provider;
    if (verdict.kind !== 'allow' || verdict.point.id !== link.contact_point_id || provider === undefined) return null;
    const [id, codeId, token] = [ctx.newId(), ctx.newId(), ctx.newId()];
    const code = String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0');
    const firm = firmOf(subject.creditor);
    const until = Math.min(verdict.windowEnd ?? Infinity, lock.now + LASTS);
    const versions = versionsOnly(verdict.versions);
    await insertCode(lock.trx, codeId, linkId, hashCode(linkId, code), LASTS);
    await insertAttempt(lock.trx, {
      id, creditor_id: row.creditor_id, identity_id: row.identity_id, person_id: row.person_id, contact_point_id: verdict.point.id, channel, purpose: 'transactional',
      template: TEMPLATE, template_version: 1, locale: language, token, policy_version: versions.policyVersion, calendar_version: versions.calendarVersion,
      tz_version: versions.tzVersion, claim_seq: await lock.nextSeq(), claimed_at: lock.now, valid_until: until,
    }, [{ agreement_id: row.id, occurrence: `code/${codeId}`, leading: true, instalments: [] }]);
    await beginAttempt(lock.trx, id, {
      token, beginSeq: await lock.nextSeq(), begunAt: lock.now, validUntil: until, provider, purpose: 'transactional', versions, place: placeOf(deps.policies, subject),
      template: { key: TEMPLATE, version: 1, locale: language }, rendered: codeMessage(channel, language, firm, '*'.repeat(DIGITS)),
    });
    return {
      attemptId: id, token, channel, to: verdict.point.value, sender: senderOf(subject.creditor, channel), message: codeMessage(channel, language, firm, code),
      validityMs: until - lock.now, unsubscribeUrl: null,
    };
  });
}
