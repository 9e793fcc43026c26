/** The sandbox's six processes: kept running, in one place, stopped in an order in which nobody loses what he stands on. */
import type { KeptProcess, Running } from './kept-process.ts';
import { keepRunning } from './kept-process.ts';
import type { Sandbox } from './sandbox-file.ts';

export type ProcessName = keyof Sandbox['pids'];

/** First those who take work, then those who do it, the servers last. */
const STOP_ORDER: readonly (readonly ProcessName[])[] = [['api', 'pump'], ['worker'], ['provider'], ['temporal', 'postgres']];

export interface FleetEvents {
  /** A process runs (again): its id has changed. */
  readonly onStart: (name: ProcessName) => void;
  readonly onDeath: (name: ProcessName) => void;
}

export class Fleet {
  readonly #events: FleetEvents;
  readonly #kept = new Map<ProcessName, KeptProcess>();

  constructor(events: FleetEvents) {
    this.#events = events;
  }

  /** Starts a process and keeps it running until `stop`. */
  async keep(name: ProcessName, launch: () => Promise<Running>): Promise<void> {
    this.#kept.set(name, await keepRunning({ name, launch, onStart: () => this.#events.onStart(name), onDeath: () => this.#events.onDeath(name) }));
  }

  deaths(name: ProcessName): number {
    return this.#kept.get(name)?.deaths() ?? 0;
  }

  /** 0 for a process between two lives, and for a server of the person's own. */
  pids(): Sandbox['pids'] {
    const pid = (name: ProcessName): number => this.#kept.get(name)?.pid() ?? 0;
    return { api: pid('api'), worker: pid('worker'), pump: pid('pump'), temporal: pid('temporal'), postgres: pid('postgres'), provider: pid('provider') };
  }

  async stop(): Promise<void> {
    for (const group of STOP_ORDER) await Promise.all(group.map((name) => this.#kept.get(name)?.stop() ?? Promise.resolve()));
  }
}
