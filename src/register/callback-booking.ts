/** Booking a call: an agent's free slot that is lawful for the person, one open call per agreement. */
import { z } from 'zod';
import { eventOf, eventsOf } from '../db/agreement-events.ts';
import { shiftsServing } from '../db/agents.ts';
import { siblingsOf } from '../db/agreements.ts';
import { callbackById, insertCallback, openCallbacksOf } from '../db/callbacks.ts';
import { leaveWait } from '../db/contact-waits.ts';
import type { AgreementRow } from '../db/database.ts';
import { enqueue } from '../db/outbox.ts';
import { undeliveredFacts } from '../db/undelivered.ts';
import type { AgreementEvent, AgreementState, Occurrence } from '../domain/agreement.ts';
import { stillDue } from '../domain/decide.ts';
import { viewOf } from '../domain/view.ts';
import { addDays, DAY, HOUR, instantOf, localDate, MINUTE } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { WORKFLOWS, type CallbackInput } from '../../workflows/contract.ts';
import type { Actor } from './actor.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { resolveAgreement } from './agreement-reads.ts';
import { callLawOf, type CallLaw } from './call-law.ts';
import { EARLY } from './finish.ts';
import { toCallbackAnswer, type CallbackAnswer } from './callback.ts';
import { callbackWorkflowId } from './callback-cancel.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { policiesInForce } from './policies.ts';
import { loadState } from './rebuild.ts';
import { readSubject } from './sending/law-subject.ts';
import { wordsOf } from './sending/rules.ts';
import { notItsTurn, queueUp } from './sending/turn.ts';
import { agentsOnShift, readFreeSlots, slotOfId, type Slot } from './slots.ts';

/** How long before a slot a step may still book it: the agent has to see it coming. */
export const LEAD = 15 * MINUTE;
/** Looked ahead when the step never expires. */
const HORIZON = 14 * DAY;
/** When a step that found no slot looks again: local minute of the next day. */
const AGAIN_AT = 9 * 60;
const LONGEST_CALL = 4 * HOUR;
export const NO_AGENT_SLOT = 'no-agent-slot';
const SIBLING_CALL = 'sibling-call';

const instantText = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** `POST …/{id}/callbacks`: a stretch of time, or a slot of `GET /v1/slots`. */
export const callbackBody = z.union([
  z.strictObject({ from: instantText, until: instantText }).refine((body) => body.until > body.from && body.until - body.from <= LONGEST_CALL, {
    path: ['until'], message: 'must be after from, at most 4 hours',
  }),
  z.strictObject({ slotId: z.string().min(1).max(400) }),
]);
export type CallbackBody = z.infer<typeof callbackBody>;

/** How a fact is told when it is made under a lock that the caller holds. */
export interface UnderLock {
  readonly tell: 'workflow' | 'caller';
  /** Names the request: the same id again gives what it made the first time. */
  readonly factId?: string | undefined;
}

/** Books a call by a person's request; ERR_SLOT when the slot is taken, outside the shifts or not lawful, ERR_STATE when one is booked already. */
export async function bookCallback(ctx: RegisterContext, actor: Actor, ref: string, body: CallbackBody): Promise<CallbackAnswer> {
  const agreement = await resolveAgreement(ctx, actor, ref);
  return underAgreementLock(ctx, agreement.id, async (lock) => (await bookCallbackUnder(lock, ctx, agreement.id, body, { tell: 'workflow' })).callback);
}

