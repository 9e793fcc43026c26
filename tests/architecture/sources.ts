/** The sources as text, with what each file imports. There is no compiler API in TypeScript 7's package, and the imports of this project are plain enough for an expression. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

export const PROJECT = join(import.meta.dirname, '..', '..');

export interface Import {
  readonly specifier: string;
  /** `import type` or `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
  /** Project path of an own file, or null for a package. */
  readonly target: string | null;
}

export interface Source {
  /** Path from the project, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

const STATIC = /^[ \t]*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

/** What a text imports, seen from the file `path`. */
export function importsOf(path: string, text: string): Import[] {
  const found = [
    ...[...text.matchAll(STATIC)].map((match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...text.matchAll(DYNAMIC)].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ];
  return found.map(({ specifier, typeOnly }) => ({
    specifier, typeOnly, target: specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : null,
  }));
}

/** Every file with one of these endings under the folders, in order. */
export function filesUnder(folders: readonly string[], endings: readonly string[] = ['.ts']): { readonly path: string; readonly text: string }[] {
  return folders.flatMap((folder) => readdirSync(join(PROJECT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(PROJECT, path), 'utf8') })));
}

/** The program: everything but tests and benchmarks. */
export function sources(): Source[] {
  return filesUnder(['src', 'workflows', 'activities']).map(({ path, text }) => ({ path, text, imports: importsOf(path, text) }));
}

/** Text without comments, so that a rule about code does not trip over its own explanation. */
export function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
