/** A named fault, and how it is planted into a text. */

export interface Mutant {
  readonly name: string;
  /** What it breaks, in the words of the trade. */
  readonly breaks: string;
  /** Project path. */
  readonly file: string;
  /** Exact text; it must stand in the file exactly once, else the list has rotted. */
  readonly find: string;
  readonly replace: string;
  /** Test files of which at least one must fail. */
  readonly tests: readonly string[];
  /** Only tests whose full name matches, where the files are long; absent: all. */
  readonly only?: string;
}

/** How often a text stands in another. */
export function occurrences(text: string, find: string): number {
  return text.split(find).length - 1;
}

/** The text with the fault in it; throws when the place is not there exactly once, or nothing would change. */
export function planted(text: string, { name, file, find, replace }: Pick<Mutant, 'name' | 'file' | 'find' | 'replace'>): string {
  const count = occurrences(text, find);
  if (count !== 1) throw new Error(`${name}: the text to replace stands ${count} times in ${file}, not once. Bring the list in tests/mutants up to date.`);
  if (find === replace) throw new Error(`${name}: the fault changes nothing.`);
  return text.split(find).join(replace);
}
