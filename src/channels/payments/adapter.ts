/**
 * The one interface of everything that takes a debtor's money for a creditor. A notification is only a hint that
 * something happened; what counts is what the provider answers when asked. So every adapter does three things: start a
 * payment, recognise a notification, fetch the truth. None of them books anything.
 */

export type PaymentProvider = 'stripe' | 'mercadopago' | 'khipu' | 'flow' | 'webpay' | 'generic';

/** What a payer is about to pay; `reference` is our own random id of the order, the only thing of ours the provider gets back. */
export interface PaymentOrder {
  readonly reference: string;
  /** Minor units of `currency`. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** What the payer reads at the provider: the creditor and the agreement's reference, no word for debt. */
  readonly subject: string;
  /** BCP 47, such as es-CL. */
  readonly language: string;
  /** Where the payer's browser comes back to. */
  readonly returnUrl: string;
  /** Where the provider sends its notifications. */
  readonly notifyUrl: string;
  /** Epoch ms of the wall clock after which the provider takes no money for it, where it knows such a thing. */
  readonly expiresAt: number;
}

/** `payUrl`: where the payer goes on; `form`: the fields that a POST there must carry (Webpay Plus), else it is a plain link. */
export interface StartedPayment {
  readonly providerId: string;
  readonly payUrl: string;
  readonly form?: Readonly<Record<string, string>>;
}

/** A notification as it came: bytes untouched, header names in lower case. `url` is the public address with its query. */
export interface PaymentNotice {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  /** Epoch ms of the wall clock, for the tolerance of signed times. */
  readonly receivedAt: number;
}

/** What a notification says, once it is sure who sent it. `eventId` makes a repeat recognisable; `providerId` is what to ask about. */
export type ReadNotice =
  | { readonly kind: 'payment'; readonly eventId: string; readonly providerId: string }
  /** The notification is itself the statement, because there is nobody to ask (the generic webhook). `providerId` names the payment, also of a reversal. */
  | { readonly kind: 'stated'; readonly eventId: string; readonly providerId: string; readonly stated: StatedMovement }
  /** Signed, but about something that is none of ours (another product of the same account): kept, nothing follows. */
  | { readonly kind: 'other'; readonly eventId: string }
  | { readonly kind: 'forged' };

/** One movement of money, as the provider itself states it. Ids are unique per provider for ever. */
export interface MoneyMovement {
  readonly id: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What a notification states by itself; `reference` is our order's, `agreement` is `creditorId/externalId` when there was no order. */
export type StatedMovement =
  | (MoneyMovement & { readonly movement: 'payment'; readonly method: PaymentMethod; readonly reference: string | null; readonly agreement: string | null })
  | (MoneyMovement & { readonly movement: 'reversal' });

export type PaymentMethod = 'transfer' | 'card' | 'cash' | 'other';

/**
 * The truth about a payment. pending: nothing has moved (yet). paid: the money is ours, or the creditor's; what went
 * back since (refunds, lost disputes, chargebacks) stands in `reversals`. failed: it will not come any more.
 */
export type PaymentTruth =
  | { readonly state: 'pending' }
  | { readonly state: 'failed'; readonly code: string }
  | {
    readonly state: 'paid';
    /** The order's `reference`; null when the provider does not know it, then the money is unmatched. */
    readonly reference: string | null;
    readonly payment: MoneyMovement;
    readonly method: PaymentMethod;
    readonly reversals: readonly (MoneyMovement & { readonly reason: 'refund' | 'chargeback' })[];
  };

/** A provider's answer is a value; `retry` is for what may be asked again later. Codes hold no personal data. */
export type Asked<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'retry'; readonly code: string }
  | { readonly kind: 'refused'; readonly code: string };

export interface PaymentAdapter {
  readonly provider: PaymentProvider;
  /** Its notices carry no signature: anybody may post them, so only one about an order of ours is worth asking about. */
  readonly unsignedNotices?: true;
  start(order: PaymentOrder, deadline: AbortSignal): Promise<Asked<StartedPayment>>;
  /** Verifies and reads; never throws, whatever the bytes are. */
  read(notice: PaymentNotice): ReadNotice;
  /** Asks the provider what is true; `providerId` from `start` or from a notice. */
  fetch(providerId: string, deadline: AbortSignal): Promise<Asked<PaymentTruth>>;
}
