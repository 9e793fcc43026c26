/** Bank files as they come: CSV of the bank's web page, CAMT.053, MT940. Nothing is thrown; what cannot be read is told. */
import { readCamt053 } from './camt053.ts';
import { readCsv } from './csv.ts';
import { withIds, type BankFile, type BankFileFormat, type BankFileOptions, type ReadMovements } from './entry.ts';
import { readMt940 } from './mt940.ts';

/** A year of a busy account is about 5 MB; more than this is not a statement. */
const MOST_BYTES = 20 * 1024 * 1024;

/** Reads a file: entries that are right come back beside the errors of those that are not. */
export function readBankFile(bytes: Buffer, options: BankFileOptions = {}): BankFile {
  if (bytes.length > MOST_BYTES) return failed(`is larger than ${MOST_BYTES / 1024 / 1024} MB: split the period`);
  const text = textOf(bytes);
  if (text.trim() === '') return failed('is empty');
  if (text.includes('\u0000')) return failed('is no text: a spreadsheet or an archive must be saved as CSV first');
  const { movements, errors } = readAs(options.format ?? formatOf(text), text, options);
  return { entries: withIds(movements), errors };
}

function failed(why: string): BankFile {
  return { entries: [], errors: [{ line: 1, reason: `the file ${why}` }] };
}

function readAs(format: BankFileFormat, text: string, options: BankFileOptions): ReadMovements {
  if (format === 'camt053') return readCamt053(text);
  return format === 'mt940' ? readMt940(text) : readCsv(text, options);
}

function formatOf(text: string): BankFileFormat {
  const start = text.slice(0, 2_000);
  if (/^\s*</.test(start)) return 'camt053';
  return /^\s*(?:\{1:|:20:)/.test(start) || /^:20:/m.test(start) ? 'mt940' : 'csv';
}

/** UTF-8, else what banks in Latin America still write: Windows-1252. */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
