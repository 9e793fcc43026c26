/** `pacto import bank <file> --creditor <id>`: a statement of the creditor's account, as the bank gives it. */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../errors.ts';
import { takeBankFile } from '../../register/payments/bank-file.ts';
import { bankFileOptions } from '../../register/payments/bank-file-options.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import type { Output } from '../output.ts';

export interface BankOptions {
  readonly creditor: string;
  readonly format?: string | undefined;
  readonly currency?: string | undefined;
  readonly account?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

const SHOWN = 20;

/** Lines that cannot be read are told and the others booked; ERR_BODY when none can. */
export async function importBankFile(flags: GlobalFlags, output: Output, path: string, { creditor, ...given }: BankOptions): Promise<void> {
  const options = bankFileOptions.safeParse(given);
  if (!options.success) throw new AppError('ERR_BODY', undefined, { errors: options.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) });
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new AppError('ERR_USAGE', `The file ${path} cannot be read.`, { cause });
  });
  const taken = await withRegister(flags, (ctx) => takeBankFile(ctx, CLI_ACTOR, creditor, bytes, options.data));
  const { entries, booked, suspense, unchanged, skipped, errors } = taken;
  output.answer(taken, [
    taken.dryRun ? `${entries} entries read; nothing was booked (--dry-run).`
      : `${entries} entries: ${booked} booked, ${suspense} in suspense (GET /v1/suspense), ${unchanged} known before, ${skipped} that left the account.`,
    ...errors.slice(0, SHOWN).map(({ line, column, reason }) => `line ${line}${column === undefined ? '' : `, ${column}`}: ${reason}`),
    ...(errors.length > SHOWN ? [`and ${errors.length - SHOWN} more lines that cannot be read (--json shows all).`] : []),
  ]);
}
