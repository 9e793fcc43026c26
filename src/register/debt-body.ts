/** `POST /v1/debts`: a debt that a creditor assigned before there is an agreement about it. */
import { z } from 'zod';
import { checkPersons, debtDetails, debtTotal, localDateText, loggedFields, plainText, type DebtDetails } from './agreement-body.ts';

export const debtBody = z.strictObject({
  ...loggedFields,
  /** What is owed and what it is made of; what is forgiven belongs to an agreement. */
  debt: debtDetails.omit({ discountMinor: true }).transform((given) => ({ ...given, discountMinor: 0 })),
  /** Absent: the day on which it is logged. */
  assignedOn: localDateText.optional(),
}).superRefine((body, context) => {
  const total = debtTotal({ ...body.debt, discountMinor: 0 });
  // A part that is wrong has said so: of the sum nothing is known then.
  if (partsOf(body.debt).every((part) => Number.isSafeInteger(part) && part >= 0) && (total === 0 || !Number.isSafeInteger(total))) {
    context.addIssue({ code: 'custom', path: ['debt', 'principalMinor'], message: total === 0 ? 'with interest, fees and taxes must come to more than 0' : 'with interest, fees and taxes comes to more than can be counted' });
  }
  if (body.assignedOn !== undefined && body.debt.defaultedOn !== undefined && body.debt.defaultedOn > body.assignedOn) {
    context.addIssue({ code: 'custom', path: ['debt', 'defaultedOn'], message: 'must not be after assignedOn' });
  }
  checkPersons(body, context);
});
export type DebtBody = z.output<typeof debtBody>;

function partsOf({ principalMinor, interestMinor, lateInterestMinor, feesMinor, taxesMinor }: DebtDetails): number[] {
  return [principalMinor, interestMinor, lateInterestMinor, feesMinor, taxesMinor];
}

/** `POST /v1/debts/{id}/withdrawal`. */
export const debtWithdrawalBody = z.strictObject({ reason: plainText(500).optional() });
export type DebtWithdrawalBody = z.output<typeof debtWithdrawalBody>;
