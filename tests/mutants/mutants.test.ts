import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyOf } from './copy.ts';
import { occurrences, planted, type Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { documentOf, isCaught, rowOf, rowsOf } from './result.ts';
import { verdictOf } from './verdict.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const FAULT: Mutant = { name: 'debt-forgiven', breaks: 'Nobody owes | anything', file: 'src/debt.ts', find: 'return owed;', replace: 'return 0;', tests: ['tests/debt.test.ts'] };

test('every fault still has its one place in the code, and the tests that should see it exist', () => {
  expect(MUTANTS.flatMap(({ name, file, find }) => {
    const count = occurrences(readFileSync(join(PROJECT, file), 'utf8'), find);
    return count === 1 ? [] : [`${name}: ${count} times in ${file}`];
  })).toEqual([]);
  expect(MUTANTS.flatMap(({ name, tests }) => tests.filter((path) => !existsSync(join(PROJECT, path))).map((path) => `${name}: ${path}`))).toEqual([]);
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(20);
});

test('the result in the repository is of these very faults, and each was caught', () => {
  const rows = new Map(rowsOf(readFileSync(join(import.meta.dirname, 'result.md'), 'utf8')).map((row) => [row.name, row]));
  expect(MUTANTS.filter((mutant) => !isCaught(rows.get(mutant.name), mutant)).map(({ name }) => name)).toEqual([]);
  expect([...rows.keys()].filter((name) => !MUTANTS.some((mutant) => mutant.name === name))).toEqual([]);
});

test('a fault whose place is gone, doubled or unchanged is refused', () => {
  expect(planted('function f() { return owed; }', FAULT)).toBe('function f() { return 0; }');
  expect(() => planted('return nothing;', FAULT)).toThrow('stands 0 times in src/debt.ts');
  expect(() => planted('return owed; return owed;', FAULT)).toThrow('stands 2 times');
  expect(() => planted('return owed;', { ...FAULT, replace: FAULT.find })).toThrow('changes nothing');
});

test('faults are planted in a copy, which is sound again afterwards; the tree itself is never written', async () => {
  const project = await mkdtemp(join(tmpdir(), 'pacto-tree-'));
  try {
    for (const folder of ['src', 'node_modules', '.git']) await mkdir(join(project, folder));
    await writeFile(join(project, 'src', 'debt.ts'), 'return owed;');
    const copy = await copyOf(project);
    const inCopy = () => readFile(join(copy.folder, 'src', 'debt.ts'), 'utf8');
    expect(await copy.with(FAULT, async () => [await inCopy(), await readFile(join(project, 'src', 'debt.ts'), 'utf8')])).toEqual(['return 0;', 'return owed;']);
    await expect(copy.with(FAULT, () => Promise.reject(new Error('the tests fell over')))).rejects.toThrow('fell over');
    expect(await inCopy()).toBe('return owed;');
    await expect(copy.with({ ...FAULT, file: '../elsewhere.ts' }, () => Promise.resolve())).rejects.toThrow('outside the copy');
    expect(existsSync(join(copy.folder, '.git'))).toBe(false);
    await copy.remove();
    expect([existsSync(copy.folder), existsSync(join(project, 'node_modules'))]).toEqual([false, true]);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
});

test('only a test that failed catches a fault; a file that does not load, or no test at all, proves nothing', () => {
  const report = (status: string, assertions: readonly string[], passed: number) => JSON.stringify({
    numPassedTests: passed, testResults: [{ name: '/copy/tests/debt.test.ts', status, message: 'SyntaxError: x', assertionResults: assertions.map((one) => ({ status: one, title: 'who owes pays' })) }],
  });
  expect(verdictOf(report('failed', ['passed', 'failed'], 1), '/copy')).toEqual({ kind: 'caught', by: 'tests/debt.test.ts: who owes pays' });
  expect(verdictOf(report('passed', ['passed'], 1), '/copy')).toEqual({ kind: 'survived', passed: 1 });
  expect(verdictOf(report('failed', [], 0), '/copy')).toMatchObject({ kind: 'broken', why: expect.stringContaining('SyntaxError') as string });
  expect(verdictOf(report('passed', ['skipped'], 0), '/copy')).toEqual({ kind: 'broken', why: 'no test ran' });
  expect(verdictOf(null, '/copy')).toMatchObject({ kind: 'broken' });
});

test('the result keeps the rows of earlier runs, and a row of a changed fault no longer counts', () => {
  const caught = rowOf(FAULT, { kind: 'caught', by: 'tests/debt.test.ts: who owes | pays' });
  const [read] = rowsOf(documentOf([FAULT], new Map([[FAULT.name, caught]])));
  expect(read).toEqual(caught);
  expect(isCaught(read, FAULT)).toBe(true);
  expect(isCaught(read, { ...FAULT, replace: 'return 1;' })).toBe(false);
  expect(isCaught(rowOf(FAULT, { kind: 'survived', passed: 7 }), FAULT)).toBe(false);
  expect(documentOf([FAULT], new Map())).toContain('0 of 1 caught.');
});
