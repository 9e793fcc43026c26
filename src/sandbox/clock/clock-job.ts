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
  /** How long it waits for an instant at which somebody else acts, ms: what it does is not a minute's matter, and each instant costs. */
  readonly patienceMs: number;
  /** When it wants to act next, epoch ms; null = never. */
  next(): Promise<number | null>;
  /** Does everything it has to do up to `now`; resolves when it is done. */
  run(now: number): Promise<void>;
}

/** What the agenda holds at an instant. */
export interface Outlook {
  /** Workflows due by then, earliest first. */
  readonly due: readonly AgendaItem[];
  /** The earliest instant after it at which a workflow or the reconcile job has something to do, epoch ms. */
  readonly next: number | null;
}

export interface ClockJobDeps {
  readonly wallNow: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly readOffset: () => Promise<number>;
  readonly setOffset: (offsetMs: number) => Promise<number>;
  readonly noteBlocked: (blockedBy: string | null) => Promise<void>;
  readonly look: (now: number) => Promise<Outlook>;
  readonly move: (workflowId: string, target: number) => Promise<unknown>;
  readonly isIdle: (workflowId: string) => Promise<boolean>;
  /** After a move: whether the item has done everything due at `now`, by its facts; cheap, asked often. */
  readonly hasActed: (item: AgendaItem, now: number) => Promise<boolean>;
  /** Reckons the wake of an item anew that is idle and recorded nothing; false when it still stands at or before `now`. */
  readonly reckonAnew: (item: AgendaItem, now: number) => Promise<boolean>;
  /** What is still on its way (outbox rows, attempts in flight), in words; null when nothing. */
  readonly inFlight: () => Promise<string | null>;
  /** Closes calls whose process is gone; asked while what is in flight keeps time waiting. */
  readonly closeAbandoned: (now: number) => Promise<unknown>;
  /** Closes open questions about contacts; true when that changed anything. */
  readonly reconcile: (now: number) => Promise<boolean>;
  readonly actors: readonly Actor[];
  readonly log: Logger;
}

const MINUTE = 60_000;
/** Persons moved side by side. */
const LANES = 16;
/** From the skip to the recorded fact it takes some tens of milliseconds of wall time. */
const FIRST_LOOK_MS = 8;
/** Wall time after which a run that recorded nothing is looked at itself: waiting for its next attempt, or woken for nothing. */
const LOOK_CLOSER_MS = 500;
/** Wall time after which a run that is idle and still due is left for the next instant. */
const STUCK_AFTER_MS = 10_000;
/** Wall time after which a move names what blocks it (it keeps waiting). */
const BLOCKED_AFTER_MS = 5_000;
/** Wall time after which the move ends with ERR_CLOCK, naming what blocks it; the ticker tries again. */
const GIVE_UP_MS = 120_000;

