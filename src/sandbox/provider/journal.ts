/**
 * Everything the provider sandbox was handed, and what became of it: in memory for the questions, in an append-only file
 * of JSON lines for a restart. A message stands in the file before the sender gets its answer.
 */
import { closeSync, openSync } from 'node:fs';
import { z } from 'zod';
import { faultSchema, type Fault } from './fault-kinds.ts';
import { readLines, writeWhole } from './lines-file.ts';

const eventSchema = z.object({
  /** Virtual epoch ms. */
  at: z.number(),
  /** The provider's own word: sent, delivered, bounce … */
  status: z.string(),
  errorCode: z.string().optional(),
  /** HTTP status our API answered the callback with; null: it did not answer; absent: nobody was told. */
  told: z.number().nullable().optional(),
});

const messageSchema = z.object({
  providerId: z.string(),
  provider: z.enum(['twilio', 'sendgrid', 'smtp']),
  channel: z.enum(['sms', 'email']),
  /** Virtual epoch ms of acceptance. */
  at: z.number(),
  to: z.string(),
  from: z.string().nullable(),
  messagingServiceSid: z.string().optional(),
  accountSid: z.string().optional(),
  body: z.string().optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  attemptId: z.string().nullable(),
  callbackUrl: z.string().optional(),
  /** Of a mail by SMTP: what a report on it quotes. */
  messageId: z.string().optional(),
  status: z.string(),
  errorCode: z.string().optional(),
  events: z.array(eventSchema),
});

const receiptSchema = z.object({
  id: z.string(),
  providerId: z.string(),
  /** Virtual epoch ms at which it is told. */
  at: z.number(),
  /** Virtual epoch ms of what it tells. */
  happenedAt: z.number(),
  status: z.string(),
  errorCode: z.string().optional(),
  /** SendGrid's kind of bounce (bounce, blocked) and the mail server's words. */
  type: z.string().optional(),
  reason: z.string().optional(),
  /** How often the callback is posted: 0 (lost), 1, or 2 (repeated). */
  posts: z.number().int(),
  tries: z.number().int(),
});

const inboundSchema = z.object({ providerId: z.string(), at: z.number(), from: z.string(), to: z.string(), body: z.string(), told: z.number().nullable() });

const recordSchema = z.discriminatedUnion('kind', [
  // One line for what belongs together: a process that is killed between two lines must not forget half of it.
  z.object({ kind: z.literal('message'), message: messageSchema, receipts: z.array(receiptSchema).default([]) }),
  z.object({ kind: z.literal('event'), providerId: z.string(), receiptId: z.string(), event: eventSchema, again: receiptSchema.optional() }),
  // Written by earlier releases: a receipt on a line of its own.
  z.object({ kind: z.literal('receipt'), receipt: receiptSchema }),
  z.object({ kind: z.literal('inbound'), inbound: inboundSchema }),
  z.object({ kind: z.literal('faults'), faults: z.array(faultSchema) }),
]);

export type SandboxMessage = z.infer<typeof messageSchema>;
export type SandboxEvent = z.infer<typeof eventSchema>;
export type Receipt = z.infer<typeof receiptSchema>;
export type InboundMessage = z.infer<typeof inboundSchema>;
type JournalRecord = z.infer<typeof recordSchema>;

/** Statuses that nothing later changes, however the callbacks are ordered. */
const FINAL: ReadonlySet<string> = new Set(['delivered', 'undelivered', 'failed', 'bounce', 'dropped']);

export interface JournalFilter {
  readonly to?: string;
  readonly channel?: string;
  readonly attempt?: string;
}

export class Journal {
  readonly #messages: SandboxMessage[] = [];
  readonly #byId = new Map<string, SandboxMessage>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #inbound: InboundMessage[] = [];
  #file: number | null;
  #faults: readonly Fault[] = [];

  /** Reads the file back; `path` null keeps everything in memory only. */
  constructor(path: string | null) {
    if (path !== null) for (const record of readLines(path, recordSchema)) this.#apply(record);
    this.#file = path === null ? null : openSync(path, 'a', 0o600);
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  accept(message: SandboxMessage, receipts: readonly Receipt[]): void {
    this.#write({ kind: 'message', message, receipts: [...receipts] });
  }

  /** The receipt has happened: the message's status, what our API answered to the callback, and when it is told again (null: never). */
  happened(receipt: Receipt, event: SandboxEvent, again: Receipt | null): void {
    this.#write({ kind: 'event', providerId: receipt.providerId, receiptId: receipt.id, event, ...(again === null ? {} : { again }) });
  }

  receive(inbound: InboundMessage): void {
    this.#write({ kind: 'inbound', inbound });
  }

  keepFaults(faults: readonly Fault[]): void {
    this.#write({ kind: 'faults', faults: [...faults] });
  }

  faults(): readonly Fault[] {
    return this.#faults;
  }

  find(providerId: string): SandboxMessage | undefined {
    return this.#byId.get(providerId);
  }

  /** Messages in the order of acceptance. */
  messages(filter: JournalFilter = {}): SandboxMessage[] {
    const to = filter.to?.toLowerCase();
    return this.#messages.filter((message) =>
      (to === undefined || message.to.toLowerCase() === to)
      && (filter.channel === undefined || message.channel === filter.channel)
      && (filter.attempt === undefined || message.attemptId === filter.attempt));
  }

  /** What people wrote to us. */
  inbound(): readonly InboundMessage[] {
    return this.#inbound;
  }

  /** When the next receipt is due (virtual epoch ms); null: none is. */
  nextReceiptAt(): number | null {
    let next: number | null = null;
    for (const { at } of this.#receipts.values()) if (next === null || at < next) next = at;
    return next;
  }

  /** Receipts due up to an instant, in their order. */
  dueReceipts(until: number): Receipt[] {
    return [...this.#receipts.values()].filter((receipt) => receipt.at <= until).sort((a, b) => a.at - b.at);
  }

  #write(record: JournalRecord): void {
    if (this.#file !== null) writeWhole(this.#file, `${JSON.stringify(record)}\n`);
    this.#apply(record);
  }

  #apply(record: JournalRecord): void {
    switch (record.kind) {
      case 'message':
        this.#messages.push(record.message);
        this.#byId.set(record.message.providerId, record.message);
        for (const receipt of record.receipts) this.#receipts.set(receipt.id, receipt);
        return;
      case 'receipt':
        this.#receipts.set(record.receipt.id, record.receipt);
        return;
      case 'event':
        this.#receipts.delete(record.receiptId);
        if (record.again !== undefined) this.#receipts.set(record.again.id, record.again);
        this.#note(record.providerId, record.event);
        return;
      case 'inbound':
        this.#inbound.push(record.inbound);
        return;
      case 'faults':
        this.#faults = record.faults;
    }
  }

  #note(providerId: string, event: SandboxEvent): void {
    const message = this.#byId.get(providerId);
    if (message === undefined) return;
    message.events.push(event);
    if (FINAL.has(message.status)) return;
    message.status = event.status;
    if (event.errorCode !== undefined) message.errorCode = event.errorCode;
  }
}
