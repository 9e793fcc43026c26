import { expect, test } from 'vitest';
import { takeGlobalFlags } from '../../src/cli/global-flags.ts';

test('--json and --data are found wherever they stand', () => {
  for (const argv of [['--json', '--data', 'x', 'pay', 'a/1'], ['pay', '--data=x', 'a/1', '--json'], ['pay', 'a/1', '--json', '--data', 'x']]) {
    expect(takeGlobalFlags(argv)).toEqual({ json: true, dataDir: 'x', rest: ['pay', 'a/1'] });
  }
});

test('other flags keep their order and values', () => {
  expect(takeGlobalFlags(['key', 'add', '--role', 'agent', '--name', 'x'])).toEqual({ json: false, dataDir: null, rest: ['key', 'add', '--role', 'agent', '--name', 'x'] });
});

test('what stands after -- belongs to the command', () => {
  expect(takeGlobalFlags(['strategy', 'validate', '--', '--json'])).toMatchObject({ json: false, rest: ['strategy', 'validate', '--', '--json'] });
});

test('--data without a folder is wrong usage', () => {
  for (const argv of [['audit', '--data'], ['audit', '--data', '--json'], ['audit', '--data=']]) expect(() => takeGlobalFlags(argv)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
});
