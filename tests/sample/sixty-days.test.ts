import { beforeAll, describe, expect, test } from 'vitest';
import type { AgreementState, Decision, EventBody } from '../../src/domain/agreement.ts';
import { decide } from '../../src/domain/decide.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { viewOf } from '../../src/domain/view.ts';
import { addDays, DAY, instantOf, localDate, MINUTE, weekday } from '../../src/domain/zone.ts';
import { actsOf, type Life } from '../../src/sandbox/debtors/life.ts';
import type { Act } from '../../src/sandbox/debtors/act.ts';
import { personaOf, samplePortfolio, type SampleAgreement } from '../../src/sandbox/sample/portfolio.ts';
import { shippedStrategies } from '../../src/strategy/shipped.ts';

const STARTS_ON = '2026-11-24';
const START = instantOf('America/Santiago', STARTS_ON, 12 * 60);
const DAYS = 60;

interface Happening {
  readonly at: number;
  readonly what: string;
}

/** The core, the people, and a world in which every message arrives: no law, no providers, no clock but this one. */
class Story {
  readonly happenings: Happening[] = [];
  state: AgreementState;
  #seq = 0;
  #call: Life['call'];
  #case: Life['case'];
  #survey: Life['survey'];
  readonly #persona: Life['persona'];

  constructor(agreement: SampleAgreement) {
    const persona = personaOf(agreement.creditorId, agreement.externalId);
    const strategy = shippedStrategies().find((shipped) => shipped.strategy.id === 'standard')?.strategy;
    if (persona === undefined || strategy === undefined) throw new Error('no persona or no strategy');
    this.#persona = persona;
    this.state = initialState({
      agreementId: agreement.externalId, creditorId: agreement.creditorId, externalId: agreement.externalId, country: agreement.person.address.country,
      zone: agreement.person.zone, currency: agreement.currency, agreedOn: agreement.agreedOn, instalments: agreement.instalments,
      components: {}, componentOrder: ['principal'], discountMinor: 0, discountLapsesOnBreak: false, acceleratesAfterMissed: null,
    }, strategy);
  }

  play(): void {
    for (let now = START; now < START + DAYS * DAY; ) {
      this.#settle(now);
      const decision = decide(this.state, now);
      const wakes = [decision.kind === 'wait' ? decision.until : null, ...this.#acts().map((act) => act.at)].filter((at): at is number => at !== null && at > now);
      now = Math.max(now + MINUTE, Math.min(START + DAYS * DAY, ...wakes));
    }
  }

  #settle(now: number): void {
    for (let turn = 0; ; turn += 1) {
      if (turn > 100) throw new Error(`nothing comes to rest at ${new Date(now).toISOString()}`);
      const act = this.#acts().find((candidate) => candidate.at <= now);
      const decision = decide(this.state, now);
      if (act) this.#answer(act, now);
      else if (decision.kind === 'wait' || decision.kind === 'close') return;
      else this.#follow(decision, now);
    }
  }

  #acts(): readonly Act[] {
    return actsOf({ persona: this.#persona, agreementId: 'a', personId: 'p', state: this.state, call: this.#call, case: this.#case, survey: this.#survey });
  }

  #record(now: number, body: EventBody): void {
    this.#seq += 1;
    this.state = apply(this.state, { ...body, id: `e${this.#seq}`, seq: this.#seq, at: now });
    if (body.kind === 'paymentBooked' && this.#case && viewOf(this.state).preLegal?.state === 'open') {
      this.#record(now, { kind: 'preLegalClosed', case: this.#case.id, result: 'withdrawn' });
      this.#case = undefined;
      this.#note(now, 'withdrawn');
    }
  }

  #note(at: number, what: string): void {
    this.happenings.push({ at, what });
  }

  #follow(decision: Exclude<Decision, { kind: 'wait' | 'close' }>, now: number): void {
    const id = `${this.#seq + 1}`;
    switch (decision.kind) {
      case 'contact':
        this.#note(now, decision.occurrences[0].step);
        return this.#record(now, { kind: 'stepResult', occurrences: decision.occurrences.map(({ key }) => key), result: 'sent', attempt: id, channel: 'sms' });
      case 'skip': return this.#record(now, { kind: 'stepResult', occurrences: decision.occurrences.map(({ key }) => key), result: 'skipped', rules: ['expired'] });
      case 'bookCallback': {
        this.#note(now, 'callback');
        this.#call = { id, agreementId: 'a', from: nextMorning(this.state.terms.zone, now) };
        return this.#record(now, { kind: 'callbackBooked', occurrence: decision.occurrence.key, callback: id, from: this.#call.from, until: this.#call.from + 15 * MINUTE });
      }
      case 'escalate':
        if (decision.to === 'broken') return this.#record(now, { kind: 'planBroken' });
        this.#note(now, 'case');
        this.#case = { id, agreementId: 'a', openedAt: now, approvals: 0 };
        return this.#record(now, { kind: 'preLegalOpened', case: id, occurrence: decision.occurrence.key });
      case 'sendSurvey':
        this.#note(now, 'survey');
        this.#survey = { agreementId: 'a', invitedAt: now, token: 'token' };
        return this.#record(now, { kind: 'surveyStarted', survey: id, occurrence: decision.occurrence.key });
      case 'duty': throw new Error('no duties yet');
    }
  }

