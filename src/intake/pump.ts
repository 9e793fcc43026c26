/**
 * The outbox pump: what PostgreSQL decided reaches Temporal. At least once, in order, one in flight per workflow;
 * receivers are idempotent by event id. Several pumps may run at once.
 */
import { OUTBOX_CHANNEL } from '../db/outbox.ts';
import { closeRow, knownRun, markStarted, poisonRow, putOff, readBacklog, takeOldest, type OutboxRow } from '../db/outbox-queue.ts';
import type { Db, OpenedDb, Trx } from '../db/pool.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../observability/log.ts';
import { isFollowing, WORKFLOWS, type WorkflowType } from '../../workflows/contract.ts';
import { isTransient, nameOf } from './temporal-failure.ts';

/** The part of the Temporal gateway that the pump uses (src/client/temporal.ts). */
export interface Receiver {
  start(request: { workflowId: string; workflowType: WorkflowType; input: unknown }): Promise<{ runId: string; already: boolean }>;
  signal(workflowId: string, name: string, payload: unknown): Promise<'sent' | 'finished' | 'notFound'>;
}

export interface PumpDeps {
  readonly db: Db;
  readonly receiver: Receiver;
  readonly log: Log;
  /** Waits wall milliseconds; ends early when the signal is aborted. */
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface PumpOptions {
  /** Workflows served at the same time; each needs a database connection while it is. */
  readonly lanes?: number;
  readonly maxTries?: number;
}

const LANES = 16;
/** After this many refusals that are not an outage a row is set aside. */
const MAX_TRIES = 10;
const POLL_MS = 1_000;
const RECONCILE_MS = 30_000;
/** Temporal does not answer: every row waits the same, and it does not count. */
const OUTAGE_DELAY_MS = 1_000;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** The last run of an agreement is about to complete; its successor can start right after. */
const CLOSING_DELAY_MS = 100;

/** Runs until `signal` is aborted: on every notice of a new row, once a second besides, reconciling every 30 s. */
export async function runPump(
  deps: PumpDeps & { listen: OpenedDb['listen']; reconcile?: () => Promise<unknown> },
  signal: AbortSignal,
  options: PumpOptions = {},
): Promise<void> {
  const waker = new Waker(signal);
  const unlisten = deps.listen(OUTBOX_CHANNEL, () => waker.wake());
  const reconciling = deps.reconcile === undefined ? Promise.resolve() : repeat(deps, 'reconcile', RECONCILE_MS, deps.reconcile, signal);
  try {
    while (!signal.aborted) {
      waker.rest();
      try {
        await drain(deps, options, signal);
      } catch (error) {
        deps.log.error({ err: error }, 'the outbox cannot be read');
      }
      await waker.wait(POLL_MS, deps.pause);
    }
  } finally {
    await unlisten();
    await reconciling;
  }
}

async function repeat(deps: PumpDeps, name: string, everyMs: number, work: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deps.pause(everyMs, signal);
    if (signal.aborted) return;
    try {
      await work();
    } catch (error) {
      deps.log.error({ err: error, step: name }, 'a recurring duty of the pump failed');
    }
  }
}

/** Ends a wait early when a notice comes; a notice during work is kept for the next wait. */
class Waker {
  readonly #stop: AbortSignal;
  #notice = new AbortController();

  constructor(stop: AbortSignal) {
    this.#stop = stop;
  }

  wake(): void {
    this.#notice.abort();
  }

