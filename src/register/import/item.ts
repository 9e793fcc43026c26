/** What an import takes in or rejects as a whole: an agreement with its rows, a debt, a payment, a contact. */
import type { CreditorRow } from '../../db/creditors.ts';
import type { ImportFileRow, ImportedLine, RowError } from '../../db/imports.ts';
import type { AppError } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import type { RegisterContext } from '../person-lock.ts';

export interface ImportWork {
  readonly ctx: RegisterContext;
  readonly file: ImportFileRow;
  readonly creditor: CreditorRow;
  readonly actor: Actor;
}

/** An item that reads well. */
export interface ReadableItem {
  /** Does it in the transaction of `within`; false when everything was there already. May run again. */
  enter(within: RegisterContext): Promise<boolean>;
  /** Where in the file a refusal by `enter` belongs. */
  errorsOf(error: AppError): readonly RowError[];
}

export type ReadItem = ReadableItem | { readonly errors: readonly RowError[] };

/** Reads the rows of one item, at least one. Reasons quote no cell. */
export type ItemReader = (work: ImportWork, lines: readonly ImportedLine[]) => ReadItem;

/** The only row of an item that is one row; a bad one has its errors already. */
export function singleRow(lines: readonly ImportedLine[]): ImportedLine | null {
  const [line] = lines;
  return line === undefined || line.bad ? null : line;
}
