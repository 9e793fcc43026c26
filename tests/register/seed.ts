/** People and agreements as the register has them after they were logged, for tests of what happens to them later. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Clock } from '../../src/clock.ts';
import { insertShift, upsertAgent } from '../../src/db/agents.ts';
import { instant, json } from '../../src/db/columns.ts';
import type { ConsentChannel } from '../../src/db/database.ts';
import type { Db } from '../../src/db/pool.ts';
import { insertPayment } from '../../src/db/payments.ts';
import type { AgreementEvent, AgreementTerms, EventBody, Instalment, Occurrence } from '../../src/domain/agreement.ts';
import { instantOf } from '../../src/domain/zone.ts';
import { underAgreementLock } from '../../src/register/agreement-lock.ts';
import { recordFact } from '../../src/register/fact.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import type { Step, Strategy } from '../../src/strategy/strategy.ts';

export const ZONE = 'America/Santiago';

/** Local wall time in Santiago as epoch ms. */
export function at(date: string, hour: number, minute = 0): number {
  return instantOf(ZONE, date, hour * 60 + minute);
}

export interface MovableClock extends Clock {
  set(now: number): void;
}

export function movableClock(start: number): MovableClock {
  let now = start;
  return { kind: 'virtual', now: () => Promise.resolve(now), set: (to) => { now = to; } };
}

export const silentLog = pino({ level: 'silent' });

export function registerContext(db: Db, clock: Clock): RegisterContext {
  return { db, clock, log: silentLog, newId: randomUUID, identityHash: (country, value) => `${country}:${value}` };
}

const BARE: Omit<Step, 'key' | 'do' | 'days'> = {
  anchor: 'due', atMinute: null, if: 'unpaid', channels: [], template: null, expiresDays: 9, purpose: 'collection', requires: {}, minOverdue: {},
};

export const CALL_STEP: Step = { ...BARE, key: 'call', do: 'callback', days: 12 };
export const PRE_LEGAL_STEP: Step = { ...BARE, key: 'pre-legal', do: 'preLegal', days: 32, expiresDays: null, minOverdue: { CLP: 30_000 } };
export const SURVEY_STEP: Step = { ...BARE, key: 'survey', do: 'survey', anchor: 'settled', days: 2, atMinute: 720, if: null, channels: ['email', 'sms'], expiresDays: 20, purpose: 'survey' };

const STRATEGY: Strategy = { id: 'follow-up', version: 1, country: ['CL'], graceDays: 2, smallBalance: {}, steps: [CALL_STEP, PRE_LEGAL_STEP, SURVEY_STEP] };

export interface SeededPerson {
  readonly creditorId: string;
  readonly personId: string;
  readonly identityId: string;
  readonly phoneId: string;
  readonly emailId: string;
}

export interface PersonOptions {
  readonly creditorId?: string;
  /** The same person at another creditor. */
  readonly identityId?: string;
  readonly zone?: string | null;
  /** Channels that were granted; the others were never asked. */
  readonly granted?: readonly ConsentChannel[];
}

const SEEDED_AT = at('2026-01-05', 8);

/** A person with a phone and an e-mail at a creditor, both made when they are new. */
export async function seedPerson(db: Db, options: PersonOptions = {}): Promise<SeededPerson> {
  const { creditorId = 'acme', zone = ZONE, granted = ['sms', 'call', 'email'] } = options;
  const ids = { personId: randomUUID(), identityId: options.identityId ?? randomUUID(), phoneId: randomUUID(), emailId: randomUUID() };
  await db.insertInto('creditor').values({ id: creditorId, name: 'Acme', type: 'thirdParty', country: 'CL', currency: 'CLP', settings: json({}), created_at: instant(SEEDED_AT) })
    .onConflict((conflict) => conflict.doNothing()).execute();
  await db.insertInto('strategy').values({ id: STRATEGY.id, version: 1, definition: json(STRATEGY), source: '', published_at: instant(SEEDED_AT) })
    .onConflict((conflict) => conflict.doNothing()).execute();
  if (options.identityId === undefined) await db.insertInto('identity').values({ id: ids.identityId, national_id_hash: null }).execute();
  await db.insertInto('person').values({
    id: ids.personId, creditor_id: creditorId, external_id: ids.personId, identity_id: ids.identityId, type: 'person', name: 'Ana', language: 'es-CL', zone,
  }).execute();
  await db.insertInto('contact_point').values([
    { id: ids.phoneId, creditor_id: creditorId, person_id: ids.personId, kind: 'phone', value: '+56961234567', channels: ['sms', 'call'], position: 1 },
    { id: ids.emailId, creditor_id: creditorId, person_id: ids.personId, kind: 'email', value: 'ana@example.org', channels: ['email'], position: 2 },
  ]).execute();
  if (granted.length > 0) {
    await db.insertInto('consent').values(granted.map((channel) => ({
      id: randomUUID(), contact_point_id: channel === 'email' ? ids.emailId : ids.phoneId, channel, state: 'granted' as const,
      evidence: json({ source: 'test' }), at: instant(SEEDED_AT), seq: 0,
    }))).execute();
  }
  return { creditorId, ...ids };
}

