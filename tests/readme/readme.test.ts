import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationTable, errorTable, withTables } from './tables.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

test('the manual shows every error code with its meaning and remedy as the code has them', () => {
  expect(readme).toContain(errorTable());
});

test('the manual shows every configuration variable with its default', () => {
  expect(configurationTable()).not.toContain('undefined');
  expect(readme).toContain(configurationTable());
});

test('writing the tables again changes nothing', () => {
  expect(withTables(readme, { configuration: configurationTable(), errors: errorTable() })).toBe(readme);
});
