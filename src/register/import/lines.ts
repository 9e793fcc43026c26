/** Lines of bytes: a quote that somebody forgot to close spoils one line, and reading can go on from any line end. */
import { AppError } from '../../errors.ts';

/** A row of this table has some hundred bytes; a line without an end is not one. */
export const LONGEST_LINE = 65_536;
const NEWLINE = 10;
const RETURN = 13;

export interface ByteLine {
  /** Without its line end. */
  readonly bytes: Buffer;
  /** Of the line in the pieces, its line end included. */
  readonly size: number;
}

/** Splits pieces into lines. A last line without a line end counts; ERR_BODY for a line that is too long. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<ByteLine> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE, rest.length); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      yield lineOf(bytes.subarray(from, end), end - from + 1);
      from = end + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > LONGEST_LINE) throw tooLong();
  }
  if (rest.length > 0) yield lineOf(rest, rest.length);
}

function lineOf(bytes: Buffer, size: number): ByteLine {
  return { bytes: bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes, size };
}

function tooLong(): AppError {
  return new AppError('ERR_BODY', 'A line of the file is longer than 64 KB: it is not a CSV file of this kind.', { errors: [{ path: 'file', message: 'must be CSV in UTF-8, one row a line' }] });
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** The text of a line, or null when it is not UTF-8 or holds a NUL, which PostgreSQL cannot keep. */
export function textOf(bytes: Buffer): string | null {
  try {
    const text = utf8.decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
