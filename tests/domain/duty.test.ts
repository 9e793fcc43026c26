import { describe, expect, it } from 'vitest';
import type { AgreementTerms } from '../../src/domain/agreement.ts';
import { decide, nextStep } from '../../src/domain/decide.ts';
import { dutyStandings } from '../../src/domain/duty.ts';
import { migrate } from '../../src/domain/facts.ts';
import { noticesAbout } from '../../src/domain/notice.ts';
import { on, standard, strategyOf, termsOf, Told } from './agreement.ts';

const duties: NonNullable<AgreementTerms['duties']> = { policyVersion: 'CL@2026-11-27', rules: [
  { rule: 'CL-util', do: 'freeUsefulNotice', days: 15, cite: 'LPDC 37' }, { rule: 'CL-written', do: 'sendInWritingIfSilent', days: 15, cite: 'LPDC 37 no. 6' }] };
const one = { instalments: [{ number: 1, dueOn: '2027-01-10', amountMinor: 50_000 }], duties };
/** Nothing but a reminder: whatever else leaves is the law's. */
const bare = strategyOf([{ key: 'upcoming', when: { anchor: 'due', days: -3 }, do: 'contact', template: 'upcoming', expiresDays: 2 }]);
const silent = (): Told => new Told(termsOf(one), bare).skipped(on('2027-01-08'), 'upcoming/i1v1');
const dutyOf = (told: Told, at: number): unknown => {
  const decision = decide(told.state, at);
  return decision.kind === 'duty' ? { rule: decision.rule, keys: decision.occurrences.map(({ key }) => key), template: decision.occurrences[0].template } : decision.kind;
};

describe('a free useful notice within 15 days of an unpaid due date', () => {
  it('is sent six days before the last one where the strategy has sent none', () => {
    expect(nextStep(silent().state, on('2027-01-11'))).toMatchObject({ step: 'CL-util', at: on('2027-01-19', '10:00') });
    expect(dutyOf(silent(), on('2027-01-19', '10:00'))).toEqual({ rule: 'CL-util', keys: ['CL-util/i1v1'], template: 'useful-notice' });
  });

  it('is fulfilled by an ordinary notice that was delivered after the date, not by one that bounced or came before', () => {
    const told = (): Told => new Told(termsOf(one), standard());
    const notice = told().sent(on('2027-01-13'), 't1', 'missed/i1v1');
    expect(dutyStandings(notice.state, on('2027-01-30'))).toMatchObject([{ rule: 'CL-util', status: 'fulfilled' }, { rule: 'CL-written' }]);
    const bounced = told().sent(on('2027-01-13'), 't1', 'missed/i1v1').tell(on('2027-01-13'), { kind: 'deliveryFailed', attempt: 't1', channel: 'sms' });
    expect(dutyStandings(bounced.state, on('2027-01-20'))).toMatchObject([{ rule: 'CL-util', status: 'open' }]);
    const before = told().sent(on('2027-01-07'), 't1', 'upcoming/i1v1');
    expect(dutyStandings(before.state, on('2027-01-20'))).toMatchObject([{ rule: 'CL-util', status: 'open' }]);
  });

  it('rides along when an ordinary notice leaves anyway, and counts as a notice itself', () => {
    const late = strategyOf([{ key: 'notice', when: { anchor: 'due', days: 9, at: '10:00' }, do: 'contact', template: 'missed' }]);
    const decision = decide(new Told(termsOf(one), late).state, on('2027-01-19', '10:00'));
    expect(decision).toMatchObject({ kind: 'contact', occurrences: [{ key: 'notice/i1v1' }, { key: 'CL-util/i1v1' }] });
    expect(noticesAbout(silent().sent(on('2027-01-19'), 't9', 'CL-util/i1v1').state, 'i1v1').size).toBe(1);
  });

  it.each(['refused', 'undeliverable'] as const)('%s is not done: it is not tried again, and missed at the end of the fifteenth day', (result) => {
    const told = silent().tell(on('2027-01-19', '10:00'), { kind: 'stepResult', occurrences: ['CL-util/i1v1'], result, rules: ['base-consent'] });
    expect(decide(told.state, on('2027-01-19', '10:00'))).toMatchObject({ kind: 'wait', until: on('2027-01-26', '00:00') });
    expect(decide(told.state, on('2027-01-26', '00:00'))).toMatchObject({ kind: 'skip', occurrences: [{ key: 'CL-util/i1v1', duty: 'CL-util' }] });
    expect(dutyStandings(told.state, on('2027-01-26', '00:00'))).toMatchObject([{ status: 'missed', cite: 'LPDC 37', until: on('2027-01-26', '00:00') }]);
    expect(decide(told.skipped(on('2027-01-26', '00:00'), 'CL-util/i1v1').state, on('2027-01-26', '00:00'))).toMatchObject({ kind: 'wait', until: null });
  });

  it('is missed also when the person took back every channel', () => {
    const told = silent().tell(on('2027-01-12'), { kind: 'optedOut', scope: 'all' });
    expect(decide(told.state, on('2027-01-19', '10:00'))).toMatchObject({ kind: 'wait', until: on('2027-01-26', '00:00') });
  });

  it('is gone with the payment, and owed for nothing that fell due long before the agreement came', () => {
    expect(dutyStandings(silent().pays(on('2027-01-12'), 50_000).state, on('2027-01-20'))).toEqual([]);
    expect(dutyStandings(new Told(termsOf({ ...one, agreedOn: '2027-02-10' }), bare).state, on('2027-02-11'))).toEqual([]);
  });
});

