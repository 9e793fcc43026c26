/** Logging an agreement, or a debt that has none yet: rows, first evidence and the order to start its workflow commit together. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { agreementByExternalId, insertAgreement, insertInstalments, type NewAgreement } from '../db/agreements.ts';
import { shippedPolicies } from '../contact-law/shipped.ts';
import type { PolicySet } from '../contact-law/policy.ts';
import { creditorById, type CreditorRow } from '../db/creditors.ts';
import type { AgreementRow, StrategyChosen } from '../db/database.ts';
import { stopsOf } from '../db/identities.ts';
import { enqueue } from '../db/outbox.ts';
import { personById } from '../db/persons.ts';
import type { Trx } from '../db/pool.ts';
import { latestStrategy } from '../db/strategies.ts';
import { inTransaction, violates } from '../db/transaction.ts';
import type { AgreementEvent, AgreementState, AgreementTerms, ComponentName, FollowedKind, Instalment, LocalDate } from '../domain/agreement.ts';
import { applyAll, initialState } from '../domain/facts.ts';
import { formatMinor } from '../domain/money.ts';
import { localDate } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { dutiesOf } from '../strategy/feasibility/duties.ts';
import { withOverrides, type StrategyOverrides } from '../strategy/overrides.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { followingWorkflowId, type AgreementInput } from '../../workflows/contract.ts';
import type { Actor } from './actor.ts';
import { sumOf, type AgreementBody, type DebtDetails, type PersonBody } from './agreement-body.ts';
import { closeAgreedDebts } from './agreed-debt.ts';
import { takeInCoDebtors } from './co-debtors.ts';
import { mirrorOf, recordFact } from './fact.ts';
import { bookUnder, type PaymentBody } from './payment.ts';
import { takeInPerson, type TakenIn, type ToldBy } from './person.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { mainZone } from './place.ts';
import { chooseFor, DEFAULT_STRATEGY } from './segmentation.ts';
import { isPermanentStop } from './stop.ts';
import { appendFirst, type EntryText } from './timeline.ts';

export interface LoggedAgreement {
  readonly agreementId: string;
  /** false: the same body was logged before. */
  readonly created: boolean;
  /** Payments from before that were not booked yet. */
  readonly booked: number;
}

/** SHA-256 of a body after its defaults, the person's details left out: what "the same body again" means. */
export function bodyHash({ person, coDebtors, ...rest }: AgreementBody): string {
  const others = coDebtors === undefined ? {} : { coDebtors: coDebtors.map(({ externalId }) => externalId) };
  // Agreements of earlier releases were hashed with the default they were given when no strategy was named.
  return createHash('sha256').update(canonicalize({ ...rest, ...others, strategy: rest.strategy ?? DEFAULT_STRATEGY, person: person.externalId }) ?? '').digest('hex');
}

/** What is to be followed, of whichever kind. */
export interface ToFollow {
  readonly kind: FollowedKind;
  readonly told: {
    readonly creditorId: string; readonly externalId: string; readonly person: PersonBody; readonly coDebtors?: readonly PersonBody[] | undefined;
    readonly debt?: DebtDetails | undefined; readonly batch?: string | undefined; readonly currency: string; readonly strategy?: string | undefined; readonly product?: string | undefined;
  };
  /** What "the same body again" means. */
  readonly hash: string;
  readonly conflict: 'ERR_AGREEMENT_CONFLICT' | 'ERR_DEBT_CONFLICT';
  /** From when it counts; absent: the local date on which it is logged. */
  readonly on: LocalDate | undefined;
  readonly terms: AgreementBody['terms'];
  plan(on: LocalDate): readonly Instalment[];
  /** Which strategy, under the person's lock; that it exists and is made for the country is seen to after it. */
  choose(lock: PersonLock, about: { readonly personId: string; readonly creditor: CreditorRow; readonly country: string }): Promise<{ strategy: string; by: StrategyChosen }>;
  /** ERR_STRATEGY when this strategy does not suit it. */
  requireFitting(strategy: Strategy): void;
  /** What else there is to see to before it is made, under the lock; only of what is new. */
  before(lock: PersonLock, personId: string): Promise<void>;
  /** What its arrival brings about, in the same transaction. */
  after(lock: PersonLock, about: { readonly agreementId: string; readonly personId: string }): Promise<void>;
  says(total: string, instalments: number, strategy: Strategy): EntryText & { readonly kind: string };
}

