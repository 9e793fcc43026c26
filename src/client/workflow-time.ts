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
  /** Runs `work` while no other process moves this execution: two fast-forwards of one execution cancel each other. */
  readonly exclusively: <T>(workflowId: string, work: () => Promise<T>) => Promise<T>;
}

/** Fast-forward finished; 3 = skipping was disabled meanwhile (another move, too many skips): ask again. */
const REACHED = 2;
/** So near, a message may be handed over: a fast-forward leaves two events in the history and costs 1 ms. */
const CLOSE_ENOUGH_MS = 250;
const MOVE_ATTEMPTS = 20;

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
    const { client, namespace } = this.#deps;
    for (let attempt = 0; attempt < MOVE_ATTEMPTS; attempt += 1) {
      const described = await this.#describe(workflowId);
      if (described === null) return 'notRunning';
      const ahead = target - described.now;
      if (ahead <= closeEnoughMs) return attempt === 0 ? 'alreadyThere' : 'moved';
      const id = randomUUID();
      try {
        await client.workflowService.updateWorkflowExecutionOptions({
          namespace,
          workflowExecution: { workflowId },
          workflowExecutionOptions: {
            timeSkippingConfig: {
              enabled: true,
              maxSessionSkipCount: 100_000,
              fastForwardConfig: { id, duration: { seconds: longSeconds(ahead), nanos: (ahead % 1000) * 1_000_000 } },
            },
          },
          updateMask: { paths: ['time_skipping_config'] },
        });
        const polled = await client.workflowService.pollWorkflowExecutionTimeSkipping({
          namespace, workflowExecution: { workflowId }, fastForwardId: id,
        });
        if (Number(polled.fastForwardPollingResult) === REACHED) return 'moved';
      } catch (error) {
        if (await this.#gone(workflowId, error)) return 'notRunning';
      }
    }
    throw new AppError('ERR_CLOCK', `The workflow ${workflowId} did not reach its virtual time after ${MOVE_ATTEMPTS} moves.`);
  }

  /** An execution that completed while it was moved answers with an error; any other error is thrown on. */
  async #gone(workflowId: string, error: unknown): Promise<boolean> {
    if ((await this.#describe(workflowId)) === null) return true;
    throw error;
  }

  async #describe(workflowId: string): Promise<{ now: number; busy: boolean } | null> {
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
    const busy = (described.pendingActivities?.length ?? 0) > 0 || Boolean(described.pendingWorkflowTask);
    return { now: toMs(skipping?.currentTime) ?? this.#deps.wallNow(), busy };
  }

  /** True when the execution has nothing pending: no activity, no workflow task (or is not running at all). */
  async isIdle(workflowId: string): Promise<boolean> {
    const described = await this.#describe(workflowId);
    return described === null || !described.busy;
  }
}

function longSeconds(ms: number): never {
  // The proto types want a Long; grpc's serializer takes a plain number. One place, so that the cast is seen.
  return Math.floor(ms / 1000) as never;
}

export function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 5;
}
