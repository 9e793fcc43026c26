/** A sending desk for tests: a real register, providers whose answers the test forces, and a journal of what left. */
import type { LookupOutcome, OpenAttempt, OutgoingEmail, OutgoingSms, SendOutcome } from '../../src/channels/channel.ts';
import type { Channels } from '../../src/channels/registry.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { eventsOf } from '../../src/db/agreement-events.ts';
import { instant, json } from '../../src/db/columns.ts';
import type { Row } from '../../src/db/database.ts';
import { openDb, type Db } from '../../src/db/pool.ts';
import { insertTemplate } from '../../src/db/templates.ts';
import type { AgreementEvent, Instalment } from '../../src/domain/agreement.ts';
import { dueContacts } from '../../src/domain/decide.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { loadState } from '../../src/register/rebuild.ts';
import { deliverContact, type Delivery } from '../../src/register/sending/delivery.ts';
import type { SendingDeps } from '../../src/register/sending/deps.ts';
import type { Step, Strategy } from '../../src/strategy/strategy.ts';
import { shippedTemplates } from '../../src/text/shipped.ts';
import type { DeliverInput } from '../../workflows/contract.ts';
import { freshDatabase } from '../setup/database.ts';
import { at, movableClock, registerContext, seedAgreement, SURVEY_STEP, type AgreementOptions, type MovableClock, type SeededPerson } from '../register/seed.ts';

const CONTACT: Omit<Step, 'key' | 'days' | 'template'> = {
  anchor: 'due', atMinute: 600, if: 'unpaid', do: 'contact', channels: ['sms', 'email'], expiresDays: 9, purpose: 'collection', requires: {}, minOverdue: {},
};

/** Reminder on the third day before, notices on the third and the eighth day after; thanks and a survey at the end. */
export const LADDER: Strategy = {
  id: 'ladder', version: 1, country: ['CL'], graceDays: 2, smallBalance: {},
  steps: [
    { ...CONTACT, key: 'upcoming', days: -3, if: null, template: 'upcoming', expiresDays: 2, purpose: 'preDueReminder' },
    { ...CONTACT, key: 'missed', days: 3, template: 'missed' },
    { ...CONTACT, key: 'second', days: 8, channels: ['email', 'sms'], template: 'second-notice' },
    { ...CONTACT, key: 'thanks', anchor: 'settled', days: 0, atMinute: null, if: null, channels: ['email', 'sms'], template: 'settled', purpose: 'transactional', expiresDays: null },
    SURVEY_STEP,
  ],
};

/** Monday 2 March 2026 is the usual due date; `missed` is due on Thursday 5 at 10:00. */
export const DUE = '2026-03-02';
export const MISSED_AT = at('2026-03-05', 10);

export type Sent = (OutgoingSms & { readonly channel: 'sms' }) | (OutgoingEmail & { readonly channel: 'email' });

export interface Desk {
  readonly url: string;
  readonly db: Db;
  readonly clock: MovableClock;
  readonly ctx: RegisterContext;
  readonly deps: SendingDeps;
  /** Every call that reached a provider, in order. */
  readonly journal: Sent[];
  /** Answers for the next calls of a channel; without one the provider takes the message. */
  readonly answers: Record<'sms' | 'email', SendOutcome[]>;
  /** What a look-up answers. */
  lookup: (attempt: OpenAttempt) => LookupOutcome;
  /** Called by the provider before it answers. */
  during: (message: Sent) => Promise<void>;
  agreement(person: SeededPerson, options?: AgreementOptions): Promise<string>;
  /** What the core would hand to `deliver` now. */
  dueInput(agreementId: string): Promise<DeliverInput>;
  deliver(agreementId: string, change?: Partial<SendingDeps>): Promise<Delivery>;
  attempts(agreementId: string): Promise<Row<'attempt'>[]>;
  events(agreementId: string): Promise<AgreementEvent[]>;
  close(): Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const database = await freshDatabase();
  const clock = movableClock(MISSED_AT);
  const opened = openDb(database.url, { log: registerContext(undefined as never, clock).log, max: 30 });
  const { db } = opened;
  const ctx = registerContext(db, clock);
  await db.insertInto('strategy').values({ id: LADDER.id, version: 1, definition: json(LADDER), source: '', published_at: instant(0) }).execute();
  for (const template of shippedTemplates()) await insertTemplate(db, template, 0);
  const desk: Desk = {
    url: database.url, db, clock, ctx,
    deps: { ctx, channels: {} as Channels, config: { send: 'on', sendAllowlist: [], publicBaseUrl: 'https://pacto.example.org' }, policies: shippedPolicies('2026c') },
    journal: [], answers: { sms: [], email: [] },
    lookup: () => ({ kind: 'notFound' }),
    during: () => Promise.resolve(),
    agreement: async (person, options = {}) => {
      const instalments: Instalment[] = [{ number: 1, dueOn: DUE, amountMinor: 90_000 }];
      const id = await seedAgreement(db, person, { instalments, ...options });
      await db.updateTable('agreement').set({ strategy_id: LADDER.id }).where('id', '=', id).execute();
      return id;
    },
    dueInput: async (agreementId) => {
      const { state } = await loadState(db, agreementId);
      const now = await clock.now();
      return { agreementId, occurrences: dueContacts(state, now, now) };
    },
    deliver: async (agreementId, change = {}) => deliverContact({ ...desk.deps, ...change }, await desk.dueInput(agreementId)),
    attempts: (agreementId) => db.selectFrom('attempt').selectAll('attempt').distinct()
      .innerJoin('attempt_agreement', 'attempt_agreement.attempt_id', 'attempt.id').where('attempt_agreement.agreement_id', '=', agreementId)
      .orderBy('claim_seq').execute(),
    events: (agreementId) => eventsOf(db, agreementId),
    close: async () => {
      await opened.close();
      await database.drop();
    },
  };
  return Object.assign(desk, { deps: { ...desk.deps, channels: channelsOf(desk) } });
}

/** Providers of the test: they take everything down, then answer what the test told them. */
export function channelsOf(desk: Pick<Desk, 'journal' | 'answers' | 'during' | 'lookup'>): Channels {
  const take = async (message: Sent): Promise<SendOutcome> => {
    await desk.during(message);
    const answer = desk.answers[message.channel].shift() ?? { kind: 'sent', providerId: `P-${message.attemptId}` };
    if (answer.kind === 'sent' || answer.kind === 'unknown') desk.journal.push(message);
    return answer;
  };
  return {
    sms: { provider: 'twilio-sms', channel: 'sms', send: (message) => take({ ...message, channel: 'sms' }), lookup: (attempt) => Promise.resolve(desk.lookup(attempt)) },
    email: { provider: 'smtp', channel: 'email', send: (message) => take({ ...message, channel: 'email' }) },
  };
}

/** The outcome of a delivery that ended. */
export function ended(delivery: Delivery): Extract<Delivery, { kind: 'done' }>['outcome'] {
  if (delivery.kind !== 'done') throw new Error(`the delivery is to be tried again (${delivery.code})`);
  return delivery.outcome;
}
