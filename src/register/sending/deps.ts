/** What sending is given: the register, the providers, the rules, and the switches of the installation. */
import type { Channels } from '../../channels/registry.ts';
import type { PaymentAdapters } from '../../channels/payments/registry.ts';
import type { PolicySet } from '../../contact-law/policy.ts';
import type { RegisterContext } from '../person-lock.ts';

export interface SendingConfig {
  readonly send: 'off' | 'allowlist' | 'on';
  readonly sendAllowlist: readonly string[];
  readonly publicBaseUrl: string;
}

/** Where a delivery stands; told to whoever watches it (the activity's heartbeat, a test that stops the worker there). */
export type Moment = 'claimed' | 'calling' | 'called' | 'recorded';

export interface SendingDeps {
  readonly ctx: RegisterContext;
  readonly channels: Channels;
  readonly config: SendingConfig;
  readonly policies: PolicySet;
  /** Providers of payment links; absent: messages carry none. */
  readonly payments?: PaymentAdapters | undefined;
  /** Ends the provider's call early (the activity was cancelled or the worker shuts down). */
  readonly signal?: AbortSignal | undefined;
  /** How long, in ms of wall time, a call may be in another worker's hands before it counts as abandoned. */
  readonly leaseMs?: number | undefined;
  readonly at?: ((moment: Moment, attemptId: string) => Promise<void> | void) | undefined;
}
