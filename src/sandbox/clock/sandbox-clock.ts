/** The virtual clock as the API serves it: read, advance, play; one ticker that also moves what wall time made due. */
import type { Logger } from 'pino';
import { ifFree } from '../../db/agenda.ts';
import { readClock, requestAdvance, setAdvancing, setPlay } from '../../db/clock-row.ts';
import type { Db } from '../../db/pool.ts';
import { AppError } from '../../errors.ts';
import type { ClockJob } from './clock-job.ts';

export interface ClockReading {
  readonly now: number;
  readonly advancingTo?: number;
  readonly blockedBy?: string;
  readonly daysPerSecond: number;
}

export interface SandboxClock {
  read(): Promise<ClockReading>;
  /** Resolves with `now` when everything due by then has happened, or with the job after two minutes of waiting. */
  advance(days: number): Promise<{ now: number } | { job: string }>;
  /** 0 stops. */
  play(daysPerSecond: number): Promise<void>;
}

export interface TickerDeps {
  readonly db: Db;
  readonly job: ClockJob;
  readonly wallNow: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly log: Logger;
}

const DAY = 86_400_000;
const TICK_MS = 500;
const PLAY_TICK_MS = 20;
const MAX_DAYS = 3_700;
const ANSWER_AFTER_MS = 120_000;

export class TickingClock implements SandboxClock {
  readonly #deps: TickerDeps;
  #running: Promise<void> | null = null;
  #stopping = false;
  #lastPlay: number | null = null;

  constructor(deps: TickerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#deps.job.stop();
    await this.#running;
  }

  async read(): Promise<ClockReading> {
    const row = await readClock(this.#deps.db);
    return {
      now: this.#deps.wallNow() + row.offsetMs,
      daysPerSecond: row.daysPerSecond,
      ...(row.advancingTo === null ? {} : { advancingTo: row.advancingTo }),
      ...(row.blockedBy === null ? {} : { blockedBy: row.blockedBy }),
    };
  }

  async advance(days: number): Promise<{ now: number } | { job: string }> {
    if (!(days > 0) || days > MAX_DAYS) {
      throw new AppError('ERR_BODY', `days is more than 0 and at most ${MAX_DAYS}.`, { errors: [{ path: 'days', message: `a number above 0, at most ${MAX_DAYS}` }] });
    }
    const { db, wallNow, pause } = this.#deps;
    const before = await this.read();
    const target = Math.max(before.now, before.advancingTo ?? 0) + Math.round(days * DAY);
    await requestAdvance(db, target);
    const since = wallNow();
    while (wallNow() - since < ANSWER_AFTER_MS && !this.#stopping) {
      const reading = await this.read();
      if (reading.now >= target && (reading.advancingTo === undefined || reading.advancingTo > target)) return { now: reading.now };
      await pause(20);
    }
    return { job: new Date(target).toISOString() };
  }

  async play(daysPerSecond: number): Promise<void> {
    if (!(daysPerSecond >= 0) || daysPerSecond > 1_000) {
      throw new AppError('ERR_BODY', 'daysPerSecond is between 0 and 1000.', { errors: [{ path: 'daysPerSecond', message: 'a number from 0 to 1000; 0 stops' }] });
    }
    await setPlay(this.#deps.db, daysPerSecond);
  }

  async #loop(): Promise<void> {
    const { db, log, pause } = this.#deps;
    while (!this.#stopping) {
      let playing = false;
      try {
        await ifFree(db, 'sandbox clock', async () => {
          playing = await this.#tick();
        });
      } catch (error) {
        log.warn({ err: error }, 'the sandbox clock stumbled and tries again');
      }
      if (!this.#stopping) await pause(playing ? PLAY_TICK_MS : TICK_MS);
    }
  }

  /** One step; true while there is more to do at once. */
  async #tick(): Promise<boolean> {
    const { db, job, wallNow } = this.#deps;
    const row = await readClock(db);
    const now = wallNow() + row.offsetMs;
    if (row.advancingTo !== null) {
      await job.runTo(row.advancingTo);
      const after = await readClock(db);
      if (!this.#stopping && after.advancingTo === row.advancingTo) await setAdvancing(db, null);
      this.#lastPlay = null;
      return true;
    }
    if (row.daysPerSecond > 0) {
      const elapsed = this.#lastPlay === null ? PLAY_TICK_MS : Math.min(1_000, wallNow() - this.#lastPlay);
      this.#lastPlay = wallNow();
      await job.runTo(now + (elapsed / 1_000) * row.daysPerSecond * DAY);
      return true;
    }
    this.#lastPlay = null;
    await job.runTo(now);
    return false;
  }
}
