/** A statement of a creditor's account, as the bank gives it: read, matched, booked; what is doubtful waits in suspense. */
import { readBankFile } from '../../channels/payments/bank-file/read.ts';
import type { BankFileError, BankFileFormat } from '../../channels/payments/bank-file/entry.ts';
import { AppError } from '../../errors.ts';
import type { Actor } from '../actor.ts';
import type { RegisterContext } from '../person-lock.ts';
import { bookBankEntries, visibleCreditor, type BankBooked } from './bank.ts';

export interface BankFileOptions {
  readonly format?: BankFileFormat | undefined;
  /** ISO 4217; absent: the creditor's, for a CSV that has no column of it. */
  readonly currency?: string | undefined;
  /** The account, for a CSV that names none. */
  readonly account?: string | undefined;
  /** Tells what was read; books nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface BankFileTaken extends BankBooked {
  readonly dryRun: boolean;
  /** By line; the entries of the other lines are booked all the same, and a corrected file adds only what is missing. */
  readonly errors: readonly BankFileError[];
}

/** Takes a file in, once however often it comes; ERR_BODY when nothing in it can be read, ERR_NOT_FOUND for a creditor that this key may not see. */
export async function takeBankFile(ctx: RegisterContext, actor: Actor, creditorId: string, bytes: Buffer, options: BankFileOptions = {}): Promise<BankFileTaken> {
  const creditor = await visibleCreditor(ctx, actor, creditorId);
  const { entries, errors } = readBankFile(bytes, {
    currency: options.currency ?? creditor.currency, ...(options.format === undefined ? {} : { format: options.format }), ...(options.account === undefined ? {} : { account: options.account }),
  });
  if (entries.length === 0 && errors.length > 0) {
    throw new AppError('ERR_BODY', 'Nothing in the file can be read as a bank statement.', {
      errors: errors.slice(0, 20).map(({ line, column, reason }) => ({ path: `line ${line}${column === undefined ? '' : `, ${column}`}`, message: reason })),
    });
  }
  const dryRun = options.dryRun === true;
  const booked = dryRun ? { entries: entries.length, booked: 0, suspense: 0, unchanged: 0, skipped: 0 } : await bookBankEntries(ctx, actor, creditor.id, entries);
  return { ...booked, dryRun, errors };
}
