/** What everything about incoming payments is given. */
import type { PaymentAdapter, PaymentProvider } from '../../channels/payments/adapter.ts';
import type { PaymentAdapters } from '../../channels/payments/registry.ts';
import type { CreditorRow } from '../../db/creditors.ts';
import type { RegisterContext } from '../person-lock.ts';

export interface PaymentDeps {
  readonly ctx: RegisterContext;
  readonly adapters: PaymentAdapters;
  /** Where our pages and webhooks are reached from outside. */
  readonly publicBaseUrl: string;
}

/** For the evidence: who books what a provider says. */
export const PAYMENTS_ACTOR = 'payments';

export const DEFAULT_PAUSE_DAYS = 3;

/** The provider that takes money for a creditor; null: none is set up, or the creditor wants none. */
export function adapterFor(adapters: PaymentAdapters, { settings }: Pick<CreditorRow, 'settings'>): PaymentAdapter | null {
  const wanted = settings.payments?.provider;
  if (wanted === 'none') return null;
  if (wanted !== undefined) return adapters.get(wanted) ?? null;
  // A generic webhook reports payments; that it also takes them has to be said.
  return [...adapters.values()].find(({ provider }) => provider !== 'generic') ?? null;
}

export function isProvider(adapters: PaymentAdapters, name: string): name is PaymentProvider {
  return [...adapters.keys()].some((provider) => provider === name);
}