describe('written information after fifteen days of silence', () => {
  const informed = (): Told => silent().sent(on('2027-01-19', '10:00'), 't1', 'CL-util/i1v1');

  it('is sent some days after the fifteenth where no ordinary notice has repeated it', () => {
    expect(dutyOf(informed(), on('2027-02-06', '10:00'))).toEqual({ rule: 'CL-written', keys: ['CL-written/i1v1'], template: 'written-information' });
    expect(decide(informed().state, on('2027-02-06', '09:59')).kind).toBe('wait');
  });

  it('is fulfilled by a notice from the fifteenth day on, not by an earlier one', () => {
    const told = (day: string): Told => new Told(termsOf(one), standard()).sent(on('2027-01-13'), 't1', 'missed/i1v1').sent(on(day), 't2', 'third/i1v1');
    const written = (day: string) => dutyStandings(told(day).state, on('2027-02-20')).find(({ rule }) => rule === 'CL-written')?.status;
    expect(written('2027-01-28')).toBe('fulfilled');
    expect(written('2027-01-27')).toBe('open');
  });

  it.each([
    ['a reply', { kind: 'replyReceived', reply: 'r1', class: 'askTerms' }],
    ['a conversation', { kind: 'callOutcome', call: 'k1', channel: 'call', outcome: 'talked' }],
    ['a part payment', { kind: 'paymentBooked', payment: 'p1', amountMinor: 10 }],
  ] as const)('is not owed after %s: that is no silence', (_, body) => {
    expect(dutyStandings(informed().tell(on('2027-01-25'), body).state, on('2027-02-09')).map(({ rule }) => rule)).toEqual(['CL-util']);
  });
});

it('a state of an earlier release knows of no duty and decides as before', () => {
  const { duties: _none, ...terms } = termsOf(one);
  const stored: unknown = JSON.parse(JSON.stringify({ v: 1, terms, strategy: bare, events: [] }));
  expect(dutyStandings(migrate(stored), on('2027-01-20'))).toEqual([]);
  expect(decide(new Told(terms, bare).skipped(on('2027-01-08'), 'upcoming/i1v1').state, on('2027-01-20'))).toMatchObject({ kind: 'wait', until: null });
});
