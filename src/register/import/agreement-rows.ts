/** The rows of one agreement become its body, or the list of what is wrong with them. Reasons quote no cell. */
import type { z } from 'zod';
import type { ImportFileRow, ImportedLine, RowError } from '../../db/imports.ts';
import { agreementBody, currencyCode, sumOf, type AgreementBody } from '../agreement-body.ts';
import { cellsByColumn, COLUMNS, type Cells, type Column as AnyColumn } from './columns.ts';
import { PERSON_FIELDS, personOf, pointAt, pointsOf, type PlacedPoint, type Told } from './person-cells.ts';
import { readAmount } from '../../domain/written-amount.ts';

type Column = AnyColumn<'agreements'>;

/** What was paid on an instalment before the cut-over. */
export interface PaidBefore {
  readonly line: number;
  readonly instalment: number;
  readonly amountMinor: number;
}

export interface ReadAgreement {
  readonly body: AgreementBody;
  readonly paid: readonly PaidBefore[];
  /** Evidence of the consents of a contact point, by its index in the body. */
  readonly evidence: (index: number) => Readonly<Record<string, unknown>>;
  /** Where in the file a field of the body stands. */
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

export interface Place {
  readonly line: number;
  readonly column: Column;
}

interface FileRow {
  readonly line: number;
  readonly cells: Cells<'agreements'>;
}

const OF_THE_ROW: ReadonlySet<Column> = new Set(['phone', 'email', 'instalment', 'due_on', 'amount', 'paid']);
const OF_THE_AGREEMENT = COLUMNS.agreements.filter((column) => !OF_THE_ROW.has(column));
const COMPONENTS = ['principal', 'interest', 'fees', 'discount'] as const;

/** Reads the rows, at least one; `country` is the creditor's. */
export function readAgreement(file: ImportFileRow, country: string, lines: readonly ImportedLine[]): ReadAgreement | { readonly errors: readonly RowError[] } {
  const rows = lines.filter((line) => !line.bad).map((line): FileRow => ({ line: line.line, cells: cellsByColumn('agreements', file.columns, line.cells) }));
  const [first] = rows;
  if (first === undefined || rows.length < lines.length) return { errors: [] };
  const { told, errors: differing } = sharedCells(rows);
  const errors = [...differing];
  const note = (line: number, column: Column, reason: string): void => void errors.push({ line, column, reason });
  const amount = (line: number, column: Column, text: string): number => {
    const read = currencyCode.safeParse(told('currency')).success ? readAmount(text, told('currency')) : { minor: 1 };
    if ('minor' in read) return read.minor;
    note(line, column, read.wrong);
    return 1;
  };
  const instalments = rows.map(({ line, cells }) => ({
    number: wholeNumber(cells.instalment), dueOn: cells.due_on || undefined, amountMinor: cells.amount === '' ? undefined : amount(line, 'amount', cells.amount),
  }));
  const components = new Map(COMPONENTS.filter((column) => told(column) !== '').map((column) => [column, amount(lineOf(rows, column), column, told(column))]));
  const paid = rows.flatMap(({ line, cells }) => {
    const amountMinor = cells.paid === '' ? 0 : amount(line, 'paid', cells.paid);
    return amountMinor === 0 ? [] : [{ line, instalment: Number(cells.instalment), amountMinor }];
  });
  const points = pointsOf(rows, told);
  const placeOf = (path: readonly PropertyKey[]): Place => place(path, rows, points);
  const amountsWrong = errors.length > 0;
  const parsed = agreementBody.safeParse({
    creditorId: file.creditor_id, externalId: told('agreement'), person: personOf(told, country, points), currency: told('currency') || undefined,
    debt: amountsWrong ? undefined : debt(told, components, sumOf(instalments.map((one) => ({ amountMinor: one.amountMinor ?? 0 })))),
    agreedOn: told('agreed_on') || undefined, batch: told('batch') || undefined, instalments, strategy: told('strategy') || undefined,
  });
  if (!parsed.success) errors.push(...parsed.error.issues.map((issue) => errorOf(issue, placeOf(issue.path), rows)));
  if (errors.length > 0 || !parsed.success) return { errors: once(errors) };
  return {
    body: parsed.data, paid, placeOf,
    evidence: (index) => ({
      source: 'import', file: file.sha256, line: points[index]?.line ?? first.line,
      ...(told('consent_evidence') === '' ? {} : { given: told('consent_evidence') }),
    }),
  };
}

/** What the rows say together: a cell may be left empty in all rows but one, and never says two things. */
function sharedCells(rows: readonly FileRow[]): { told: (column: Column) => string; errors: RowError[] } {
  const told = new Map<Column, { value: string; line: number }>();
  const errors: RowError[] = [];
  for (const { line, cells } of rows) {
    for (const column of OF_THE_AGREEMENT) {
      const value = cells[column];
      const known = told.get(column);
      if (value !== '' && known === undefined) told.set(column, { value, line });
      else if (value !== '' && known !== undefined && known.value !== value) errors.push({ line, column, reason: `differs from line ${known.line} of the same agreement` });
    }
  }
  return { told: (column) => told.get(column)?.value ?? '', errors };
}

function lineOf(rows: readonly FileRow[], column: Column): number {
  return (rows.find(({ cells }) => cells[column] !== '') ?? rows[0])?.line ?? 0;
}

/** NaN where it is none: the schema says so at its place. */
function wholeNumber(text: string): number | undefined {
  if (text === '') return undefined;
  return /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
}

/** A contract without components is all principal: what it is owed for does not go lost, and the sum is right. */
function debt(told: Told<Column>, components: ReadonlyMap<(typeof COMPONENTS)[number], number>, total: number): Readonly<Record<string, unknown>> | undefined {
  const references = { contractRef: told('contract') || undefined, signedOn: told('signed_on') || undefined, defaultedOn: told('defaulted_on') || undefined };
  if (components.size === 0) return Object.values(references).every((part) => part === undefined) ? undefined : { ...references, principalMinor: total };
  const of = (column: (typeof COMPONENTS)[number]): number => components.get(column) ?? 0;
  return { ...references, principalMinor: of('principal'), interestMinor: of('interest'), feesMinor: of('fees'), discountMinor: of('discount') };
}

const FIELDS: Readonly<Record<string, Column>> = {
  externalId: 'agreement', currency: 'currency', agreedOn: 'agreed_on', batch: 'batch', strategy: 'strategy',
  ...PERSON_FIELDS, debt: 'principal', 'debt.contractRef': 'contract', 'debt.signedOn': 'signed_on',
  'debt.defaultedOn': 'defaulted_on', 'debt.principalMinor': 'principal', 'debt.interestMinor': 'interest', 'debt.feesMinor': 'fees', 'debt.discountMinor': 'discount',
  instalments: 'instalment',
};
const ROW_FIELDS: Readonly<Record<string, Column>> = { number: 'instalment', dueOn: 'due_on', amountMinor: 'amount' };

function place(path: readonly PropertyKey[], rows: readonly FileRow[], points: readonly PlacedPoint[]): Place {
  const [top, second, third] = path;
  if (top === 'instalments' && typeof second === 'number') return { line: rows[second]?.line ?? 0, column: ROW_FIELDS[String(third)] ?? 'instalment' };
  const point = pointAt(path, points);
  if (point !== null) return point;
  const column = FIELDS[path.map(String).join('.')] ?? FIELDS[path.slice(0, 2).map(String).join('.')] ?? FIELDS[String(top)] ?? 'agreement';
  return { line: lineOf(rows, column), column };
}

function errorOf(issue: z.core.$ZodIssue, { line, column }: Place, rows: readonly FileRow[]): RowError {
  if (column === 'phone' && issue.path.length === 2) return { line, column, reason: 'is missing, and email too: one of them is needed' };
  const row = rows.find((one) => one.line === line);
  const missing = row?.cells[column] === '' && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
  if (missing) return { line, column, reason: 'is missing' };
  if (column === 'instalment' && issue.code === 'invalid_type') return { line, column, reason: 'must be a whole number, 0 for a down payment' };
  return { line, column, reason: issue.message };
}

/** One reason a place, the first. */
function once(errors: readonly RowError[]): RowError[] {
  return errors.filter((one, index) => errors.findIndex((other) => other.line === one.line && other.column === one.column) === index);
}
