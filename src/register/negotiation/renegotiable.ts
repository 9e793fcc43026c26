/** Whether there is anything to agree on anew at all. */
import type { AgreementState } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';
import { AppError } from '../../errors.ts';

/** Throws ERR_STATE when the agreement is over or with the lawyers. */
export function requireRenegotiable(state: AgreementState): void {
  const { phase, preLegal } = viewOf(state);
  if (phase === 'settled' || phase === 'closed') throw new AppError('ERR_STATE', `The agreement is ${phase}: there is nothing to renegotiate.`);
  if (preLegal?.state === 'handedOver') throw new AppError('ERR_STATE', 'The case was handed over to lawyers.');
}
