/** Begin: the second step. Under the lock again: is it still wanted, still lawful, what is owed now? Only then the call becomes certain. */
import { attemptById, attemptParts, beginAttempt, dropPart, moveAttempt, type AttemptPart, type AttemptRow } from '../../db/attempts.ts';
import type { PlaceInLaw, RenderedMessage } from '../../db/database.ts';
import type { TemplateRow } from '../../db/templates.ts';
import { AppError } from '../../errors.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import type { PersonLock } from '../person-lock.ts';
import { adapterFor } from '../payments/deps.ts';
import { storePaymentLink } from '../payments/link.ts';
import { loadState } from '../rebuild.ts';
import { appendTimeline } from '../timeline.ts';
import { validUntil } from './claim.ts';
import type { SendingDeps } from './deps.ts';
import { recordStep, spokenByLead, versionsOfAttempt, type DeliveryOutcome } from './facts.ts';
import { maskTokens } from '../../text/token-mask.ts';
import { newTokens, storeTokens, urlsOf, type MessageTokens } from '../link.ts';
import { askGate, versionsOnly, type Versions } from './gate.ts';
import { placeOf, readSubject, type LawSubject } from './law-subject.ts';
import { compose, templateOf } from './message.ts';
import { parcelOf, partsOf, type DeliveryRequest, type Parcel } from './parcel.ts';
import type { GateRule } from './rules.ts';
import { senderOf, type Sender } from './sender.ts';
import { textLawFor } from './text-law.ts';
import { holdStop } from './stop.ts';

/** A call that is certain: it is made once, by the holder of the token. */
export interface CertainCall {
  readonly attemptId: string;
  readonly token: string;
  readonly channel: AttemptRow['channel'];
  readonly to: string;
  readonly sender: Sender;
  readonly message: RenderedMessage;
  readonly validityMs: number;
  /** Where a POST stops the mails to this address; null for an SMS. */
  readonly unsubscribeUrl: string | null;
}

export type Beginning =
  | { readonly kind: 'call'; readonly call: CertainCall }
  /** The claim fell (silenced, or no longer lawful): claim again. */
  | { readonly kind: 'again' }
  /** Another worker was first. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'done'; readonly outcome: DeliveryOutcome };

/** claimed -> calling, with everything checked once more. A payment committed before this silences; one after it does not. */
export async function beginCall(deps: SendingDeps, request: DeliveryRequest, attemptId: string): Promise<Beginning> {
  return underAgreementLock(deps.ctx, request.agreementId, async (lock) => {
    const attempt = await attemptById(lock.trx, attemptId);
    if (attempt?.state !== 'claimed') return { kind: 'lost' };
    const parts = await attemptParts(lock.trx, attemptId);
    const parcel = await parcelOf(lock, request, limitOf(parts));
    if (parcel === null) return silence(lock, attempt, request.agreementId);
    return prepare(lock, deps, attempt, parts, parcel);
  });
}

function limitOf(parts: readonly AttemptPart[]): ReadonlyMap<string, ReadonlySet<string>> {
  const limit = new Map<string, Set<string>>();
  for (const part of parts) limit.set(part.agreement_id, (limit.get(part.agreement_id) ?? new Set()).add(part.occurrence));
  return limit;
}

async function prepare(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, parts: readonly AttemptPart[], parcel: Parcel): Promise<Beginning> {
  await holdStop(lock.trx);
  const subject = await readSubject(lock.trx, parcel.lead.agreement.row, lock.now, attempt.id);
  const verdict = await askGate(lock.trx, deps, subject, { channels: [attempt.channel], purpose: parcel.purpose, now: lock.now, atMinute: null });
  if (verdict.kind !== 'allow' || verdict.point.id !== attempt.contact_point_id) {
    const rule = verdict.kind === 'allow' ? 'contact-point' : verdict.rules[0] ?? 'rule';
    await moveAttempt(lock.trx, attempt.id, ['claimed'], { state: 'rejected', reason: `lapsed.${rule}`, endedAt: lock.now });
    return { kind: 'again' };
  }
  const template = await templateOf(lock.trx, parcel, subject.person.language);
  const tokens = newTokens(attempt.channel, deps.payments !== undefined && adapterFor(deps.payments, subject.creditor) !== null);
  const said = template === null ? null : composed(deps, parcel, subject, { template, attempt, tokens, now: lock.now });
  if (template === null || said === null || said.message === null) return refuse(lock, deps, attempt, parcel, said?.rules ?? []);
  await dropGone(lock, attempt, parts, parcel);
  const until = validUntil(lock.now, verdict.windowEnd);
  return start(lock, deps, attempt, parcel, {
    subject, template, message: said.message, tokens, until, versions: versionsOnly(verdict.versions), to: verdict.point.value, place: placeOf(deps.policies, subject),
  });
}

interface Prepared {
  readonly subject: LawSubject;
  readonly template: TemplateRow;
  readonly message: RenderedMessage;
  readonly tokens: MessageTokens;
  readonly until: number;
  readonly versions: Versions;
  readonly to: string;
  readonly place: PlaceInLaw;
}

