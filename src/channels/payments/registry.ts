/** The payment providers that this installation is set up for. Nothing set up: messages carry no payment link. */
import type { Config } from '../../config.ts';
import type { PaymentAdapter, PaymentProvider } from './adapter.ts';
import { genericPayments } from './generic.ts';
import { stripePayments } from './stripe.ts';

export type PaymentAdapters = ReadonlyMap<PaymentProvider, PaymentAdapter>;

export type PaymentsConfig = Pick<Config, 'payments'>;

/** Builds the adapters, in the order in which they are offered where a creditor chose none. */
export function configuredPayments({ payments }: PaymentsConfig): PaymentAdapters {
  const { stripe, generic } = payments;
  return adaptersOf([
    ...(stripe === null ? [] : [stripePayments(stripe)]),
    ...(generic === null ? [] : [genericPayments(generic)]),
  ]);
}

/** By provider. */
export function adaptersOf(adapters: readonly PaymentAdapter[]): PaymentAdapters {
  return new Map(adapters.map((adapter) => [adapter.provider, adapter]));
}
