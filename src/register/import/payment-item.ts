/** A payment of a file: what was paid before Pacto followed the agreement is history, later money is news. */
import { followedByExternalId } from '../../db/agreements.ts';
import type { AgreementRow } from '../../db/database.ts';
import type { ImportedLine, RowError } from '../../db/imports.ts';
import { AppError, type FieldError } from '../../errors.ts';
import { externalIdText } from '../agreement-body.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { bookUnder, paymentBody, type PaymentBody } from '../payment.ts';
import { cellsByColumn, type Cells, type Column } from './columns.ts';
import { singleRow, type ItemReader } from './item.ts';
import { readAmount } from '../../domain/written-amount.ts';
import { readInstant } from './written-instant.ts';

export const readPaymentItem: ItemReader = ({ file, creditor, actor }, lines) => {
  const row = singleRow(lines);
  if (row === null) return { errors: [] };
  const cells = cellsByColumn('payments', file.columns, row.cells);
  if (!externalIdText.safeParse(cells.agreement).success) return { errors: [wrong(row, 'agreement', cells.agreement === '' ? 'is missing' : 'is no id of an agreement')] };
  return {
    enter: async (within) => {
      const agreement = await followedByExternalId(within.db, creditor.id, cells.agreement);
      if (agreement === undefined) throw refusal('agreement', 'there is no such agreement of this creditor');
      const body = readBody(cells, agreement);
      // Paid while Pacto was following: the person is thanked like anybody who pays.
      const beforePacto = body.paidAt < agreement.logged_at;
      return (await underAgreementLock(within, agreement.id, (lock, held) => bookUnder(lock, within, held, body, { by: actor.id, tell: 'workflow', beforePacto }))).created;
    },
    errorsOf: (error) => (error.errors.length === 0
      ? [wrong(row, error.code === 'ERR_PAYMENT_CONFLICT' ? 'external_id' : 'agreement', error.message)]
      : error.errors.map(({ path, message }) => wrong(row, FIELDS[path] ?? 'agreement', message))),
  };
};

const FIELDS: Readonly<Record<string, Column<'payments'>>> = {
  agreement: 'agreement', externalId: 'external_id', amountMinor: 'amount', currency: 'currency', paidAt: 'paid_at', method: 'method', instalment: 'instalment', collectedBy: 'collected_by',
};

function wrong({ line }: ImportedLine, column: Column<'payments'>, reason: string): RowError {
  return { line, column, reason };
}

function refusal(path: string, message: string): AppError {
  return new AppError('ERR_BODY', undefined, { errors: [{ path, message }] });
}

/** The row as a payment; ERR_BODY names every field that is wrong. Currency and zone are the agreement's where the row says nothing. */
function readBody(cells: Cells<'payments'>, agreement: AgreementRow): PaymentBody {
  const currency = cells.currency.toUpperCase() || agreement.currency;
  const errors: FieldError[] = [];
  const note = (path: string, message: string): void => void errors.push({ path, message });
  const amount = cells.amount === '' ? { wrong: 'is missing' } : currency === agreement.currency ? readAmount(cells.amount, currency) : { minor: 1 };
  if ('wrong' in amount) note('amountMinor', amount.wrong);
  const paidAt = cells.paid_at === '' ? { wrong: 'is missing' } : readInstant(cells.paid_at, agreement.zone);
  if ('wrong' in paidAt) note('paidAt', paidAt.wrong);
  if (currency !== agreement.currency) note('currency', `must be ${agreement.currency}`);
  const parsed = paymentBody.safeParse({
    externalId: cells.external_id, amountMinor: 'minor' in amount ? amount.minor : 1, currency: agreement.currency,
    paidAt: new Date('at' in paidAt ? paidAt.at : 0).toISOString(), method: cells.method || undefined,
    instalment: cells.instalment === '' ? undefined : /^\d{1,4}$/.test(cells.instalment) ? Number(cells.instalment) : Number.NaN,
    // Not in our hands: whoever collected before us did.
    collectedBy: cells.collected_by || 'creditor',
  });
  if (!parsed.success) for (const issue of parsed.error.issues) note(String(issue.path[0] ?? ''), messageOf(String(issue.path[0] ?? ''), cells, issue.message));
  if (errors.length > 0 || !parsed.success) throw new AppError('ERR_BODY', undefined, { errors });
  return parsed.data;
}

const CHOICES: Readonly<Record<string, string>> = {
  method: 'must be transfer, card, cash, cheque, directDebit, link or other', collectedBy: 'must be agency or creditor', instalment: 'must be a whole number, 0 for a down payment',
};

function messageOf(path: string, cells: Cells<'payments'>, message: string): string {
  if (path === 'externalId' && cells.external_id === '') return 'is missing';
  return CHOICES[path] ?? message;
}
