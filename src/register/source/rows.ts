/** The rows of a delivery, whichever kind of source it comes from; each with its line of the import. */
import type { SourceDefinition } from '../../db/database.ts';
import { readSource } from '../../db/source-query.ts';
import { AppError } from '../../errors.ts';
import { cellsOf } from '../import/columns.ts';
import { linesOf } from '../import/lines.ts';
import { piecesOf } from './folder.ts';
import { csvLine, mappingOf, type MappedRow, type Mapping } from './mapping.ts';

/** Secrets by the name of their variable. */
export type Secrets = (name: string) => string | undefined;

/** A line of the import; `row` null: blank or unreadable in the source, so it holds only its place. */
export interface DeliveredLine {
  readonly row: MappedRow | null;
  readonly unreadable: boolean;
  readonly text: string;
}

/** The lines of a file after its header, with the mapping of that header. */
export async function* fileLines(definition: SourceDefinition, path: string, onMapping: (mapping: Mapping) => void): AsyncGenerator<DeliveredLine> {
  const { delimiter, encoding } = definition.folder ?? { delimiter: ',', encoding: 'utf-8' };
  const decoder = new TextDecoder(encoding, { fatal: true });
  let opened: { readonly names: readonly string[]; readonly mapping: Mapping } | null = null;
  for await (const { bytes } of linesOf(piecesOf(path))) {
    const cells = decoded(decoder, bytes, delimiter);
    if (opened === null) {
      if (cells === null) throw new AppError('ERR_BODY', `The header (the first line) is not ${encoding}, or its quotes do not fit.`);
      opened = { names: cells, mapping: mappingOf(definition, cells) };
      onMapping(opened.mapping);
      continue;
    }
    const { names, mapping } = opened;
    // The import says at this line what is wrong with it: a row with too many cells.
    if (cells === null || cells.slice(names.length).some((cell) => cell !== '')) yield { row: null, unreadable: true, text: csvLine([...mapping.header.map(() => ''), 'x']) };
    else if (cells.every((cell) => cell === '')) yield { row: null, unreadable: false, text: '\n' };
    else yield lineOf(mapping, new Map(names.map((name, index) => [name, cells[index] ?? ''])));
  }
  if (opened === null) throw new AppError('ERR_BODY', 'The file is empty: it has no header.');
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer, delimiter: string): string[] | null {
  try {
    const text = decoder.decode(bytes);
    return text.includes('\0') ? null : cellsOf(text, delimiter);
  } catch {
    return null;
  }
}

/** What a query answers, in memory: its row limit bounds it. */
export async function queryLines(definition: SourceDefinition, secrets: Secrets): Promise<{ mapping: Mapping; lines: DeliveredLine[] }> {
  if (definition.sql === undefined) throw new AppError('ERR_INTERNAL');
  const { connection, ...query } = definition.sql;
  const connectionString = secrets(connection);
  if (connectionString === undefined || connectionString === '') throw new AppError('ERR_CONFIG', `The variable ${connection} of the source is not set.`);
  let mapping: Mapping | null = null;
  const lines: DeliveredLine[] = [];
  const columns = await readSource({ ...query, connectionString }, (record, names) => {
    mapping ??= mappingOf(definition, names);
    lines.push(lineOf(mapping, record));
  });
  return { mapping: mapping ?? mappingOf(definition, columns), lines };
}

/** A withdrawn row leaves a blank line, so that lines of the report are those of the source. */
function lineOf(mapping: Mapping, record: ReadonlyMap<string, string | null>): DeliveredLine {
  const row = mapping.map(record);
  return { row, unreadable: false, text: row.withdrawn ? '\n' : csvLine(row.cells) };
}
