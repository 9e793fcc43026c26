/** A debt for which an agreement is logged: it is followed no longer, the agreement goes on in its place. */
import { agreementByExternalId, agreementById, openUnderContract, setAgreedIn } from '../db/agreements.ts';
import type { AgreementRow } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { z } from 'zod';
import { recordFact } from './fact.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';

export interface AgreedOn {
  readonly agreementId: string;
  readonly creditorId: string;
  readonly personId: string;
  /** Id or external id of the debt; undefined: the person's open debts of the same contract are meant. */
  readonly debtId: string | undefined;
  readonly contractRef: string | undefined;
}

/**
 * Closes the debts that the agreement takes the place of, in its transaction: what was claimed for them is silenced before
 * the agreement's 2xx. ERR_BODY when the named debt is none of this person's, ERR_STATE when it is over already.
 */
export async function closeAgreedDebts(lock: PersonLock, ctx: RegisterContext, on: AgreedOn): Promise<void> {
  for (const debt of await debtsMeant(lock, on)) {
    await recordFact(lock, ctx, debt.id, {
      id: `agreed/${on.agreementId}`, tell: 'workflow', body: { kind: 'cancelled', reason: 'agreed' },
      timeline: { kind: 'debtAgreed', text: { es: 'Hay un acuerdo por esta deuda: desde ahora se sigue el acuerdo.', en: 'An agreement was logged for this debt: from now on the agreement is followed.' } },
    });
    await setAgreedIn(lock.trx, debt.id, on.agreementId);
  }
}

async function debtsMeant({ trx }: PersonLock, { creditorId, personId, debtId, contractRef }: AgreedOn): Promise<AgreementRow[]> {
  if (debtId === undefined) return contractRef === undefined ? [] : openUnderContract(trx, personId, 'debt', contractRef);
  const byId = z.uuid().safeParse(debtId).success ? await agreementById(trx, debtId.toLowerCase()) : undefined;
  const debt = await agreementByExternalId(trx, creditorId, debtId, 'debt') ?? byId;
  if (debt === undefined || debt.kind !== 'debt' || debt.creditor_id !== creditorId) throw wrongDebt('There is no such debt of this creditor.');
  if (debt.person_id !== personId) throw wrongDebt('The debt is another person\'s.');
  if (debt.phase === 'settled' || debt.phase === 'closed') throw new AppError('ERR_STATE', `The debt is ${debt.agreed_in !== null ? 'agreed' : debt.phase === 'settled' ? 'paid' : 'withdrawn'} already.`);
  return [debt];
}

function wrongDebt(message: string): AppError {
  return new AppError('ERR_BODY', message, { errors: [{ path: 'debtId', message }] });
}
