/** One row of a bank's CSV becomes a movement, or the one thing that is wrong with it. */
import { isLocalDate } from '../../../domain/zone.ts';
import { readAmount } from '../../../domain/written-amount.ts';
import { plainName, type BankColumn, type Layout } from './csv-columns.ts';
import { tidy, type BankFileError, type Movement } from './entry.ts';

export interface RowContext {
  readonly layout: Layout;
  readonly currency: string | undefined;
  readonly account: string | undefined;
}

type RowError = { readonly error: Omit<BankFileError, 'line'> };
export type ReadRow = { readonly movement: Movement; readonly balance: number | null } | RowError;

function wrong(column: BankColumn, reason: string): RowError {
  return { error: { column, reason } };
}

export function readRow(cells: readonly string[], { layout, currency: usual, account }: RowContext): ReadRow {
  const cell = (column: BankColumn): string => cells[layout.get(column) ?? -1] ?? '';
  const bookedOn = readDate(cell('bookedOn'));
  if (bookedOn === null) return wrong('bookedOn', 'must be a date: day, month, year (05/12/2026) or 2026-12-05');
  const valueOn = cell('valueOn') === '' ? undefined : readDate(cell('valueOn'));
  if (valueOn === null) return wrong('valueOn', 'must be a date, or empty');
  const currency = cell('currency').toUpperCase() || usual || '';
  if (!/^[A-Z]{3}$/.test(currency)) return wrong('currency', 'must be a currency of three letters (CLP): in a column, or told beside the file');
  const money = moneyOf(cell, currency);
  if ('error' in money) return money;
  const balance = cell('balance') === '' ? null : readSigned(cell('balance'), currency);
  if (balance !== null && 'wrong' in balance) return wrong('balance', balance.wrong);
  const reference = tidy(cell('reference'));
  const [payerName, payerNationalId] = [tidy(cell('payerName')), tidy(cell('payerNationalId'))];
  return {
    balance: balance?.minor ?? null,
    movement: {
      bookedOn, ...(valueOn === undefined ? {} : { valueOn }), ...money, currency, reversal: REVERSAL.test(plainName(reference)), reference,
      ...(payerName === '' ? {} : { payerName }), ...(payerNationalId === '' ? {} : { payerNationalId }),
      account: tidy(cell('account')) || account || '', bankReference: tidy(cell('bankReference')),
    },
  };
}

/** How a text begins that takes another movement back; `devolución` may be any payment and does not say so. */
const REVERSAL = /^(?:reverso|reversa|reversion|reverse|extorno|estorno|anulacion|anulacao|contracargo)\b/;

/** Day first, as everywhere in Latin America; a time behind it is left out. */
function readDate(text: string): string | null {
  const [day = ''] = text.split(/[\sT]/);
  const local = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(day);
  const iso = /^(\d{4})([/-])(\d{2})\2(\d{2})$/.exec(day);
  const [year, month, date] = local === null ? [iso?.[1], iso?.[3], iso?.[4]] : [local[4], local[3], local[1]];
  if (year === undefined || month === undefined || date === undefined) return null;
  const written = `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  return isLocalDate(written) ? written : null;
}

type Money = Pick<Movement, 'amountMinor' | 'direction'>;

function moneyOf(cell: (column: BankColumn) => string, currency: string): Money | RowError {
  const [credit, debit] = (['credit', 'debit'] as const).map((column) => ({ column, read: readSigned(cell(column) || '0', currency) }));
  for (const { column, read } of [credit, debit].flatMap((one) => one ?? [])) if ('wrong' in read) return wrong(column, read.wrong);
  const [into, out] = [minorOf(credit?.read), minorOf(debit?.read)];
  if (into !== 0 && out !== 0) return wrong('credit', 'credit and debit are both filled: one of them must be empty');
  if (into < 0) return wrong('credit', 'must not be negative');
  if (into > 0) return { amountMinor: into, direction: 'in' };
  // Some banks write charges with a minus in their own column, too.
  if (out !== 0) return { amountMinor: Math.abs(out), direction: 'out' };
  return signedMoney(cell('amount'), cell('direction'), currency);
}

function minorOf(read: SignedAmount | undefined): number {
  return read !== undefined && 'minor' in read ? read.minor : 0;
}

const INTO: ReadonlySet<string> = new Set(['c', 'cr', 'a', 'h', 'credito', 'abono', 'haber', 'ingreso', 'deposito', 'entrada', 'credit', 'in']);
const OUT: ReadonlySet<string> = new Set(['d', 'db', 'dr', 'debito', 'cargo', 'debe', 'egreso', 'retiro', 'giro', 'saida', 'debit', 'out']);

function signedMoney(text: string, side: string, currency: string): Money | RowError {
  if (text === '') return wrong('amount', 'must be an amount other than 0');
  const read = readSigned(text, currency);
  if ('wrong' in read) return wrong('amount', read.wrong);
  if (read.minor === 0) return wrong('amount', 'must be an amount other than 0');
  const told = side.trim() === '+' ? 'abono' : side.trim() === '-' ? 'cargo' : plainName(side);
  if (told === '') return { amountMinor: Math.abs(read.minor), direction: read.minor > 0 ? 'in' : 'out' };
  if (INTO.has(told) && read.minor > 0) return { amountMinor: read.minor, direction: 'in' };
  if (OUT.has(told)) return { amountMinor: Math.abs(read.minor), direction: 'out' };
  return wrong('direction', 'must be abono or cargo (C or D), and the sign of the amount must not say otherwise; map direction to nothing when this column says something else');
}

type SignedAmount = { readonly minor: number } | { readonly wrong: string };

/** With a minus before or behind, or in brackets; the digits as contract.md section 5 has them. */
function readSigned(text: string, currency: string): SignedAmount {
  const bare = text.trim().replaceAll('\u00A0', ' ').replaceAll('\u2212', '-');
  const minus = /^\(.*\)$/.test(bare) || bare.startsWith('-') || bare.endsWith('-') || /^(?:US\$|R\$|S\/\.?|\$)\s*-/.test(bare);
  const read = readAmount(bare.replace(/^\((.*)\)$/, '$1').replace(/^[+-]|-$/, '').replace(/^(US\$|R\$|S\/\.?|\$)\s*-/, '$1').trim(), currency);
  return 'wrong' in read || !minus || read.minor === 0 ? read : { minor: -read.minor };
}
