/**
 * What happens next to an agreement. Total and deterministic: from the facts and an instant, exactly one decision; the
 * workflow, the claim, the console's "next step" and the time machine all ask here.
 */
import type { AgreementState, AgreementView, Decision, Instant, Occurrence, WaitReason } from './agreement.ts';
import { callIsBooked } from './happened.ts';
import { plannedOf, speaksOf, type Planned } from './occurrence.ts';
import { freeUnder } from './own-cap.ts';
import { planFallsAt } from './plan-fall.ts';
import { missingRequirements, requirementsChangeAt } from './pre-legal.ts';
import { promiseCover } from './promise.ts';
import { viewOf } from './view.ts';

export { speaksOf } from './occurrence.ts';
export { missingRequirements, preLegalStillHolds } from './pre-legal.ts';

/** An occurrence that may still happen, and what it waits for. */
interface Waiting {
  readonly planned: Planned;
  /** Earliest instant at which it may act as far as is known now; Infinity while only a fact can free it. */
  readonly opensAt: Instant;
  /** Whether a fact silences it; the law's deferral does not count. */
  readonly silenced: boolean;
  readonly why: WaitReason;
}

/** The decision of this instant. */
export function decide(state: AgreementState, now: Instant): Decision {
  const view = viewOf(state);
  if (view.phase === 'closed') return { kind: 'close', reason: view.stoppedForGood && view.closedReason === 'stopped' ? 'stopped' : 'cancelled' };
  const fallsAt = planFallsAt(state, now);
  if (fallsAt !== null && fallsAt <= now) return { kind: 'escalate', to: 'broken' };
  const waiting = waitingOf(state, now);
  const [firstExpired, ...otherExpired] = expiredAmong(waiting, now);
  if (firstExpired) return { kind: 'skip', occurrences: [firstExpired, ...otherExpired], reason: 'expired' };
  const action = actionOf(waiting.filter((one) => one.opensAt <= now), waiting);
  if (action) return action;
  if (view.settledAt !== null && waiting.length === 0) return { kind: 'close', reason: 'settled' };
  return waitFor(waiting, fallsAt, now);
}

/** The next occurrence that is planned and when it comes at the earliest (epoch ms); null when nothing is, or only a fact can free it. */
export function nextStep(state: AgreementState, now: Instant): { step: string; at: Instant; occurrence: Occurrence } | null {
  if (viewOf(state).phase === 'closed') return null;
  const next = first(waitingOf(state, now).filter((one) => !hasExpired(one, now) && one.opensAt < expiryOf(one) && one.planned.happened.status === 'open'));
  return next === null ? null : { step: next.planned.occurrence.step, at: Math.max(now, next.opensAt), occurrence: next.planned.occurrence };
}

/** When the core acts next without a new fact (epoch ms); `now` when it has something to do, null when it only listens. */
export function wakeAt(state: AgreementState, now: Instant): Instant | null {
  const decision = decide(state, now);
  return decision.kind === 'wait' ? decision.until : now;
}

/** Contacts due by `horizon` that may leave as far as the agreement knows and have not: a message about a sibling takes them along. */
export function dueContacts(state: AgreementState, now: Instant, horizon: Instant): Occurrence[] {
  if (viewOf(state).phase === 'closed') return [];
  const due = waitingOf(state, now).filter((one) => mayLeave(one, Math.max(now, horizon)) && !hasExpired(one, now));
  return due.sort(byWeight).map(({ planned }) => planned.occurrence);
}

/** Contacts that come to act by `horizon` as far as the agreement knows, with the instant (epoch ms) at which they do: put off counts as put off. */
export function comingContacts(state: AgreementState, now: Instant, horizon: Instant): { occurrence: Occurrence; at: Instant }[] {
  if (viewOf(state).phase === 'closed') return [];
  return waitingOf(state, now).filter((one) => one.opensAt <= horizon && one.opensAt < expiryOf(one) && mayLeave(one, horizon) && !hasExpired(one, now))
    .map(({ planned: { occurrence }, opensAt }) => ({ occurrence, at: Math.max(now, opensAt) }));
}

