/** Evidence of what was agreed on anew: accepted offers, and plans beyond the creditor's limits. */
import { instant } from './columns.ts';
import type { NewRow, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type AcceptanceRow = Row<'offer_acceptance'>;
export type OverrideRow = Row<'limit_override'>;
type Timed<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: number };

export async function insertAcceptance(trx: Trx, row: Timed<NewRow<'offer_acceptance'>, 'accepted_at'>): Promise<void> {
  await trx.insertInto('offer_acceptance').values({ ...row, accepted_at: instant(row.accepted_at) }).execute();
}

/** The acceptance of this offer, if there was one. */
export async function acceptanceOf(db: Db | Trx, agreementId: string, offerId: string): Promise<AcceptanceRow | undefined> {
  return db.selectFrom('offer_acceptance').selectAll().where('agreement_id', '=', agreementId).where('offer_id', '=', offerId).executeTakeFirst();
}

/** Of an agreement, oldest first. */
export async function acceptancesOf(db: Db | Trx, agreementId: string): Promise<AcceptanceRow[]> {
  return db.selectFrom('offer_acceptance').selectAll().where('agreement_id', '=', agreementId).orderBy('version').execute();
}

export async function insertOverride(trx: Trx, row: Timed<NewRow<'limit_override'>, 'at'>): Promise<void> {
  await trx.insertInto('limit_override').values({ ...row, at: instant(row.at) }).execute();
}

/** Of an agreement, oldest first. */
export async function overridesOf(db: Db | Trx, agreementId: string): Promise<OverrideRow[]> {
  return db.selectFrom('limit_override').selectAll().where('agreement_id', '=', agreementId).orderBy('version').execute();
}
