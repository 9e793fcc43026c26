/**
 * Moves the whole sandbox through virtual time: change the offset, move what is due, person by person in the order of
 * the due instants, let scripted debtors and the providers' receipts act in between, and wait for the work, not for
 * the clock. Everything it needs to go on is in PostgreSQL, so a killed process resumes where it was.
 */
import type { Logger } from 'pino';
import type { AgendaItem } from '../../db/agenda.ts';
import { AppError } from '../../errors.ts';

/** Someone who acts by himself in virtual time: the provider sandbox's receipts, scripted debtors and agents. */
export interface Actor {
  readonly name: string;
  /** When it wants to act next, epoch ms; null = never. */
  next(): Promise<number | null>;
  /** Does everything it has to do up to `now`; resolves when it is done. */
  run(now: number): Promise<void>;
}

export interface ClockJobDeps {
  readonly wallNow: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly readOffset: () => Promise<number>;
  readonly setOffset: (offsetMs: number) => Promise<number>;
  readonly noteBlocked: (blockedBy: string | null) => Promise<void>;
  /** Workflows due at or before `now`, earliest first. */
  readonly due: (now: number) => Promise<AgendaItem[]>;
  /** The earliest instant after `now` at which a workflow or the reconcile job has something to do. */
  readonly nextDue: (now: number) => Promise<number | null>;
  readonly move: (workflowId: string, target: number) => Promise<unknown>;
  readonly isIdle: (workflowId: string) => Promise<boolean>;
  /** After a move: reckons the item's next wake anew; false when it still stands at or before `now` (nothing happened yet). */
  readonly refresh: (item: AgendaItem, now: number) => Promise<boolean>;
  /** What is still on its way (outbox rows, attempts in flight), in words; null when nothing. */
  readonly inFlight: () => Promise<string | null>;
  readonly reconcile: (now: number) => Promise<void>;
  readonly actors: readonly Actor[];
  readonly log: Logger;
}

const MINUTE = 60_000;
/** Persons moved side by side. */
const LANES = 12;
/** Wall time after which a run that is idle and still due is left for the next instant. */
const STUCK_AFTER_MS = 10_000;
/** Wall time after which a move names what blocks it (it keeps waiting). */
const BLOCKED_AFTER_MS = 5_000;
/** Wall time after which the move ends with ERR_CLOCK, naming what blocks it; the ticker tries again. */
const GIVE_UP_MS = 120_000;

export class ClockJob {
  readonly #deps: ClockJobDeps;
  #stopping = false;

  constructor(deps: ClockJobDeps) {
    this.#deps = deps;
  }

  stop(): void {
    this.#stopping = true;
  }

  async now(): Promise<number> {
    return this.#deps.wallNow() + (await this.#deps.readOffset());
  }

  /** Plays everything due up to `target` (virtual epoch ms) and leaves the clock there; `onStep` sees each instant. */
  async runTo(target: number, onStep?: (now: number) => void): Promise<void> {
    while (!this.#stopping) {
      const now = await this.now();
      await this.#settle(now);
      const next = await this.#next(now);
      if (next === null || next > target) break;
      if (next > now) await this.#deps.setOffset(next - this.#deps.wallNow());
      onStep?.(next);
    }
    if (this.#stopping) return;
    const reached = await this.now();
    if (target > reached) {
      await this.#deps.setOffset(target - this.#deps.wallNow());
      await this.#settle(target);
    }
    await this.#deps.noteBlocked(null);
  }

  /** The next instant at which anybody acts, rounded up to the minute so that receipts seconds apart are one step. */
  async #next(now: number): Promise<number | null> {
    const { actors, nextDue } = this.#deps;
    const instants = await Promise.all([nextDue(now), ...actors.map((actor) => actor.next())]);
    const future = instants.filter((at): at is number => at !== null);
    if (future.length === 0) return null;
    return Math.max(now + 1, Math.ceil(Math.min(...future) / MINUTE) * MINUTE);
  }

  /** Everything due at `now` has happened when this returns: workflows moved and idle, outbox empty, actors done. */
  async #settle(now: number): Promise<void> {
    // Moved, idle, and still due: left for the next instant, so that one run that is stuck does not stop the world.
    const stuck = new Set<string>();
    while (!this.#stopping) {
      await this.#quiet();
      const items = (await this.#deps.due(now)).filter((item) => !stuck.has(item.workflowId));
      await this.#moveAll(items, now, stuck);
      await this.#quiet();
      const acted = await this.#runActors(now);
      await this.#deps.reconcile(now);
      await this.#quiet();
      if (items.length === 0 && !acted) return;
    }
  }

  async #runActors(now: number): Promise<boolean> {
    let acted = false;
    for (const actor of this.#deps.actors) {
      const at = await actor.next();
      if (at === null || at > now) continue;
      await actor.run(now);
      acted = true;
    }
    return acted;
  }

  async #moveAll(items: readonly AgendaItem[], now: number, stuck: Set<string>): Promise<void> {
    const persons = new Map<string, AgendaItem[]>();
    for (const item of items) persons.set(item.identityId, [...(persons.get(item.identityId) ?? []), item]);
    const queue = [...persons.values()];
    const lane = async (): Promise<void> => {
      for (let mine = queue.shift(); mine !== undefined && !this.#stopping; mine = queue.shift()) {
        for (const item of mine) if (!(await this.#moveOne(item, now))) stuck.add(item.workflowId);
      }
    };
    await Promise.all(Array.from({ length: Math.min(LANES, queue.length) }, lane));
  }

  /** False when the run is idle and still due: something keeps it that is not time. */
  async #moveOne(item: AgendaItem, now: number): Promise<boolean> {
    const { move, isIdle, refresh, log, pause, wallNow } = this.#deps;
    const since = wallNow();
    for (let pauseMs = 2; !this.#stopping; pauseMs = Math.min(50, pauseMs * 1.5)) {
      await move(item.workflowId, now);
      await this.#until(`the workflow ${item.workflowId}`, () => isIdle(item.workflowId));
      if (await refresh(item, now)) return true;
      // The target can be reached a moment before the server fires the timer that was due at it.
      if (wallNow() - since > STUCK_AFTER_MS) break;
      await pause(pauseMs);
    }
    log.warn({ workflowId: item.workflowId }, 'still due after its move');
    return false;
  }

  async #quiet(): Promise<void> {
    let what: string | null = null;
    await this.#until(() => what ?? 'work in flight', async () => {
      what = await this.#deps.inFlight();
      return what === null;
    });
  }

  /** Polls until `done`; after a while says in the clock row what it waits for. */
  async #until(what: string | (() => string), done: () => Promise<boolean>): Promise<void> {
    const since = this.#deps.wallNow();
    let named = false;
    for (let pauseMs = 2; !this.#stopping; pauseMs = Math.min(50, pauseMs * 1.5)) {
      if (await done()) break;
      const waited = this.#deps.wallNow() - since;
      if (waited > BLOCKED_AFTER_MS && !named) {
        named = true;
        await this.#deps.noteBlocked(typeof what === 'string' ? what : what());
      }
      if (waited > GIVE_UP_MS) throw new AppError('ERR_CLOCK', `Virtual time waits for ${typeof what === 'string' ? what : what()}.`);
      await this.#deps.pause(pauseMs);
    }
    if (named) await this.#deps.noteBlocked(null);
  }
}
