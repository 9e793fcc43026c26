/** The end of a run and the decisions that send nothing: skipped steps, a plan that falls. */
import { createHash } from 'node:crypto';
import { explainRule } from '../contact-law/explain.ts';
import { eventsAfter } from '../db/agreement-events.ts';
import { setWorkflowState } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import { undeliveredFacts } from '../db/undelivered.ts';
import type { AgreementEvent, Occurrence } from '../domain/agreement.ts';
import { decide } from '../domain/decide.ts';
import { planFallsAt } from '../domain/plan-fall.ts';
import { viewOf } from '../domain/view.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';

/** The clock of the worker that decided may be ahead of ours by this much: what it took for due is due. */
export const EARLY = 60_000;

export interface FinishInput {
  readonly agreementId: string;
  readonly reason: string;
  /** The last sequence number that the run holds. */
  readonly lastSeq: number;
  /** The run that asks; tells a retry of it from a run that was started since. */
  readonly runId?: string | undefined;
}

export interface Finished {
  readonly finished: boolean;
  readonly events: readonly AgreementEvent[];
}

/**
 * Marks a run finished, so that no message is signalled to it any more: only when PostgreSQL holds no fact beyond
 * `lastSeq` and all its facts together say that nothing is left to do. Otherwise the run gets what it misses and goes on.
 */
export async function finishAgreement(ctx: RegisterContext, input: FinishInput): Promise<Finished> {
  const { agreementId, lastSeq, runId } = input;
  return underAgreementLock(ctx, agreementId, (lock) => finishUnder(lock, { agreementId, lastSeq, runId, own: [] }));
}

/** `finishAgreement` under the held lock; `own` are facts that the same activity has just recorded and hands back. */
export async function finishUnder(
  lock: PersonLock, input: { agreementId: string; lastSeq: number; runId: string | undefined; own: readonly AgreementEvent[] },
): Promise<Finished> {
  const { agreementId, lastSeq, runId, own } = input;
  const { row, state } = await loadState(lock.trx, agreementId);
  const missing = (await eventsAfter(lock.trx, agreementId, lastSeq)).filter((event) => !own.some((mine) => mine.id === event.id));
  const late = (await undeliveredFacts(lock.trx, row)).filter((event) => event.seq <= lastSeq);
  const events = [...own, ...missing, ...late].sort((a, b) => a.seq - b.seq);
  if (finishedBefore(row, runId)) return { finished: true, events };
  if (missing.length > 0 || decide(state, lock.now).kind !== 'close') return { finished: false, events };
  await setWorkflowState(lock.trx, agreementId, 'finished');
  // What still stands in the outbox goes along, so that the run ends with every fact; its signals will find nobody.
  return { finished: true, events };
}

/** A first try of this run has committed; a fact since then may already have asked for the next run. */
function finishedBefore(row: AgreementRow, runId: string | undefined): boolean {
  if (row.workflow_state === 'finished') return true;
  return row.workflow_state === 'starting' && runId !== undefined && row.run_id === runId;
}

/** Notes steps that expired before they could act: one fact and one entry a decision, and one for each duty of the law that was missed. */
export async function recordSkips(ctx: RegisterContext, agreementId: string, occurrences: readonly Occurrence[]): Promise<AgreementEvent[]> {
  return underAgreementLock(ctx, agreementId, (lock) => skipUnder(lock, ctx, agreementId, occurrences));
}

/** `recordSkips` under the held lock, by an activity of the agreement's own run. */
export async function skipUnder(lock: PersonLock, ctx: RegisterContext, agreementId: string, occurrences: readonly Occurrence[]): Promise<AgreementEvent[]> {
  const steps = occurrences.filter(({ duty }) => duty === undefined);
  const events: AgreementEvent[] = [];
  if (steps.length > 0) {
    const keys = steps.map((occurrence) => occurrence.key);
    events.push(await recordFact(lock, ctx, agreementId, {
      id: `skipped/${digestOf(keys)}`,
      body: { kind: 'stepResult', occurrences: keys, result: 'skipped', rules: ['expired'] },
      tell: 'caller',
      timeline: { text: skipText(steps) },
    }));
  }
  for (const occurrence of occurrences) if (occurrence.duty !== undefined) events.push(await recordMissedDuty(lock, ctx, agreementId, occurrence, occurrence.duty));
  return events;
}

async function recordMissedDuty(lock: PersonLock, ctx: RegisterContext, agreementId: string, { key, instalment }: Occurrence, rule: string): Promise<AgreementEvent> {
  const { es, en, cite } = explainRule(rule);
  const about = instalment === null ? { es: '', en: '' } : { es: ` de la cuota ${instalment}`, en: ` of instalment ${instalment}` };
  return recordFact(lock, ctx, agreementId, {
    id: `dutyMissed/${key}`,
    body: { kind: 'stepResult', occurrences: [key], result: 'skipped', rules: [rule] },
    tell: 'caller',
    timeline: {
      kind: 'dutyMissed', outcome: 'missed',
      text: { es: `Obligación legal no cumplida a tiempo${about.es}: ${es} (${rule}, ${cite}).`, en: `A duty of the law was not done in time${about.en}: ${en} (${rule}, ${cite}).` },
    },
  });
}

/** Old agreements expire hundreds of steps at once; PostgreSQL indexes an id of at most 2,700 bytes. */
function digestOf(keys: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(keys)).digest('hex').slice(0, 32);
}

function skipText(occurrences: readonly Occurrence[]): { es: string; en: string } {
  const steps = occurrences.map((one) => (one.instalment === null ? one.step : `${one.step} (${one.instalment})`)).join(', ');
  return { es: `Vencido sin actuar, se omite: ${steps}.`, en: `Expired before it could act, skipped: ${steps}.` };
}

/** The plan falls: the whole balance is due. When it must not fall any more, the run gets what it had not heard of instead. */
export async function breakPlan(ctx: RegisterContext, agreementId: string): Promise<AgreementEvent[]> {
  return underAgreementLock(ctx, agreementId, async (lock, row) => {
    const { state } = await loadState(lock.trx, agreementId);
    const view = viewOf(state);
    const id = `planBroken/v${view.planVersion}`;
    const known = state.events.find((event) => event.id === id);
    if (known !== undefined) return [known];
    const falls = planFallsAt(state, lock.now);
    if (falls === null || falls > lock.now + EARLY) return undeliveredFacts(lock.trx, row);
    return [await recordFact(lock, ctx, agreementId, { id, body: { kind: 'planBroken' }, tell: 'caller' })];
  });
}

