/**
 * A payment system that speaks nothing of its own: whoever runs it signs what happened and posts it. The header
 * `x-pacto-signature: t=<unix seconds>,v1=<hex>` holds the HMAC-SHA256 of `<t>.<raw body>`; several `v1` may stand in
 * it. The body is the statement: there is nobody to ask.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { formatMinor } from '../../domain/money.ts';
import type { PaymentAdapter, PaymentNotice, ReadNotice, StatedMovement } from './adapter.ts';

export interface GenericSettings {
  /** Any of them may sign: the new one is added before the old one goes. */
  readonly secrets: readonly string[];
  /** Where a payer is sent: `{reference}`, `{amountMinor}`, `{currency}`, `{returnUrl}` are filled in. Null: links cannot start here. */
  readonly payUrl: string | null;
}

export const GENERIC_SIGNATURE_HEADER = 'x-pacto-signature';
/** A signature may be this old, or this far ahead, in seconds. */
export const TOLERANCE_S = 300;

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/);
const name = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}';
const common = {
  eventId: id, providerId: id, amountMinor: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/),
  paidAt: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
};

/** What is posted. A payment names our order (`reference`) or an agreement (`creditorId/externalId`); a reversal names the payment (`of`). */
export const genericBody = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common, kind: z.literal('payment'), reference: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/).optional(),
    agreement: z.string().regex(new RegExp(`^${name}/${name}$`)).optional(), method: z.enum(['transfer', 'card', 'cash', 'other']).default('other'),
  }),
  z.strictObject({ ...common, kind: z.literal('reversal'), of: id }),
]);

/** The adapter over a list of secrets. */
export function genericPayments(settings: GenericSettings): PaymentAdapter {
  return {
    provider: 'generic',
    start: async (order) => {
      if (settings.payUrl === null) return { kind: 'refused', code: 'no-pay-page' };
      const filled: Readonly<Record<string, string>> = {
        reference: order.reference, amountMinor: String(order.amountMinor), currency: order.currency, returnUrl: order.returnUrl, amount: formatMinor(order.amountMinor, order.currency),
      };
      const payUrl = settings.payUrl.replace(/\{(\w+)\}/g, (whole, key: string) => (filled[key] === undefined ? whole : encodeURIComponent(filled[key])));
      return { kind: 'ok', value: { providerId: order.reference, payUrl } };
    },
    read: (notice) => readGeneric(settings.secrets, notice),
    // What is known of a payment was posted; the register keeps it and reads it there.
    fetch: async () => ({ kind: 'ok', value: { state: 'pending' } }),
  };
}

function readGeneric(secrets: readonly string[], notice: PaymentNotice): ReadNotice {
  const body = signedBy(secrets, notice) ? parsed(notice.body) : null;
  if (body === null) return { kind: 'forged' };
  const { eventId, providerId, amountMinor, currency, paidAt } = body;
  const movement = { id: providerId, amountMinor, currency, at: paidAt };
  const stated: StatedMovement = body.kind === 'payment'
    ? { ...movement, movement: 'payment', method: body.method, reference: body.reference ?? null, agreement: body.agreement ?? null }
    : { ...movement, movement: 'reversal' };
  return { kind: 'stated', eventId, providerId: body.kind === 'payment' ? providerId : body.of, stated };
}

/** A signed body of another shape is refused like a forged one: its sender has to hear that nothing was taken. */
function parsed(body: Buffer): z.output<typeof genericBody> | null {
  try {
    const result = genericBody.safeParse(JSON.parse(body.toString('utf8')));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

function signedBy(secrets: readonly string[], { headers, body, receivedAt }: PaymentNotice): boolean {
  const parts = (headers[GENERIC_SIGNATURE_HEADER] ?? '').split(',').map((part) => part.trim());
  const times = parts.filter((part) => part.startsWith('t=')).map((part) => part.slice(2));
  const [time] = times;
  if (time === undefined || times.length !== 1 || !/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(receivedAt / 1000 - Number(time)) > TOLERANCE_S) return false;
  const given = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part)).map((part) => Buffer.from(part.slice(3), 'hex'));
  return secrets.some((secret) => {
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return given.some((one) => timingSafeEqual(one, expected));
  });
}

/** The header for a body, as a sender makes it; `at` epoch ms of the wall clock. */
export function signGeneric(secret: string, body: string | Buffer, at: number): string {
  const time = Math.floor(at / 1000);
  return `t=${time},v1=${createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')}`;
}
