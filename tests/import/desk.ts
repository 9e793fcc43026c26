/** An installation with one creditor a country, and files for it. */
import { createLog } from '../../src/observability/log.ts';
import { openDb, type Db } from '../../src/db/pool.ts';
import { errorPage, getImport, summaryOf, type ImportAnswer, type ImportKind, type ImportSummary } from '../../src/register/import/reads.ts';
import { readImportRows } from '../../src/register/import/rows.ts';
import { takeInAgreements } from '../../src/register/import/take-in.ts';
import { startImport } from '../../src/register/import/upload.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { createCreditor } from '../../src/register/creditor.ts';
import { openRegister } from '../../src/register/context.ts';
import { publishShipped } from '../../src/register/publish.ts';
import type { RowError } from '../../src/db/imports.ts';
import { freshDatabase } from '../setup/database.ts';

export const IDENTITY_KEY = 'a-key-of-the-tests';
export const IMPORTER = { id: 'importer', role: 'admin', creditorId: null } as const;

export interface ImportDesk {
  readonly db: Db;
  readonly ctx: RegisterContext;
  readonly url: string;
  close(): Promise<void>;
}

export async function openDesk(): Promise<ImportDesk> {
  const database = await freshDatabase();
  const opened = openDb(database.url, { log: createLog({ level: 'silent', process: 'test' }), max: 10 });
  const ctx = await openRegister({ clock: 'wall', identityKey: IDENTITY_KEY }, opened.db, createLog({ level: 'silent', process: 'test' }));
  await publishShipped(ctx);
  for (const [id, country, currency] of [['acme', 'CL', 'CLP'], ['andes', 'CO', 'COP'], ['azteca', 'MX', 'MXN']] as const) {
    await createCreditor(ctx, IMPORTER, { id, name: `${id} S.A.`, type: 'thirdParty', country, currency });
  }
  return {
    db: opened.db, ctx, url: database.url,
    close: async () => {
      await opened.close();
      await database.drop();
    },
  };
}

/** A cell a column; what is left out is empty. */
export type Cells = Readonly<Record<string, string | number>>;

/** A row that is right. */
export function row(agreement: string, instalment: number, change: Cells = {}): Cells {
  return {
    agreement, person: `P-${agreement}`, name: 'Ana Pérez Prueba', id_country: 'CL', id_number: '12.345.678-5', language: 'es-CL', zone: 'America/Santiago', country: 'CL', region: 'CL-RM',
    city: 'Santiago', phone: '+56987654321', email: 'ana.prueba@example.org', currency: 'CLP', instalment, due_on: `2091-0${instalment}-05`, amount: '45.990', strategy: 'standard', ...change,
  };
}

/** CSV as a spreadsheet writes it. */
export function csv(rows: readonly Cells[], { delimiter = ',', end = '\n' }: { delimiter?: ',' | ';'; end?: string } = {}): string {
  const columns = [...new Set(rows.flatMap((cells) => Object.keys(cells)))];
  const quoted = (cell: string): string => (/[,;"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [columns, ...rows.map((cells) => columns.map((column) => quoted(String(cells[column] ?? ''))))].map((line) => line.join(delimiter) + end).join('');
}

async function* pieces(file: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.isBuffer(file) ? file : Buffer.from(file);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Given {
  readonly kind?: ImportKind;
  readonly creditorId?: string;
  readonly dryRun?: boolean;
  readonly actor?: { readonly id: string; readonly role: 'admin' | 'system'; readonly creditorId: string | null };
  /** Bytes handed over at once. */
  readonly piece?: number;
}

export async function hand(ctx: RegisterContext, file: string | Buffer, { kind = 'agreements', creditorId = 'acme', dryRun = false, actor = IMPORTER, piece = 70_000 }: Given = {}): Promise<{ importId: string; created: boolean }> {
  return startImport(ctx, actor, pieces(file, piece), () => ({ kind, creditorId, dryRun }));
}

export interface Imported extends Pick<ImportAnswer, 'rows'> {
  readonly id: string;
  /** Of the kind that the file is of. */
  readonly items: ImportSummary;
  readonly errors: readonly RowError[];
}

/** Does what the workflow does, in parts of this size. */
export async function work(ctx: RegisterContext, importId: string, part?: number): Promise<Imported> {
  const silent = (): void => undefined;
  while (!(await readImportRows(ctx, importId, silent, part)));
  while (!(await takeInAgreements(ctx, importId, { beat: silent, ...(part === undefined ? {} : { part }) })));
  const answer = await getImport(ctx, IMPORTER, importId, { limit: 1 });
  const { errors } = await errorPage(ctx, importId, { limit: 1_000 });
  return { id: importId, rows: answer.rows, items: summaryOf(answer), errors };
}

export async function importFile(ctx: RegisterContext, file: string | Buffer, given: Given = {}): Promise<Imported> {
  return work(ctx, (await hand(ctx, file, given)).importId);
}