/** What expired before it could act and has not been noted as skipped yet. */
export function expiredSteps(state: AgreementState, now: Instant): Occurrence[] {
  return viewOf(state).phase === 'closed' ? [] : expiredAmong(waitingOf(state, now), now);
}

function expiredAmong(waiting: readonly Waiting[], now: Instant): Occurrence[] {
  return waiting.filter((one) => hasExpired(one, now)).map(({ planned }) => planned.occurrence);
}

/** Whether a contact that was decided earlier is still to be made: its reason stands, nothing silences it, and a channel of it is left. */
export function stillWanted(state: AgreementState, occurrence: Occurrence, now: Instant): boolean {
  if (viewOf(state).phase === 'closed') return false;
  return waitingOf(state, now).some((one) => one.planned.occurrence.key === occurrence.key && !hasExpired(one, now) && mayLeave(one, Infinity)
    && one.planned.occurrence.channels.some((channel) => occurrence.channels.includes(channel)));
}

/** Calls of agents due by `horizon` that are not booked yet: a call about a sibling answers them. */
export function dueCalls(state: AgreementState, now: Instant, horizon: Instant): Occurrence[] {
  if (viewOf(state).phase === 'closed') return [];
  return waitingOf(state, now).filter((one) => one.planned.occurrence.do === 'callback' && one.planned.happened.status === 'open'
    && one.planned.occurrence.dueAt <= Math.max(now, horizon) && !one.silenced && !hasExpired(one, now)).map(({ planned }) => planned.occurrence);
}

/** Whether a call, case or survey that was decided earlier is still to be made at this instant (of contacts `stillWanted` speaks). */
export function stillDue(state: AgreementState, occurrence: Pick<Occurrence, 'key'>, now: Instant): boolean {
  if (viewOf(state).phase === 'closed') return false;
  return waitingOf(state, now).some((one) => one.planned.occurrence.key === occurrence.key && one.planned.happened.status === 'open'
    && one.opensAt <= now && !hasExpired(one, now));
}

/** Every occurrence without its end, with what keeps it back. */
function waitingOf(state: AgreementState, now: Instant): Waiting[] {
  const view = viewOf(state);
  const blocks = blocksOf(state, view, now);
  const waiting: Waiting[] = [];
  for (const planned of plannedOf(state)) {
    const { occurrence, happened } = planned;
    if (happened.status === 'fired') continue;
    if (happened.status === 'unknown') {
      const until = happened.until ?? now;
      if (until > now) waiting.push({ planned, opensAt: until, silenced: false, why: 'unknownOutcome' });
      continue;
    }
    if (happened.status === 'booked') {
      waiting.push({ planned, opensAt: Infinity, silenced: false, why: 'callback' });
      continue;
    }
    // An attempt was made and failed: that explains the occurrence, its expiry adds nothing.
    if (happened.tried && occurrence.expiresAt !== null && occurrence.expiresAt <= now) continue;
    waiting.push(heldBack(state, planned, blocks, now));
  }
  return waiting;
}

interface Blocks {
  readonly holdUntil: Instant;
  readonly disputed: boolean;
  readonly preLegal: boolean;
  readonly callBooked: boolean;
  readonly cover: ReadonlyMap<string, Instant>;
}

function blocksOf(state: AgreementState, view: AgreementView, now: Instant): Blocks {
  return {
    holdUntil: view.holdUntil ?? -Infinity, disputed: view.disputes.length > 0, preLegal: view.preLegalCase !== null,
    callBooked: callIsBooked(state), cover: promiseCover(view, now),
  };
}

function heldBack(state: AgreementState, planned: Planned, blocks: Blocks, now: Instant): Waiting {
  const { occurrence, happened } = planned;
  const block = blockOf(state, occurrence, blocks, now);
  const start = Math.max(occurrence.dueAt, happened.until ?? -Infinity);
  if (block === null) return capped(state, planned, start, now);
  return { planned, opensAt: Math.max(start, block.until), silenced: true, why: block.until > start ? block.why : 'nextStep' };
}

