/** Agreements that wait for the next lawful contact with their person, over all creditors. */
import { instant } from './columns.ts';
import type { LawChannel, Purpose } from '../contact-law/policy.ts';
import type { Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type ContactWait = Row<'contact_wait'>;

export interface NewWait {
  readonly agreementId: string;
  readonly medium: ContactWait['medium'];
  readonly identityId: string;
  readonly creditorId: string;
  /** Epoch ms, business clock. */
  readonly since: number;
  readonly comesAt: number;
  readonly channels: readonly LawChannel[];
  readonly purpose: Purpose;
}

/** Puts an agreement into its person's queue; one that is there keeps the instant at which it came. */
export async function enterWait(trx: Trx, wait: NewWait): Promise<void> {
  const later = { comes_at: instant(wait.comesAt), channels: [...wait.channels], purpose: wait.purpose };
  await trx.insertInto('contact_wait').values({
    agreement_id: wait.agreementId, medium: wait.medium, identity_id: wait.identityId, creditor_id: wait.creditorId, since: instant(wait.since), ...later,
  }).onConflict((conflict) => conflict.columns(['agreement_id', 'medium']).doUpdateSet(later)).execute();
}

/** The person's queue, who came first at the head. */
export async function waitsOf(db: Db | Trx, identityId: string): Promise<ContactWait[]> {
  return db.selectFrom('contact_wait').selectAll().where('identity_id', '=', identityId).orderBy('since').orderBy('agreement_id').execute();
}

export async function leaveWait(trx: Trx, agreementIds: readonly string[], medium: ContactWait['medium']): Promise<void> {
  if (agreementIds.length === 0) return;
  await trx.deleteFrom('contact_wait').where('agreement_id', 'in', agreementIds).where('medium', '=', medium).execute();
}
