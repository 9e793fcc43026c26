/** What a template may speak of. Whatever is optional is null when absent, so that a template can ask for it. */
import { z } from 'zod';
import { isLocalDate, isZone } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { isKnownCurrency } from './amount.ts';

/** Names come from files and forms: a line break in one would break a subject line or forge a paragraph. */
const name = z.string().transform((text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()).pipe(z.string().min(1).max(120));
const link = z.url({ protocol: /^https?$/ }).max(500);
const localDate = z.string().refine(isLocalDate, 'a local date YYYY-MM-DD');
const zone = z.string().refine(isZone, 'an IANA time zone');
const amountMinor = z.int().min(0);
const currency = z.string().refine(isKnownCurrency, 'a currency whose minor unit is known');

const item = z.object({
  /** A charge and a discount that lapsed are owed like an instalment, but they are none of the plan; a debt has no plan yet. */
  kind: z.enum(['instalment', 'charge', 'lapsedDiscount', 'debt']).default('instalment'),
  /** How the person knows the agreement or contract. */
  reference: name,
  /** 0 is the down payment. */
  instalmentNumber: z.int().min(0),
  instalments: z.int().min(1),
  dueOn: localDate,
  amountMinor,
  currency,
});

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

/** What is owed under one agreement, as the law wants it told: contract, dates, interest, fees and taxes apart. */
const contract = z.object({
  reference: name,
  signedOn: optional(localDate),
  defaultedOn: optional(localDate),
  /** The oldest date that is not paid. */
  dueOn: optional(localDate),
  owedMinor: amountMinor,
  /** Whether the creditor told what the amount is made of; without it nothing is charged besides the plan. */
  itemised: z.boolean().default(false),
  interestMinor: amountMinor.default(0),
  lateInterestMinor: amountMinor.default(0),
  feesMinor: amountMinor.default(0),
  taxesMinor: amountMinor.default(0),
});

/** How to reach the firm, and who the creditor is on paper. */
const contact = z.object({
  phone: optional(name), email: optional(name), address: optional(name), taxId: optional(name), person: optional(name),
  creditorAddress: optional(name), creditorTaxId: optional(name),
});

export const messageData = z.object({
  firstName: name,
  /** Who writes. */
  firm: name,
  /** On whose behalf; the same as the firm when a creditor writes for itself. */
  creditorName: name,
  /** Whether it is known that this contact point reaches the person: until then an SMS or a subject tells nothing. */
  confirmed: z.boolean().default(false),
  /** There is no agreement about any of it yet: what is spoken of is the contract. */
  beforeAgreement: z.boolean().default(false),
  /** The instalments the message speaks of, oldest first. */
  items: z.array(item).max(50).default([]),
  totalMinor: amountMinor.default(0),
  currency,
  /** Everything that is owed under `contracts`. */
  owedMinor: amountMinor.default(0),
  contracts: z.array(contract).max(50).default([]),
  contact: contact.prefault({}),
  /** Where the person pays the creditor; null: only at the creditor's own. */
  payUrl: link.nullish().transform((url) => url ?? null),
  link,
  unsubscribeUrl: link.nullish().transform((url) => url ?? null),
  surveyUrl: link.nullish().transform((url) => url ?? null),
  callback: z.object({ from: z.int(), zone, agent: name.nullish().transform((agent) => agent ?? null) }).nullish().transform((value) => value ?? null),
  promise: z.object({ dueOn: localDate, amountMinor }).nullish().transform((value) => value ?? null),
  zone,
  /** ISO country of the person; absent: the fixed sentences of every country are kept. */
  country: z.string().length(2).nullish().transform((value) => value ?? null),
});

export type MessageDataInput = z.input<typeof messageData>;
export type MessageData = z.output<typeof messageData>;
export type MessageItem = z.output<typeof item>;

/** Checks the data of a message; the error names the fields, never their values. */
export function parseMessageData(data: unknown): MessageData {
  const parsed = messageData.safeParse(data);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new AppError('ERR_TEMPLATE', `The data of the message is not complete: ${errors.map(({ path }) => path).join(', ')}.`, { errors });
}