/** Makers of the same person or agreement at once see each other only by a violation; the loser looks again. */
const RACES = ['agreement_creditor_id_kind_external_id_key', 'person_creditor_id_external_id_key', 'identity_national_id_hash_key'] as const;
const TRIES = 5;

/** What an import tells beside the body. */
export interface FromBefore {
  /** Joins that of the consents. */
  readonly evidence?: ToldBy['evidence'];
  /** What was paid before Pacto followed the agreement, in order; asked under the person's lock. */
  readonly paid: (trx: Trx) => Promise<readonly PaymentBody[]>;
  /** Told the index of the payment that is booked next. */
  readonly onPaid: (index: number) => void;
}

/**
 * Logs an agreement. Again with the same body it answers the first one's id (and takes in what is new about the person);
 * ERR_AGREEMENT_CONFLICT with another body, ERR_STRATEGY when there is no such strategy for the country. Payments from
 * before are booked with it, so that its run starts with them; `booked` counts those that are new.
 */
export async function logAgreement(ctx: RegisterContext, actor: Actor, body: AgreementBody, before?: FromBefore): Promise<LoggedAgreement> {
  return follow(ctx, actor, agreementToFollow(ctx, body), before);
}

function agreementToFollow(ctx: RegisterContext, body: AgreementBody): ToFollow {
  return {
    kind: 'agreement', told: body, hash: bodyHash(body), conflict: 'ERR_AGREEMENT_CONFLICT', on: body.agreedOn, terms: body.terms,
    plan: () => [...body.instalments].sort((a, b) => a.number - b.number),
    choose: (lock, about) => chooseFor(lock, { ...about, body, amountMinor: sumOf(body.instalments) }),
    requireFitting: () => undefined,
    before: async () => undefined,
    after: (lock, { agreementId, personId }) => closeAgreedDebts(lock, ctx, { agreementId, personId, creditorId: body.creditorId, debtId: body.debtId, contractRef: body.debt?.contractRef }),
    says: (total, count, { id, version }) => ({
      kind: 'agreementLogged',
      es: `Acuerdo registrado: ${count} ${count === 1 ? 'cuota' : 'cuotas'} por ${total}, estrategia ${id} versión ${version}.`,
      en: `Agreement logged: ${count} ${count === 1 ? 'instalment' : 'instalments'}, ${total} in total, strategy ${id} version ${version}.`,
    }),
  };
}

/** Logs what is to be followed, once; the same again answers the first one's id and takes in what is new about the person. */
export async function follow(ctx: RegisterContext, actor: Actor, request: ToFollow, before?: FromBefore): Promise<LoggedAgreement> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await inTransaction(ctx.db, (trx) => logWithin(ctx, trx, actor, request, before));
    } catch (error) {
      if (left === 0 || !RACES.some((constraint) => violates(error, constraint))) throw error;
    }
  }
}

