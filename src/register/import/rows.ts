/** The first phase of an import: the stored file becomes rows, each under the agreement that it belongs to. */
import { chunkOf, importById, insertErrors, insertRows, moveReading, type ImportFileRow, type ImportedLine, type RowError } from '../../db/imports.ts';
import type { Db } from '../../db/pool.ts';
import { inTransaction } from '../../db/transaction.ts';
import { AppError } from '../../errors.ts';
import { externalIdText } from '../agreement-body.ts';
import type { RegisterContext } from '../person-lock.ts';
import { cellsOf } from './columns.ts';
import { linesOf, textOf } from './lines.ts';
import { PIECE } from './upload.ts';

/** Rows written in one transaction: what a crash reads again, and what stands in memory. */
const AT_ONCE = 500;
/** Rows read by one activity. */
const A_PART = 20_000;

export async function requireImport(db: Db, id: string): Promise<ImportFileRow> {
  const file = await importById(db, id);
  if (file === undefined) throw new AppError('ERR_NOT_FOUND', 'There is no such import.');
  return file;
}

interface Place {
  readonly bytes: number;
  readonly line: number;
}

interface PlacedRow extends ImportedLine {
  readonly person: string;
  readonly rejected: boolean;
  readonly errors: readonly RowError[];
}

/** Reads on from where the last transaction stopped; true when the file is at its end. `beat` is told the line after every transaction. */
export async function readImportRows({ db }: RegisterContext, importId: string, beat: (line: number) => void, part = A_PART): Promise<boolean> {
  const file = await requireImport(db, importId);
  if (file.state !== 'reading') return true;
  let stored: Place = { bytes: file.read_bytes, line: file.read_line };
  let place = stored;
  let rows: PlacedRow[] = [];
  let read = 0;
  const write = async (end: boolean): Promise<boolean> => {
    const went = await store(db, file, { from: stored, to: place, rows, end });
    [stored, rows] = [place, []];
    beat(place.line);
    return went;
  };
  for await (const { bytes, size } of linesOf(piecesFrom(db, importId, place.bytes))) {
    place = { bytes: place.bytes + size, line: place.line + 1 };
    const row = rowOf(file, place.line, bytes);
    if (row !== null) rows.push(row);
    read += 1;
    if (rows.length < AT_ONCE && read < part) continue;
    // Another worker was given this part, after this one seemed lost: it goes on.
    if (!(await write(false))) return false;
    if (read >= part) return false;
  }
  return write(true);
}

async function store(db: Db, file: ImportFileRow, { from, to, rows, end }: { from: Place; to: Place; rows: readonly PlacedRow[]; end: boolean }): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if (!(await moveReading(trx, file.id, from.bytes, { ...to, rows: rows.length, end }))) return false;
    await insertRows(trx, file.id, rows);
    await insertErrors(trx, file.id, rows.flatMap((row) => row.errors));
    return true;
  });
}

async function* piecesFrom(db: Db, importId: string, offset: number): AsyncGenerator<Buffer> {
  for (let number = Math.floor(offset / PIECE), skip = offset % PIECE; ; number += 1, skip = 0) {
    const piece = await chunkOf(db, importId, number);
    if (piece === undefined) return;
    yield piece.subarray(skip);
  }
}

/** null: a blank line. */
function rowOf(file: ImportFileRow, line: number, bytes: Buffer): PlacedRow | null {
  const { columns, delimiter } = file;
  const text = textOf(bytes);
  const cells = text === null ? null : cellsOf(text, delimiter);
  if (cells !== null && cells.every((cell) => cell === '')) return null;
  const [agreementAt, personAt] = [columns.indexOf('agreement'), columns.indexOf('person')];
  const wrong = whatIsWrong(text, cells, columns.length);
  if (file.kind !== 'agreements') return itemOfOneRow(line, cells, wrong, cells?.[agreementAt] || cells?.[personAt] || '');
  if (wrong === null && cells !== null) {
    const agreement = externalIdText.safeParse(cells[agreementAt]);
    const person = cells[personAt] ?? '';
    if (agreement.success) return { line, agreement: agreement.data, cells, bad: false, person, rejected: false, errors: [] };
    return nameless(line, { line, column: 'agreement', reason: cells[agreementAt] === '' ? 'is missing' : agreement.error.issues[0]?.message ?? 'is wrong' });
  }
  const error = { line, column: null, reason: wrong ?? 'cannot be read' };
  // The agreement it seems to belong to: accepted without this row it would lack an instalment.
  const guess = externalIdText.safeParse(bytes.toString('latin1').split(delimiter)[agreementAt]?.replaceAll('"', '').trim());
  return guess.success ? { line, agreement: guess.data, cells: [], bad: true, person: '', rejected: false, errors: [error] } : nameless(line, error);
}

/** A debt, a payment or a contact: the row is the item, and what it is about keeps its rows in their order. */
function itemOfOneRow(line: number, cells: readonly string[] | null, wrong: string | null, about: string): PlacedRow {
  const bad = wrong !== null || cells === null;
  return {
    line, agreement: `#${line}`, cells: bad ? [] : cells, bad, person: about.slice(0, 64), rejected: bad,
    errors: bad ? [{ line, column: null, reason: wrong ?? 'cannot be read' }] : [],
  };
}

function nameless(line: number, error: RowError): PlacedRow {
  return { line, agreement: `?${line}`, cells: [], bad: true, person: '', rejected: true, errors: [error] };
}

function whatIsWrong(text: string | null, cells: readonly string[] | null, width: number): string | null {
  if (text === null) return 'is not written in UTF-8: save the file as CSV UTF-8';
  if (cells === null) return 'has a quote that is not closed, or stands in the middle of a cell';
  // Spreadsheets leave empty cells behind the last column.
  if (cells.length < width || cells.slice(width).some((cell) => cell !== '')) return `has ${cells.length} cells, the header has ${width}`;
  return null;
}
