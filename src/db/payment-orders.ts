/** Payment links and the orders that came of them. Tokens lie here hashed. */
import { instant, nullableInstant } from './columns.ts';
import type { NewRow, PaymentOrderState, Row } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PaymentLinkRow = Row<'payment_link'>;
export type NewPaymentLink = Omit<NewRow<'payment_link'>, 'created_at' | 'expires_at' | 'revoked_at'> & { readonly created_at: number; readonly expires_at: number };
export type PaymentOrderRow = Row<'payment_order'>;
export type NewPaymentOrder = Pick<PaymentOrderRow, 'id' | 'reference' | 'creditor_id' | 'agreement_id' | 'link_id' | 'amount_minor' | 'currency' | 'provider' | 'created_at' | 'expires_at' | 'ask_at'>;

/** Stores a link; an attempt that begins again gets a new token in place of the old. */
export async function insertPaymentLink(trx: Trx, link: NewPaymentLink): Promise<void> {
  const times = { created_at: instant(link.created_at), expires_at: instant(link.expires_at) };
  await trx.insertInto('payment_link').values({ ...link, ...times })
    .onConflict((conflict) => conflict.column('attempt_id').doUpdateSet({ token_hash: link.token_hash, plan_version: link.plan_version, contact_point_id: link.contact_point_id, ...times }))
    .execute();
}

export async function paymentLinkByHash(db: Db | Trx, tokenHash: string): Promise<PaymentLinkRow | undefined> {
  return db.selectFrom('payment_link').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst();
}

export async function paymentLinkById(db: Db | Trx, id: string): Promise<PaymentLinkRow | undefined> {
  return db.selectFrom('payment_link').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Takes back every link of an agreement that still opens; how many. */
export async function revokePaymentLinks(trx: Trx, agreementId: string, at: number): Promise<number> {
  const result = await trx.updateTable('payment_link').set({ revoked_at: instant(at) }).where('agreement_id', '=', agreementId).where('revoked_at', 'is', null).executeTakeFirst();
  return Number(result.numUpdatedRows);
}

export async function insertPaymentOrder(trx: Trx, order: NewPaymentOrder): Promise<void> {
  await trx.insertInto('payment_order').values({
    ...order, state: 'created', created_at: instant(order.created_at), expires_at: instant(order.expires_at), ask_at: nullableInstant(order.ask_at),
  }).execute();
}

export async function orderByReference(db: Db | Trx, reference: string): Promise<PaymentOrderRow | undefined> {
  return db.selectFrom('payment_order').selectAll().where('reference', '=', reference).executeTakeFirst();
}

export async function orderByProviderId(db: Db | Trx, provider: string, providerId: string): Promise<PaymentOrderRow | undefined> {
  return db.selectFrom('payment_order').selectAll().where('provider', '=', provider).where('provider_id', '=', providerId).executeTakeFirst();
}

/** The order until the transaction ends. */
export async function lockOrder(trx: Trx, id: string): Promise<PaymentOrderRow | undefined> {
  return trx.selectFrom('payment_order').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Orders of a link since an instant: nobody starts hundreds. */
export async function ordersOfLink(db: Db | Trx, linkId: string, since: number): Promise<number> {
  const row = await db.selectFrom('payment_order').select((eb) => eb.fn.countAll<number>().as('count')).where('link_id', '=', linkId).where('created_at', '>', instant(since)).executeTakeFirstOrThrow();
  return Number(row.count);
}

/** How often payments under way have silenced an agreement since an instant. */
export async function hintsSince(db: Db | Trx, agreementId: string, since: number): Promise<number> {
  const row = await db.selectFrom('payment_order').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('agreement_id', '=', agreementId).where('paused_until', 'is not', null).where('hinted_at', '>', instant(since)).executeTakeFirstOrThrow();
  return Number(row.count);
}

export interface OrderChange {
  readonly providerId?: string;
  readonly state?: PaymentOrderState;
  readonly code?: string | null;
  readonly hintedAt?: number;
  readonly pausedUntil?: number | null;
  /** Epoch ms at which asking is worth while again; null: not any more. */
  readonly askAt?: number | null;
  readonly asks?: number;
}

/** Changes an order; one that is paid stays as it is, whatever somebody who looked earlier makes of it. */
export async function changeOrder(db: Db | Trx, id: string, change: OrderChange): Promise<void> {
  await db.updateTable('payment_order').set({
    ...(change.providerId === undefined ? {} : { provider_id: change.providerId }),
    ...(change.state === undefined ? {} : { state: change.state }),
    ...(change.code === undefined ? {} : { code: change.code }),
    ...(change.hintedAt === undefined ? {} : { hinted_at: instant(change.hintedAt) }),
    ...(change.pausedUntil === undefined ? {} : { paused_until: nullableInstant(change.pausedUntil) }),
    ...(change.askAt === undefined ? {} : { ask_at: nullableInstant(change.askAt) }),
    ...(change.asks === undefined ? {} : { asks: change.asks }),
  }).where('id', '=', id).where('state', '!=', 'paid').execute();
}

/** Orders that it is time to ask about, the longest due first. */
export async function ordersToAsk(db: Db | Trx, now: number, limit: number): Promise<PaymentOrderRow[]> {
  return db.selectFrom('payment_order').selectAll().where('ask_at', '<=', instant(now)).orderBy('ask_at').orderBy('id').limit(limit).execute();
}

/** The link by which an order was begun. */
export async function paymentLinkOfOrder(db: Db | Trx, orderId: string): Promise<PaymentLinkRow | undefined> {
  return db.selectFrom('payment_link').selectAll('payment_link').innerJoin('payment_order', 'payment_order.link_id', 'payment_link.id').where('payment_order.id', '=', orderId).executeTakeFirst();
}