/** `bookCallback` under a lock that is held; the event is for the caller when it told itself. */
export async function bookCallbackUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: CallbackBody, given: UnderLock,
): Promise<{ callback: CallbackAnswer; event: AgreementEvent }> {
  const known = given.factId === undefined ? undefined : await eventOf(lock.trx, agreementId, given.factId);
  if (known?.kind === 'callbackBooked') return { callback: await answerOf(lock, known.callback), event: known };
  const { row, state } = await loadState(lock.trx, agreementId);
  const { phase } = viewOf(state);
  if (phase === 'settled' || phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${phase}: there is nothing to call about.`);
  if ((await openCallbacksOf(lock.trx, agreementId)).length > 0) throw new AppError('ERR_STATE', 'A call is booked for this agreement already.');
  const stretch = stretchOf(body);
  if (stretch.from < lock.now) throw new AppError('ERR_SLOT', 'The slot begins in the past.');
  requireLawful(await callLawOf(lock, row), stretch);
  const onShift = agentsOnShift(await shiftsServing(lock.trx, row.creditor_id), stretch);
  const agents = stretch.agentId === null ? onShift : onShift.filter((agentId) => agentId === stretch.agentId);
  for (const agentId of agents) {
    const id = await tryInsert(lock, ctx, row, { agentId, from: stretch.from, until: stretch.until }, null);
    if (id === null) continue;
    const event = await recordBooking(lock, ctx, row, { id, slot: stretch, occurrence: null, tell: given.tell, factId: given.factId ?? `callbackBooked/${id}` });
    return { callback: await answerOf(lock, id), event };
  }
  throw new AppError('ERR_SLOT', agents.length === 0 ? 'No agent who serves this creditor works then.' : 'The slot is taken.');
}

function stretchOf(body: CallbackBody): { agentId: string | null; from: number; until: number } {
  if (!('slotId' in body)) return { agentId: null, from: body.from, until: body.until };
  const slot = slotOfId(body.slotId);
  if (slot === null || slot.until <= slot.from || slot.until - slot.from > LONGEST_CALL) throw new AppError('ERR_SLOT', 'There is no such slot.');
  return slot;
}

function requireLawful(law: CallLaw, slot: { readonly from: number; readonly until: number }): void {
  const decision = law(slot.from);
  if (decision.decision === 'allow' && (decision.windowEnd ?? Infinity) >= slot.until) return;
  const reasons = decision.rules.map((rule) => `${rule}: ${wordsOf(rule).en}`);
  throw new AppError('ERR_SLOT', reasons.length === 0 ? 'The slot ends after the lawful hours.' : `The person may not be called then. ${reasons.join(' ')}`);
}

async function tryInsert(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, slot: Slot, occurrence: string | null): Promise<string | null> {
  const id = ctx.newId();
  const booked = await insertCallback(lock.trx, {
    id, creditor_id: row.creditor_id, agreement_id: row.id, identity_id: row.identity_id, agent_id: slot.agentId,
    from_at: slot.from, until_at: slot.until, occurrence, outcome: null, note: null, booked_at: lock.now, seq: await lock.nextSeq(),
  });
  if (booked) await leaveWait(lock.trx, [row.id], 'spoken');
  return booked ? id : null;
}

interface Booking {
  readonly id: string;
  readonly slot: { readonly from: number; readonly until: number };
  readonly occurrence: string | null;
  readonly tell: 'workflow' | 'caller';
  readonly factId: string;
}

async function recordBooking(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, booking: Booking): Promise<AgreementEvent> {
  const { from, until } = booking.slot;
  const input: CallbackInput = { v: 1, callbackId: booking.id, from, until };
  await enqueue(lock.trx, { workflowId: callbackWorkflowId(booking.id), workflowType: WORKFLOWS.callback, action: 'start', payload: input });
  return recordFact(lock, ctx, row.id, {
    id: booking.factId, tell: booking.tell,
    body: { kind: 'callbackBooked', occurrence: booking.occurrence, callback: booking.id, from, until },
  });
}

async function answerOf(lock: PersonLock, callbackId: string): Promise<CallbackAnswer> {
  const row = await callbackById(lock.trx, callbackId);
  if (row === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such callback.');
  return toCallbackAnswer(row);
}

/**
 * Books the call of a step into the first free lawful slot before the step expires; without one the step is deferred
 * to the next morning, without consent it is refused. A retry gives what the first try recorded; a step that has lost
 * its reason books nothing, and the run gets what it had not heard of.
 */
export async function bookCallbackForStep(ctx: RegisterContext, agreementId: string, occurrence: Occurrence): Promise<AgreementEvent[]> {
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const before = await recordedFor(lock, agreementId, occurrence);
    if (before.answered) return before.events;
    const { state } = await loadState(lock.trx, agreementId);
    if ((await openCallbacksOf(lock.trx, agreementId)).length > 0 || !stillDue(state, occurrence, lock.now + EARLY)) {
      return [...before.events, ...(await undeliveredFacts(lock.trx, row))];
    }
    return [...before.events, await place(lock, ctx, row, state, occurrence)];
  });
}

interface Recorded {
  readonly events: AgreementEvent[];
  /** A call is booked, or the step was refused or skipped. */
  readonly answered: boolean;
}

/**
 * What the step has made so far: all of it goes back to the run, which may have lost the answer of an earlier try and
 * takes nothing twice. A call that was missed or called off does not answer the step any more, it may fire again.
 */
async function recordedFor(lock: PersonLock, agreementId: string, { key }: Occurrence): Promise<Recorded> {
  const all = await eventsOf(lock.trx, agreementId);
  const ended = new Set(all.flatMap((event) => (event.kind === 'callbackClosed' || event.kind === 'callOutcome' ? [event.callback] : [])));
  const deferrals = all.filter((event) => event.kind === 'stepResult' && event.result === 'deferred' && event.occurrences.includes(key));
  const others = all.filter((event) => (event.kind === 'callbackBooked' && event.occurrence === key)
    || (event.kind === 'stepResult' && event.result !== 'deferred' && event.occurrences.includes(key)));
  return {
    events: [...deferrals.slice(-1), ...others],
    answered: others.some((event) => event.kind !== 'callbackBooked' || !ended.has(event.callback)),
  };
}

async function place(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, state: AgreementState, occurrence: Occurrence): Promise<AgreementEvent> {
  const law = await callLawOf(lock, row);
  const from = lock.now + LEAD;
  const first = law(from);
  // Stands also when no agent is free: what the law refuses does not change by waiting.
  if (first.decision === 'refuse') return recordOutcome(lock, ctx, row.id, occurrence, { result: 'refused', rules: first.rules });
  const sibling = await siblingCallUntil(lock, row);
  if (sibling !== null) return recordOutcome(lock, ctx, row.id, occurrence, { result: 'deferred', rules: [SIBLING_CALL], until: Math.max(sibling, lock.now) + HOUR });
  const end = Math.min(occurrence.expiresAt ?? Infinity, lock.now + HORIZON);
  const inTheWay = new Set<string>();
  const subject = await readSubject(lock.trx, row, lock.now);
  for (const slot of lawfulSlots(await readFreeSlots(lock.trx, row.creditor_id, from, end), law, inTheWay)) {
    if (await notItsTurn(lock, policiesInForce(), subject, { channel: 'call', purpose: 'collection', at: slot.from }) !== null) {
      inTheWay.add('turn');
      continue;
    }
    const id = await tryInsert(lock, ctx, row, slot, occurrence.key);
    if (id !== null) return recordBooking(lock, ctx, row, { id, slot, occurrence: occurrence.key, tell: 'caller', factId: `callbackBooked/${id}` });
    inTheWay.add(NO_AGENT_SLOT);
  }
  const until = Math.min(occurrence.expiresAt ?? Infinity, nextMorning(state.terms.zone, lock.now));
  const rules = inTheWay.size > 0 ? [...inTheWay] : [NO_AGENT_SLOT];
  await queueUp(lock, row, { rules, comesAt: until, channels: ['call'], purpose: 'collection' });
  return recordOutcome(lock, ctx, row.id, occurrence, { result: 'deferred', rules, until });
}

/** End of a call that is booked about another agreement of the person at this creditor: it will answer this step too. */
async function siblingCallUntil(lock: PersonLock, row: AgreementRow): Promise<number | null> {
  const siblings = (await siblingsOf(lock.trx, row.person_id)).filter((one) => one.id !== row.id);
  const open = (await Promise.all(siblings.map((one) => openCallbacksOf(lock.trx, one.id)))).flat();
  return open.length === 0 ? null : Math.min(...open.map((callback) => callback.until_at));
}

/** The slots at which the law allows the whole call, one at a time: each costs an evaluation, and the first is mostly free. `inTheWay` gets the rules that kept a slot out. */
export function* lawfulSlots(slots: readonly Slot[], law: CallLaw, inTheWay: Set<string> = new Set()): Generator<Slot> {
  let notBefore = -Infinity;
  for (const slot of slots) {
    if (slot.from < notBefore) continue;
    const decision = law(slot.from);
    if (decision.decision !== 'allow') {
      for (const rule of decision.rules) inTheWay.add(rule);
      notBefore = decision.notBefore ?? notBefore;
    } else if ((decision.windowEnd ?? Infinity) >= slot.until) {
      yield slot;
    }
  }
}

/** The next 09:00 of the agreement's zone that is at least an hour away. */
function nextMorning(zone: string, now: number): number {
  const today = instantOf(zone, localDate(zone, now), AGAIN_AT);
  return today >= now + HOUR ? today : instantOf(zone, addDays(localDate(zone, now), 1), AGAIN_AT);
}

async function recordOutcome(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, occurrence: Occurrence,
  outcome: { result: 'refused' | 'deferred'; rules: readonly string[]; until?: number },
): Promise<AgreementEvent> {
  const { result, rules, until } = outcome;
  return recordFact(lock, ctx, agreementId, {
    id: `stepResult/${occurrence.key}/${result}${until === undefined ? '' : `/${until}`}`,
    body: { kind: 'stepResult', occurrences: [occurrence.key], result, rules, ...(until === undefined ? {} : { until }) },
    tell: 'caller',
    timeline: { channel: 'call' },
  });
}