export class ClockJob {
  readonly #deps: ClockJobDeps;
  /** Since the last target was reached. */
  readonly #moved = new Set<string>();
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
      const next = await this.#settle(await this.now());
      if (next === null || next > target) break;
      await this.#deps.setOffset(next - this.#deps.wallNow());
      onStep?.(next);
    }
    if (this.#stopping) return;
    const reached = await this.now();
    if (target > reached) {
      await this.#deps.setOffset(target - this.#deps.wallNow());
      await this.#settle(target);
    }
    await this.#allIdle();
    await this.#deps.noteBlocked(null);
  }

  /**
   * Everything due at `now` has happened when this returns: actors done, workflows moved, outbox empty. Actors come
   * first, because what they do was due before: who paid at ten to ten is not written to at ten. Answers the next
   * instant at which anybody acts, rounded up to the minute so that receipts seconds apart are one step.
   */
  async #settle(now: number): Promise<number | null> {
    // Moved, idle, and still due: left for the next instant, so that one run that is stuck does not stop the world.
    const stuck = new Set<string>();
    let reconciled = false;
    while (!this.#stopping) {
      await this.#quiet(now);
      // Asked side by side: an instant is some 15 questions of a few milliseconds, and one after the other they were a fifth of the wall time.
      const [actors, { due, next }] = await Promise.all([this.#ask(now), this.#deps.look(now)]);
      if (actors.due.length > 0) {
        for (const actor of actors.due) await actor.run(now);
        continue;
      }
      const items = due.filter((item) => !stuck.has(item.workflowId));
      await this.#moveAll(items, now, stuck);
      const changed = reconciled && items.length === 0 ? false : await this.#deps.reconcile(now);
      reconciled = true;
      if (items.length > 0 || changed) continue;
      const instants = [next, actors.next].filter((at): at is number => at !== null);
      return instants.length === 0 ? null : Math.max(now + 1, Math.ceil(Math.min(...instants) / MINUTE) * MINUTE);
    }
    return null;
  }

  /** Who of the actors is due, in their order; `next`: when the first of the others has waited long enough for somebody else's instant. */
  async #ask(now: number): Promise<{ due: readonly Actor[]; next: number | null }> {
    const wishes = await Promise.all(this.#deps.actors.map(async (actor) => ({ actor, at: await actor.next() })));
    const due = wishes.filter(({ at }) => at !== null && at <= now).map(({ actor }) => actor);
    const later = wishes.flatMap(({ actor, at }) => (at !== null && at > now ? [at + actor.patienceMs] : []));
    return { due, next: later.length === 0 ? null : Math.min(...later) };
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
    const { move, hasActed, log, pause, wallNow } = this.#deps;
    const since = wallNow();
    let lookedAt = since;
    let stuck = false;
    // To its own instant, not to ours some seconds or milliseconds later: a skip that ends at the timer needs no second one.
    await move(item.workflowId, item.at);
    this.#moved.add(item.workflowId);
    await pause(FIRST_LOOK_MS);
    await this.#until(`the workflow ${item.workflowId}`, async () => {
      if (await hasActed(item, now)) return true;
      if (wallNow() - lookedAt < LOOK_CLOSER_MS) return false;
      const closer = await this.#lookCloser(item, now);
      lookedAt = wallNow();
      stuck = closer === 'stillDue' && lookedAt - since > STUCK_AFTER_MS;
      return stuck || closer === 'nothingDue';
    });
    if (stuck) log.warn({ workflowId: item.workflowId }, 'still due after its move');
    return !stuck;
  }

  async #lookCloser(item: AgendaItem, now: number): Promise<'busy' | 'nothingDue' | 'stillDue'> {
    const { move, isIdle, reckonAnew } = this.#deps;
    if (!(await isIdle(item.workflowId))) return 'busy';
    if (await reckonAnew(item, now)) return 'nothingDue';
    // A skip that was used up on the way, or a target reached a moment before the server fires the timer that is due at it.
    await move(item.workflowId, now);
    return 'stillDue';
  }

  /** A fact is recorded a moment before its run has armed the next timer; whoever asked for the advance finds it armed. */
  async #allIdle(): Promise<void> {
    for (const workflowId of this.#moved) await this.#until(`the workflow ${workflowId}`, () => this.#deps.isIdle(workflowId));
    this.#moved.clear();
  }

  /**
   * A call that an actor of this process was making when it was killed (an answer, a thank-you) has no activity that
   * Temporal would try again: whoever waits for it closes it.
   */
  async #quiet(now: number): Promise<void> {
    let what: string | null = null;
    let lookedAt = this.#deps.wallNow();
    await this.#until(() => what ?? 'work in flight', async () => {
      what = await this.#deps.inFlight();
      if (what === null) return true;
      if (this.#deps.wallNow() - lookedAt < BLOCKED_AFTER_MS) return false;
      await this.#deps.closeAbandoned(now);
      lookedAt = this.#deps.wallNow();
      return false;
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
