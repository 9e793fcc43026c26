/** What a debtor may agree to without asking anybody, and the acceptance of it with its evidence. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { coDebtorIdsOf } from '../../db/co-debtors.ts';
import type { AgreementRow } from '../../db/database.ts';
import { linkById } from '../../db/links.ts';
import { acceptanceOf, insertAcceptance } from '../../db/negotiation.ts';
import type { AgreementState, Instant } from '../../domain/agreement.ts';
import { offers as plansWithin, type PlanOffer } from '../../domain/negotiation-offers.ts';
import { limitsOf, nextAllowedAt, restsOf, type NegotiationLimits } from '../../domain/negotiation-policy.ts';
import type { PromiseLimits } from '../../domain/promise-limits.ts';
import { viewOf } from '../../domain/view.ts';
import { localDate } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import { plainText } from '../agreement-body.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { recordFact } from '../fact.ts';
import type { PersonLock, RegisterContext } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { acceptedText } from './accepted-text.ts';
import { policyOf, promiseLimitsOf, settingsOf } from './policy.ts';
import { requireRenegotiable } from './renegotiable.ts';

/** A plan that may be accepted as it is; amounts in minor units of `currency`, dates local. */
export interface Offer {
  /** Digest of the offer, of the local day and of where the agreement stands: it goes with any of them. */
  readonly id: string;
  readonly kind: PlanOffer['kind'];
  readonly instalments: readonly { readonly number: number; readonly dueOn: string; readonly amountMinor: number }[];
  /** Forgiven as long as the date is kept; 0 but for `payNow`. */
  readonly discountMinor: number;
  readonly currency: string;
}

export interface OfferLimits extends NegotiationLimits {
  readonly promise: PromiseLimits;
}

export interface Offered {
  readonly offers: readonly Offer[];
  readonly limits: OfferLimits;
  /** When the cool-down is over, epoch ms; null: it does not stand in the way, or no more plans are allowed at all. */
  readonly nextAllowedAt: number | null;
}

/** What may be offered now, by the creditor's policy or, where it has none, by strict defaults. */
export async function offersFor(ctx: RegisterContext, agreementId: string): Promise<Offered> {
  const { row, state } = await loadState(ctx.db, agreementId);
  const [now, settings] = [await ctx.clock.now(), await settingsOf(ctx.db, row.creditor_id)];
  const policy = policyOf(settings);
  const limits = { ...limitsOf(state, policy, now), promise: promiseLimitsOf(settings) };
  const next = limits.renegotiationsMade >= limits.maxRenegotiations ? null : nextAllowedAt(state, policy, now);
  const plans = row.kind === 'debt' ? [] : plansWithin(state, policy, now);
  return { offers: plans.map((plan) => offerOf(plan, state, now)), limits, nextAllowedAt: next };
}

function offerOf({ kind, instalments, discountMinor }: PlanOffer, state: AgreementState, now: Instant): Offer {
  const view = viewOf(state);
  const { agreementId, zone, currency } = state.terms;
  const standing = { agreementId, today: localDate(zone, now), version: view.planVersion, phase: view.phase, rests: restsOf(view) };
  const id = createHash('sha256').update(canonicalize({ standing, kind, instalments, discountMinor }) ?? '').digest('hex').slice(0, 32);
  return { id, kind, instalments, discountMinor, currency };
}

export const acceptance = z.strictObject({
  by: z.enum(['debtor', 'agent']),
  /** Id of a key or a session, `debtor`, or a process; never a name. */
  actorId: z.string().regex(/^[\x21-\x7e]{1,100}$/, 'must be an id'),
  channel: z.enum(['page', 'reply', 'phone', 'api']),
  /** The message's link by which a page was opened; needed with `page`. */
  linkId: z.uuid().optional(),
  /** What was shown or read out when the person agreed. */
  textShown: plainText(8_000),
}).refine(({ channel, linkId }) => channel !== 'page' || linkId !== undefined, { path: ['linkId'], message: 'is needed when it was accepted on a page' });

export interface Acceptance {
  readonly by: 'debtor' | 'agent';
  readonly actorId: string;
  readonly channel: 'page' | 'reply' | 'phone' | 'api';
  readonly linkId?: string;
  readonly textShown: string;
}

/**
 * Accepts an offer: its plan becomes the next version, with evidence of who agreed to which text. Again it answers the
 * same. ERR_OFFER when it is not on offer (any more), ERR_STATE when the agreement is over or with the lawyers.
 */
export async function acceptOffer(ctx: RegisterContext, agreementId: string, offerId: string, given: Acceptance): Promise<{ version: number }> {
  const parsed = acceptance.safeParse(given);
  if (!parsed.success) {
    throw new AppError('ERR_BODY', undefined, { errors: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message })) });
  }
  return underAgreementLock(ctx, agreementId, (lock, row) => acceptUnder(lock, ctx, row, offerId, parsed.data));
}

async function acceptUnder(lock: PersonLock, ctx: RegisterContext, row: AgreementRow, offerId: string, accepted: z.output<typeof acceptance>): Promise<{ version: number }> {
  const known = await acceptanceOf(lock.trx, row.id, offerId);
  if (known !== undefined) return { version: known.version };
  if (accepted.linkId !== undefined) await requireOwnLink(lock, row, accepted.linkId);
  const { state } = await loadState(lock.trx, row.id);
  requireRenegotiable(row, state);
  const plan = plansWithin(state, policyOf(await settingsOf(lock.trx, row.creditor_id)), lock.now).find((one) => offerOf(one, state, lock.now).id === offerId);
  if (plan === undefined) throw new AppError('ERR_OFFER');
  const version = viewOf(state).planVersion + 1;
  await recordFact(lock, ctx, row.id, {
    id: `renegotiated/offer-${offerId}`, tell: 'workflow', timeline: { channel: accepted.channel, outcome: 'offerAccepted', text: acceptedText(plan, version, accepted, row.currency) },
    body: { kind: 'renegotiated', version, instalments: plan.instalments, discountMinor: plan.discountMinor, ...(plan.kind === 'payNow' ? { conditional: true as const } : {}) },
  });
  await insertAcceptance(lock.trx, {
    id: ctx.newId(), agreement_id: row.id, offer_id: offerId, kind: plan.kind, version, accepted_by: accepted.by, actor_id: accepted.actorId, channel: accepted.channel,
    link_id: accepted.linkId ?? null, accepted_at: lock.now, text_shown: accepted.textShown, text_hash: createHash('sha256').update(accepted.textShown).digest('hex'),
  });
  return { version };
}

/** A page shows a person what they owe, first or beside somebody: the link of another proves nothing. */
async function requireOwnLink({ trx }: PersonLock, row: AgreementRow, linkId: string): Promise<void> {
  const link = await linkById(trx, linkId);
  const owing = [row.person_id, ...(await coDebtorIdsOf(trx, row.id))];
  if (link === undefined || !owing.includes(link.person_id)) throw new AppError('ERR_NOT_FOUND', 'There is no such link to this agreement.');
}
