/** The header of an import file: which separator it is written with and what stands where. */
import { parse } from 'csv-parse/sync';
import type { ImportKind } from '../../db/database.ts';
import { AppError } from '../../errors.ts';
import { PERSON_COLUMNS } from './person-cells.ts';

export const COLUMNS = {
  agreements: [
    'agreement', 'person', 'name', 'id_country', 'id_number', 'language', 'zone', 'country', 'region', 'city', 'phone', 'email',
    'contract', 'signed_on', 'defaulted_on', 'principal', 'interest', 'fees', 'currency', 'instalment', 'due_on', 'amount', 'strategy',
    'paid', 'discount', 'agreed_on', 'batch', 'person_type', 'sms_consent', 'call_consent', 'email_consent', 'consent_evidence',
  ],
  debts: [
    'debt', ...PERSON_COLUMNS, 'contract', 'signed_on', 'defaulted_on', 'principal', 'interest', 'late_interest', 'fees', 'taxes', 'currency', 'strategy', 'assigned_on', 'batch',
  ],
  payments: ['agreement', 'external_id', 'amount', 'currency', 'paid_at', 'method', 'instalment', 'collected_by'],
  contacts: ['agreement', 'person', 'channel', 'at', 'kind', 'outcome', 'direction', 'purpose', 'external_id', 'note'],
} as const satisfies Record<ImportKind, readonly string[]>;
export type Column<K extends ImportKind = ImportKind> = (typeof COLUMNS)[K][number];

export interface Needed {
  /** Without these no row says enough; the others may be left out of the file altogether. */
  readonly all: readonly Column[];
  /** One of these at least. */
  readonly oneOf: readonly Column[];
}

export const NEEDED: Readonly<Record<ImportKind, Needed>> = {
  agreements: { all: ['agreement', 'person', 'name', 'currency', 'instalment', 'due_on', 'amount'], oneOf: ['phone', 'email'] },
  debts: { all: ['debt', 'person', 'name', 'currency', 'principal'], oneOf: ['phone', 'email'] },
  payments: { all: ['agreement', 'external_id', 'amount', 'paid_at'], oneOf: [] },
  contacts: { all: ['channel', 'at'], oneOf: ['agreement', 'person'] },
};

export type Delimiter = ',' | ';';

export interface Header {
  readonly delimiter: Delimiter;
  /** In the order of the file. */
  readonly columns: readonly Column[];
}

function columnOf(kind: ImportKind, text: string): Column | undefined {
  return COLUMNS[kind].find((column) => column === text);
}

/** Reads the first line (without its line end and byte order mark); ERR_BODY names every column that is wrong or missing. */
export function readHeader(kind: ImportKind, line: string): Header {
  const known = (delimiter: Delimiter): number => namesIn(line, delimiter).filter((name) => columnOf(kind, name) !== undefined).length;
  const delimiter: Delimiter = known(';') > known(',') ? ';' : ',';
  const names = namesIn(line, delimiter);
  const columns = names.flatMap((name) => columnOf(kind, name) ?? []);
  const { all, oneOf } = NEEDED[kind];
  const errors = [
    ...names.filter((name) => columnOf(kind, name) === undefined).map((name) => ({ path: shown(name), message: `is not a column of an import of ${kind}` })),
    ...columns.filter((name, index) => columns.indexOf(name) !== index).map((name) => ({ path: name, message: 'stands twice in the header' })),
    ...all.filter((name) => !columns.includes(name)).map((name) => ({ path: name, message: 'is missing in the header' })),
    ...(oneOf.length === 0 || oneOf.some((name) => columns.includes(name)) ? [] : [{ path: oneOf[0] ?? '', message: `is missing in the header, and ${oneOf.slice(1).join(', ')} too: one of them is needed` }]),
  ];
  if (errors.length > 0) throw new AppError('ERR_BODY', `The header (the first line) is not that of an import of ${kind}.`, { errors });
  return { delimiter, columns };
}

/** The name of a column nobody knows; a file without a header would show a person's data in its place. */
function shown(name: string): string {
  return /^[a-z][a-z_]{0,29}$/.test(name) ? name : 'header';
}

function namesIn(line: string, delimiter: Delimiter): string[] {
  return (cellsOf(line, delimiter) ?? []).map((name) => name.toLowerCase());
}

/** The cells of one line, trimmed; null when its quotes do not fit. A cell holds no line break. */
export function cellsOf(line: string, delimiter: string): string[] | null {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  try {
    const [cells] = parse(line, { delimiter, trim: true, relax_column_count: true }) as string[][];
    return cells ?? [];
  } catch {
    return null;
  }
}

/** Cells by column; '' = absent, in the file or in the row. */
export type Cells<K extends ImportKind> = Readonly<Record<Column<K>, string>>;

export function cellsByColumn<K extends ImportKind>(kind: K, columns: readonly string[], cells: readonly string[]): Cells<K> {
  const absent = Object.fromEntries(COLUMNS[kind].map((column) => [column, ''])) as Record<Column<K>, string>;
  return { ...absent, ...Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])) };
}
