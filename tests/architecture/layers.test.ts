import { expect, test } from 'vitest';
import { MAY_IMPORT, partOf, refusal, TYPES_OF, type Part } from './layers.ts';
import { importsOf, sources } from './sources.ts';

const files = sources();

test('every file belongs to a part of the table', () => {
  expect(files.map((file) => file.path).filter((path) => partOf(path) === null)).toEqual([]);
});

test('imports go in one direction', () => {
  const wrong = files.flatMap((file) => file.imports.flatMap(({ target, typeOnly }) => (target === null ? [] : [refusal(file.path, target, typeOnly)])));
  expect(wrong.filter((why) => why !== null)).toEqual([]);
});

test('the table itself has no circle but strategy and domain, which share types', () => {
  const circles = (Object.keys(MAY_IMPORT) as Part[]).filter((part) => reaches(part, part));
  expect(circles).toEqual(['src/domain', 'src/strategy']);
});

function reaches(from: Part, goal: Part, seen = new Set<Part>()): boolean {
  return MAY_IMPORT[from].some((next) => {
    if (next === goal) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, goal, seen);
  });
}

test('an exception is one that is used', () => {
  const used = new Set(files.flatMap((file) => file.imports.filter(({ target }) => target !== null && partOf(target) !== partOf(file.path)).map(({ target }) => target)));
  expect([...TYPES_OF.keys()].filter((path) => !used.has(path))).toEqual([]);
});

test('an import in the wrong direction is seen, however it is written', () => {
  const path = 'src/domain/planted.ts';
  const text = [
    `import { openDb } from '../db/pool.ts';`,
    `import type {\n  Sandbox,\n} from '../sandbox/sandbox-file.ts';`,
    `export * from '../http/server.ts';`,
    `const later = await import('../cli/main.ts');`,
    `import '../../workflows/agreement.ts';`,
  ].join('\n');
  const seen = importsOf(path, text).map(({ target, typeOnly }) => refusal(path, target ?? '', typeOnly));
  expect(seen).toHaveLength(5);
  expect(seen.every((why) => why?.includes('may not import'))).toBe(true);
  expect(refusal('src/http/planted.ts', 'workflows/agreement.ts', false)).toContain('may not import workflows');
  expect(refusal('src/client/planted.ts', 'workflows/agreement.ts', false)).toContain('only the contract');
});

test('workflow code reaches pure modules and two packages only, however far one follows the imports', () => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const packages = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, specifier, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (target === null) packages.add(specifier);
      else follow(target);
    }
  };
  follow('workflows/index.ts');
  expect([...packages].filter((name) => name !== '@temporalio/workflow' && name !== '@temporalio/common')).toEqual([]);
  expect([...reached].map(partOf).filter((part) => part !== 'workflows' && part !== 'src/domain' && part !== 'src/strategy' && part !== 'src/errors.ts')).toEqual([]);
});

test('own imports carry the suffix .ts (data: .json), so that Node runs the files as they are', () => {
  const wrong = files.flatMap((file) => file.imports.filter(({ target }) => target !== null && !/\.(ts|json)$/.test(target)).map(({ specifier }) => `${file.path}: ${specifier}`));
  expect(wrong).toEqual([]);
});