async function logWithin(ctx: RegisterContext, trx: Trx, actor: Actor, request: ToFollow, before: FromBefore | undefined): Promise<LoggedAgreement> {
  const { kind, told: body } = request;
  const creditor = actor.creditorId === null || actor.creditorId === body.creditorId ? await creditorById(trx, body.creditorId) : undefined;
  if (creditor === undefined) throw wrongField('ERR_BODY', 'There is no such creditor.', 'creditorId');
  const logged = await agreementByExternalId(trx, creditor.id, body.externalId, kind);
  requireSame(logged, request);
  // What was logged stays logged when the person's data is erased; it is not taken in again.
  if (logged !== undefined && (await personById(trx, logged.person_id))?.erased_at != null) return { agreementId: logged.id, created: false, booked: 0 };
  const country = body.person.address?.country ?? creditor.country;
  // A name that does not exist is said before anybody's person is touched.
  if (body.strategy !== undefined) request.requireFitting(await strategyFor(trx, body.strategy, country));
  const by: ToldBy = { actorId: actor.id, agreement: body.externalId, evidence: before?.evidence };
  const taken = await takeInPerson(ctx, trx, creditor, body.person, by);
  // Again under the lock: a twin of this request may have been faster. One who makes the person too meets a violation.
  const known = taken.created ? undefined : await agreementByExternalId(trx, creditor.id, body.externalId, kind);
  requireSame(known, request);
  if (known === undefined) {
    await request.before(taken.lock, taken.personId);
    const chosen = await request.choose(taken.lock, { personId: taken.personId, creditor, country });
    const published = await strategyFor(trx, chosen.strategy, country);
    const overrides = creditor.settings.strategies?.[published.id] ?? null;
    const given = { creditor, request, country, strategy: withOverrides(published, overrides), overrides, chosen: chosen.by };
    const created = await create(ctx, taken, given, { by: actor.id, before });
    await request.after(taken.lock, { agreementId: created.agreementId, personId: taken.personId });
    await takeInCoDebtors(ctx, trx, creditor, { agreementId: created.agreementId, coDebtors: body.coDebtors, by });
    return created;
  }
  await takeInCoDebtors(ctx, trx, creditor, { agreementId: known.id, coDebtors: body.coDebtors, by });
  const { booked } = await bookPaid(ctx, taken.lock, known, { by: actor.id, tell: 'workflow', before });
  return { agreementId: known.id, created: false, booked };
}

async function bookPaid(
  ctx: RegisterContext, lock: PersonLock, row: AgreementRow, { by, tell, before }: { by: string; tell: 'workflow' | 'caller'; before: FromBefore | undefined },
): Promise<{ booked: number; events: AgreementEvent[] }> {
  const events: AgreementEvent[] = [];
  let booked = 0;
  for (const [index, payment] of (before === undefined ? [] : await before.paid(lock.trx)).entries()) {
    before?.onPaid(index);
    const { created, event } = await bookUnder(lock, ctx, row, payment, { by, tell, beforePacto: true });
    if (created) booked += 1;
    events.push(event);
  }
  return { booked, events };
}

function requireSame(known: AgreementRow | undefined, { hash, conflict }: ToFollow): void {
  if (known !== undefined && known.body_hash !== hash) throw new AppError(conflict);
}

async function strategyFor(trx: Trx, id: string, country: string): Promise<Strategy> {
  const row = await latestStrategy(trx, id);
  if (row === undefined) throw wrongField('ERR_STRATEGY', `There is no strategy ${id}.`, 'strategy');
  const countries = row.definition.country;
  if (!countries.includes(country)) throw wrongField('ERR_STRATEGY', `The strategy ${id} is made for ${countries.join(', ')}, not for ${country}.`, 'strategy');
  return row.definition;
}

function wrongField(code: 'ERR_BODY' | 'ERR_STRATEGY', detail: string, path: string): AppError {
  return new AppError(code, detail, { errors: [{ path, message: detail }] });
}

interface Given {
  readonly creditor: CreditorRow;
  readonly request: ToFollow;
  readonly country: string;
  readonly strategy: Strategy;
  readonly overrides: StrategyOverrides | null;
  readonly chosen: StrategyChosen;
}

async function create(ctx: RegisterContext, { lock, personId, unknown, zone }: TakenIn, given: Given, told: { by: string; before: FromBefore | undefined }): Promise<LoggedAgreement> {
  const terms = termsOf(ctx.newId(), zone ?? mainZone(given.country), given, lock.now);
  const { agreementId, instalments } = terms;
  const state = initialState(terms, given.strategy);
  const row = await insertAgreement(lock.trx, await rowOf(lock, personId, given, state));
  await insertInstalments(lock.trx, agreementId, 1, instalments);
  const { kind, ...text } = given.request.says(formatMinor(sumOf(instalments), terms.currency), instalments.length, given.strategy);
  await appendFirst(lock.trx, agreementId, { at: lock.now, kind, text });
  const stops = unknown ? [] : await enterStops(lock, ctx, terms);
  // Handed to the run with its start: it never decides without them, and needs no signal for each.
  const { booked, events } = await bookPaid(ctx, lock, row, { by: told.by, tell: 'caller', before: told.before });
  const input: AgreementInput = { v: 1, state: applyAll(state, [...stops, ...events]) };
  await enqueue(lock.trx, {
    workflowId: row.workflow_id, workflowType: row.kind, action: 'start', payload: input,
  });
  return { agreementId, created: true, booked };
}

