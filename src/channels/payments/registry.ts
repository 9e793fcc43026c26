/** The payment providers that this installation is set up for. Nothing set up: messages carry no payment link. */
import { wallNow } from '../../clock.ts';
import type { Config } from '../../config.ts';
import type { PaymentAdapter, PaymentProvider } from './adapter.ts';
import { createFlow } from './flow.ts';
import { genericPayments } from './generic.ts';
import { createKhipu } from './khipu.ts';
import { createMercadoPago } from './mercadopago.ts';
import { stripePayments } from './stripe.ts';
import { createWebpay } from './webpay.ts';

export type PaymentAdapters = ReadonlyMap<PaymentProvider, PaymentAdapter>;

export type PaymentsConfig = Pick<Config, 'payments'>;

/** Builds the adapters, in the order in which they are offered where a creditor chose none. */
export function configuredPayments({ payments }: PaymentsConfig): PaymentAdapters {
  const { stripe, mercadopago, khipu, flow, webpay, generic } = payments;
  return adaptersOf([
    ...(stripe === null ? [] : [stripePayments(stripe)]),
    ...(mercadopago === null ? [] : [createMercadoPago(at(mercadopago))]),
    ...(khipu === null ? [] : [createKhipu(at(khipu))]),
    ...(flow === null ? [] : [createFlow({ ...at(flow), now: wallNow })]),
    ...(webpay === null ? [] : [createWebpay(at(webpay))]),
    ...(generic === null ? [] : [genericPayments(generic)]),
  ]);
}

/** Without an address of a stand-in the adapters take the provider's own. */
function at<T extends { readonly baseUrl: string | null }>({ baseUrl, ...account }: T): Omit<T, 'baseUrl'> & { baseUrl?: string } {
  return baseUrl === null ? account : { ...account, baseUrl };
}

/** By provider. */
export function adaptersOf(adapters: readonly PaymentAdapter[]): PaymentAdapters {
  return new Map(adapters.map((adapter) => [adapter.provider, adapter]));
}
