/** Which message is struck by which fault: by count, or by a seeded share, so that a run can be repeated. */
import { stageOf, type Fault, type FaultStage, type SandboxProvider } from './fault-kinds.ts';

export interface Faults {
  list(): readonly Fault[];
  add(fault: Fault): void;
  clear(): void;
  /** The fault that strikes this message at this stage, if any; a counted one is used up by it. */
  draw(provider: SandboxProvider, stage: FaultStage, to: string): Fault | undefined;
}

/** `changed` is told the list whenever it changes; `initial` is the list of an earlier run. */
export function createFaults(options: { readonly seed: number; readonly initial: readonly Fault[]; readonly changed: (faults: readonly Fault[]) => void }): Faults {
  const random = seededRandom(options.seed);
  let faults = options.initial;
  const set = (next: readonly Fault[]): void => {
    faults = next;
    options.changed(next);
  };
  return {
    list: () => faults,
    add: (fault) => set([...faults, fault]),
    clear: () => set([]),
    draw(provider, stage, to) {
      const concerned = faults.filter((fault) => stageOf(fault, provider) === stage && (fault.to === undefined || fault.to.toLowerCase() === to.toLowerCase()));
      // Each share is drawn, struck or not, so that one fault more does not shift the luck of the others.
      const struck = concerned.filter((fault) => fault.next !== undefined || random() < (fault.rate ?? 0));
      const [first] = struck;
      if (first?.next !== undefined) set(faults.flatMap((fault) => (fault === first ? used(fault) : [fault])));
      return first;
    },
  };
}

function used(fault: Fault): Fault[] {
  const left = (fault.next ?? 0) - 1;
  return left > 0 ? [{ ...fault, next: left }] : [];
}

/** Mulberry32: small, fast, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
