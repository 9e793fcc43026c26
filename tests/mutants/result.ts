/** tests/mutants/result.md: every fault, what it breaks, and the test that caught it. Written by the runner, a row at a time. */
import { createHash } from 'node:crypto';
import type { Mutant } from './mutant.ts';
import type { Verdict } from './verdict.ts';

export interface Row {
  readonly name: string;
  /** Of the fault's definition: a row about another fault of the same name does not count. */
  readonly mark: string;
  readonly text: string;
}

const HEADING = '| fault | breaks | in | caught by | mark |\n|:--|:--|:--|:--|:--|';

export function markOf({ file, find, replace, tests }: Mutant): string {
  return createHash('sha256').update(JSON.stringify([file, find, replace, tests])).digest('hex').slice(0, 8);
}

export function rowOf(mutant: Mutant, verdict: Verdict): Row {
  const result = verdict.kind === 'caught' ? verdict.by : verdict.kind === 'survived' ? `SURVIVED ${verdict.passed} tests` : `BROKEN: ${verdict.why}`;
  const cells = [mutant.name, mutant.breaks, `\`${mutant.file}\``, result, markOf(mutant)];
  return { name: mutant.name, mark: markOf(mutant), text: `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |` };
}

/** The rows of a document that this module wrote. */
export function rowsOf(document: string): Row[] {
  return document.split('\n').flatMap((text) => {
    const match = /^\| ([a-z0-9-]+) \|.* ([0-9a-f]{8}) \|$/.exec(text);
    return match?.[1] === undefined || match[2] === undefined ? [] : [{ name: match[1], mark: match[2], text }];
  });
}

/** Whether the row says that this very fault was caught. */
export function isCaught(row: Row | undefined, mutant: Mutant): boolean {
  return row !== undefined && row.mark === markOf(mutant) && !/\| (SURVIVED|BROKEN)/.test(row.text);
}

/** The document: rows in the order of the list; faults that were never run are named. */
export function documentOf(mutants: readonly Mutant[], rows: ReadonlyMap<string, Row>): string {
  const known = mutants.flatMap((mutant) => {
    const row = rows.get(mutant.name);
    return row?.mark === markOf(mutant) ? [row.text] : [];
  });
  const caught = mutants.filter((mutant) => isCaught(rows.get(mutant.name), mutant)).length;
  return [
    '# Faults planted one at a time', '',
    'Written by `npm run mutants`; do not edit. Each fault was planted alone into a copy of the tree whose tests were green without it.', '',
    `${caught} of ${mutants.length} caught.`, '', HEADING, ...known, '',
  ].join('\n');
}
