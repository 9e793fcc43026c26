import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesUnder, PROJECT, sources, withoutComments } from './sources.ts';

const files = sources().map((file) => ({ path: file.path, code: withoutComments(file.text), lines: file.text.split('\n').length - 1 }));

/** Files outside `where` whose code matches. */
function matching(pattern: RegExp, where: (path: string) => boolean): string[] {
  return files.filter(({ path, code }) => !where(path) && pattern.test(code)).map(({ path }) => path);
}

const STARTS = /\.workflow\s*\.\s*(start|execute|signalWithStart)\b|startWorkflowExecution|signalWithStartWorkflowExecution|executeUpdateWithStart|\b(startChild|executeChild)\b|\.schedule\s*\.\s*create\b/;

test('only src/client starts a workflow, and nothing starts a child', () => {
  expect(matching(STARTS, (path) => path.startsWith('src/client/'))).toEqual([]);
  expect(STARTS.test('await client.workflow.start(agreement, {})')).toBe(true);
  expect(STARTS.test('await startChild(survey)')).toBe(true);
});

const MACHINE_CLOCK = /\bDate\.now\(|\bnew Date\(\)|\bDate\(\)/;

test('the machine\'s clock is read in one place, besides the command line and the sandbox', () => {
  const allowed = (path: string) => ['src/clock.ts', 'src/config.ts'].includes(path) || /^src\/(cli|sandbox)\//.test(path) || path.startsWith('workflows/');
  expect(matching(MACHINE_CLOCK, allowed)).toEqual([]);
  expect(MACHINE_CLOCK.test('const at = new Date()')).toBe(true);
});

const TRANSACTION_TIME = /\bnow\(\)|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b|\b(transaction|statement)_timestamp\(\)/i;
const SQL_TEXT = /\bsql(?:<[^`]*?>)?`([^`]*)`/g;

test('SQL never asks for the time of the transaction\'s start: it lies about the order', () => {
  const inMigrations = filesUnder(['src/db/migrations'], ['.sql']).filter(({ text }) => TRANSACTION_TIME.test(text.replaceAll(/--.*$/gm, ''))).map(({ path }) => path);
  const inCode = files.filter(({ code }) => [...code.matchAll(SQL_TEXT)].some(([, text]) => TRANSACTION_TIME.test(text ?? ''))).map(({ path }) => path);
  expect([...inMigrations, ...inCode]).toEqual([]);
  expect(TRANSACTION_TIME.test('order by now()')).toBe(true);
  expect([...'sql<number>`select now()`'.matchAll(SQL_TEXT)]).toHaveLength(1);
});

test('SQL and the query builder live in src/db; others only open transactions', () => {
  const drivers = sources().filter(({ path, imports }) => !/^src\/(db|sandbox\/servers)\//.test(path) && imports.some(({ specifier, typeOnly }) => !typeOnly && (specifier === 'pg' || specifier.startsWith('kysely'))));
  expect(drivers.map(({ path }) => path)).toEqual([]);
});

test('the environment is read by the configuration, the command line and the sandbox alone', () => {
  expect(matching(/\bprocess\.env\b/, (path) => path === 'src/config.ts' || /^src\/(cli|sandbox)\//.test(path))).toEqual([]);
});

/** One named rule for one line is a decision; a rule of types, a whole file, or everything is not. */
const SILENCED = /@ts-(ignore|nocheck|expect-error)|lint-disable(?!-next-line [a-z])|lint-disable-next-line .*typescript/;
const OWN = 'tests/architecture/habits.test.ts';

test('types are never switched off', () => {
  // Its package types only a ready-made singleton; the file says so.
  expect(matching(/\bas any\b|:\s*any\s*[;,)=\]|}]|<any>|\bas unknown as\b/, (path) => path === 'src/channels/sendgrid-client.ts')).toEqual([]);
  const silenced = filesUnder(['src', 'workflows', 'activities', 'tests']).filter(({ path, text }) => path !== OWN && SILENCED.test(text));
  expect(silenced.map(({ path }) => path)).toEqual([]);
  expect(readFileSync(join(PROJECT, '.oxlintrc.json'), 'utf8')).toContain('"typescript/no-explicit-any": "error"');
});

test('no drawer without a label: a file is named after what it holds', () => {
  const names = filesUnder(['src', 'workflows', 'activities', 'tests']).map(({ path }) => path);
  expect(names.filter((path) => /(^|\/)(utils?|helpers?|commons?|misc|shared|stuff)(\.ts$|\/)/.test(path))).toEqual([]);
});

const AIM = 250;
const MOST = 400;
/** Tables of types, a line a column: nobody reads them from top to bottom. */
const TABLES: ReadonlySet<string> = new Set(['src/db/database.ts']);

test(`a file is read in one go: about ${AIM} lines, never more than ${MOST}`, () => {
  const long = files.filter(({ lines }) => lines > AIM).sort((a, b) => b.lines - a.lines);
  for (const { path, lines } of long) process.stdout.write(`  ${lines} lines: ${path}\n`);
  expect(long.filter(({ path, lines }) => lines > MOST && !TABLES.has(path)).map(({ path }) => path)).toEqual([]);
});
