/**
 * Co-debtors of an agreement. Each is a person at the creditor like the debtor, with contact points, consents and stops
 * of their own. Nothing is sent to them by itself: what is sent speaks to the debtor, and who owes beside is reached by
 * people only.
 */
import type { CreditorRow } from '../db/creditors.ts';
import { insertCoDebtor } from '../db/co-debtors.ts';
import type { Trx } from '../db/pool.ts';
import type { PersonBody } from './agreement-body.ts';
import { takeInPerson, type ToldBy } from './person.ts';
import type { RegisterContext } from './person-lock.ts';

/** Takes in the persons told and links them to the agreement; who is linked stays linked. Their locks are taken after the debtor's. */
export async function takeInCoDebtors(
  ctx: RegisterContext, trx: Trx, creditor: CreditorRow, given: { readonly agreementId: string; readonly coDebtors: readonly PersonBody[] | undefined; readonly by: ToldBy },
): Promise<void> {
  for (const [position, body] of (given.coDebtors ?? []).entries()) {
    const { personId } = await takeInPerson(ctx, trx, creditor, body, given.by);
    await insertCoDebtor(trx, given.agreementId, personId, position);
  }
}
