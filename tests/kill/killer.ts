/** Ends the processes of a sandbox with SIGKILL at moments drawn from a seed, and measures how long each is missed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/sandbox/alive.ts';
import type { Sandbox } from '../../src/sandbox/sandbox-file.ts';
import { until, type StartedSandbox } from './started-sandbox.ts';

export type Victim = keyof Sandbox['pids'];
export const VICTIMS: readonly Victim[] = ['api', 'worker', 'pump', 'provider', 'postgres', 'temporal'];

/** contract.md section 1: one that dies is started again within 5 s. */
export const BACK_WITHIN_MS = 5_000;
/** Past the promise the measurement goes on for this long, so that a late return has a figure. */
const LOOK_FOR_MS = 30_000;

/** One in three strikes a sandbox that has not recovered yet. */
const IN_A_ROW = 1 / 3;
const ROW_GAP_MS = { least: 100, most: 1_500 } as const;
const HOURS = { least: 3, most: 24 } as const;
/** Within one step of the clock: a play tick takes 20 ms and what is due some hundreds. */
const MOMENT_MS = 400;
const HOUR = 3_600_000;
/** With everybody back within 5 s, a killed worker's activity is tried again after 15 s and its workflow task after 10 s; then time must move. */
const PLAYS_ON_WITHIN_MS = 120_000;

export interface PlannedKill {
  readonly victim: Victim;
  /** Virtual hours that are played after the kill before; 0: none, it strikes while others are still coming back. */
  readonly afterHours: number;
  /** Wall ms on top. */
  readonly afterMs: number;
}

export interface Kill {
  readonly victim: Victim;
  readonly pid: number;
  /** Wall ms from the kill to the new process id in sandbox.json. */
  readonly backAfterMs: number;
}

/** The order and the moments; `times` says how often each is hit. */
export function planKills(seed: number, times: Readonly<Record<Victim, number>>): PlannedKill[] {
  const draw = drawer(seed);
  const between = (least: number, most: number): number => Math.round(least + draw() * (most - least));
  return shuffled(VICTIMS.flatMap((victim) => Array.from({ length: times[victim] }, () => victim)), draw).map((victim) => (draw() < IN_A_ROW
    ? { victim, afterHours: 0, afterMs: between(ROW_GAP_MS.least, ROW_GAP_MS.most) }
    : { victim, afterHours: between(HOURS.least, HOURS.most), afterMs: between(0, MOMENT_MS) }));
}

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
export function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** In an order drawn. */
export function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  return items.map((item) => ({ item, key: draw() })).sort((a, b) => a.key - b.key).map(({ item }) => item);
}

export interface Stage {
  readonly sandbox: StartedSandbox;
  /** Business time, epoch ms; null while nobody tells it. */
  readonly clock: () => Promise<number | null>;
  readonly say: (line: string) => void;
}

/** Carries the plan out; a kill does not wait for the return of the one before. Resolves when everybody is back. */
export async function carryOut(plan: readonly PlannedKill[], { sandbox, clock, say }: Stage): Promise<Kill[]> {
  const returns: Promise<Kill>[] = [];
  let now = 0;
  for (const { victim, afterHours, afterMs } of plan) {
    const from = now;
    await until(`${afterHours} hours are played`, async () => {
      now = (await clock()) ?? now;
      return now >= from + afterHours * HOUR;
    }, PLAYS_ON_WITHIN_MS);
    await sleep(afterMs);
    const { back } = await strike(sandbox, victim);
    say(`${new Date(now).toISOString().slice(0, 16)}  SIGKILL ${victim}`);
    returns.push(back);
  }
  return Promise.all(returns);
}

/** Kills one that is alive; `back` resolves when it is started again. */
export async function strike(sandbox: StartedSandbox, victim: Victim): Promise<{ readonly back: Promise<Kill> }> {
  const pid = await aliveNow(sandbox, victim);
  process.kill(pid, 'SIGKILL');
  const back = comeBack(sandbox, victim, pid, performance.now());
  // Attached at once: it may fail while later kills are still to come.
  back.catch(() => undefined);
  return { back };
}

/** The victim may be between two lives, having fallen with its server. */
async function aliveNow(sandbox: StartedSandbox, victim: Victim): Promise<number> {
  let pid = 0;
  await until(`${victim} runs`, async () => {
    pid = (await sandbox.now()).pids[victim];
    return pid > 1 && isAlive(pid);
  }, LOOK_FOR_MS);
  return pid;
}

async function comeBack(sandbox: StartedSandbox, victim: Victim, pid: number, since: number): Promise<Kill> {
  await until(`${victim} is started again`, async () => {
    const now = (await sandbox.now()).pids[victim];
    return now !== 0 && now !== pid;
  }, LOOK_FOR_MS);
  return { victim, pid, backAfterMs: Math.round(performance.now() - since) };
}
