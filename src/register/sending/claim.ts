/** Claim: the first of the four steps. One message for one person gets its place in the ledger, or the reason why not. */
import { attemptsOf, insertAttempt, type AttemptRow } from '../../db/attempts.ts';
import { leaveWait } from '../../db/contact-waits.ts';
import type { RejectReason } from '../../channels/channel.ts';
import { ERROR_ACTIONS } from '../../channels/error-classes.ts';
import { wallNow } from '../../clock.ts';
import type { AgreementRow } from '../../db/database.ts';
import { holdDoubts } from '../../db/matches.ts';
import type { AgreementEvent, Occurrence } from '../../domain/agreement.ts';
import { expiredSteps } from '../../domain/decide.ts';
import { strategyOf } from '../../domain/facts.ts';
import { HOUR } from '../../domain/zone.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import { skipUnder } from '../finish.ts';
import type { PersonLock } from '../person-lock.ts';
import { loadState, type LoadedAgreement } from '../rebuild.ts';
import type { SendingDeps } from './deps.ts';
import { knownFacts, recordStep, spokenByLead, type DeliveryOutcome, type StepOutcome } from './facts.ts';
import { askGate, LOOK_AGAIN, versionsOnly, type GateVerdict } from './gate.ts';
import { readSubject, type LawSubject } from './law-subject.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { instalmentsOf, templateOf } from './message.ts';
import { parcelOf, partsOf, type DeliveryRequest, type Parcel, type ParcelPart } from './parcel.ts';
import { giveWay } from './precedence.ts';
import { settleAbandoned } from './settle.ts';
import { hasQueued, notItsTurn, queueUp } from './turn.ts';

/** Longest time a provider may hold a message. */
export const VALIDITY = HOUR;
/** A call takes at most 8 s; after this much wall time whoever made it is gone. */
export const CALL_LEASE_MS = 10_000;

export type Claim =
  | { readonly kind: 'claimed'; readonly attemptId: string }
  /** Another worker is in the middle of the call. */
  | { readonly kind: 'busy'; readonly afterMs: number }
  | { readonly kind: 'done'; readonly outcome: DeliveryOutcome };

/** Claims the message of a request, or goes on with what an earlier try of it left behind. */
export async function claimAttempt(deps: SendingDeps, request: DeliveryRequest): Promise<Claim> {
  return underAgreementLock(deps.ctx, request.agreementId, async (lock, row) => {
    const keys = request.kind === 'contact' ? request.occurrences : [request.occurrence];
    const attempts = await attemptsOf(lock.trx, request.agreementId, keys, true);
    const [last] = attempts;
    if (last?.state === 'claimed') return { kind: 'claimed', attemptId: last.id };
    if (last?.state === 'calling') return afterCalling(lock, deps, last);
    if (request.kind === 'survey' && last !== undefined && last.state !== 'rejected') return done({ result: last.state, events: [] });
    const parcel = await parcelOf(lock, request);
    if (parcel === null) {
      await leaveWait(lock.trx, [row.id], 'written');
      return done({ result: 'silenced', events: await whatSilenced(lock, deps, row, keys) });
    }
    return judge(lock, deps, parcel, attempts);
  });
}

/** Facts that the run has not heard of. A run that decided before the expiry and is served after it hears of that, or it would decide the same again. */
async function whatSilenced(lock: PersonLock, deps: SendingDeps, row: AgreementRow, keys: readonly string[]): Promise<AgreementEvent[]> {
  const expired = expiredSteps((await loadState(lock.trx, row.id)).state, lock.now).filter(({ key }) => keys.includes(key));
  if (expired.length > 0) await skipUnder(lock, deps.ctx, row.id, expired);
  return knownFacts(lock, row, keys);
}

function done(outcome: DeliveryOutcome): Claim {
  return { kind: 'done', outcome };
}