async function start(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, parcel: Parcel, prepared: Prepared): Promise<Beginning> {
  const { subject, template, message, tokens, until, versions, to, place } = prepared;
  const provider = deps.channels[attempt.channel]?.provider;
  if (provider === undefined) throw new AppError('ERR_CONFIG', `There is no provider for ${attempt.channel}.`);
  const token = deps.ctx.newId();
  const begun = await beginAttempt(lock.trx, attempt.id, {
    token, beginSeq: await lock.nextSeq(), begunAt: lock.now, validUntil: until, provider, purpose: parcel.purpose,
    template: { key: template.key, version: template.version, locale: template.locale }, versions, rendered: withoutTokens(message), place,
  });
  if (!begun) return { kind: 'lost' };
  const owner = { attemptId: attempt.id, creditorId: attempt.creditor_id, personId: attempt.person_id, contactPointId: attempt.contact_point_id, agreementId: subject.row.id };
  await storeTokens(lock.trx, tokens, owner, lock.now, () => deps.ctx.newId());
  // A text that names no place to pay, or one of a law under which the creditor alone takes the money, has no use for it.
  if (tokens.payment !== null && mentions(message, tokens.payment)) {
    await storePaymentLink(lock.trx, tokens.payment, { ...owner, planVersion: subject.row.plan_version }, lock.now, deps.ctx.newId());
  }
  const { unsubscribeUrl } = urlsOf(tokens, deps.config.publicBaseUrl);
  return {
    kind: 'call',
    call: {
      unsubscribeUrl, attemptId: attempt.id, token, channel: attempt.channel, to, sender: senderOf(subject.creditor, attempt.channel), message, validityMs: until - lock.now,
    },
  };
}

function mentions(message: RenderedMessage, token: string): boolean {
  return ('body' in message ? [message.body] : [message.text, message.html]).some((text) => text.includes(token));
}

/** The evidence keeps what was said; the tokens in it were the reader's alone. */
function withoutTokens(message: RenderedMessage): RenderedMessage {
  if ('body' in message) return { body: maskTokens(message.body) };
  return { subject: message.subject, text: maskTokens(message.text), html: maskTokens(message.html) };
}

interface Said {
  /** null: it cannot be rendered, or must not be said. */
  readonly message: RenderedMessage | null;
  /** Rules of the place that it would break. */
  readonly rules: readonly string[];
}

interface Draft {
  readonly template: TemplateRow;
  readonly attempt: AttemptRow;
  readonly tokens: MessageTokens;
  readonly now: number;
}

function composed(deps: SendingDeps, parcel: Parcel, subject: LawSubject, { template, attempt, tokens, now }: Draft): Said {
  const { publicBaseUrl } = deps.config;
  const told = { attemptId: attempt.id, template: template.key, version: template.version };
  try {
    const law = textLawFor(deps.policies, subject, now);
    const { message, faults } = compose({ parcel, subject, law, template, channel: attempt.channel, urls: urlsOf(tokens, publicBaseUrl), publicBaseUrl });
    if (faults.length === 0) return { message, rules: [] };
    deps.ctx.log.error({ ...told, errors: faults.map(({ path, message: why }) => ({ path, message: why })) }, 'a text breaks a rule of the place');
    return { message: null, rules: [...new Set(faults.map(({ rule }) => rule))] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ERR_TEMPLATE') throw error;
    deps.ctx.log.error({ ...told, errors: error.errors }, 'a text could not be rendered');
    return { message: null, rules: [] };
  }
}

async function dropGone(lock: PersonLock, attempt: AttemptRow, parts: readonly AttemptPart[], parcel: Parcel): Promise<void> {
  const kept = new Set(partsOf(parcel).flatMap((part) => part.occurrences.map(({ key }) => `${part.agreement.row.id} ${key}`)));
  for (const part of parts) {
    if (!kept.has(`${part.agreement_id} ${part.occurrence}`)) await dropPart(lock.trx, attempt.id, part.agreement_id, part.occurrence);
  }
}

/** Nothing of the lead's is wanted any more: the message is not sent, and the entry says which fact did it. */
async function silence(lock: PersonLock, attempt: AttemptRow, agreementId: string): Promise<Beginning> {
  const { state } = await loadState(lock.trx, agreementId);
  const fact = state.events.findLast((event) => event.seq > attempt.claim_seq)?.kind ?? 'time';
  await moveAttempt(lock.trx, attempt.id, ['claimed'], { state: 'rejected', reason: `silenced.${fact}`, endedAt: lock.now });
  await appendTimeline(lock.trx, agreementId, {
    at: lock.now, kind: 'contactSilenced', channel: attempt.channel, outcome: fact,
    text: { es: `El mensaje preparado no salió: antes se registró otro hecho (${fact}).`, en: `The prepared message did not leave: another fact came first (${fact}).` },
  });
  return { kind: 'again' };
}

async function refuse(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow, parcel: Parcel, broken: readonly string[]): Promise<Beginning> {
  const why: GateRule = broken.length > 0 ? 'text-forbidden' : 'template-error';
  const rules = [why, ...broken];
  await moveAttempt(lock.trx, attempt.id, ['claimed'], { state: 'rejected', reason: why, endedAt: lock.now });
  const events = await recordStep(lock, deps.ctx, spokenByLead(parcel), { result: 'refused', rules, versions: versionsOfAttempt(attempt) }, 'caller');
  return { kind: 'done', outcome: { result: 'refused', events } };
}
