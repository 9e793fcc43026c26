import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { installedAsLocked } from '../../scripts/lockfile.mjs';

const lock = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0', optional: true } } };

test('node_modules is complete when every locked package stands there in its version', () => {
  expect(installedAsLocked(lock, { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.0' } } })).toBe(true);
});

test('a package of another platform may be missing', () => {
  expect(installedAsLocked(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(true);
});

test('a missing or another version asks for an installation', () => {
  expect(installedAsLocked(lock, { packages: {} })).toBe(false);
  expect(installedAsLocked(lock, { packages: { 'node_modules/a': { version: '1.0.1' } } })).toBe(false);
  expect(installedAsLocked(lock, { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.1' } } })).toBe(false);
});

test('the lockfile names no host and pins every direct dependency exactly', () => {
  expect(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')).not.toMatch(/"resolved": "https?:/);
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  expect(manifest).not.toMatch(/": "[\^~][0-9]/);
});
