/**
 * `npm run mutants [-- <name>…]`: plants each fault into a copy of the tree and runs the tests that should see it.
 * Exit code 1 when one survives, proves nothing, or the tests are red without any fault.
 */
import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyOf, type Copy } from './copy.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { documentOf, isCaught, rowOf, rowsOf, type Row } from './result.ts';
import { verdictOf, type Verdict } from './verdict.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const RESULT = join(import.meta.dirname, 'result.md');
/** A fault may make a test wait; longer than this is no answer. */
const LIMIT_MS = 240_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs test files in the copy; the first failure ends it. */
async function tested(copy: Copy, tests: readonly string[], only?: string): Promise<Verdict> {
  const report = join(copy.folder, 'mutant-report.json');
  await rm(report, { force: true });
  const args = ['run', '--bail', '1', '--reporter=json', `--outputFile=${report}`, ...(only === undefined ? [] : ['-t', only]), ...tests];
  const inTime = await new Promise<boolean>((resolve) => {
    const child = spawn(join(copy.folder, 'node_modules', '.bin', 'vitest'), args, { cwd: copy.folder, stdio: 'ignore', timeout: LIMIT_MS });
    child.on('error', () => resolve(true));
    child.on('close', (_code, signal) => resolve(signal === null));
  });
  if (!inTime) return { kind: 'broken', why: `no answer within ${LIMIT_MS / 1_000} s` };
  return verdictOf(await readFile(report, 'utf8').catch(() => null), copy.folder);
}

async function baseline(copy: Copy, mutants: readonly Mutant[]): Promise<boolean> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const began = performance.now();
  const verdict = await tested(copy, files);
  const green = verdict.kind === 'survived';
  say(green ? `without a fault: ${verdict.passed} tests of ${files.length} files pass (${seconds(began)} s)` : `without a fault the tests are red, which proves nothing: ${JSON.stringify(verdict)}`);
  return green;
}

async function judge(copy: Copy, mutant: Mutant, place: string): Promise<Row> {
  const began = performance.now();
  const verdict = await copy.with(mutant, () => tested(copy, mutant.tests, mutant.only));
  const what = verdict.kind === 'caught' ? `caught by ${verdict.by}` : verdict.kind === 'survived' ? `SURVIVED ${verdict.passed} tests` : `BROKEN: ${verdict.why}`;
  say(`${place} ${mutant.name} (${seconds(began)} s): ${what}`);
  return rowOf(mutant, verdict);
}

async function keptRows(): Promise<Map<string, Row>> {
  return new Map(rowsOf(await readFile(RESULT, 'utf8').catch(() => '')).map((row) => [row.name, row]));
}

/** Into the document at once: a run that is broken off, or another one beside it, loses nothing. */
async function keep(row: Row): Promise<void> {
  await writeFile(RESULT, documentOf(MUTANTS, (await keptRows()).set(row.name, row)));
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1_000).toFixed(1);
}

async function run(asked: readonly string[]): Promise<number> {
  const strange = asked.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
  if (strange.length > 0) {
    process.stderr.write(`pacto: there is no fault ${strange.join(', ')}; the faults are in tests/mutants.\n`);
    return 2;
  }
  const mutants = MUTANTS.filter(({ name }) => asked.length === 0 || asked.includes(name));
  const copy = await copyOf(PROJECT);
  const began = performance.now();
  try {
    if (!(await baseline(copy, mutants))) return 1;
    for (const [index, mutant] of mutants.entries()) {
      await keep(await judge(copy, mutant, `${index + 1}/${mutants.length}`));
    }
  } finally {
    await copy.remove();
  }
  const rows = await keptRows();
  const missed = mutants.filter((mutant) => !isCaught(rows.get(mutant.name), mutant));
  say(`${mutants.length - missed.length} of ${mutants.length} caught in ${seconds(began)} s${missed.length === 0 ? '' : `; not caught: ${missed.map(({ name }) => name).join(', ')}`}`);
  return missed.length === 0 ? 0 : 1;
}

process.exitCode = await run(process.argv.slice(2));
