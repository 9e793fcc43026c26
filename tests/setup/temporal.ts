/** The Temporal server of this run, as tests need it. */
import { inject } from 'vitest';

export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Path of the Temporal CLI, for tests that act as an outsider's script. */
  readonly binary: string;
}

/** Where the run's Temporal server listens. Use task queues and id prefixes of your own: all test files share it. */
export function testTemporal(): TestTemporal {
  return { address: inject('temporalAddress'), namespace: inject('temporalNamespace'), binary: inject('temporalBinary') };
}
