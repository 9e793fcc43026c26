/** Logging an agreement: rows, first evidence and the order to start its workflow commit together. */
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
import type { AgreementEvent, AgreementState, AgreementTerms, ComponentName } from '../domain/agreement.ts';
import { applyAll, initialState } from '../domain/facts.ts';
import { formatMinor } from '../domain/money.ts';
import { localDate } from '../domain/zone.ts';
import { AppError } from '../errors.ts';
import { dutiesOf } from '../strategy/feasibility/duties.ts';
import { withOverrides, type StrategyOverrides } from '../strategy/overrides.ts';
import type { Strategy } from '../strategy/strategy.ts';
import { WORKFLOWS, type AgreementInput } from '../../workflows/contract.ts';
import type { Actor } from './actor.ts';
import { sumOf, type AgreementBody } from './agreement-body.ts';
import { takeInCoDebtors } from './co-debtors.ts';
import { mirrorOf, recordFact } from './fact.ts';
import { bookUnder, type PaymentBody } from './payment.ts';
import { takeInPerson, type TakenIn, type ToldBy } from './person.ts';
import type { PersonLock, RegisterContext } from './person-lock.ts';
import { mainZone } from './place.ts';
import { chooseFor, DEFAULT_STRATEGY } from './segmentation.ts';
import { isPermanentStop } from './stop.ts';
import { appendFirst } from './timeline.ts';

export interface LoggedAgreement {
  readonly agreementId: string;
  /** false: the same body was logged before. */
  readonly created: boolean;
  /** Payments from before that were not booked yet. */
  readonly booked: number;
}

/** Id of the workflow that follows an agreement; national ids must not be external ids for this reason. */
export function agreementWorkflowId(creditorId: string, externalId: string): string {
  return `agreement/${creditorId}/${externalId}`;
}

/** SHA-256 of a body after its defaults, the person's details left out: what "the same body again" means. */
export function bodyHash({ person, coDebtors, ...rest }: AgreementBody): string {
  const others = coDebtors === undefined ? {} : { coDebtors: coDebtors.map(({ externalId }) => externalId) };
  // Agreements of earlier releases were hashed with the default they were given when no strategy was named.
  return createHash('sha256').update(canonicalize({ ...rest, ...others, strategy: rest.strategy ?? DEFAULT_STRATEGY, person: person.externalId }) ?? '').digest('hex');
}

/** Makers of the same person or agreement at once see each other only by a violation; the loser looks again. */
const RACES = ['agreement_creditor_id_external_id_key', 'person_creditor_id_external_id_key', 'identity_national_id_hash_key'] as const;
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
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await inTransaction(ctx.db, (trx) => logWithin(ctx, trx, actor, body, before));
    } catch (error) {
      if (left === 0 || !RACES.some((constraint) => violates(error, constraint))) throw error;
    }
  }
}

