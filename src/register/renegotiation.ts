/** Renegotiation: a new plan for what is still owed, within the creditor's policy; what was paid on the old one stays paid. */
import { z } from 'zod';
import { insertOverride } from '../db/negotiation.ts';
import type { AgreementEvent, AgreementState } from '../domain/agreement.ts';
import { formatMinor } from '../domain/money.ts';
import { judge, type Breach } from '../domain/negotiation.ts';
import { viewOf } from '../domain/view.ts';
import { AppError } from '../errors.ts';
import type { Actor, Role } from './actor.ts';
import { instalmentList, plainText, sumOf } from './agreement-body.ts';
import { underAgreementLock } from './agreement-lock.ts';
import { recordFact, type FactTimeline } from './fact.ts';
import { overrideText } from './negotiation/accepted-text.ts';
import { policyOf, settingsOf } from './negotiation/policy.ts';
import { requireRenegotiable } from './negotiation/renegotiable.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { loadState } from './rebuild.ts';
import { keepReason, madeBefore, type FactRequest } from './request.ts';
import { resolveAgreement } from './resolve.ts';

/** `POST …/renegotiations`. */
export const renegotiationBody = z.strictObject({
  instalments: instalmentList,
  /** Forgiven with the new plan; owed again when it falls and the terms say so. */
  discountMinor: z.int('must be an integer of minor units').nonnegative('must not be negative').default(0),
  reason: plainText(500),
  /** A supervisor lets the plan pass the creditor's limits; the reason is kept as evidence. */
  override: z.boolean().default(false),
});
/** What callers give: defaults may be left out. */
export type RenegotiationBody = z.output<typeof renegotiationBody>;
type GivenRenegotiation = Omit<RenegotiationBody, 'override'> & { readonly override?: boolean };

export interface RenegotiationAnswer {
  readonly agreementId: string;
  /** Number of the new plan; the first is 1. */
  readonly version: number;
}

const MAY_OVERRIDE: ReadonlySet<Role> = new Set<Role>(['admin', 'supervisor']);

/**
 * Replaces the plan; ERR_STATE when the agreement is over or with the lawyers, ERR_BODY when the new instalments and
 * the discount come to less than the balance: nothing is forgiven without being called a discount. ERR_PLAN_LIMIT names
 * every limit of the creditor that it passes; where a creditor set none, a plan may come to more than the balance,
 * which is interest that was agreed on.
 */
export async function renegotiate(ctx: RegisterContext, actor: Actor, ref: string, body: GivenRenegotiation): Promise<RenegotiationAnswer> {
  const { id } = await resolveAgreement(ctx, actor, ref);
  const factId = `renegotiated/${ctx.newId()}`;
  return underAgreementLock(ctx, id, async (lock) => (await renegotiateUnder(lock, ctx, id, body, { by: actor.id, tell: 'workflow', factId, role: actor.role })).answer);
}

/** Who asks decides whether limits may be passed; without a role they may not. */
export interface RenegotiationRequest extends FactRequest {
  readonly role?: Role;
}

/** `renegotiate` under a lock that is held. */
export async function renegotiateUnder(
  lock: PersonLock, ctx: RegisterContext, agreementId: string, body: GivenRenegotiation, request: RenegotiationRequest,
): Promise<{ answer: RenegotiationAnswer; event: AgreementEvent }> {
  const known = await madeBefore(lock, agreementId, request.factId, 'renegotiated');
  if (known !== undefined) return { answer: { agreementId, version: known.version }, event: known };
  const { row, state } = await loadState(lock.trx, agreementId);
  requireRenegotiable(row, state);
  requireBalance(state, body);
  const passed = await boundsPassed(lock, row.creditor_id, state, body);
  requireWithin(passed, body, request);
  const version = viewOf(state).planVersion + 1;
  const instalments = [...body.instalments].sort((a, b) => a.number - b.number);
  const event = await recordFact(lock, ctx, agreementId, {
    id: request.factId, tell: request.tell, body: { kind: 'renegotiated', version, instalments, discountMinor: body.discountMinor },
    timeline: passed.length === 0 ? undefined : overrideEntry(passed, version, body, row.currency),
  });
  await keepReason(lock, agreementId, request.factId, body.reason);
  if (passed.length > 0) await insertOverride(lock.trx, { agreement_id: agreementId, version, overridden_by: request.by, at: lock.now, bounds: boundsOf(passed), reason: body.reason });
  return { answer: { agreementId, version }, event };
}

function requireBalance(state: AgreementState, body: GivenRenegotiation): void {
  const { balanceMinor } = viewOf(state);
  const offered = sumOf(body.instalments) + body.discountMinor;
  if (offered >= balanceMinor) return;
  throw new AppError('ERR_BODY', 'The new plan asks for less than is owed.', {
    errors: [{ path: 'instalments', message: `with discountMinor they come to ${offered}, the balance is ${balanceMinor}` }],
  });
}

/** A creditor who set no policy binds only what is offered to debtors: its agents and systems agree on what it told them. */
async function boundsPassed(lock: PersonLock, creditorId: string, state: AgreementState, body: GivenRenegotiation): Promise<Breach[]> {
  const settings = await settingsOf(lock.trx, creditorId);
  return settings.negotiation === undefined ? [] : judge(body, state, policyOf(settings), lock.now);
}

function requireWithin(passed: readonly Breach[], body: GivenRenegotiation, { role }: RenegotiationRequest): void {
  if (body.override === true && (role === undefined || !MAY_OVERRIDE.has(role))) throw new AppError('ERR_ROLE', 'Only a supervisor lets a plan pass the limits of the creditor.');
  if (passed.length === 0 || body.override === true) return;
  throw new AppError('ERR_PLAN_LIMIT', undefined, { errors: passed.map(({ bound, path, message, remedy }) => ({ path, message: `${bound}: ${message}. ${remedy}` })) });
}

function boundsOf(passed: readonly Breach[]): Breach['bound'][] {
  return [...new Set(passed.map(({ bound }) => bound))];
}

function overrideEntry(passed: readonly Breach[], version: number, body: GivenRenegotiation, currency: string): FactTimeline {
  return { outcome: 'override', text: overrideText(boundsOf(passed), version, body.instalments.length, formatMinor(sumOf(body.instalments), currency)) };
}
