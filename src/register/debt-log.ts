/** Logging a debt that has no agreement yet: followed like an agreement, as one amount that is due as a whole. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { openUnderContract } from '../db/agreements.ts';
import { AppError } from '../errors.ts';
import type { Strategy } from '../strategy/strategy.ts';
import type { Actor } from './actor.ts';
import { debtTotal } from './agreement-body.ts';
import { follow, type FromBefore, type LoggedAgreement, type ToFollow } from './agreement-log.ts';
import type { DebtBody } from './debt-body.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';

/** Followed by every debt for which no other strategy is named. */
const DEFAULT_STRATEGY = 'assigned';

/**
 * Logs a debt. Again with the same body it answers the first one's id (and takes in what is new about the person);
 * ERR_DEBT_CONFLICT with another body, ERR_STRATEGY when the strategy never speaks of an assigned debt, ERR_STATE when an
 * agreement about the same contract is being followed.
 */
export async function logDebt(ctx: RegisterContext, actor: Actor, body: DebtBody, evidence?: FromBefore['evidence']): Promise<LoggedAgreement> {
  return follow(ctx, actor, debtToFollow(body), evidence === undefined ? undefined : { evidence, paid: () => Promise.resolve([]), onPaid: () => undefined });
}

function debtToFollow(body: DebtBody): ToFollow {
  const { contractRef, defaultedOn } = body.debt;
  return {
    kind: 'debt', told: body, hash: bodyHash(body), conflict: 'ERR_DEBT_CONFLICT', on: body.assignedOn,
    terms: { acceleratesAfterMissed: null, discountLapsesOnBreak: false },
    // Due since it was not paid, which was before it came here; the ladder counts from the assignment.
    plan: (on) => [{ number: 1, dueOn: defaultedOn === undefined || defaultedOn > on ? on : defaultedOn, amountMinor: debtTotal(body.debt) }],
    choose: () => Promise.resolve(body.strategy === undefined ? { strategy: DEFAULT_STRATEGY, by: 'default' } : { strategy: body.strategy, by: 'named' }),
    requireFitting,
    before: (lock, personId) => requireNoAgreement(lock, personId, contractRef),
    after: () => Promise.resolve(),
    says: (total, _, { id, version }) => ({
      kind: 'debtAssigned', es: `Deuda asignada sin acuerdo: ${total}, estrategia ${id} versión ${version}.`, en: `Debt assigned without an agreement: ${total}, strategy ${id} version ${version}.`,
    }),
  };
}

/** SHA-256 of the body after its defaults, the person's details left out. */
function bodyHash({ person, coDebtors, ...rest }: DebtBody): string {
  const others = coDebtors === undefined ? {} : { coDebtors: coDebtors.map(({ externalId }) => externalId) };
  return createHash('sha256').update(canonicalize({ ...rest, ...others, person: person.externalId }) ?? '').digest('hex');
}

function requireFitting({ id, steps }: Strategy): void {
  if (steps.some(({ anchor, do: action }) => anchor === 'assigned' && action === 'contact')) return;
  const message = `The strategy ${id} has no contact that counts from the assignment: a debt without an agreement would never be written about.`;
  throw new AppError('ERR_STRATEGY', message, { errors: [{ path: 'strategy', message }] });
}

/** The same money is not asked for twice. */
async function requireNoAgreement({ trx }: PersonLock, personId: string, contractRef: string | undefined): Promise<void> {
  if (contractRef === undefined) return;
  const [agreement] = await openUnderContract(trx, personId, 'agreement', contractRef);
  if (agreement === undefined) return;
  const message = `The agreement ${agreement.external_id} about this contract is being followed.`;
  throw new AppError('ERR_STATE', message, { errors: [{ path: 'debt.contractRef', message }] });
}
