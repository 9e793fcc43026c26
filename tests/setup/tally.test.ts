import { expect, test } from 'vitest';
import { add, exitCodeOf, summaryOf, tallyOfVitest } from './tally.ts';

const report = (passed: number, failed: number, files: readonly { status: string; assertionResults: readonly { status: string }[] }[] = []) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: files });

test('the last line is the sum, and the exit code follows it', () => {
  const total = add({ passed: 2, failed: 0 }, tallyOfVitest(report(5, 0), 0));
  expect(summaryOf(total)).toBe('7 passed, 0 failed');
  expect(exitCodeOf(total, { passed: 5, failed: 0 })).toBe(0);
});

test('a file that does not load is a failure though no test in it failed', () => {
  expect(tallyOfVitest(report(5, 0, [{ status: 'failed', assertionResults: [] }]), 1)).toEqual({ passed: 5, failed: 1 });
});

test('a runner that ended badly, or wrote nothing, is a failure', () => {
  expect(tallyOfVitest(report(5, 0), 1)).toEqual({ passed: 5, failed: 1 });
  expect(tallyOfVitest(null, 0)).toEqual({ passed: 0, failed: 1 });
});

test('a run without a single test proves nothing', () => {
  expect(exitCodeOf({ passed: 2, failed: 0 }, { passed: 0, failed: 0 })).toBe(1);
});
