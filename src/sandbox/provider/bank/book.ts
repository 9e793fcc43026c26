/**
 * The books of the bank of the sandbox: every payment that was started here and where it stands. In memory for the
 * questions, in an append-only file for a restart; a line is a payment as it was from then on.
 */
import { closeSync, openSync } from 'node:fs';
import { z } from 'zod';
import { readLines, writeWhole } from '../lines-file.ts';

export const BANK_PROTOCOLS = ['khipu', 'webpay'] as const;
export type BankProtocol = (typeof BANK_PROTOCOLS)[number];

/** Something the bank does by itself: carries out what was put off, or tells of what happened. */
const dutySchema = z.object({
  kind: z.enum(['settle', 'tell']),
  /** Virtual epoch ms. */
  at: z.number(),
  /** How often it is told: 0 (lost), 1, or 2 (repeated). */
  posts: z.number().int(),
  tries: z.number().int(),
});

const paymentSchema = z.object({
  /** Khipu's payment id, Webpay's token. */
  id: z.string(),
  protocol: z.enum(BANK_PROTOCOLS),
  /** What the merchant calls it: `transaction_id`, `session_id`. */
  reference: z.string(),
  /** Webpay's `buy_order`; empty at Khipu. */
  order: z.string(),
  subject: z.string(),
  /** As it was asked for, in whole units with a point. */
  amount: z.string(),
  currency: z.string(),
  returnUrl: z.string(),
  /** Where is told; null: nowhere. */
  notifyUrl: z.string().nullable(),
  /** Virtual epoch ms. */
  createdAt: z.number(),
  /**
   * open: nobody has paid. verifying: the payer has, the bank has not yet (Khipu). authorized and declined: the payer is
   * through the form and the merchant has not asked for the money (Webpay). paid, rejected, refunded: over.
   */
  state: z.enum(['open', 'verifying', 'authorized', 'declined', 'paid', 'rejected', 'refunded']),
  /** Virtual epoch ms. */
  paidAt: z.number().nullable(),
  /** What of it went back, in whole units with a point. */
  refunded: z.string(),
  duties: z.array(dutySchema),
  /** HTTP status our API answered with to what it was told; null: it did not answer. */
  told: z.array(z.object({ at: z.number(), status: z.number().nullable() })),
});

export type BankPayment = z.infer<typeof paymentSchema>;
export type BankDuty = z.infer<typeof dutySchema>;

export class BankBook {
  readonly #payments = new Map<string, BankPayment>();
  #file: number | null;

  /** Reads the file back; `path` null keeps everything in memory only. */
  constructor(path: string | null) {
    if (path !== null) for (const payment of readLines(path, paymentSchema)) this.#payments.set(payment.id, payment);
    this.#file = path === null ? null : openSync(path, 'a', 0o600);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  /** In the file before anybody gets an answer. */
  keep(payment: BankPayment): void {
    if (this.#file !== null) writeWhole(this.#file, `${JSON.stringify(payment)}\n`);
    this.#payments.set(payment.id, payment);
  }

  find(protocol: BankProtocol, id: string): BankPayment | undefined {
    const payment = this.#payments.get(id);
    return payment?.protocol === protocol ? payment : undefined;
  }

  /** In the order in which they were started. */
  payments(): BankPayment[] {
    return [...this.#payments.values()];
  }

  /** When the bank has something to do (virtual epoch ms); null: never. */
  nextAt(): number | null {
    const instants = this.payments().flatMap(({ duties }) => duties.map(({ at }) => at));
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** What the bank has to do up to an instant, in its order. */
  due(until: number): { readonly id: string; readonly duty: BankDuty }[] {
    return this.payments().flatMap(({ id, duties }) => duties.filter(({ at }) => at <= until).map((duty) => ({ id, duty }))).sort((a, b) => a.duty.at - b.duty.at);
  }

  payment(id: string): BankPayment | undefined {
    return this.#payments.get(id);
  }
}