async function logWithin(ctx: RegisterContext, trx: Trx, actor: Actor, body: AgreementBody, before: FromBefore | undefined): Promise<LoggedAgreement> {
  const creditor = actor.creditorId === null || actor.creditorId === body.creditorId ? await creditorById(trx, body.creditorId) : undefined;
  if (creditor === undefined) throw wrongField('ERR_BODY', 'There is no such creditor.', 'creditorId');
  const hash = bodyHash(body);
  const logged = await agreementByExternalId(trx, creditor.id, body.externalId);
  requireSame(logged, hash);
  // What was logged stays logged when the person's data is erased; it is not taken in again.
  if (logged !== undefined && (await personById(trx, logged.person_id))?.erased_at != null) return { agreementId: logged.id, created: false, booked: 0 };
  const country = body.person.address?.country ?? creditor.country;
  // A name that does not exist is said before anybody's person is touched.
  if (body.strategy !== undefined) await strategyFor(trx, body.strategy, country);
  const by: ToldBy = { actorId: actor.id, agreement: body.externalId, evidence: before?.evidence };
  const taken = await takeInPerson(ctx, trx, creditor, body.person, by);
  // Again under the lock: a twin of this request may have been faster. One who makes the person too meets a violation.
  const known = taken.created ? undefined : await agreementByExternalId(trx, creditor.id, body.externalId);
  requireSame(known, hash);
  if (known === undefined) {
    const chosen = await chooseFor(taken.lock, { personId: taken.personId, creditor, body, country });
    const published = await strategyFor(trx, chosen.strategy, country);
    const overrides = creditor.settings.strategies?.[published.id] ?? null;
    const given = { creditor, body, country, strategy: withOverrides(published, overrides), overrides, chosen: chosen.by, hash };
    const created = await create(ctx, taken, given, { by: actor.id, before });
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

function requireSame(known: AgreementRow | undefined, hash: string): void {
  if (known !== undefined && known.body_hash !== hash) throw new AppError('ERR_AGREEMENT_CONFLICT');
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
  readonly body: AgreementBody;
  readonly country: string;
  readonly strategy: Strategy;
  readonly overrides: StrategyOverrides | null;
  readonly chosen: StrategyChosen;
  readonly hash: string;
}

async function create(ctx: RegisterContext, { lock, personId, unknown, zone }: TakenIn, given: Given, told: { by: string; before: FromBefore | undefined }): Promise<LoggedAgreement> {
  const terms = termsOf(ctx.newId(), zone ?? mainZone(given.country), given, lock.now);
  const { agreementId, instalments } = terms;
  const state = initialState(terms, given.strategy);
  const row = await insertAgreement(lock.trx, await rowOf(lock, personId, given, state));
  await insertInstalments(lock.trx, agreementId, 1, instalments);
  const total = formatMinor(sumOf(instalments), terms.currency);
  await appendFirst(lock.trx, agreementId, {
    at: lock.now, kind: 'agreementLogged',
    text: {
      es: `Acuerdo registrado: ${instalments.length} ${instalments.length === 1 ? 'cuota' : 'cuotas'} por ${total}, estrategia ${given.strategy.id} versión ${given.strategy.version}.`,
      en: `Agreement logged: ${instalments.length} ${instalments.length === 1 ? 'instalment' : 'instalments'}, ${total} in total, strategy ${given.strategy.id} version ${given.strategy.version}.`,
    },
  });
  const stops = unknown ? [] : await enterStops(lock, ctx, terms);
  // Handed to the run with its start: it never decides without them, and needs no signal for each.
  const { booked, events } = await bookPaid(ctx, lock, row, { by: told.by, tell: 'caller', before: told.before });
  const input: AgreementInput = { v: 1, state: applyAll(state, [...stops, ...events]) };
  await enqueue(lock.trx, {
    workflowId: agreementWorkflowId(terms.creditorId, terms.externalId), workflowType: WORKFLOWS.agreement, action: 'start', payload: input,
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

function termsOf(agreementId: string, zone: string, { creditor, body, country }: Given, now: number): AgreementTerms {
  return {
    agreementId, creditorId: creditor.id, externalId: body.externalId, country, zone, currency: body.currency,
    agreedOn: body.agreedOn ?? localDate(zone, now),
    instalments: [...body.instalments].sort((a, b) => a.number - b.number),
    components: componentsOf(body),
    componentOrder: creditor.settings.componentOrder ?? COMPONENT_ORDER,
    discountMinor: body.debt?.discountMinor ?? 0,
    discountLapsesOnBreak: body.terms.discountLapsesOnBreak,
    acceleratesAfterMissed: body.terms.acceleratesAfterMissed,
    ...dutyTerms(country),
  };
}

let policies: PolicySet | undefined;

/** What the law of the place obliges to do, as this release knows it: pinned like the strategy. */
function dutyTerms(country: string): Pick<AgreementTerms, 'duties'> {
  policies ??= shippedPolicies(process.versions.tz ?? 'unknown');
  const duties = dutiesOf(policies, country);
  return duties === undefined ? {} : { duties };
}

function componentsOf({ debt }: AgreementBody): AgreementTerms['components'] {
  if (debt === undefined) return {};
  const components = {
    principal: debt.principalMinor, interest: debt.interestMinor, lateInterest: debt.lateInterestMinor, fees: debt.feesMinor, taxes: debt.taxesMinor,
  };
  return Object.fromEntries(Object.entries(components).filter(([, amount]) => amount > 0));
}

async function rowOf(lock: PersonLock, personId: string, { creditor, body, hash, overrides, chosen }: Given, state: AgreementState): Promise<NewAgreement> {
  const { terms, strategy } = state;
  const mirror = mirrorOf(state, lock.now);
  return {
    id: terms.agreementId, creditor_id: creditor.id, external_id: terms.externalId, person_id: personId, identity_id: lock.identityId,
    batch: body.batch ?? null, country: terms.country, zone: terms.zone, currency: terms.currency, agreed_on: terms.agreedOn,
    terms, debt: body.debt ?? null, strategy_id: strategy.id, strategy_version: strategy.version, body_hash: hash,
    strategy_overrides: overrides, strategy_chosen: chosen, product: body.product ?? null,
    workflow_id: agreementWorkflowId(creditor.id, terms.externalId), run_id: null,
    phase: mirror.phase, plan_version: mirror.planVersion, balance_minor: mirror.balanceMinor, credit_minor: mirror.creditMinor,
    paid_minor: mirror.paidMinor, oldest_unpaid_due: mirror.oldestUnpaidDue, overdue_from: mirror.overdueFrom, wake_at: mirror.wakeAt,
    logged_at: lock.now, logged_seq: await lock.nextSeq(),
  };
}
