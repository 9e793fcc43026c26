/** `pacto debt show|withdraw <id or creditor/externalId>`. */
import { formatMinor } from '../../domain/money.ts';
import { debtWithdrawalBody } from '../../register/debt-body.ts';
import { getDebt, withdrawDebt, type DebtAnswer } from '../../register/debt.ts';
import { AppError } from '../../errors.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { minute, type Output } from '../output.ts';

/** Where it stands. */
export async function showDebt(flags: GlobalFlags, output: Output, ref: string): Promise<void> {
  const debt = await withRegister(flags, (ctx) => getDebt(ctx, CLI_ACTOR, ref));
  output.answer(debt, linesOf(debt));
}

/** The creditor takes it back; again it changes nothing. */
export async function withdraw(flags: GlobalFlags, output: Output, ref: string, options: { readonly reason?: string | undefined }): Promise<void> {
  const body = debtWithdrawalBody.safeParse(options.reason === undefined ? {} : { reason: options.reason });
  if (!body.success) throw new AppError('ERR_BODY', undefined, { errors: body.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) });
  const debt = await withRegister(flags, (ctx) => withdrawDebt(ctx, CLI_ACTOR, ref, body.data));
  output.answer(debt, linesOf(debt));
}

function linesOf(debt: DebtAnswer): string[] {
  const { flags: marks, currency, nextStep } = debt;
  const raised = Object.entries(marks).filter(([, holds]) => holds).map(([name]) => name);
  return [
    `${debt.creditorId}/${debt.externalId}  ${debt.state}${raised.length === 0 ? '' : ` (${raised.join(', ')})`}, assigned on ${debt.assignedOn}`,
    `owes ${formatMinor(debt.balanceMinor, currency)} of ${formatMinor(debt.amountMinor, currency)}, ${debt.daysPastDue} days past due`,
    ...(debt.agreementId === null ? [] : [`agreed in ${debt.agreementId}`]),
    nextStep === null ? 'nothing is planned.' : `next: ${nextStep.step} at ${minute(nextStep.at)}`,
    `workflow ${debt.workflowId}`,
  ];
}
