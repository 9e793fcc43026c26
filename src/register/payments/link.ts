/** Payment links: short, of our own, one a message. Whether one still opens is reckoned when it is opened, so that no fact can miss it. */
import { creditorById } from '../../db/creditors.ts';
import { insertPaymentLink, paymentLinkByHash, revokePaymentLinks, type PaymentLinkRow } from '../../db/payment-orders.ts';
import { personById } from '../../db/persons.ts';
import type { Db, Trx } from '../../db/pool.ts';
import type { AgreementState } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';
import { DAY, localDate } from '../../domain/zone.ts';
import { paysCreditorOnly } from '../../contact-law/text-law.ts';
import type { Actor } from '../actor.ts';
import { underAgreementLock } from '../agreement-lock.ts';
import { policiesInForce } from '../policies.ts';
import type { RegisterContext } from '../person-lock.ts';
import { loadState } from '../rebuild.ts';
import { resolveAgreement } from '../resolve.ts';
import { firmOf } from '../sending/sender.ts';
import { readSubject } from '../sending/law-subject.ts';
import { textLawFor } from '../sending/text-law.ts';
import { hashToken, newToken } from '../token.ts';
import { adapterFor, type PaymentDeps } from './deps.ts';

export const PAYMENT_LINK_LIFE = 30 * DAY;

export interface PaymentLinkOwner {
  /** The message that it stands in; null: a page's or an agent's. */
  readonly attemptId: string | null;
  readonly creditorId: string;
  readonly personId: string;
  readonly contactPointId: string | null;
  readonly agreementId: string;
  readonly planVersion: number;
}

export function paymentUrl(publicBaseUrl: string, token: string): string {
  return `${publicBaseUrl.replace(/\/+$/, '')}/p/${token}`;
}

/** Stores the token of a link that is about to be told, at `now` (epoch ms, business clock). */
export async function storePaymentLink(trx: Trx, token: string, owner: PaymentLinkOwner, now: number, id: string): Promise<void> {
  await insertPaymentLink(trx, {
    id, token_hash: hashToken(token), attempt_id: owner.attemptId, creditor_id: owner.creditorId, person_id: owner.personId, contact_point_id: owner.contactPointId,
    agreement_id: owner.agreementId, plan_version: owner.planVersion, created_at: now, expires_at: now + PAYMENT_LINK_LIFE,
  });
}

/** A link for somebody who has passed the second factor, or whom an agent speaks to; null where this agreement takes no payment by link. */
export async function makePaymentLink(deps: PaymentDeps, actor: Actor, ref: string): Promise<string | null> {
  const { ctx, publicBaseUrl } = deps;
  const { id } = await resolveAgreement(ctx, actor, ref);
  return underAgreementLock(ctx, id, async (lock, row) => {
    const { state } = await loadState(lock.trx, id);
    if (amountsOf(state, lock.now) === null || !(await takesLinks(deps, lock.trx, id, lock.now))) return null;
    const token = newToken();
    const owner = { attemptId: null, creditorId: row.creditor_id, personId: row.person_id, contactPointId: null, agreementId: id, planVersion: row.plan_version };
    await storePaymentLink(lock.trx, token, owner, lock.now, ctx.newId());
    return paymentUrl(publicBaseUrl, token);
  });
}

/** Takes back every link of an agreement. */
export async function revokeLinks(ctx: RegisterContext, actor: Actor, ref: string): Promise<number> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  return underAgreementLock(ctx, id, (lock) => revokePaymentLinks(lock.trx, id, lock.now));
}

/** Whether a provider takes this creditor's money and the law of the place lets somebody but the creditor take it. */
export async function takesLinks({ adapters }: Pick<PaymentDeps, 'adapters'>, db: Db | Trx, agreementId: string, now: number): Promise<boolean> {
  const { row } = await loadState(db, agreementId);
  const creditor = await creditorById(db, row.creditor_id);
  if (creditor === undefined || adapterFor(adapters, creditor) === null) return false;
  return !paysCreditorOnly(textLawFor(policiesInForce(), await readSubject(db, row, now), now));
}

export interface Amounts {
  /** What is due by today, or the next instalment when nothing is. Minor units. */
  readonly dueMinor: number;
  readonly allMinor: number;
}

/** What can be paid now; null when nothing is owed. */
export function amountsOf(state: AgreementState, now: number): Amounts | null {
  const view = viewOf(state);
  if (view.phase === 'settled' || view.phase === 'closed' || view.balanceMinor <= 0) return null;
  if (view.brokenAt !== null) return { dueMinor: view.balanceMinor, allMinor: view.balanceMinor };
  const today = localDate(state.terms.zone, now);
  const unpaid = view.instalments.filter((one) => one.unpaid && one.amountMinor > one.paidMinor);
  const due = unpaid.filter((one) => one.dueOn <= today);
  const asked = due.length > 0 ? due : unpaid.slice(0, 1);
  const dueMinor = asked.reduce((sum, one) => sum + one.amountMinor - one.paidMinor, 0);
  return { dueMinor: dueMinor > 0 ? Math.min(dueMinor, view.balanceMinor) : view.balanceMinor, allMinor: view.balanceMinor };
}

export interface PaymentPage {
  readonly firm: string;
  /** BCP 47, of the person. */
  readonly language: string;
  readonly country: string;
  readonly currency: string;
  /** Only this much is shown of the agreement: whoever holds the link has not said who they are. null: nothing can be paid by it (any more). */
  readonly amounts: Amounts | null;
  readonly link: PaymentLinkRow;
}

/** What the page of a link shows; nothing changes by looking. null for a token that is none of ours. */
export async function paymentPage(deps: PaymentDeps, token: string): Promise<PaymentPage | null> {
  const { db, clock } = deps.ctx;
  const link = await paymentLinkByHash(db, hashToken(token));
  if (link === undefined) return null;
  const [person, creditor, now] = [await personById(db, link.person_id), await creditorById(db, link.creditor_id), await clock.now()];
  if (person === undefined || creditor === undefined) return null;
  const { row, state } = await loadState(db, link.agreement_id);
  const opens = await linkOpens(deps, db, link, now);
  return { firm: firmOf(creditor), language: person.language, country: row.country, currency: row.currency, amounts: opens ? amountsOf(state, now) : null, link };
}

/** Over by its time, taken back, of a plan that was replaced, or the creditor takes no payments by link any more. */
export async function linkOpens(deps: Pick<PaymentDeps, 'adapters'>, db: Db | Trx, link: PaymentLinkRow, now: number): Promise<boolean> {
  if (link.revoked_at !== null || link.expires_at <= now) return false;
  const { row, state } = await loadState(db, link.agreement_id);
  return viewOf(state).planVersion === link.plan_version && row.person_id === link.person_id && takesLinks(deps, db, link.agreement_id, now);
}
