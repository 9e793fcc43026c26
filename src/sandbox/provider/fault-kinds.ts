/** The ways in which the sandbox can misbehave, and where in a provider's work each of them acts. */
import { z } from 'zod';

export const FAULT_KINDS = [
  'slow', 'timeout', '429', '500', 'resetAfterAccept', 'resetBeforeAccept', 'duplicateCallback', 'lateCallback',
  'reorderedCallbacks', 'noCallback', 'undelivered', 'bounce', 'landline', 'optedOut',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** `email` is mail by either way, `smtp` only what comes over SMTP, `payment` what is started at the bank and told by it. */
export const FAULT_CHANNELS = ['sms', 'email', 'smtp', 'payment'] as const;
export type FaultChannel = (typeof FAULT_CHANNELS)[number];

export type SandboxProvider = 'twilio' | 'sendgrid' | 'smtp' | 'khipu' | 'webpay';

/** call: how the sending call is answered. delivery: what becomes of an accepted message. callback: how one hears of it. */
export type FaultStage = 'call' | 'delivery' | 'callback';

const EVERY_CALL = { twilio: 'call', sendgrid: 'call', smtp: 'call', khipu: 'call', webpay: 'call' } as const;
const EVERY_WEBHOOK = { twilio: 'callback', sendgrid: 'callback' } as const;

/** What is not here has no meaning for that provider: SMTP has no callbacks (a failure comes back as a mail), a mail has no landline, Webpay tells nobody. */
const STAGES: Readonly<Record<FaultKind, Readonly<Partial<Record<SandboxProvider, FaultStage>>>>> = {
  slow: EVERY_CALL,
  timeout: EVERY_CALL,
  '429': EVERY_CALL,
  '500': EVERY_CALL,
  resetAfterAccept: EVERY_CALL,
  resetBeforeAccept: EVERY_CALL,
  duplicateCallback: { ...EVERY_WEBHOOK, khipu: 'callback' },
  lateCallback: { ...EVERY_WEBHOOK, khipu: 'callback' },
  reorderedCallbacks: EVERY_WEBHOOK,
  noCallback: { ...EVERY_WEBHOOK, khipu: 'callback' },
  undelivered: { twilio: 'delivery', sendgrid: 'delivery', smtp: 'delivery' },
  bounce: { twilio: 'delivery', sendgrid: 'delivery', smtp: 'delivery' },
  landline: { twilio: 'delivery' },
  optedOut: { twilio: 'call', sendgrid: 'delivery' },
};

const PROVIDERS: Readonly<Record<FaultChannel, readonly SandboxProvider[]>> = { sms: ['twilio'], email: ['sendgrid', 'smtp'], smtp: ['smtp'], payment: ['khipu', 'webpay'] };

export const faultSchema = z.strictObject({
  channel: z.enum(FAULT_CHANNELS),
  kind: z.union([z.string(), z.number()]).transform(String).pipe(z.enum(FAULT_KINDS)),
  /** Share of the messages it strikes, above 0 up to 1 … */
  rate: z.number().gt(0).max(1).optional(),
  /** … or how many of the next ones. */
  next: z.number().int().min(1).max(100_000).optional(),
  /** Only messages to this number or address. */
  to: z.string().min(1).max(254).optional(),
  /** How long `slow` takes, wall ms. */
  ms: z.number().int().min(0).max(60_000).optional(),
  /** With `500`: the message was taken all the same, as a gateway does whose answer got lost behind it. */
  accepted: z.boolean().optional(),
});

export type Fault = z.infer<typeof faultSchema>;

export const faultBody = faultSchema
  .refine((fault) => (fault.rate === undefined) !== (fault.next === undefined), { path: ['rate'], message: 'either rate (above 0, up to 1) or next (how many messages)' })
  .refine((fault) => fault.accepted !== true || fault.kind === '500', { path: ['accepted'], message: 'only the kind 500 can take a message and answer that it failed' })
  .refine((fault) => PROVIDERS[fault.channel].some((provider) => stageOf(fault, provider) !== undefined), { path: ['kind'], message: 'this channel cannot fail in this way' });

/** Where a fault acts for a message of this provider; undefined: it does not concern it. A mail server that answers 4xx or 5xx has taken nothing (RFC 5321). */
export function stageOf(fault: Fault, provider: SandboxProvider): FaultStage | undefined {
  if (provider === 'smtp' && fault.accepted === true) return undefined;
  return PROVIDERS[fault.channel].includes(provider) ? STAGES[fault.kind][provider] : undefined;
}
