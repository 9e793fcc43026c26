/** A debt of a file that has no agreement yet: one row a debt. Reasons quote no cell. */
import type { z } from 'zod';
import type { ImportedLine, RowError } from '../../db/imports.ts';
import type { AppError } from '../../errors.ts';
import { currencyCode } from '../agreement-body.ts';
import { debtBody } from '../debt-body.ts';
import { logDebt } from '../debt-log.ts';
import { cellsByColumn, type Cells, type Column as AnyColumn } from './columns.ts';
import { singleRow, type ImportWork, type ItemReader } from './item.ts';
import { PERSON_FIELDS, personOf, pointAt, pointsOf, type PlacedPoint } from './person-cells.ts';
import { readAmount } from '../../domain/written-amount.ts';

type Column = AnyColumn<'debts'>;

const COMPONENTS = { principal: 'principalMinor', interest: 'interestMinor', late_interest: 'lateInterestMinor', fees: 'feesMinor', taxes: 'taxesMinor' } as const;
type Component = keyof typeof COMPONENTS;
const COMPONENT_COLUMNS = Object.keys(COMPONENTS) as Component[];

const FIELDS: Readonly<Record<string, Column>> = {
  ...PERSON_FIELDS, externalId: 'debt', currency: 'currency', batch: 'batch', strategy: 'strategy', assignedOn: 'assigned_on', debt: 'principal', debtId: 'debt',
  'debt.contractRef': 'contract', 'debt.signedOn': 'signed_on', 'debt.defaultedOn': 'defaulted_on',
  ...Object.fromEntries(COMPONENT_COLUMNS.map((column) => [`debt.${COMPONENTS[column]}`, column])),
};

export const readDebtItem: ItemReader = (work, lines) => {
  const row = singleRow(lines);
  if (row === null) return { errors: [] };
  const cells = cellsByColumn('debts', work.file.columns, row.cells);
  const points = pointsOf([{ line: row.line, cells }], (column) => cells[column]);
  const { parsed, wrongAmounts } = readBody(work, row, cells, points);
  if (wrongAmounts.length > 0 || !parsed.success) {
    return { errors: once([...wrongAmounts, ...(parsed.success ? [] : parsed.error.issues.map((issue) => errorOf(issue, row, cells, points)))]) };
  }
  const evidence = (): Readonly<Record<string, unknown>> => ({
    source: 'import', file: work.file.sha256, line: row.line, ...(cells.consent_evidence === '' ? {} : { given: cells.consent_evidence }),
  });
  return {
    enter: async (within) => (await logDebt(within, work.actor, parsed.data, evidence)).created,
    errorsOf: (error) => refusals(error, row, points),
  };
};

function readBody({ file, creditor }: ImportWork, { line }: ImportedLine, cells: Cells<'debts'>, points: readonly PlacedPoint[]) {
  const wrongAmounts: RowError[] = [];
  const known = currencyCode.safeParse(cells.currency).success;
  const amounts = COMPONENT_COLUMNS.filter((column) => cells[column] !== '').map((column): [string, number] => {
    // In a currency that does not exist an amount is neither right nor wrong.
    const read = known ? readAmount(cells[column], cells.currency) : { minor: 1 };
    if ('wrong' in read) wrongAmounts.push({ line, column, reason: read.wrong });
    return [COMPONENTS[column], 'minor' in read ? read.minor : 1];
  });
  const parsed = debtBody.safeParse({
    creditorId: file.creditor_id, externalId: cells.debt, person: personOf((column) => cells[column], creditor.country, points), currency: cells.currency || undefined,
    debt: {
      contractRef: cells.contract || undefined, signedOn: cells.signed_on || undefined, defaultedOn: cells.defaulted_on || undefined, ...Object.fromEntries(amounts),
    },
    assignedOn: cells.assigned_on || undefined, batch: cells.batch || undefined, strategy: cells.strategy || undefined,
  });
  return { parsed, wrongAmounts };
}

function placeOf(path: readonly PropertyKey[], line: number, points: readonly PlacedPoint[]): { line: number; column: Column } {
  const point = pointAt(path, points);
  if (point !== null) return point;
  const names = path.map(String);
  return { line, column: FIELDS[names.join('.')] ?? FIELDS[names.slice(0, 2).join('.')] ?? FIELDS[names[0] ?? ''] ?? 'debt' };
}

function errorOf(issue: z.core.$ZodIssue, { line }: ImportedLine, cells: Cells<'debts'>, points: readonly PlacedPoint[]): RowError {
  const place = placeOf(issue.path, line, points);
  if (place.column === 'phone' && issue.path.length === 2) return { ...place, reason: 'is missing, and email too: one of them is needed' };
  return { ...place, reason: cells[place.column] === '' && issue.code !== 'custom' ? 'is missing' : issue.message };
}

function refusals(error: AppError, { line }: ImportedLine, points: readonly PlacedPoint[]): RowError[] {
  if (error.errors.length === 0) return [{ line, column: 'debt', reason: error.message }];
  return error.errors.map(({ path, message }) => ({ ...placeOf(path.split('.'), line, points), reason: message }));
}

/** One reason a column, the first. */
function once(errors: readonly RowError[]): RowError[] {
  return errors.filter((one, index) => errors.findIndex((other) => other.column === one.column) === index);
}
