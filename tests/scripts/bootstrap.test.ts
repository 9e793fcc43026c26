import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '..', '..');

function bootstrap(...args: string[]) {
  return spawnSync(process.execPath, [join(PROJECT, 'scripts', 'bootstrap.mjs'), ...args], { cwd: PROJECT, encoding: 'utf8' });
}

test('an unknown mode is one sentence that lists the known ones', () => {
  const { status, stderr } = bootstrap('fly');
  expect(status).toBe(1);
  expect(stderr).toBe('pacto: unknown mode "fly": one of start, test, check, pacto, bench, calendars, mutants, save-histories, temporal.\n');
});

test('a wrong flag of npm start is one sentence and exit code 2; nothing is started', () => {
  const { status, stdout, stderr } = bootstrap('start', '--speed', 'fast');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe('pacto: --speed must be more than 0 and at most 30 days per second.\n');
});

test('the door of `bin: pacto` is the same door', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(PROJECT, 'scripts', 'pacto.mjs'), '--help'], { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: pacto');
});
