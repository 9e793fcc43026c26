/** Every command of the tree where nothing answers: an error of the trade with its remedy, never a stack and never a command that hangs. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { names } from '../../src/config.ts';
import { createProgram } from '../../src/cli/program.ts';
import { examplesOf, paths, walk, wordsOf } from '../cli/tree.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
/** Need no installation, or look for the file that the example names first. */
const ALONE: ReadonlySet<string> = new Set([
  'config', 'strategy validate', 'strategy publish', 'segment publish', 'template preview', 'template publish', 'policy list', 'policy check', 'replies classify',
  'import agreements', 'import payments', 'import contacts', 'import bank', 'import debts', 'source add',
]);
/** Lives four strategies through years in four countries, whatever is reachable; tests/strategy looks at what it writes. */
const LONG: ReadonlySet<string> = new Set(['strategy feasibility']);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacto-nowhere-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pacto(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(names().map((name) => [name, ''])), DATABASE_URL: 'postgres://127.0.0.1:9/none', TEMPORAL_ADDRESS: '127.0.0.1:9', PACTO_DATA: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env, cwd: folder, timeout: 30_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, out: stdout, err: stderr }));
  });
}

/** The first example of each command. */
function firstExamples(): [string, string[]][] {
  const found: [string, string[]][] = [];
  const leaves = new Set(paths().leaves.map((path) => path.join(' ')));
  let help = '';
  walk(createProgram({ json: false, dataDir: null }, { out: (text) => void (help += text), err: () => undefined }), [], (command, path) => {
    if (!leaves.has(path.join(' ')) || LONG.has(path.join(' '))) return;
    help = '';
    command.outputHelp();
    const [example = ''] = examplesOf(help);
    found.push([path.join(' '), wordsOf(example).slice(1)]);
  });
  return found;
}

test.each(firstExamples())('pacto %s', async (name, argv) => {
  const { code, err } = await pacto(argv);
  expect({ ended: code !== null, stack: /\n\s+at /.test(err) }).toEqual({ ended: true, stack: false });
  if (ALONE.has(name)) return expect([0, 1, 2]).toContain(code);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^(?:pacto: .*\n)*ERR_[A-Z_]+ /) });
});
