/** Agreements for the tests of the core: one in Santiago, and facts numbered in the order in which they are told. */
import type { AgreementEvent, AgreementState, AgreementTerms, Decision, EventBody, Instant, LocalDate } from '../../src/domain/agreement.ts';
import { decide } from '../../src/domain/decide.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { addDays, instantOf } from '../../src/domain/zone.ts';
import { parseStrategy } from '../../src/strategy/schema.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';
import type { Strategy } from '../../src/strategy/strategy.ts';

export const ZONE = 'America/Santiago';

/** 09:30 on a date, in Santiago, unless another time of the day is given. */
export function on(date: LocalDate, time = '09:30'): Instant {
  return instantOf(ZONE, date, Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
}

export function termsOf(given: Partial<AgreementTerms> = {}): AgreementTerms {
  return {
    agreementId: 'a-1', creditorId: 'acme', externalId: 'A-1', country: 'CL', zone: ZONE, currency: 'CLP', agreedOn: '2026-12-01',
    instalments: [{ number: 1, dueOn: '2027-01-10', amountMinor: 50_000 }, { number: 2, dueOn: '2027-02-10', amountMinor: 50_000 }],
    components: {}, componentOrder: [], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null, ...given,
  };
}

export function standard(): Strategy {
  const shipped = shippedStrategies().find(({ strategy }) => strategy.id === 'standard');
  if (!shipped) throw new Error('The standard strategy is not shipped.');
  return shipped.strategy;
}

/** The budget scenario's calendar: monthly instalments of 10.000 from 2027-01-15. */
export function monthly(count: number): AgreementTerms['instalments'] {
  return Array.from({ length: count }, (_, index) => ({ number: index + 1, dueOn: `2027-${String(index + 1).padStart(2, '0')}-15`, amountMinor: 10_000 }));
}

/** A strategy of these steps only. */
export function strategyOf(steps: readonly unknown[], more: object = {}): Strategy {
  return parseStrategy({ id: 'test', country: ['CL'], graceDays: 2, steps, ...more }, { version: 1 });
}

/** An agreement that is told facts one after the other. */
export class Told {
  state: AgreementState;

  constructor(terms: AgreementTerms = termsOf(), strategy: Strategy = standard()) {
    this.state = initialState(terms, strategy);
  }

  tell(at: Instant, body: EventBody): this {
    const seq = (this.state.events.at(-1)?.seq ?? 0) + 1;
    const event: AgreementEvent = { ...body, id: `f${seq}`, seq, at };
    this.state = apply(this.state, event);
    return this;
  }

  pays(at: Instant, amountMinor: number, payment = `pay${this.state.events.length}`): this {
    return this.tell(at, { kind: 'paymentBooked', payment, amountMinor });
  }

  sent(at: Instant, attempt: string, ...occurrences: string[]): this {
    return this.tell(at, { kind: 'stepResult', occurrences, result: 'sent', attempt, channel: 'sms' });
  }

  skipped(at: Instant, ...occurrences: string[]): this {
    return this.tell(at, { kind: 'stepResult', occurrences, result: 'skipped' });
  }
}

/** The local date so many days after. */
export const plus = addDays;

/** `contact missed/i1v1+…`, `wait 2027-01-13T13:00 hold`: a decision in one line. */
export function said(state: AgreementState, now: Instant): string {
  const decision: Decision = decide(state, now);
  switch (decision.kind) {
    case 'contact': case 'skip': return `${decision.kind} ${decision.occurrences.map((one) => one.key).join('+')}`;
    case 'bookCallback': case 'sendSurvey': return `${decision.kind} ${decision.occurrence.key}`;
    case 'escalate': return decision.to === 'broken' ? 'broken' : `preLegal ${decision.occurrence.key}`;
    case 'wait': return `wait ${decision.until === null ? 'for ever' : new Date(decision.until).toISOString().slice(0, 16)} ${decision.why}`;
    case 'close': return `close ${decision.reason}`;
    case 'duty': return `duty ${decision.rule}`;
  }
}

/** Everything before the first rung has happened: the reminder of instalment 1 was sent. */
export const reminded = (): Told => new Told().sent(on('2027-01-07', '10:00'), 't1', 'upcoming/i1v1');