  #answer(act: Act, now: number): void {
    this.#note(now, act.kind === 'call' ? `call:${act.outcome}` : act.kind);
    switch (act.kind) {
      case 'pay': return this.#record(now, { kind: 'paymentBooked', payment: act.externalId, amountMinor: act.amountMinor });
      case 'reverse': return this.#record(now, { kind: 'paymentReversed', payment: act.payment });
      case 'optOut': return this.#record(now, { kind: 'optedOut', scope: 'all' });
      case 'dispute': return this.#record(now, { kind: 'disputed', dispute: 'd', reason: 'amount' });
      case 'resolveDispute': return this.#record(now, { kind: 'resolved', dispute: act.dispute, outcome: 'rejected' });
      case 'call':
        this.#call = undefined;
        this.#record(now, { kind: 'callOutcome', call: `k${this.#seq}`, callback: act.callbackId, channel: 'call', outcome: act.outcome });
        if (act.promise) this.#record(now, { kind: 'promiseMade', promise: `p${this.#seq}`, ...act.promise, channel: 'call' });
        return;
      case 'approve': if (this.#case) this.#case = { ...this.#case, approvals: this.#case.approvals + 1 }; return;
      case 'handOver':
        this.#case = undefined;
        return this.#record(now, { kind: 'preLegalClosed', case: act.caseId, result: 'handedOver' });
      case 'answerSurvey': this.#survey = undefined;
    }
  }
}

function nextMorning(zone: string, now: number): number {
  let date = addDays(localDate(zone, now), 1);
  while (weekday(date) > 5) date = addDays(date, 1);
  return instantOf(zone, date, 10 * 60);
}

const stories = new Map<string, Story>();

beforeAll(() => {
  for (const agreement of samplePortfolio(STARTS_ON)) {
    const story = new Story(agreement);
    story.play();
    stories.set(agreement.externalId, story);
  }
});

function daysOf(what: string): number[] {
  const happenings = [...stories.values()].flatMap((story) => story.happenings.filter((happening) => happening.what === what));
  return happenings.map(({ at }) => Math.floor((at - START) / DAY)).sort((a, b) => a - b);
}

describe('what one sees when the sample plays', () => {
  test.each([
    ['missed', 10], ['upcoming', 10], ['pay', 10], ['callback', 20], ['call:promise', 20], ['call:talked', 20], ['call:noAnswer', 20], ['reverse', 20], ['optOut', 20], ['dispute', 20],
    ['thanks', 15], ['survey', 20], ['answerSurvey', 30], ['promise-broken', 30], ['second', 20], ['third', 30], ['case', 35], ['approve', 40], ['withdrawn', 50], ['handOver', 60],
  ])('%s within %i days', (what, days) => {
    expect(daysOf(what)[0] ?? Infinity).toBeLessThanOrEqual(days);
  });

  test('by day sixty there are several callbacks, cases, settlements and surveys', () => {
    expect(daysOf('callback').length).toBeGreaterThanOrEqual(8);
    expect(daysOf('case').length).toBeGreaterThanOrEqual(4);
    expect([...stories.values()].filter((story) => viewOf(story.state).phase === 'settled').length).toBeGreaterThanOrEqual(15);
    expect(daysOf('answerSurvey').length).toBeGreaterThanOrEqual(5);
  });

  test('who never pays is with the lawyers, and nobody who paid on time was ever called', () => {
    expect(viewOf(stories.get('CS-1011')?.state ?? fail('CS-1011'))).toMatchObject({ phase: 'preLegal', paidMinor: 0 });
    for (const id of ['CS-1001', 'CS-1002', 'CR-3001', 'LN-5008']) expect(stories.get(id)?.happenings.map(({ what }) => what)).not.toContain('callback');
  });
});

function fail(id: string): never {
  throw new Error(`no story of ${id}`);
}
