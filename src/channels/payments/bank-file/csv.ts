/** CSV as banks export it: lines above the header, either separator, money in one column or in two. */
import { parse } from 'csv-parse/sync';
import { readRow, type RowContext } from './csv-row.ts';
import { lackOf, layoutOf, type Columns, type Layout } from './csv-columns.ts';
import { signedMinor, type BankFileError, type BankFileOptions, type Movement, type ReadMovements } from './entry.ts';

const DELIMITERS = [';', ',', '\t', '|'] as const;
type Delimiter = (typeof DELIMITERS)[number];
/** Banks put the account's name, period and balances above the header; never more than a page of it. */
const HEADER_WITHIN = 40;
const MOST_ROWS = 200_000;

interface Header {
  /** Index of its line. */
  readonly at: number;
  readonly delimiter: Delimiter;
  readonly layout: Layout;
}

export function readCsv(text: string, options: BankFileOptions): ReadMovements {
  const lines = text.split(/\r\n|\n|\r/);
  const columns = options.columns ?? {};
  const header = headerOf(lines, columns);
  if ('reason' in header) return { movements: [], errors: [header] };
  if (lines.length - header.at > MOST_ROWS) return { movements: [], errors: [{ line: header.at + 1, reason: `the file has more than ${MOST_ROWS} rows: split the period` }] };
  const context: RowContext = { layout: header.layout, currency: options.currency, account: options.account };
  const errors: BankFileError[] = [];
  const rows: BookedRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (index <= header.at || line.trim() === '') continue;
    const cells = cellsOf(line, header.delimiter);
    if (cells?.every((cell) => cell === '') === true) continue;
    const read = cells === null ? { error: { reason: 'the quotes of this line do not fit' } } : readRow(cells, context);
    if ('error' in read) errors.push({ line: index + 1, ...read.error });
    else rows.push({ line: index + 1, ...read });
  }
  return { movements: rows.map(({ movement }) => movement), errors: [...errors, ...(errors.length === 0 ? balanceBreak(rows) : [])] };
}

interface BookedRow {
  readonly line: number;
  readonly movement: Movement;
  /** The account after it, where the file tells. */
  readonly balance: number | null;
}

/** The first line that names a date and an amount; else what the line lacks that names most. */
function headerOf(lines: readonly string[], columns: Columns): Header | BankFileError {
  const read = lines.slice(0, HEADER_WITHIN).map((line, at) => mostNamed(line, at, columns));
  const whole = read.find(({ layout }) => lackOf(layout, columns) === '');
  if (whole !== undefined) return whole;
  const [best] = read.filter(({ layout }) => layout.size > 0).sort((a, b) => b.layout.size - a.layout.size);
  return { line: (best?.at ?? 0) + 1, reason: best === undefined ? 'no header line is found: the first lines name no known column' : lackOf(best.layout, columns) };
}

/** A line as a header, by the separator that shows most columns. */
function mostNamed(line: string, at: number, columns: Columns): Header {
  const [first, ...others] = DELIMITERS.map((delimiter) => ({ at, delimiter, layout: layoutOf(cellsOf(line, delimiter) ?? [], columns) }));
  return others.reduce((best, one) => (one.layout.size > best.layout.size ? one : best), first ?? { at, delimiter: ';', layout: new Map() });
}

/** The cells of one line, trimmed; null when its quotes do not fit. A cell holds no line break, so that errors keep to their line. */
function cellsOf(line: string, delimiter: Delimiter): string[] | null {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  try {
    const records: unknown = parse(line, { delimiter, trim: true, relax_column_count: true });
    const [cells] = Array.isArray(records) ? records : [];
    return Array.isArray(cells) ? cells.map(String) : [];
  } catch {
    return null;
  }
}

/** Each balance must follow from the one before, or (newest first) from the one after; told once, at the first break. */
function balanceBreak(rows: readonly BookedRow[]): BankFileError[] {
  if (rows.length < 2 || rows.some(({ balance }) => balance === null)) return [];
  const breaks = (order: readonly BookedRow[]): BookedRow | undefined => order.find(({ movement, balance }, index) => {
    const before = order[index - 1]?.balance;
    return before !== undefined && before !== null && before + signedMinor(movement) !== balance;
  });
  const [oldestFirst, newestFirst] = [breaks(rows), breaks([...rows].reverse())];
  if (oldestFirst === undefined || newestFirst === undefined) return [];
  // Which order was meant is told by the dates; within one day, or without one, the file's own.
  const descending = (rows[0]?.movement.bookedOn ?? '') > (rows.at(-1)?.movement.bookedOn ?? '');
  const { line } = descending ? newestFirst : oldestFirst;
  return [{ line, column: 'balance', reason: 'the balance before and this entry do not add up to the balance of this line' }];
}
