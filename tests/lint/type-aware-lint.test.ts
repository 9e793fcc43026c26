import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const PROJECT = join(import.meta.dirname, '..', '..');
const FIXTURE = 'tests/lint/fixtures/floating-promise.ts';
const lintRules = z.looseObject({ ignorePatterns: z.array(z.string()) });

let folder: string;
let rules: string;

/** The project's own rules, without the pattern that keeps the fixture out of the everyday lint. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-lint-'));
  rules = join(folder, 'oxlintrc.json');
  const own = lintRules.parse(JSON.parse(readFileSync(join(PROJECT, '.oxlintrc.json'), 'utf8')));
  writeFileSync(rules, JSON.stringify({ ...own, ignorePatterns: [] }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lint(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(join(PROJECT, 'node_modules', '.bin', 'oxlint'), ['-c', rules, ...args, FIXTURE], { cwd: PROJECT, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

test('a promise nobody waits for, and one given where none is awaited, fail the lint', () => {
  const { code, output } = lint('--type-aware');
  expect(code).not.toBe(0);
  expect(output).toContain('no-floating-promises');
  expect(output).toContain('no-misused-promises');
});

test('the flag is what makes the difference: without it the same file passes', () => {
  expect(lint().code).toBe(0);
});

test('the check command lints with the flag', () => {
  expect(readFileSync(join(PROJECT, 'tests', 'setup', 'run.ts'), 'utf8')).toContain("'--type-aware'");
});