export interface AgreementOptions {
  readonly externalId?: string;
  readonly instalments?: readonly Instalment[];
  readonly acceleratesAfterMissed?: number | null;
  readonly workflowState?: 'starting' | 'running' | 'finished';
  readonly runId?: string;
}

/** A running agreement; one instalment of 90.000 CLP due on 2026-03-02 unless told otherwise. Returns its id. */
export async function seedAgreement(db: Db, person: SeededPerson, options: AgreementOptions = {}): Promise<string> {
  const { externalId = randomUUID(), instalments = [{ number: 1, dueOn: '2026-03-02', amountMinor: 90_000 }] } = options;
  const id = randomUUID();
  const total = instalments.reduce((sum, one) => sum + one.amountMinor, 0);
  const terms: AgreementTerms = {
    agreementId: id, creditorId: person.creditorId, externalId, country: 'CL', zone: ZONE, currency: 'CLP', agreedOn: '2026-01-05', instalments,
    components: {}, componentOrder: ['principal'], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: options.acceleratesAfterMissed ?? null,
  };
  await db.insertInto('agreement').values({
    id, creditor_id: person.creditorId, external_id: externalId, person_id: person.personId, identity_id: person.identityId, batch: null, country: 'CL',
    zone: ZONE, currency: 'CLP', agreed_on: terms.agreedOn, terms: json(terms), strategy_id: STRATEGY.id, strategy_version: 1, body_hash: '',
    workflow_id: `agreement/${person.creditorId}/${externalId}`, run_id: options.runId ?? 'run-1', workflow_state: options.workflowState ?? 'running',
    phase: 'active', plan_version: 1, balance_minor: total, credit_minor: 0, paid_minor: 0, oldest_unpaid_due: instalments[0]?.dueOn ?? null,
    logged_at: instant(SEEDED_AT), logged_seq: 0,
  }).execute();
  return id;
}

/** An agent who works Monday to Friday 09:00 to 18:00 in Santiago, in slots of half an hour. */
export async function seedAgent(db: Db, id: string, creditors: readonly string[] | null = null): Promise<void> {
  await upsertAgent(db, { id, name: 'Gestor', zone: ZONE, creditors: creditors === null ? null : [...creditors] });
  for (let day = 1; day <= 5; day += 1) {
    await insertShift(db, { id: randomUUID(), agent_id: id, weekday: day, from_minute: 9 * 60, until_minute: 18 * 60, slot_minutes: 30 });
  }
}

/** The firing of a step for instalment 1, as the core would decide it. */
export function occurrenceOf(step: Step, given: Partial<Occurrence> = {}): Occurrence {
  return {
    key: `${step.key}/i1v1`, step: step.key, do: step.do, anchor: step.anchor, instalment: 1, promise: null, dueAt: at('2026-03-14', 9),
    expiresAt: at('2026-03-24', 0), purpose: step.purpose, channels: step.channels, template: step.template, ...given,
  };
}


/** Books a payment as the register does: its row and its fact, under the person's lock. */
export async function pay(ctx: RegisterContext, agreementId: string, amountMinor: number): Promise<void> {
  await underAgreementLock(ctx, agreementId, async (lock, row) => {
    const id = randomUUID();
    await insertPayment(lock.trx, {
      id, creditor_id: row.creditor_id, agreement_id: agreementId, external_id: id, amount_minor: amountMinor, currency: 'CLP', paid_at: lock.now,
      method: 'transfer', instalment: null, collected_by: 'agency', source: 'test', booked_at: lock.now, seq: await lock.nextSeq(), content_hash: id,
      reversal_external_id: null, reversal_reason: null, reversal_seq: null,
    });
    await recordFact(lock, ctx, agreementId, { id: `paymentBooked/${id}`, body: { kind: 'paymentBooked', payment: id, amountMinor }, tell: 'workflow' });
  });
}

/** Records any fact. */
export async function fact(ctx: RegisterContext, agreementId: string, id: string, body: EventBody): Promise<AgreementEvent> {
  return underAgreementLock(ctx, agreementId, (lock) => recordFact(lock, ctx, agreementId, { id, body, tell: 'workflow' }));
}

/** What the outbox still has for a workflow: the action or the signal's name. */
export async function outboxOf(db: Db, workflowId: string): Promise<string[]> {
  const rows = await db.selectFrom('outbox').select(['action', 'name']).where('workflow_id', '=', workflowId).orderBy('id').execute();
  return rows.map((row) => row.name ?? row.action);
}