/** Only `calling` is ambiguous: it is never called again. */
async function afterCalling(lock: PersonLock, deps: SendingDeps, attempt: AttemptRow): Promise<Claim> {
  const left = attempt.touched_wall + (deps.leaseMs ?? CALL_LEASE_MS) - wallNow();
  if (left > 0) return { kind: 'busy', afterMs: left };
  return done(await settleAbandoned(lock, deps.ctx, attempt, 'caller'));
}

interface Refusal {
  readonly attempt: AttemptRow;
  readonly reason: RejectReason;
}

/** The provider's refusals that still stand. A sender that was refused is stopped by itself; a throttled channel is free again after a while. */
function refusalsOf(attempts: readonly AttemptRow[], now: number): Refusal[] {
  return attempts.flatMap((attempt) => {
    const reason = attempt.state === 'rejected' ? refusalOf(attempt.reason) : null;
    if (reason === null || reason === 'config' || (reason === 'throttled' && attempt.claimed_at + LOOK_AGAIN <= now)) return [];
    return [{ attempt, reason }];
  });
}

/** Refusals use up their channel; one for want of consent uses up all. */
function channelsLeft(channels: readonly MessageChannel[], refusals: readonly Refusal[]): readonly MessageChannel[] {
  if (refusals.some(({ reason }) => !ERROR_ACTIONS[reason].nextChannel)) return [];
  return channels.filter((channel) => !refusals.some(({ attempt }) => attempt.channel === channel));
}

const REFUSALS: ReadonlySet<string> = new Set<RejectReason>(['badAddress', 'consent', 'content', 'config', 'throttled']);

function isRefusal(reason: string): reason is RejectReason {
  return REFUSALS.has(reason);
}

/** The provider's reason of a rejected attempt (`provider.badAddress.21211`); null when it was our own. */
function refusalOf(reason: string | null): RejectReason | null {
  const [by, why = ''] = (reason ?? '').split('.');
  return by === 'provider' && isRefusal(why) ? why : null;
}

async function judge(lock: PersonLock, deps: SendingDeps, parcel: Parcel, attempts: readonly AttemptRow[]): Promise<Claim> {
  const { row } = parcel.lead.agreement;
  await holdDoubts(lock.trx, row.person_id);
  const subject = await readSubject(lock.trx, row, lock.now);
  const refusals = refusalsOf(attempts, lock.now);
  const left = channelsLeft(parcel.channels, refusals);
  const atMinute = atMinuteOf(parcel.lead.agreement, parcel.head);
  const verdict = await inTurn(lock, deps, subject, parcel, await askGate(lock.trx, deps, subject, { channels: left, purpose: parcel.purpose, now: lock.now, atMinute }));
  if (verdict.kind !== 'allow') return done(await keepBack(lock, deps, parcel, verdict, refusals));
  const shared = onChannel(parcel, verdict.channel);
  const template = await templateOf(lock.trx, shared, subject.person.language);
  if (template === null) return done(await keepBack(lock, deps, parcel, { kind: 'refuse', rules: ['no-template'], versions: verdict.versions }, refusals));
  const id = deps.ctx.newId();
  await insertAttempt(lock.trx, {
    id, creditor_id: row.creditor_id, identity_id: row.identity_id, person_id: row.person_id, contact_point_id: verdict.point.id,
    channel: verdict.channel, purpose: shared.purpose, template: template.key, template_version: template.version, locale: template.locale,
    token: deps.ctx.newId(), policy_version: verdict.versions.policyVersion, calendar_version: verdict.versions.calendarVersion,
    tz_version: verdict.versions.tzVersion, claim_seq: await lock.nextSeq(), claimed_at: lock.now,
    valid_until: validUntil(lock.now, verdict.windowEnd),
  }, partsOf(shared).flatMap((part) => part.occurrences.map((occurrence) => ({
    agreement_id: part.agreement.row.id, occurrence: occurrence.key, leading: part === shared.lead, instalments: instalmentsOf(part.agreement, occurrence),
  }))));
  await leaveWait(lock.trx, partsOf(shared).map((part) => part.agreement.row.id), 'written');
  return { kind: 'claimed', attemptId: id };
}