/** A cap of the strategy's own puts off like the law does: by one channel perhaps, by all of them until the first is free. */
function capped(state: AgreementState, planned: Planned, start: Instant, now: Instant): Waiting {
  const { occurrence, caps } = planned;
  if (caps.length === 0 || start === Infinity) return { planned, opensAt: start, silenced: false, why: 'nextStep' };
  const from = Math.max(start, now);
  if (occurrence.do === 'callback') return putOff(planned, start, from, freeUnder(state, caps, 'call', from));
  const free = occurrence.channels.map((channel) => ({ channel, at: freeUnder(state, caps, channel, from) }));
  const open = free.filter(({ at }) => at === from).map(({ channel }) => channel);
  if (open.length === 0) return putOff(planned, start, from, Math.min(...free.map(({ at }) => at)));
  return { planned: { ...planned, occurrence: { ...occurrence, channels: open } }, opensAt: start, silenced: false, why: 'nextStep' };
}

function putOff(planned: Planned, start: Instant, from: Instant, free: Instant): Waiting {
  return free === from ? { planned, opensAt: start, silenced: false, why: 'nextStep' } : { planned, opensAt: free, silenced: false, why: 'strategyCap' };
}

interface Block {
  readonly until: Instant;
  readonly why: WaitReason;
}

/** What silences an occurrence longest; messages the person asked for (thanks, confirmations) are silenced by nothing here. */
function blockOf(state: AgreementState, occurrence: Occurrence, blocks: Blocks, now: Instant): Block | null {
  const found: Block[] = [];
  const { holdUntil } = blocks;
  if (occurrence.do === 'survey' || occurrence.purpose === 'transactional' || occurrence.purpose === 'survey') return null;
  if (blocks.preLegal) found.push({ until: Infinity, why: 'preLegal' });
  if (holdUntil > now) found.push({ until: holdUntil, why: 'hold' });
  if (occurrence.do === 'preLegal') {
    // Asked of the instant at which it could act: else a wait would first name that instant and then, on it, another one.
    found.push(...requirementBlocks(state, occurrence, Math.max(now, occurrence.dueAt, holdUntil)));
    return longest(found);
  }
  if (blocks.disputed) found.push({ until: Infinity, why: 'dispute' });
  if (occurrence.do === 'callback' && blocks.callBooked) found.push({ until: Infinity, why: 'callback' });
  const covered = coveredUntil(state, occurrence, blocks.cover);
  if (covered !== null) found.push({ until: covered, why: 'promise' });
  return longest(found);
}

function requirementBlocks(state: AgreementState, occurrence: Occurrence, at: Instant): Block[] {
  const missing = missingRequirements(state, occurrence, at);
  return missing.length === 0 ? [] : [{ until: requirementsChangeAt(state, missing, at), why: 'requirements' }];
}

/** An open promise silences what it covers, never its own reminder. */
function coveredUntil(state: AgreementState, occurrence: Occurrence, cover: ReadonlyMap<string, Instant>): Instant | null {
  if (cover.size === 0 || remindsOfPromise(state, occurrence)) return null;
  const ends = speaksOf(state, occurrence).map((instalment) => cover.get(instalment.anchor));
  if (ends.length === 0 || ends.includes(undefined)) return null;
  return Math.min(...ends.map((end) => end ?? Infinity));
}

function remindsOfPromise(state: AgreementState, { anchor, promise, dueAt }: Occurrence): boolean {
  return anchor === 'promise' && viewOf(state).promises.some((one) => one.promise === promise && dueAt < one.openUntil);
}

function longest(blocks: readonly Block[]): Block | null {
  return blocks.reduce<Block | null>((found, block) => (found === null || block.until > found.until ? block : found), null);
}

function expiryOf({ planned }: Waiting): Instant {
  return planned.occurrence.expiresAt ?? Infinity;
}

/** A question that is open, or a call that is booked, does not expire. */
function hasExpired(one: Waiting, now: Instant): boolean {
  return one.planned.happened.status === 'open' && expiryOf(one) <= now;
}

/** A message that leaves anyway may take along what is due by then, also what the law had put off; not a duty that was refused for good. */
function mayLeave({ planned: { occurrence, happened }, opensAt, silenced }: Waiting, by: Instant): boolean {
  return occurrence.do === 'contact' && happened.status === 'open' && occurrence.dueAt <= by && !silenced && opensAt !== Infinity;
}

