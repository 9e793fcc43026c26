/** Runs a property at least 1,000 times and prints its seed, so that a failure (also a rare one) can be run again. */
import fc from 'fast-check';
import { it } from 'vitest';

const RUNS = 1_000;

/** PACTO_SEED repeats an earlier run; otherwise every run takes a new seed. */
function seedOf(): number {
  const given = process.env.PACTO_SEED;
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}

export function property<T>(name: string, stated: fc.IPropertyWithHooks<T>, options: { runs?: number } = {}): void {
  const seed = seedOf();
  it(name, { timeout: 120_000 }, () => {
    console.info(`seed ${seed}: ${name}`);
    fc.assert(stated, { numRuns: Math.max(RUNS, options.runs ?? RUNS), seed });
  });
}
