import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { names } from '../../src/config.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line as a person would, with none of this machine's settings. */
function pacto(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Ended {
  const env = { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])), ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(PROJECT, 'src', 'cli', 'main.ts'), ...args], { cwd: folder, encoding: 'utf8', env });
  return { code: status, out: stdout, err: stderr };
}

describe('exit codes', () => {
  test('0 and the text asked for: help', () => {
    expect(pacto(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Usage: pacto'), err: '' });
  });

  test.each([[[]], [['fly']], [['agreement']], [['pay', 'acme/A-1']], [['clock', 'advance']], [['strategy', 'validate', 'no-such-file.yaml']], [['worker', '--queues', 'agreements,mail']], [['audit', '--data']]])('2 for a wrong command line: %j', (args) => {
    const { code, out, err } = pacto(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  test('1 and ERR_DEPENDENCY where no sandbox runs, naming the folder', () => {
    const { code, err } = pacto(['clock', '--data', join(folder, 'none')]);
    expect(code).toBe(1);
    expect(err).toMatch(/^ERR_DEPENDENCY .*none: run npm start/);
  });
});

describe('pacto config', () => {
  test('--json is one document with every variable and where its value comes from; secrets are not in it', () => {
    const { code, out } = pacto(['config', '--json'], { PORT: '3777', PAYLOAD_KEYS: `a:${Buffer.alloc(32, 7).toString('base64')}`, DATABASE_URL: 'postgres://u:hunter2@db/pacto' });
    expect(code).toBe(0);
    expect(out).not.toContain('hunter2');
    expect(JSON.parse(out)).toMatchObject({ errors: [], variables: expect.arrayContaining([{ name: 'PORT', value: '3777', source: 'environment' }, { name: 'PAYLOAD_KEYS', value: '****', source: 'environment' }]) });
  });

  test('exit 1 names each wrong variable and the allowed range', () => {
    const { code, err } = pacto(['config'], { PORT: 'eighty', PACTO_SEND: 'maybe' });
    expect(code).toBe(1);
    expect(err).toContain('PORT: must be a whole number from 0 to 65535');
    expect(err).toContain('PACTO_SEND: must be one of off, allowlist, on');
  });
});

describe('pacto strategy validate', () => {
  test('the shipped strategy has no problem', () => {
    const { code, out } = pacto(['strategy', 'validate', join(PROJECT, 'src', 'strategy', 'shipped', 'standard.yaml'), '--country', 'CL', '--json']);
    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, id: 'standard', valid: true, problems: [] });
  });

  test('a file that is not valid is ERR_STRATEGY with the path of the field', () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'id: wrong\ncountry: [CL]\nsteps:\n  - { key: a, when: { anchor: due, days: 3 }, do: shout, template: x }\n');
    const { code, err } = pacto(['strategy', 'validate', file]);
    expect(code).toBe(1);
    expect(err).toContain('ERR_STRATEGY');
    expect(err).toContain('steps.0.do');
  });
});

test('virtual time is refused while real credentials are configured', () => {
  const { code, err } = pacto(['config'], { PACTO_CLOCK: 'virtual', SENDGRID_API_KEY: 'SG.x.y', SENDGRID_FROM: 'a@example.org' });
  expect(code).toBe(1);
  expect(err).toContain('PACTO_CLOCK: must be wall while real provider credentials are configured (SENDGRID_API_KEY)');
});
