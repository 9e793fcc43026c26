/** Recording a fact: the one place where an agreement's events, mirror, money, evidence and messages change together. */
import { eventOf, insertEvent } from '../db/agreement-events.ts';
import { insertInstalments, setWorkflowState, writeMirror, type AgreementMirror } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import { enqueue } from '../db/outbox.ts';
import { rewriteAllocations } from '../db/payments.ts';
import type { AgreementEvent, AgreementState, AllocationLine, EventBody } from '../domain/agreement.ts';
import { apply, strategyOf } from '../domain/facts.ts';
import { decide, wakeAt } from '../domain/decide.ts';
import { graceEnd, overdueAt, viewOf } from '../domain/view.ts';
import { signalFor, type AgreementInput } from '../../workflows/contract.ts';
import { followUp } from './consequences.ts';
import { timelineOf } from './fact-text.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { appendTimeline, type EntryText } from './timeline.ts';

/** What a timeline entry says beyond the default of its kind. */
export interface FactTimeline {
  readonly kind?: string | undefined;
  readonly channel?: string | undefined;
  readonly outcome?: string | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly text?: EntryText | undefined;
}

export interface NewFact {
  /** Unique within the agreement: the same id again changes nothing and gives the event that stands. */
  readonly id: string;
  readonly body: EventBody;
  /** Epoch ms on the business clock; the lock's `now` when absent. */
  readonly at?: number | undefined;
  /** `workflow`: through the outbox. `caller`: the caller is the workflow's activity and hands the event back. */
  readonly tell: 'workflow' | 'caller';
  /** Absent: the text of the kind. null: no entry (the caller writes its own). */
  readonly timeline?: FactTimeline | null | undefined;
}

/** Records a fact under the person's lock; idempotent by id. */
export async function recordFact(lock: PersonLock, ctx: RegisterContext, agreementId: string, fact: NewFact): Promise<AgreementEvent> {
  const { trx } = lock;
  const known = await eventOf(trx, agreementId, fact.id);
  if (known !== undefined) return known;
  const { row, state: before } = await loadState(trx, agreementId);
  const event: AgreementEvent = { ...fact.body, id: fact.id, seq: await lock.nextSeq(), at: fact.at ?? lock.now };
  const after = apply(before, event);
  await insertEvent(trx, agreementId, event);
  if (event.kind === 'renegotiated') await insertInstalments(trx, agreementId, event.version, event.instalments);
  await writeMoney(lock, agreementId, before, after);
  await writeMirror(trx, agreementId, mirrorOf(after, lock.now));
  if (fact.timeline !== null) await appendTimeline(trx, agreementId, { at: event.at, ...timelineOf(event, after), ...defined(fact.timeline) });
  if (fact.tell === 'workflow') await tellWorkflow(lock, row, event, after);
  await followUp(lock, ctx, agreementId, { before, after, event });
  return event;
}

/** The mirror columns of a state at an instant (epoch ms). */
export function mirrorOf(state: AgreementState, now: number): AgreementMirror {
  const view = viewOf(state);
  return {
    phase: view.phase,
    planVersion: view.planVersion,
    balanceMinor: view.balanceMinor,
    creditMinor: view.creditMinor,
    paidMinor: view.paidMinor,
    oldestUnpaidDue: overdueAt(state, now).oldestUnpaidDue,
    overdueFrom: overdueFrom(state),
    holdUntil: view.holdUntil,
    disputed: view.disputes.length > 0,
    optedOut: view.optedOut.length > 0,
    wakeAt: wakeAt(state, now),
    strategy: { id: strategyOf(state).id, version: strategyOf(state).version },
  };
}

/** The instant from which `overdueAt` says yes if no fact comes in between. */
function overdueFrom(state: AgreementState): number | null {
  const { settledAt, brokenAt, instalments } = viewOf(state);
  const unpaid = settledAt === null ? instalments.filter((instalment) => instalment.unpaid) : [];
  if (unpaid.length === 0) return null;
  return brokenAt ?? Math.min(...unpaid.map((instalment) => graceEnd(state, instalment)));
}

async function writeMoney({ trx }: PersonLock, agreementId: string, before: AgreementState, after: AgreementState): Promise<void> {
  const lines = summed(viewOf(after).allocations);
  if (JSON.stringify(lines) === JSON.stringify(summed(viewOf(before).allocations))) return;
  await rewriteAllocations(trx, agreementId, lines);
}

/** One line a key: a payment can reach the same component of an instalment twice (before and after a reversal). */
function summed(lines: readonly AllocationLine[]): AllocationLine[] {
  const sums = new Map<string, AllocationLine>();
  for (const line of lines) {
    const key = [line.payment, line.version, line.instalment, line.component].join(' ');
    sums.set(key, { ...line, amountMinor: line.amountMinor + (sums.get(key)?.amountMinor ?? 0) });
  }
  return [...sums.values()].filter((line) => line.amountMinor > 0);
}

/**
 * A signal to the run; or, when the run is over and the fact gives it something to do again (a reversal after the
 * settlement), a start of the same id with the rebuilt state. A fact that leaves a finished run finished stays in
 * PostgreSQL only: there is nobody to tell.
 */
async function tellWorkflow({ trx, now }: PersonLock, row: AgreementRow, event: AgreementEvent, after: AgreementState): Promise<void> {
  const workflow = { workflowId: row.workflow_id, workflowType: row.kind };
  if (row.workflow_state !== 'finished') {
    await enqueue(trx, { ...workflow, action: 'signal', name: signalFor(event.kind), payload: event });
    return;
  }
  if (decide(after, now).kind === 'close') return;
  const input: AgreementInput = { v: 1, state: after };
  await enqueue(trx, { ...workflow, action: 'start', payload: input });
  await setWorkflowState(trx, row.id, 'starting');
}

function defined(given: FactTimeline | undefined): Partial<FactTimeline & { text: EntryText; kind: string }> {
  return {
    ...(given?.kind === undefined ? {} : { kind: given.kind }),
    ...(given?.channel === undefined ? {} : { channel: given.channel }),
    ...(given?.outcome === undefined ? {} : { outcome: given.outcome }),
    ...(given?.rules === undefined ? {} : { rules: given.rules }),
    ...(given?.text === undefined ? {} : { text: given.text }),
  };
}
