/** The tree of commands as tests walk it, with the examples that each command's help shows. */
import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

export function walk(command: Command, path: readonly string[], visit: (command: Command, path: readonly string[]) => void): void {
  for (const child of command.commands) {
    const own = [...path, child.name()];
    visit(child, own);
    walk(child, own, visit);
  }
}

/** It only holds others; `clock` does both. */
export function isGroup(command: Command): boolean {
  return command.commands.length > 0 && command.name() !== 'clock';
}

export function paths(): { all: string[][]; leaves: string[][] } {
  const all: string[][] = [];
  const leaves: string[][] = [];
  walk(createProgram({ json: false, dataDir: null }, { out: () => undefined, err: () => undefined }), [], (command, path) => {
    all.push([...path]);
    if (!isGroup(command)) leaves.push([...path]);
  });
  return { all, leaves };
}

/** Words of a line, quotes as a shell reads them. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

export function examplesOf(help: string): string[] {
  const [, examples = ''] = help.split(/\nExamples?:\n/);
  return examples.split('\n').map((line) => line.trim()).filter((line) => line.startsWith('pacto '));
}
