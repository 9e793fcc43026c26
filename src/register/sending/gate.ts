/** May this message leave now, and by which channel? The switches of the installation, the person's contact points, the law. */
import { evaluate, nextLawful } from '../../contact-law/evaluate.ts';
import type { ContactCase, LawDecision, PolicySet, Purpose } from '../../contact-law/policy.ts';
import type { ContactPoint } from '../../db/contact-points.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { DAY, HOUR, instantOf, localDate } from '../../domain/zone.ts';
import type { MessageChannel } from '../../strategy/strategy.ts';
import type { SendingDeps } from './deps.ts';
import { lawCaseFor, type LawSubject } from './law-subject.ts';
import { GATE_RULES, type GateRule } from './rules.ts';
import { senderOf } from './sender.ts';
import { isStopped, readStop, type SendingStop } from './stop.ts';

/** When to look again after something that is nobody's law: a stop, a provider that is away. */
export const LOOK_AGAIN = 3 * HOUR;

/** The point that a message by this channel would go to: consent granted, not known to be wrong; one that works before one that fails, then the preferred one. */
export function pointFor(points: readonly ContactPoint[], channel: MessageChannel): ContactPoint | undefined {
  const kind = channel === 'sms' ? 'phone' : 'email';
  const open = points.filter((point) => point.kind === kind && point.given && point.channels.includes(channel) && point.consent[channel] === 'granted');
  return open.find(({ health }) => health === 'valid') ?? open.find(({ health }) => health === 'softFailing');
}

export interface Versions {
  readonly policyVersion: string;
  readonly calendarVersion: string;
  readonly tzVersion: string;
}

export type GateVerdict =
  | { readonly kind: 'allow'; readonly channel: MessageChannel; readonly point: ContactPoint; readonly windowEnd: number | null; readonly versions: Versions }
  | { readonly kind: 'defer'; readonly until: number; readonly rules: readonly string[]; readonly versions: Versions }
  | { readonly kind: 'refuse'; readonly rules: readonly string[]; readonly versions: Versions };

export interface GateQuestion {
  readonly channels: readonly MessageChannel[];
  readonly purpose: Purpose;
  readonly now: number;
  /** Local minute at which the step wants to be sent; null: any. */
  readonly atMinute: number | null;
}

type ChannelVerdict = Exclude<GateVerdict, { kind: 'refuse' }> | { readonly kind: 'refuse'; readonly rules: readonly string[] };

/**
 * The first channel that is allowed now. When none is, the earliest instant at which one may be: not before the law
 * allows it, and then at the step's own hour or the first lawful minute after it. When time changes nothing, a refusal.
 */
export async function askGate(db: Db | Trx, deps: SendingDeps, subject: LawSubject, question: GateQuestion): Promise<GateVerdict> {
  const stop = await readStop(db);
  const versions = versionsOf(deps.policies, subject, question);
  const verdicts: ChannelVerdict[] = [];
  for (const channel of question.channels) {
    const verdict = askChannel(deps, subject, stop, question, channel);
    if (verdict.kind === 'allow') return verdict;
    verdicts.push(verdict);
  }
  const deferred = verdicts.filter((one) => one.kind === 'defer');
  if (deferred.length > 0) {
    return { kind: 'defer', until: Math.min(...deferred.map(({ until }) => until)), rules: union(deferred.map(({ rules }) => rules)), versions };
  }
  const rules = union(verdicts.map((one) => (one.kind === 'refuse' ? one.rules : [])));
  return { kind: 'refuse', rules: rules.length > 0 ? rules : ['no-channel-left'], versions };
}

function askChannel(deps: SendingDeps, subject: LawSubject, stop: SendingStop, question: GateQuestion, channel: MessageChannel): ChannelVerdict {
  const point = pointFor(subject.points, channel);
  const law = lawCaseFor(deps.policies, subject, channel, question.purpose, question.now);
  const decision = evaluate(deps.policies, law);
  const ours = houseRule(deps, subject, stop, channel, point);
  if (decision.decision === 'refuse') return { kind: 'refuse', rules: ours === null ? decision.rules : [ours, ...decision.rules] };
  if (ours !== null) return GATE_RULES[ours].retry ? waiting(deps, law, ours, question.atMinute) : { kind: 'refuse', rules: [ours] };
  if (point === undefined) return { kind: 'refuse', rules: ['no-contact-point'] };
  if (decision.decision === 'allow') return { kind: 'allow', channel, point, windowEnd: decision.windowEnd ?? null, versions: decision };
  const until = atTheStepsHour(deps.policies, law, decision.notBefore ?? question.now + LOOK_AGAIN, subject.row.zone, question.atMinute);
  return { kind: 'defer', until, rules: decision.rules, versions: decision };
}

/** What the installation itself says, before the law is looked at. */
function houseRule(deps: SendingDeps, { creditor, doubtful }: LawSubject, stop: SendingStop, channel: MessageChannel, point: ContactPoint | undefined): GateRule | null {
  if (deps.config.send === 'off') return 'sending-off';
  if (deps.channels[channel] === null) return 'no-provider';
  if (isStopped(stop, creditor.id, channel, senderOf(creditor, channel).id)) return 'sending-stopped';
  if (doubtful) return 'doubtful-person';
  if (deps.config.send === 'allowlist' && point !== undefined && !deps.config.sendAllowlist.includes(point.value)) return 'sending-allowlist';
  return null;
}

/**
 * Something that ends without the law: look again in a while, at a lawful minute. A stop ends within hours. The switches
 * of an installation stay for weeks, and a look costs a run two Actions and the timeline an entry: once a day, at the step's hour.
 */
function waiting(deps: SendingDeps, law: ContactCase, rule: GateRule, atMinute: number | null): ChannelVerdict {
  const decision = evaluate(deps.policies, law);
  const again = rule === 'sending-stopped' ? law.now + LOOK_AGAIN : dayLater(law, atMinute);
  return { kind: 'defer', until: nextLawful(deps.policies, { ...law, now: again }) ?? again, rules: [rule], versions: decision };
}

function dayLater({ now, zones: [zone] }: ContactCase, atMinute: number | null): number {
  return zone === undefined || atMinute === null ? now + DAY : instantOf(zone, localDate(zone, now + DAY), atMinute);
}

/** When to look again after a provider that did not answer. */
export function lookAgain(deps: SendingDeps, subject: LawSubject, question: GateQuestion, channel: MessageChannel): number {
  const again = question.now + LOOK_AGAIN;
  return nextLawful(deps.policies, lawCaseFor(deps.policies, subject, channel, question.purpose, again)) ?? again;
}

function atTheStepsHour(policies: PolicySet, law: ContactCase, notBefore: number, zone: string, atMinute: number | null): number {
  if (atMinute === null) return notBefore;
  const wished = instantOf(zone, localDate(zone, notBefore), atMinute);
  return wished <= notBefore ? notBefore : nextLawful(policies, { ...law, now: wished }) ?? notBefore;
}

function versionsOf(policies: PolicySet, subject: LawSubject, question: GateQuestion): Versions {
  return evaluate(policies, lawCaseFor(policies, subject, question.channels[0] ?? 'sms', question.purpose, question.now));
}

/** Only the three versions of a decision. */
export function versionsOnly({ policyVersion, calendarVersion, tzVersion }: LawDecision | Versions): Versions {
  return { policyVersion, calendarVersion, tzVersion };
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}
