/** What payment providers notified, once each, and the thank-yous that payments ask for. */
import { instant, nullableInstant, nullableJson } from './columns.ts';
import type { Row, StatedMovement } from './database.ts';
import type { Db, Trx } from './pool.ts';

export type PaymentEventRow = Row<'payment_event'>;
export type PaymentReceiptRow = Row<'payment_receipt'>;

export interface NewPaymentEvent {
  readonly provider: string;
  readonly eventId: string;
  readonly providerId: string | null;
  readonly stated: StatedMovement | null;
  /** Epoch ms on the business clock. */
  readonly at: number;
  /** When the job takes it up if nobody has by then; null: nothing follows from it. */
  readonly askAt: number | null;
}

/** Stores a notification that is new; false when it was told before. */
export async function insertPaymentEvent(db: Db | Trx, event: NewPaymentEvent): Promise<boolean> {
  const result = await db.insertInto('payment_event').values({
    provider: event.provider, event_id: event.eventId, provider_id: event.providerId, stated: nullableJson(event.stated), received_at: instant(event.at),
    state: event.askAt === null ? 'done' : 'open', outcome: event.askAt === null ? 'other' : null, ask_at: nullableInstant(event.askAt),
  }).onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing()).executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function paymentEvent(db: Db | Trx, provider: string, eventId: string): Promise<PaymentEventRow | undefined> {
  return db.selectFrom('payment_event').selectAll().where('provider', '=', provider).where('event_id', '=', eventId).executeTakeFirst();
}

/** Notifications whose consequences are still to be drawn, the longest due first. */
export async function eventsToAsk(db: Db | Trx, now: number, limit: number): Promise<PaymentEventRow[]> {
  return db.selectFrom('payment_event').selectAll().where('state', '=', 'open').where('ask_at', '<=', instant(now)).orderBy('ask_at').limit(limit).execute();
}

/** Brings the next ask about a payment forward to an instant; false when no notification about it waits. */
export async function askSooner(db: Db | Trx, provider: string, providerId: string, at: number): Promise<boolean> {
  await db.updateTable('payment_event').set({ ask_at: instant(at) })
    .where('provider', '=', provider).where('provider_id', '=', providerId).where('state', '=', 'open').where('ask_at', '>', instant(at)).execute();
  const open = await db.selectFrom('payment_event').select('event_id').where('provider', '=', provider).where('provider_id', '=', providerId).where('state', '=', 'open').executeTakeFirst();
  return open !== undefined;
}

/** How many notifications about a payment came since an instant. */
export async function eventsAbout(db: Db | Trx, provider: string, providerId: string, since: number): Promise<number> {
  const row = await db.selectFrom('payment_event').select((eb) => eb.fn.countAll<number>().as('count'))
    .where('provider', '=', provider).where('provider_id', '=', providerId).where('received_at', '>', instant(since)).executeTakeFirstOrThrow();
  return Number(row.count);
}

export interface EventChange {
  readonly state: 'open' | 'done';
  readonly outcome: string;
  readonly askAt: number | null;
  readonly asks: number;
}

/** Notes what came of a notification; one that is done stays done. */
export async function changeEvent(db: Db | Trx, provider: string, eventId: string, change: EventChange): Promise<void> {
  await db.updateTable('payment_event').set({ state: change.state, outcome: change.outcome, ask_at: nullableInstant(change.askAt), asks: change.asks })
    .where('provider', '=', provider).where('event_id', '=', eventId).where('state', '=', 'open').execute();
}

/** Everything that was stated of a payment, in the order in which it came. */
export async function statedOf(db: Db | Trx, provider: string, providerId: string): Promise<StatedMovement[]> {
  const rows = await db.selectFrom('payment_event').select('stated').where('provider', '=', provider).where('provider_id', '=', providerId)
    .where('stated', 'is not', null).orderBy('received_at').orderBy('event_id').execute();
  return rows.flatMap(({ stated }) => (stated === null ? [] : [stated]));
}

/** Asks for a thank-you; a second time changes nothing. */
export async function insertReceipt(trx: Trx, receipt: { paymentId: string; orderId: string; agreementId: string; at: number; until: number }): Promise<void> {
  await trx.insertInto('payment_receipt').values({
    payment_id: receipt.paymentId, order_id: receipt.orderId, agreement_id: receipt.agreementId, state: 'due', ask_at: instant(receipt.at), until_at: instant(receipt.until),
  }).onConflict((conflict) => conflict.column('payment_id').doNothing()).execute();
}

export async function receiptsDue(db: Db | Trx, now: number, limit: number): Promise<PaymentReceiptRow[]> {
  return db.selectFrom('payment_receipt').selectAll().where('state', '=', 'due').where('ask_at', '<=', instant(now)).orderBy('ask_at').orderBy('payment_id').limit(limit).execute();
}

/** The thank-you until the transaction ends, if it is still due. */
export async function lockReceipt(trx: Trx, paymentId: string): Promise<PaymentReceiptRow | undefined> {
  return trx.selectFrom('payment_receipt').selectAll().where('payment_id', '=', paymentId).where('state', '=', 'due').forUpdate().executeTakeFirst();
}

export async function changeReceipt(trx: Trx, paymentId: string, change: { state: PaymentReceiptRow['state']; reason?: string; askAt?: number }): Promise<void> {
  await trx.updateTable('payment_receipt').set({
    state: change.state, ...(change.reason === undefined ? {} : { reason: change.reason }), ...(change.askAt === undefined ? {} : { ask_at: instant(change.askAt) }),
  }).where('payment_id', '=', paymentId).execute();
}
