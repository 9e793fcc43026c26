/** `npm test` and `npm run check`: types, lint and the suites; the last line is `N passed, N failed`, and nothing else is on it. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tally } from './tally.ts';
import { add, exitCodeOf, summaryOf, tallyOfVitest } from './tally.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const BIN = join(PROJECT, 'node_modules', '.bin');

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a tool of node_modules/.bin; its output is kept, or shown as it comes. */
function tool(name: string, args: readonly string[], show: boolean): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(join(BIN, name), args, { cwd: PROJECT, stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', (error) => resolve({ code: 1, output: `${name}: ${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** A step that passes or fails as a whole and counts as one test. */
async function step(title: string, name: string, args: readonly string[]): Promise<Tally> {
  const { code, output } = await tool(name, args, false);
  process.stdout.write(code === 0 ? `✓ ${title}\n` : `✗ ${title}\n${output}\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function suites(args: readonly string[]): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), 'pacto-report-'));
  const report = join(folder, 'report.json');
  try {
    const { code } = await tool('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], true);
    const text = await readFile(report, 'utf8').catch(() => null);
    return tallyOfVitest(text, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [part, ...rest] = process.argv.slice(2);
const checks = await Promise.all([
  step('types', 'tsc', ['-p', 'tsconfig.json']),
  step('lint', 'oxlint', ['--type-aware', '--deny-warnings', 'src', 'workflows', 'activities', 'tests']),
]);
const tested = await suites(part === 'check' ? ['--project', 'pure', ...rest] : rest);
const total = [...checks, tested].reduce(add);
process.stdout.write(`\n${summaryOf(total)}\n`);
// No test at all is a failure: a suite that finds nothing proves nothing.
process.exitCode = exitCodeOf(total, tested);