  rest(): void {
    if (this.#notice.signal.aborted) this.#notice = new AbortController();
  }

  async wait(ms: number, pause: PumpDeps['pause']): Promise<void> {
    await pause(ms, AbortSignal.any([this.#stop, this.#notice.signal]));
  }
}

/** Sends what is due now; returns how many rows were handled. */
export async function drain(deps: PumpDeps, options: PumpOptions = {}, signal?: AbortSignal): Promise<number> {
  const most = options.lanes ?? LANES;
  let running = 0;
  let handled = 0;
  const failures: unknown[] = [];
  await new Promise<void>((resolve) => {
    const open = (): void => {
      running += 1;
      void lane().catch((error: unknown) => failures.push(error)).finally(() => {
        running -= 1;
        if (running === 0) resolve();
      });
    };
    // A second lane opens only when the first found work: an idle pump asks one question a second, not sixteen.
    const lane = async (): Promise<void> => {
      while (signal?.aborted !== true && failures.length === 0 && (await pumpOne(deps, options, () => running < most && open()))) handled += 1;
    };
    open();
  });
  if (failures.length > 0) throw failures[0];
  return handled;
}

/** Handles one row in one transaction; false when nothing is due. `onTaken` is told as soon as a row is held. */
async function pumpOne(deps: PumpDeps, options: PumpOptions, onTaken: () => void): Promise<boolean> {
  return deps.db.transaction().execute(async (trx) => {
    const row = await takeOldest(trx);
    if (row === undefined) return false;
    onTaken();
    try {
      await send(deps, trx, row);
    } catch (error) {
      await setBack(deps, trx, row, error, options.maxTries ?? MAX_TRIES);
    }
    return true;
  });
}

async function send(deps: PumpDeps, trx: Trx, row: OutboxRow): Promise<void> {
  if (row.action === 'start') return startWorkflow(deps, trx, row);
  if (row.name === null) throw new AppError('ERR_INTERNAL', 'An outbox row of a signal has no name.');
  const result = await deps.receiver.signal(row.workflow_id, row.name, row.payload);
  // A run that completed did so with every fact of PostgreSQL applied (finishAgreement compares the sequence under the
  // lock), so the fact is not lost; what reopens an agreement is written as a start row instead.
  if (result === 'sent') return closeRow(trx, row.id, 'done', null);
  deps.log.warn({ workflowId: row.workflow_id, step: row.name }, `signal parked: the workflow is ${result}`);
  await closeRow(trx, row.id, 'parked', result);
}

async function startWorkflow(deps: PumpDeps, trx: Trx, row: OutboxRow): Promise<void> {
  const workflowType = workflowTypeOf(row.workflow_type);
  const followed = isFollowing(workflowType);
  const before = followed ? await knownRun(trx, row.workflow_id) : null;
  const { runId, already } = await deps.receiver.start({ workflowId: row.workflow_id, workflowType, input: row.payload });
  if (already && before !== null && runId === before) {
    // Reopened while the settled run still closes: taking it for ours would lose the fact.
    await putOff(trx, row.id, { delayMs: CLOSING_DELAY_MS, counted: false, error: 'the last run is still closing' });
    return;
  }
  if (followed) await markStarted(trx, row.workflow_id, runId);
  await closeRow(trx, row.id, 'done', null);
}

function workflowTypeOf(text: string): WorkflowType {
  const found = Object.values(WORKFLOWS).find((type) => type === text);
  if (found === undefined) throw new AppError('ERR_INTERNAL', `The outbox names an unknown workflow type ${text}.`);
  return found;
}

async function setBack(deps: PumpDeps, trx: Trx, row: OutboxRow, error: unknown, maxTries: number): Promise<void> {
  const what = nameOf(error);
  const scope = { err: error, workflowId: row.workflow_id, step: row.name ?? row.action };
  if (isTransient(error)) {
    deps.log.warn(scope, 'Temporal does not answer; the row waits');
    return putOff(trx, row.id, { delayMs: OUTAGE_DELAY_MS, counted: false, error: what });
  }
  if (row.tries + 1 >= maxTries) {
    deps.log.error({ ...scope, alarm: 'poisonRow', outboxId: row.id }, 'an outbox row is set aside; later rows of its workflow wait');
    return poisonRow(trx, row.id, what);
  }
  deps.log.warn(scope, 'an outbox row was refused; it is tried again');
  await putOff(trx, row.id, { delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** row.tries), counted: true, error: what });
}

/** Sends until nothing is pending (rows behind a poison row left out); ERR_CLOCK when it takes longer than `patienceMs` of wall time. */
export async function pumpUntilIdle(deps: PumpDeps & { wallNow: () => number }, options: PumpOptions & { patienceMs: number }): Promise<number> {
  const giveUp = deps.wallNow() + options.patienceMs;
  let handled = 0;
  for (;;) {
    handled += await drain(deps, options);
    const backlog = await readBacklog(deps.db);
    if (backlog.pending === 0) return handled;
    if (deps.wallNow() >= giveUp) throw new AppError('ERR_CLOCK', `The outbox still holds ${backlog.pending} rows.`);
    await deps.pause(20);
  }
}
