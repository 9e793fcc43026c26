/** `pacto pay <agreement> …`: records a payment, once per external id. */
import { paymentByExternalId } from '../../db/payments.ts';
import { AppError } from '../../errors.ts';
import { resolveAgreement } from '../../register/agreement-reads.ts';
import { bookPayment, paymentBody } from '../../register/payment.ts';
import type { RegisterContext } from '../../register/person-lock.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { CLI_ACTOR, withRegister } from '../installation.ts';
import { minute, type Output } from '../output.ts';

export interface PayOptions {
  readonly amountMinor: string;
  readonly currency: string;
  readonly externalId: string;
  readonly paidAt?: string | undefined;
  readonly method?: string | undefined;
  readonly instalment?: string | undefined;
}

/** ERR_BODY names the wrong option by its field; the same payment again is answered as before. */
export async function pay(flags: GlobalFlags, output: Output, ref: string, options: PayOptions): Promise<void> {
  const { created, payment } = await withRegister(flags, async (ctx) => {
    const paidAt = options.paidAt ?? (await defaultPaidAt(ctx, ref, options.externalId));
    // Money is counted in digits: what Number() would make of '1e3', ' 5' or '0x10' is not what was written.
    const parsed = paymentBody.safeParse({
      externalId: options.externalId, amountMinor: wholeNumber(options.amountMinor), currency: options.currency, paidAt,
      ...(options.method === undefined ? {} : { method: options.method }),
      ...(options.instalment === undefined ? {} : { instalment: wholeNumber(options.instalment) }),
    });
    if (!parsed.success) throw new AppError('ERR_BODY', undefined, { errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })) });
    return bookPayment(ctx, CLI_ACTOR, ref, parsed.data);
  });
  output.answer({ created, payment }, [`${payment.externalId}: ${payment.currency} ${payment.amountMinor} (minor units) ${created ? 'booked' : 'had been booked'} for ${minute(payment.paidAt)}.`]);
}

/** Now; or, when this payment is booked already, its own instant: the command repeated is the same payment. */
async function defaultPaidAt(ctx: RegisterContext, ref: string, externalId: string): Promise<string> {
  const { creditor_id: creditorId } = await resolveAgreement(ctx, CLI_ACTOR, ref);
  const booked = await paymentByExternalId(ctx.db, creditorId, externalId);
  return new Date(booked?.paid_at ?? (await ctx.clock.now())).toISOString();
}

/** The number as written, or the text itself: then the schema says what it must be. */
function wholeNumber(text: string): number | string {
  return /^\d{1,16}$/.test(text) ? Number(text) : text;
}
