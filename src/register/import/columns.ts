/** The header of an import file: which separator it is written with and what stands where. */
import { parse } from 'csv-parse/sync';
import { AppError } from '../../errors.ts';

export const COLUMNS = [
  'agreement', 'person', 'name', 'id_country', 'id_number', 'language', 'zone', 'country', 'region', 'city', 'phone', 'email',
  'contract', 'signed_on', 'defaulted_on', 'principal', 'interest', 'fees', 'currency', 'instalment', 'due_on', 'amount', 'strategy',
  'paid', 'discount', 'agreed_on', 'batch', 'person_type', 'sms_consent', 'call_consent', 'email_consent', 'consent_evidence',
] as const;
export type Column = (typeof COLUMNS)[number];
/** Without these no row can become an agreement; the others may be left out of the file altogether. */
const NEEDED = ['agreement', 'person', 'name', 'currency', 'instalment', 'due_on', 'amount'] as const satisfies readonly Column[];

export type Delimiter = ',' | ';';

export interface Header {
  readonly delimiter: Delimiter;
  /** In the order of the file. */
  readonly columns: readonly Column[];
}

export function isColumn(text: string): text is Column {
  return COLUMNS.some((column) => column === text);
}

/** Reads the first line (without its line end and byte order mark); ERR_BODY names every column that is wrong or missing. */
export function readHeader(line: string): Header {
  const known = (delimiter: Delimiter): number => namesIn(line, delimiter).filter(isColumn).length;
  const delimiter: Delimiter = known(';') > known(',') ? ';' : ',';
  const names = namesIn(line, delimiter);
  const columns = names.filter(isColumn);
  const errors = [
    ...names.filter((name) => !isColumn(name)).map((name) => ({ path: shown(name), message: 'is not a column of an import' })),
    ...columns.filter((name, index) => columns.indexOf(name) !== index).map((name) => ({ path: name, message: 'stands twice in the header' })),
    ...NEEDED.filter((name) => !columns.includes(name)).map((name) => ({ path: name, message: 'is missing in the header' })),
    ...(columns.includes('phone') || columns.includes('email') ? [] : [{ path: 'phone', message: 'is missing in the header, and email too: one of them is needed' }]),
  ];
  if (errors.length > 0) throw new AppError('ERR_BODY', 'The header (the first line) is not that of an import of agreements.', { errors });
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
export function cellsOf(line: string, delimiter: Delimiter): string[] | null {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  try {
    const [cells] = parse(line, { delimiter, trim: true, relax_column_count: true }) as string[][];
    return cells ?? [];
  } catch {
    return null;
  }
}