/**
 * What the law allows may still be another's place: of a creditor that has queued longer, or of a message that ends
 * sooner. Who is put off by a quota of the person queues for the next place; who gives way to a deadline does not, or the
 * two would give way to each other.
 */
async function inTurn(lock: PersonLock, deps: SendingDeps, subject: LawSubject, parcel: Parcel, verdict: GateVerdict): Promise<GateVerdict> {
  const { purpose, channels } = parcel;
  const queue = async (said: GateVerdict): Promise<GateVerdict> => {
    if (said.kind === 'defer') await queueUp(lock, subject.row, { rules: said.rules, comesAt: said.until, channels, purpose });
    return said;
  };
  if (verdict.kind !== 'allow') return queue(verdict);
  const { channel, windowEnd, versions } = verdict;
  const again = await notItsTurn(lock, deps.policies, subject, { channel, purpose, at: lock.now });
  if (again !== null) return queue({ kind: 'defer', until: again, rules: ['turn'], versions });
  const queued = await hasQueued(lock, subject.row, channel);
  const way = await giveWay(lock, deps, { parcel: onChannel(parcel, channel), subject, channel, windowEnd, queued });
  return way === null ? verdict : { kind: 'defer', until: way.until, rules: [way.rule], versions };
}

/** Epoch ms until which the provider may hold the message. */
export function validUntil(now: number, windowEnd: number | null): number {
  return Math.min(windowEnd ?? Infinity, now + VALIDITY);
}

/** Siblings share the message only if they would write by this channel too. */
function onChannel(parcel: Parcel, channel: MessageChannel): Parcel {
  const siblings = parcel.siblings.flatMap((part): ParcelPart[] => {
    const [first, ...rest] = part.occurrences.filter((one) => one.channels.includes(channel));
    return first === undefined ? [] : [{ ...part, occurrences: [first, ...rest] }];
  });
  const stays = parcel.head === parcel.lead.occurrences[0] || siblings.some(({ occurrences }) => occurrences.includes(parcel.head));
  const head = stays ? parcel.head : parcel.lead.occurrences[0];
  return { ...parcel, siblings, head, purpose: head.purpose };
}

function atMinuteOf({ state }: LoadedAgreement, occurrence: Occurrence): number | null {
  return strategyOf(state).steps.find((step) => step.key === occurrence.step)?.atMinute ?? null;
}

/** Records why nothing leaves now. After a provider's refusal nothing is left to try: that is undeliverable, not a matter of rules. */
async function keepBack(
  lock: PersonLock, deps: SendingDeps, parcel: Parcel, verdict: Exclude<GateVerdict, { kind: 'allow' }>, refusals: readonly Refusal[],
): Promise<DeliveryOutcome> {
  const outcome = outcomeOf(lock.now, verdict, refusals);
  const events = await recordStep(lock, deps.ctx, spokenByLead(parcel), outcome, 'caller');
  return { result: outcome.result, events, ...(outcome.until === undefined ? {} : { until: outcome.until }) };
}

function outcomeOf(now: number, verdict: Exclude<GateVerdict, { kind: 'allow' }>, refusals: readonly Refusal[]): StepOutcome {
  const versions = versionsOnly(verdict.versions);
  if (verdict.kind === 'defer') return { result: 'deferred', until: verdict.until, rules: verdict.rules, versions };
  const [latest] = refusals;
  if (latest === undefined) return { result: 'refused', rules: verdict.rules, versions };
  if (refusals.some(({ reason }) => reason === 'throttled')) return { result: 'deferred', until: now + LOOK_AGAIN, rules: ['provider-unavailable'], versions };
  return { result: 'undeliverable', attempt: latest.attempt.id, channel: latest.attempt.channel, rules: verdict.rules, versions };
}
