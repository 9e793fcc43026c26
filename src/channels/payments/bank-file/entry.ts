/** What a bank file says, whatever it is written in: movements on an account, and what is wrong with it line by line. */
import { createHash } from 'node:crypto';
import type { Columns } from './csv-columns.ts';

export interface BankEntry {
  /** Stable within the account: the same movement has it in every file that shows it. Holds nothing personal. */
  readonly id: string;
  /** Local dates of the bank, `YYYY-MM-DD`. */
  readonly bookedOn: string;
  readonly valueOn?: string;
  /** Minor units of `currency`, more than 0. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** Which way the money went, also when the movement takes another one back. */
  readonly direction: 'in' | 'out';
  readonly reversal: boolean;
  /** What the payer or the bank wrote on it. */
  readonly reference: string;
  readonly payerName?: string;
  readonly payerNationalId?: string;
  /** The creditor's account, as the file names it; '' when it does not. */
  readonly account: string;
}

/** Reasons quote no cell: a cell may hold a person's name. */
export interface BankFileError {
  /** From 1. */
  readonly line: number;
  readonly column?: string;
  readonly reason: string;
}

export interface BankFile {
  readonly entries: readonly BankEntry[];
  readonly errors: readonly BankFileError[];
}

export type BankFileFormat = 'csv' | 'camt053' | 'mt940';

export interface BankFileOptions {
  /** Absent: told by the first bytes. */
  readonly format?: BankFileFormat;
  /** CSV: names of the header for what is not found by itself. */
  readonly columns?: Columns;
  /** CSV: the account's currency (ISO 4217), where no column has it. */
  readonly currency?: string;
  /** CSV: the account, where no column has it. */
  readonly account?: string;
}

/** What a format's reader found. */
export interface ReadMovements {
  readonly movements: readonly Movement[];
  readonly errors: readonly BankFileError[];
}

/** A movement before it has its id; `bankReference` is the bank's own number for it, '' when it gave none. */
export interface Movement extends Omit<BankEntry, 'id'> {
  readonly bankReference: string;
}

/** What banks write where they have no number. */
const NO_REFERENCE = /^(?:0*|-|NONREF|NOTPROVIDED)$/i;

/**
 * Gives every movement its id. The bank's number stands for its texts, which banks enrich later, but not for day and
 * amount: numbers come again on other days, and a reversal often carries that of what it takes back. Equal movements of
 * one day are told apart by their position among each other, which is the same in a file that has only the first of them.
 */
export function withIds(movements: readonly Movement[]): BankEntry[] {
  const seen = new Map<string, number>();
  return movements.map(({ bankReference, ...entry }) => {
    const said = NO_REFERENCE.test(bankReference) ? ['', entry.reference, entry.payerName ?? '', entry.payerNationalId ?? '', entry.valueOn ?? ''] : [bankReference];
    const key = JSON.stringify([entry.account, entry.bookedOn, entry.currency, entry.direction, entry.reversal, entry.amountMinor, ...said]);
    const position = (seen.get(key) ?? 0) + 1;
    seen.set(key, position);
    return { ...entry, id: createHash('sha256').update(`${key}${position}`).digest('hex').slice(0, 32) };
  });
}

/** Minor units that a movement adds to the account. */
export function signedMinor(movement: Pick<BankEntry, 'amountMinor' | 'direction'>): number {
  return movement.direction === 'in' ? movement.amountMinor : -movement.amountMinor;
}

/** The error of a statement whose movements do not lead from its opening to its closing balance. */
export function balanceError(line: number, column: string, opening: number, movements: readonly Movement[], closing: number): BankFileError | null {
  const expected = movements.reduce((sum, movement) => sum + signedMinor(movement), opening);
  if (expected === closing) return null;
  const off = Math.abs(expected - closing);
  return { line, column, reason: `opening balance and entries do not add up to the closing balance: ${off} minor units are missing or too many` };
}

/** Text on one line, without the blanks that fixed widths leave. */
export function tidy(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