/** Stops that were registered before: they hold for every agreement of the person, this one included. */
async function enterStops(lock: PersonLock, ctx: RegisterContext, { agreementId, creditorId }: AgreementTerms): Promise<AgreementEvent[]> {
  const events: AgreementEvent[] = [];
  for (const stop of await stopsOf(lock.trx, lock.identityId)) {
    if (stop.creditor_id !== null && stop.creditor_id !== creditorId) continue;
    events.push(await recordFact(lock, ctx, agreementId, {
      id: `stopRegistered/${stop.id}`, tell: 'caller', body: { kind: 'stopRegistered', on: stop.kind, permanent: isPermanentStop(stop.kind) },
    }));
  }
  return events;
}

const COMPONENT_ORDER: readonly ComponentName[] = ['fees', 'lateInterest', 'interest', 'taxes', 'principal'];

function termsOf(agreementId: string, zone: string, { creditor, request, country }: Given, now: number): AgreementTerms {
  const { kind, told: body, terms } = request;
  const on = request.on ?? localDate(zone, now);
  return {
    agreementId, creditorId: creditor.id, externalId: body.externalId, country, zone, currency: body.currency,
    agreedOn: on,
    instalments: request.plan(on),
    components: componentsOf(body.debt),
    componentOrder: creditor.settings.componentOrder ?? COMPONENT_ORDER,
    discountMinor: body.debt?.discountMinor ?? 0,
    discountLapsesOnBreak: terms.discountLapsesOnBreak,
    acceleratesAfterMissed: terms.acceleratesAfterMissed,
    ...dutyTerms(country),
    ...(kind === 'debt' ? { assignedOn: on } : {}),
  };
}

let policies: PolicySet | undefined;

/** What the law of the place obliges to do, as this release knows it: pinned like the strategy. */
function dutyTerms(country: string): Pick<AgreementTerms, 'duties'> {
  policies ??= shippedPolicies(process.versions.tz ?? 'unknown');
  const duties = dutiesOf(policies, country);
  return duties === undefined ? {} : { duties };
}

function componentsOf(debt: DebtDetails | undefined): AgreementTerms['components'] {
  if (debt === undefined) return {};
  const components = {
    principal: debt.principalMinor, interest: debt.interestMinor, lateInterest: debt.lateInterestMinor, fees: debt.feesMinor, taxes: debt.taxesMinor,
  };
  return Object.fromEntries(Object.entries(components).filter(([, amount]) => amount > 0));
}

async function rowOf(lock: PersonLock, personId: string, { creditor, request: { kind, told: body, hash }, overrides, chosen }: Given, state: AgreementState): Promise<NewAgreement> {
  const { terms, strategy } = state;
  const mirror = mirrorOf(state, lock.now);
  return {
    id: terms.agreementId, kind, creditor_id: creditor.id, external_id: terms.externalId, person_id: personId, identity_id: lock.identityId,
    batch: body.batch ?? null, country: terms.country, zone: terms.zone, currency: terms.currency, agreed_on: terms.agreedOn,
    terms, debt: body.debt ?? null, strategy_id: strategy.id, strategy_version: strategy.version, body_hash: hash,
    strategy_overrides: overrides, strategy_chosen: chosen, product: body.product ?? null,
    workflow_id: followingWorkflowId(kind, creditor.id, terms.externalId), run_id: null,
    phase: mirror.phase, plan_version: mirror.planVersion, balance_minor: mirror.balanceMinor, credit_minor: mirror.creditMinor,
    paid_minor: mirror.paidMinor, oldest_unpaid_due: mirror.oldestUnpaidDue, overdue_from: mirror.overdueFrom, wake_at: mirror.wakeAt,
    logged_at: lock.now, logged_seq: await lock.nextSeq(),
  };
}
