/** A row of a source becomes a row of an import: columns chosen, dates and amounts as the import reads them. Pure. */
import type { SourceDefinition } from '../../db/database.ts';
import { decimalsOf, separatorsOf } from '../../domain/money.ts';
import { AppError } from '../../errors.ts';
import { COLUMNS } from '../import/columns.ts';

/** A row as it came; null: the source has no value. */
export type SourceRecord = ReadonlyMap<string, string | null>;

export interface MappedRow {
  readonly agreement: string;
  /** In the order of the header; empty: not told. */
  readonly cells: readonly string[];
  readonly withdrawn: boolean;
}

export interface Mapping {
  /** Our columns, in the order of the import. */
  readonly header: readonly string[];
  map(record: SourceRecord): MappedRow;
  /** The source's own name of one of our columns, for whoever corrects the file; ours when the value is fixed. */
  sourceColumn(ours: string): string;
}

const DATES = new Set(['signed_on', 'defaulted_on', 'due_on', 'agreed_on']);
const AMOUNTS = new Set(['principal', 'interest', 'fees', 'amount', 'paid', 'discount']);

/** ERR_BODY naming every column of the definition that the source does not have. */
export function mappingOf(definition: SourceDefinition, sourceColumns: readonly string[]): Mapping {
  const { columns, withdrawn } = definition;
  const header = COLUMNS[definition.imports].filter((name) => columns[name] !== undefined);
  const wanted = [...header.flatMap((name) => (typeof columns[name] === 'string' ? [columns[name]] : [])), ...(withdrawn === undefined ? [] : [withdrawn.from])];
  const errors = wanted.filter((name) => !sourceColumns.includes(name)).map((name) => ({ path: name, message: 'is not a column of what the source delivered' }));
  if (errors.length > 0) throw new AppError('ERR_BODY', `The source does not have: ${errors.map(({ path }) => path).join(', ')}.`, { errors });
  const value = (record: SourceRecord, ours: string): string => {
    const from = columns[ours];
    return (typeof from === 'string' ? record.get(from) ?? '' : from?.value ?? '').trim();
  };
  return {
    header,
    sourceColumn: (ours) => (typeof columns[ours] === 'string' ? columns[ours] : ours),
    map: (record) => {
      const currency = value(record, 'currency').toUpperCase();
      return {
        agreement: value(record, 'agreement'),
        withdrawn: withdrawn !== undefined && withdrawn.values.some((one) => one.trim().toLowerCase() === (record.get(withdrawn.from) ?? '').trim().toLowerCase()),
        cells: header.map((ours) => written(definition, ours, value(record, ours), currency)),
      };
    },
  };
}

/** A fixed value is written by whoever made the definition, as the import wants it. */
function written({ columns, dates, numbers }: SourceDefinition, ours: string, text: string, currency: string): string {
  if (typeof columns[ours] !== 'string' || text === '') return text;
  if (DATES.has(ours)) return isoDate(text, dates);
  return AMOUNTS.has(ours) ? localAmount(text, numbers, currency) : text;
}

const SHAPES = { dmy: /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?$/, mdy: /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?$/, compact: /^(\d{4})(\d{2})(\d{2})$/, iso: /^(\d{4}-\d{2}-\d{2})[ T].*$/ };

/** What does not have the style stays as it is: the import refuses it at its line and column. */
function isoDate(text: string, style: SourceDefinition['dates']): string {
  const found = SHAPES[style].exec(text);
  if (found === null) return text;
  const [, a = '', b = '', c = ''] = found;
  if (style === 'iso') return a;
  const [year, month, day] = style === 'compact' ? [a, b, c] : style === 'dmy' ? [c, b, a] : [c, a, b];
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

const PLAIN = { point: /^-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/, comma: /^-?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?$/, minor: /^\d+$/ };

/** With the separators of the currency, so that the import reads what the source meant. */
function localAmount(text: string, style: SourceDefinition['numbers'], currency: string): string {
  if (style === 'local' || !PLAIN[style].test(text)) return text;
  const { decimal } = separatorsOf(currency);
  const places = decimalsOf(currency);
  if (style === 'minor') {
    const digits = text.padStart(places + 1, '0');
    return places === 0 ? text : `${digits.slice(0, -places)}${decimal}${digits.slice(-places)}`;
  }
  const [whole = '', decimals = ''] = text.replaceAll(style === 'point' ? ',' : '.', '').split(style === 'point' ? '.' : ',');
  // Databases write trailing zeros after what the currency has.
  const kept = decimals.slice(places).replaceAll('0', '') === '' ? decimals.slice(0, places) : decimals;
  return kept === '' ? whole : `${whole}${decimal}${kept}`;
}

/** A line of the import's CSV. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""').replaceAll(/[\r\n]+/g, ' ')}"` : cell)).join(',')}\n`;
}