function actionOf(open: readonly Waiting[], all: readonly Waiting[]): Exclude<Decision, { kind: 'wait' }> | null {
  const ready = open.filter((one) => one.planned.happened.status === 'open');
  for (const purpose of ['collection', 'transactional', 'preDueReminder', 'survey'] as const) {
    const due = ready.filter(({ planned: { occurrence } }) => occurrence.do === 'contact' && occurrence.purpose === purpose);
    const soonest = Math.max(...due.map(({ planned }) => planned.occurrence.dueAt));
    if (due.length === 0) continue;
    const along = all.filter((one) => one.planned.occurrence.purpose === purpose && !due.includes(one) && mayLeave(one, soonest));
    const contact = oneContact([...due, ...along].sort(byWeight).map(({ planned }) => planned));
    if (contact) return asDuty(contact);
  }
  const rest = ready.map(({ planned }) => planned.occurrence);
  const preLegal = rest.find((occurrence) => occurrence.do === 'preLegal');
  if (preLegal) return { kind: 'escalate', to: 'preLegal', occurrence: preLegal };
  const callback = rest.find((occurrence) => occurrence.do === 'callback');
  if (callback) return { kind: 'bookCallback', occurrence: callback };
  const survey = rest.find((occurrence) => occurrence.do === 'survey');
  return survey ? { kind: 'sendSurvey', occurrence: survey } : null;
}

function asDuty(contact: Extract<Decision, { kind: 'contact' }>): Extract<Decision, { kind: 'contact' | 'duty' }> {
  const rule = contact.occurrences[0].duty;
  return rule === undefined ? contact : { kind: 'duty', rule, occurrences: contact.occurrences };
}

/** One message for all: it takes no channel by which one of them has failed; what no channel is left for waits for a message of its own. */
function oneContact([lead, ...others]: readonly Planned[]): Extract<Decision, { kind: 'contact' }> | null {
  if (!lead) return null;
  let { channels } = lead.occurrence;
  const covered: Occurrence[] = [];
  for (const { occurrence, happened } of others) {
    const left = channels.filter((channel) => !happened.failedChannels.includes(channel));
    if (left.length === 0) continue;
    channels = left;
    covered.push(occurrence);
  }
  return { kind: 'contact', occurrences: [{ ...lead.occurrence, channels }, ...covered] };
}

/** The weightiest message leads: one about a promise, then the furthest rung of the ladder; the key makes the order total. */
function byWeight(a: Waiting, b: Waiting): number {
  const promise = Number(b.planned.occurrence.anchor === 'promise') - Number(a.planned.occurrence.anchor === 'promise');
  const rung = b.planned.stepDays - a.planned.stepDays || b.planned.occurrence.dueAt - a.planned.occurrence.dueAt;
  return promise || rung || (a.planned.occurrence.key < b.planned.occurrence.key ? -1 : 1);
}

/** When an occurrence needs the core again: it opens, or it expires before that. */
function attentionAt(one: Waiting): Instant {
  return one.planned.happened.status === 'open' ? Math.min(one.opensAt, expiryOf(one)) : one.opensAt;
}

function first(waiting: readonly Waiting[]): Waiting | null {
  return waiting.reduce<Waiting | null>((found, one) => (found === null || attentionAt(one) < attentionAt(found) ? one : found), null);
}

function waitFor(waiting: readonly Waiting[], fallsAt: Instant | null, now: Instant): Decision {
  const next = first(waiting);
  const at = Math.min(next === null ? Infinity : attentionAt(next), fallsAt ?? Infinity);
  const until = Number.isFinite(at) ? Math.max(at, now + 1) : null;
  const kept = waiting.find((one) => one.planned.occurrence.dueAt <= now && one.why !== 'nextStep');
  const leads = next !== null && attentionAt(next) === at && next.opensAt === at;
  const why = kept?.why ?? (next === null ? 'nothingDue' : next.why);
  return { kind: 'wait', until, next: leads ? next.planned.occurrence : null, why };
}
