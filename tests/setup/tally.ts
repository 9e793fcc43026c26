/** Counting what passed and what failed, also when a file does not load or the runner itself falls. */
import { z } from 'zod';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

export function add(left: Tally, right: Tally): Tally {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed };
}

/**
 * The counts of vitest's JSON report (null: it wrote none) and its exit code. A file that failed without a failed test in it
 * (it did not load, a hook threw) counts as one failure; so does an exit code that nothing else explains.
 */
export function tallyOfVitest(text: string | null, exitCode: number): Tally {
  const parsed = text === null ? null : report.safeParse(JSON.parse(text));
  if (parsed === null || !parsed.success) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = parsed.data;
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length;
  const failed = numFailedTests + broken;
  return { passed: numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}

/** The last line of a run. */
export function summaryOf(total: Tally): string {
  return `${total.passed} passed, ${total.failed} failed`;
}

/** 0 only when tests ran and none failed. */
export function exitCodeOf(total: Tally, tested: Tally): number {
  return total.failed === 0 && tested.passed > 0 ? 0 : 1;
}
