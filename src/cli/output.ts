/** What a command answers: one JSON document, or lines for people. */
import type { GlobalFlags } from './global-flags.ts';

export interface Output {
  /** Prints `value` as JSON under --json, else the lines. */
  answer(value: unknown, lines: readonly string[]): void;
  /** Prints one JSON document a line, for people as for programs: what others read line by line. */
  rows(values: readonly unknown[]): void;
  /** A remark for people; stderr, so that stdout stays the answer. */
  say(line: string): void;
}

export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export function createOutput(flags: GlobalFlags, streams: Streams): Output {
  return {
    answer: (value, lines) => streams.out(flags.json ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join('')),
    rows: (values) => streams.out(values.map((value) => `${JSON.stringify(value)}\n`).join('')),
    say: (line) => streams.err(`pacto: ${line}\n`),
  };
}

/** Columns padded to the widest cell; the last one is left ragged. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '));
}

/** An instant as people read it, UTC to the minute. */
export function minute(at: number | string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
