/** A register with Stripe (a stand-in, through the real client) and the generic webhook, and what tests ask of it. */
import { adaptersOf } from '../../src/channels/payments/registry.ts';
import { genericPayments, signGeneric } from '../../src/channels/payments/generic.ts';
import { stripePayments } from '../../src/channels/payments/stripe.ts';
import { allocationsOf, paymentsOf } from '../../src/db/payments.ts';
import { viewOf } from '../../src/domain/view.ts';
import type { PaymentDeps } from '../../src/register/payments/deps.ts';
import { makePaymentLink, paymentPage } from '../../src/register/payments/link.ts';
import { takeNotice } from '../../src/register/payments/notice.ts';
import { beginPayment } from '../../src/register/payments/order.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { ADMIN, openTestRegister, type TestRegister } from '../register/ledger.ts';
import { STRIPE_SECRET, startStripe, stripeEvent, type StripeStandIn } from './stand-in.ts';

export const GENERIC_SECRET = 'a-secret-of-the-tests';
const BASE = 'https://pacto.example';

export interface PaymentRig {
  readonly register: TestRegister;
  readonly stripe: StripeStandIn;
  readonly deps: PaymentDeps;
  close(): Promise<void>;
}

export async function openPayments(): Promise<PaymentRig> {
  const register = await openTestRegister();
  const stripe = await startStripe();
  const adapters = adaptersOf([
    stripePayments({ secretKey: 'sk_test_0123456789', webhookSecrets: [STRIPE_SECRET], baseUrl: stripe.url }), genericPayments({ secrets: [GENERIC_SECRET], payUrl: null }),
  ]);
  return {
    register, stripe, deps: { ctx: register.ctx, adapters, publicBaseUrl: BASE },
    close: async () => {
      await stripe.close();
      await register.close();
    },
  };
}

export interface Started {
  readonly token: string;
  readonly reference: string;
  readonly session: string;
}

/** A link of the agreement, opened and begun. */
export async function started({ deps }: PaymentRig, agreementId: string, what: 'due' | 'all' = 'due'): Promise<Started> {
  const url = await makePaymentLink(deps, ADMIN, agreementId);
  const token = url?.split('/p/')[1] ?? '';
  const page = await paymentPage(deps, token);
  const begun = await beginPayment(deps, page?.link.id ?? '', what, 'es-CL');
  if (begun.kind !== 'started') throw new Error(`the payment did not begin: ${begun.kind}`);
  return { token, reference: begun.reference, session: begun.started.providerId };
}

let counter = 0;

/** The payer pays at the stand-in: a succeeded intent of the session. */
export function pays({ stripe }: PaymentRig, order: Pick<Started, 'reference' | 'session'>, amount: number, given: { currency?: string; reference?: string | null } = {}): string {
  counter += 1;
  const id = `pi_${counter}`;
  stripe.intents.set(id, { id, status: 'succeeded', amount, currency: given.currency ?? 'clp', reference: given.reference === undefined ? order.reference : given.reference, refunds: [], disputes: [] });
  const session = stripe.sessions.get(order.session);
  if (session !== undefined) Object.assign(session, { intent: id, status: 'complete' });
  return id;
}

export async function tellStripe({ deps }: PaymentRig, type: string, object: Record<string, unknown>, id?: string): Promise<void> {
  await takeNotice(deps, 'stripe', { url: `${BASE}/webhooks/payments/stripe`, receivedAt: Date.now(), ...stripeEvent(type, object, id === undefined ? {} : { id }) });
}

export async function tellGeneric({ deps }: PaymentRig, body: Record<string, unknown>): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(body));
  await takeNotice(deps, 'generic', { url: `${BASE}/webhooks/payments/generic`, receivedAt: Date.now(), body: bytes, headers: { 'x-pacto-signature': signGeneric(GENERIC_SECRET, bytes, Date.now()) } });
}

/** What an agreement has: standing money, and whether paid - reversed = allocated + credit. */
export async function moneyOf({ register: { db } }: PaymentRig, agreementId: string) {
  const { row, state } = await loadState(db, agreementId);
  const view = viewOf(state);
  const payments = await paymentsOf(db, agreementId);
  const standing = payments.filter((one) => one.reversed_at === null).reduce((sum, one) => sum + one.amount_minor, 0);
  const allocated = (await allocationsOf(db, agreementId)).reduce((sum, one) => sum + one.amount_minor, 0);
  return { rows: payments.length, standing, balanced: allocated + view.creditMinor === standing && row.paid_minor === view.paidMinor, phase: view.phase, holdUntil: view.holdUntil, balance: view.balanceMinor };
}
