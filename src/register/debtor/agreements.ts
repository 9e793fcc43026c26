/** Which agreements a debtor's page may show and change: those of the link's person at the link's creditor, and nobody else's. */
import { agreementsOfPerson } from '../../db/agreements.ts';
import { attemptParts } from '../../db/attempts.ts';
import { coDebtorsOf } from '../../db/co-debtors.ts';
import type { LinkRow } from '../../db/links.ts';
import type { Db, Trx } from '../../db/pool.ts';
import { loadStates, type LoadedAgreement } from '../rebuild.ts';
import { hashToken } from '../token.ts';

/**
 * What the message spoke of, then what else the person owes there and is not closed. An agreement that has gone over to
 * another person since the message left (a merge that was undone) is not among them.
 */
export async function agreementsOfLink(db: Db | Trx, link: LinkRow): Promise<LoadedAgreement[]> {
  const spokenOf = await attemptParts(db, link.attempt_id);
  const others = (await agreementsOfPerson(db, link.person_id)).filter(({ phase }) => phase !== 'closed');
  const ids = [...new Set([link.agreement_id, ...spokenOf.map((part) => part.agreement_id), ...others.map(({ id }) => id)])];
  const beside = await coDebtorsOf(db, ids);
  return (await loadStates(db, ids)).filter(({ row }) =>
    row.creditor_id === link.creditor_id && (row.person_id === link.person_id || beside.get(row.id)?.includes(link.person_id) === true));
}

/** Names an agreement on the pages of one link; it says nothing elsewhere, and no id can be counted up from it. */
export function agreementKey(link: Pick<LinkRow, 'id'>, agreementId: string): string {
  return hashToken(`page ${link.id} ${agreementId}`).slice(0, 16);
}
