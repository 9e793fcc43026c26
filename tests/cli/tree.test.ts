/** Every command of the tree, whoever added it: it explains itself with an example that is right, and wrong usage ends with 2. */
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../src/cli/failure.ts';
import { takeGlobalFlags } from '../../src/cli/global-flags.ts';
import { createProgram } from '../../src/cli/program.ts';
import { examplesOf, isGroup, paths, walk, wordsOf } from './tree.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The command that would have run. */
  readonly ran: string | null;
}

/** Parses as `pacto` does, with every action replaced by a note that it was reached: nothing is opened. */
async function pacto(argv: readonly string[]): Promise<Ended> {
  let [out, err, ran] = ['', '', null as string | null];
  const ended = (code: number): Ended => ({ code, out, err, ran });
  try {
    const { rest, ...flags } = takeGlobalFlags(argv);
    const program = createProgram(flags, { out: (text) => void (out += text), err: (text) => void (err += text) });
    walk(program, [], (command, path) => {
      if (isGroup(command)) return;
      command.action(() => {
        ran = path.join(' ');
      });
    });
    await program.parseAsync([...rest], { from: 'user' });
    return ended(0);
  } catch (error) {
    if (error instanceof Error && 'exitCode' in error && error.exitCode === 0) return ended(0);
    return ended(failureOf(error).exitCode);
  }
}

const { all, leaves } = paths();
const named = (list: readonly string[][]): [string, string[]][] => list.map((path) => [path.join(' '), path]);

test('the tree holds what is promised', () => {
  const found = leaves.map((path) => path.join(' '));
  expect(found).toEqual(expect.arrayContaining(['import agreements', 'import payments', 'import contacts', 'person export', 'person erase', 'doctor', 'pay', 'audit', 'outbox retry', 'attempts unknown']));
});

describe.each(named(all))('pacto %s', (_name, path) => {
  test('--help ends with 0, says what it does and shows an example of itself', async () => {
    const { code, out, err } = await pacto([...path, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(new RegExp(`^Usage: pacto ${path.join(' ')}`));
    const examples = examplesOf(out);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example.startsWith(`pacto ${path.join(' ')}`)).toBe(true);
  });

  test('its examples are right as they stand, with --json and --data too', async () => {
    for (const example of examplesOf((await pacto([...path, '--help'])).out)) {
      const argv = wordsOf(example).slice(1);
      expect({ example, ...await pacto([...argv, '--json', '--data', 'x']) }).toMatchObject({ example, code: 0, err: '', ran: expect.stringMatching(new RegExp(`^${path.join(' ')}`)) });
    }
  });

  test('an unknown option is wrong usage: 2, on stderr, and nothing runs', async () => {
    const { code, out, err, ran } = await pacto([...path, '--no-such-option']);
    expect({ code, out, ran }).toEqual({ code: 2, out: '', ran: null });
    expect(err).not.toBe('');
  });
});

test.each(named(all.filter((path) => !leaves.some((leaf) => leaf.join(' ') === path.join(' ')))))('pacto %s alone is wrong usage and shows what there is', async (_name, path) => {
  const { code, err } = await pacto(path);
  expect(code).toBe(2);
  expect(err).toContain('Commands:');
});

test('an argument too many is wrong usage', async () => {
  for (const path of leaves) {
    const [example = ''] = examplesOf((await pacto([...path, '--help'])).out);
    const { code, ran } = await pacto([...wordsOf(example).slice(1), 'one', 'two', 'three']);
    expect({ path, code, ran }).toEqual({ path, code: 2, ran: null });
  }
});
