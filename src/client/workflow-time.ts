/**
 * How a workflow's own clock is kept in step with the business clock. In production both are the wall clock and there
 * is nothing to do. In virtual time each execution has a clock of its own on the server (feature of Temporal 1.32),
 * which runs at wall pace between moves and is moved by a fast-forward.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { AppError } from '../errors.ts';

export interface WorkflowTime {
  /** Delay of the first task so that it runs at the right business time; 0 = none. */
  startDelayMs(): Promise<number>;
  /** Called after a start with a delay: fast-forwards over it. */
  afterStart(workflowId: string, startDelayMs: number): Promise<void>;
  /** Brings an execution up to the business clock before a message reaches it. */
  catchUp(workflowId: string): Promise<void>;
}

export const wallWorkflowTime: WorkflowTime = {
  startDelayMs: () => Promise.resolve(0),
  afterStart: () => Promise.resolve(),
  catchUp: () => Promise.resolve(),
};

export type MoveResult = 'moved' | 'alreadyThere' | 'notRunning';

export interface VirtualTimeDeps {
  readonly client: Client;
  readonly namespace: string;
  /** Virtual now minus wall now, epoch ms; from the clock row. */
  readonly offset: () => Promise<number>;
  readonly wallNow: () => number;
  /** Waits wall milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Runs `work` while no other process moves this execution: two fast-forwards of one execution cancel each other. */
  readonly exclusively: <T>(workflowId: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * One skip a fast-forward. The server (1.32) skips to the NEXT timer when the target of a fast-forward passes while the
 * execution is busy: of 120 agreements started on a loaded machine nine sent their first reminder eight days early. An
 * execution that works when its one skip is used up only runs on at wall pace; the loop asks again once it is idle.
 */
const SKIPS = 1;
/** temporal.api.enums.v1.FastForwardPollingResult: the target was reached. */
const COMPLETED = 2;
/** So near, a message may be handed over: a fast-forward leaves two events in the history and costs 1 ms. */
const CLOSE_ENOUGH_MS = 250;
/** So little is waited for: a task that begins in between could still be running when the target of a skip passes. */
const SHORT_MS = 1_000;
/** An execution that works longer than a provider's call may take (8 s) is moved all the same. */
const BUSY_PATIENCE_MS = 15_000;
const LOOK_AGAIN_MS = 3;
/** A skip leads to a timer a moment before the server fires it (events in the history: the request and the skip, then the firing); skipping on at once would fire it at a later instant. */
const EVENTS_OF_SKIP = 2;
const TIMER_PATIENCE_MS = 2_000;
/** Each timer on the way takes one. */
const MOVE_ATTEMPTS = 200;

interface Described {
  /** The execution's own clock, epoch ms. */
  readonly now: number;
  /** Anything pending, also an activity that waits for its next attempt. */
  readonly busy: boolean;
  /** Somebody is at it now; a wait for the next attempt can be skipped. */
  readonly working: boolean;
  /** In the history so far. */
  readonly events: number;
  /** When an activity is tried again, epoch ms of the execution's clock; null when none waits. */
  readonly nextAttemptAt: number | null;
}

const toMs = (t: { seconds?: unknown; nanos?: number | null } | null | undefined): number | null =>
  t === null || t === undefined ? null : Number(t.seconds ?? 0) * 1000 + Math.floor((t.nanos ?? 0) / 1e6);

export class VirtualWorkflowTime implements WorkflowTime {
  readonly #deps: VirtualTimeDeps;

  constructor(deps: VirtualTimeDeps) {
    this.#deps = deps;
  }

  async startDelayMs(): Promise<number> {
    const offset = await this.#deps.offset();
    return offset > CLOSE_ENOUGH_MS ? offset : 0;
  }

  async afterStart(workflowId: string, startDelayMs: number): Promise<void> {
    if (startDelayMs > 0) await this.catchUp(workflowId);
  }

  async catchUp(workflowId: string): Promise<void> {
    await this.#deps.exclusively(workflowId, async () => this.#move(workflowId, this.#deps.wallNow() + (await this.#deps.offset()), CLOSE_ENOUGH_MS));
  }

  /** Moves one execution to `target` (virtual epoch ms). The work this wakes may still run when it returns: see `isIdle`. */
  async moveTo(workflowId: string, target: number): Promise<MoveResult> {
    // To the millisecond: a timer that is due at the target does not fire a moment before it.
    return this.#deps.exclusively(workflowId, () => this.#move(workflowId, target, 0));
  }

  async #move(workflowId: string, target: number, closeEnoughMs: number): Promise<MoveResult> {
    const { wallNow, pause } = this.#deps;
    let moved: MoveResult = 'alreadyThere';
    let busyUntil = wallNow() + BUSY_PATIENCE_MS;
    let firing = { after: 0, until: 0 };
    for (let attempt = 0; attempt < MOVE_ATTEMPTS; ) {
      const described = await this.#describe(workflowId);
      if (described === null) return 'notRunning';
      const { now, working, events } = described;
      const ahead = target - now;
      if (ahead <= closeEnoughMs) return moved;
      moved = 'moved';
      const timerToFire = !working && events <= firing.after && wallNow() < firing.until;
      if (timerToFire || (working && wallNow() < busyUntil)) {
        await pause(LOOK_AGAIN_MS);
        continue;
      }
      attempt += 1;
      if (ahead <= SHORT_MS) await pause(ahead);
      else {
        const skipped = await this.#fastForward(workflowId, ahead);
        if (skipped !== 'short') return skipped;
        firing = { after: events + EVENTS_OF_SKIP, until: wallNow() + TIMER_PATIENCE_MS };
      }
      busyUntil = wallNow() + BUSY_PATIENCE_MS;
    }
    throw new AppError('ERR_CLOCK', `The workflow ${workflowId} did not reach its virtual time after ${MOVE_ATTEMPTS} moves.`);
  }

  /** One skip, to the target (`moved`) or to a timer before it (`short`): then the poll ends because the skip is used up. */
  async #fastForward(workflowId: string, ahead: number): Promise<'moved' | 'short' | 'notRunning'> {
    const { client, namespace } = this.#deps;
    const id = randomUUID();
    try {
      await client.workflowService.updateWorkflowExecutionOptions({
        namespace,
        workflowExecution: { workflowId },
        workflowExecutionOptions: {
          timeSkippingConfig: {
            enabled: true,
            maxSessionSkipCount: SKIPS,
            fastForwardConfig: { id, duration: { seconds: longSeconds(ahead), nanos: (ahead % 1000) * 1_000_000 } },
          },
        },
        updateMask: { paths: ['time_skipping_config'] },
      });
      const { fastForwardPollingResult } = await client.workflowService.pollWorkflowExecutionTimeSkipping({ namespace, workflowExecution: { workflowId }, fastForwardId: id });
      return fastForwardPollingResult === COMPLETED ? 'moved' : 'short';
    } catch (error) {
      if ((await this.#describe(workflowId)) === null) return 'notRunning';
      throw error;
    }
  }

  /** null: there is no such execution, or it is over; a call about one that completes meanwhile answers with an error. */
  async #describe(workflowId: string): Promise<Described | null> {
    const { client, namespace } = this.#deps;
    let described;
    try {
      described = await client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
    const info = described.workflowExecutionInfo;
    if (Number(info?.status) !== 1) return null;
    const skipping = described.workflowExtendedInfo?.timeSkippingInfo;
    const activities = described.pendingActivities ?? [];
    const inTask = Boolean(described.pendingWorkflowTask);
    return {
      now: toMs(skipping?.currentTime) ?? this.#deps.wallNow(), busy: activities.length > 0 || inTask,
      events: Number(info?.historyLength ?? 0), nextAttemptAt: earliest(activities.map((activity) => toMs(activity.nextAttemptScheduleTime))), working: inTask || activities.some((activity) => activity.nextAttemptScheduleTime == null),
    };
  }

  /**
   * True when the execution has nothing pending: no activity, no workflow task (or is not running at all). An activity
   * that waits for its next attempt is moved to it: a provider's "try again in 30 s" is virtual time, not the watcher's.
   */
  async isIdle(workflowId: string): Promise<boolean> {
    const described = await this.#describe(workflowId);
    if (described === null || !described.busy) return true;
    const { nextAttemptAt, now, working } = described;
    if (!working && nextAttemptAt !== null && nextAttemptAt > now) await this.moveTo(workflowId, nextAttemptAt);
    return false;
  }
}

function earliest(instants: readonly (number | null)[]): number | null {
  const known = instants.filter((at): at is number => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function longSeconds(ms: number): never {
  // The proto types want a Long; grpc's serializer takes a plain number. One place, so that the cast is seen.
  return Math.floor(ms / 1000) as never;
}

export function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 5;
}
