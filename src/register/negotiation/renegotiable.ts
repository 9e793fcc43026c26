/** Whether there is anything to agree on anew at all. */
import type { AgreementRow } from '../../db/database.ts';
import type { AgreementState } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';

/** Throws ERR_STATE when there is no plan yet, when the agreement is over, or when it is with the lawyers. */
export function requireRenegotiable({ kind }: Pick<AgreementRow, 'kind'>, state: AgreementState): void {
  if (kind === 'debt') throw new AppError('ERR_STATE', 'A debt has no plan yet: log the agreement with POST /v1/agreements.');
  const { phase, preLegal } = viewOf(state);
  if (phase === 'settled' || phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${phase}: there is nothing to renegotiate.`);
  if (preLegal?.state === 'handedOver') throw new AppError('ERR_STATE', 'The case was handed over to lawyers.');
}
