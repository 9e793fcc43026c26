/** Append-only files of JSON lines, as the sandbox keeps what it knows over a restart. */
import { readFileSync, truncateSync, writeSync } from 'node:fs';
import type { z } from 'zod';

/** The system may take less than it was given. */
export function writeWhole(file: number, line: string): void {
  const bytes = Buffer.from(line);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** The lines of an earlier run; one cut short by a kill is taken off the file, because its sender got no answer. */
export function readLines<T>(path: string, line: z.ZodType<T>): T[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').filter((text) => text !== '').map((text) => line.parse(JSON.parse(text)));
}
