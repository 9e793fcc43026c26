/** How an agreement ends, or takes up again: lawyers, a fallen plan, the settlement, a reversal, a new plan. */
import { describe, expect, it } from 'vitest';
import { on, reminded, said, standard, termsOf, Told } from './agreement.ts';

describe('the end of the ladder', () => {
  const called = (): Told => reminded().sent(on('2027-01-13', '10:00'), 't2', 'missed/i1v1').skipped(on('2027-02-06'), 'second/i1v1', 'call/i1v1', 'third/i1v1', 'upcoming/i2v1')
    .tell(on('2027-01-25'), { kind: 'callOutcome', call: 'k1', channel: 'call', outcome: 'noAnswer' });
  const day32 = on('2027-02-11', '09:00');

  it('goes to pre-legal on its day, when a notice arrived, a call was tried and enough is overdue', () => {
    expect(said(called().state, day32)).toBe('preLegal pre-legal/i1v1');
  });

  it('is blocked while a notice, a call, the amount or the quiet is missing', () => {
    const noNotice = called().tell(on('2027-01-13', '11:00'), { kind: 'deliveryFailed', attempt: 't2', channel: 'sms' });
    expect(said(noNotice.state, day32)).toBe('wait 2027-02-13T13:00 requirements');
    const noCall = reminded().sent(on('2027-01-13', '10:00'), 't2', 'missed/i1v1').skipped(on('2027-02-06'), 'second/i1v1', 'call/i1v1', 'third/i1v1', 'upcoming/i2v1');
    expect(said(noCall.state, day32)).toBe('wait 2027-02-13T13:00 requirements');
    expect(said(called().pays(on('2027-02-01'), 25_000).state, day32)).toBe('wait 2027-02-13T03:00 requirements');
    expect(said(called().tell(on('2027-02-01'), { kind: 'disputed', dispute: 'd', reason: 'amount' }).state, day32)).toBe('wait 2027-02-17T03:00 requirements');
    const held = called().tell(on('2027-02-01'), { kind: 'held', until: on('2027-02-12'), reason: 'agent' });
    expect(said(held.state, day32)).toBe('wait 2027-02-12T12:30 hold');
  });

  it('sends no notice while the case is open, and opens no second one when it is withdrawn', () => {
    const told = called().tell(day32, { kind: 'preLegalOpened', case: 'c1', occurrence: 'pre-legal/i1v1' });
    expect(said(told.state, on('2027-02-13', '10:00'))).toBe('wait 2027-02-17T03:00 preLegal');
    told.tell(on('2027-02-14'), { kind: 'preLegalClosed', case: 'c1', result: 'withdrawn' });
    expect(said(told.state, on('2027-02-14'))).toBe('contact missed/i2v1');
  });

  it('a case speaks for every instalment that was ripe while it ran: withdrawn, it does not come back under the name of the next one', () => {
    const told = called().tell(day32, { kind: 'preLegalOpened', case: 'c1', occurrence: 'pre-legal/i1v1' })
      .tell(on('2027-02-20'), { kind: 'stepResult', occurrences: ['missed/i2v1', 'second/i2v1', 'third/i2v1', 'call/i2v1'], result: 'sent', attempt: 't5', channel: 'sms' });
    const ripe = on('2027-03-14', '09:00');
    told.tell(on('2027-03-20'), { kind: 'preLegalClosed', case: 'c1', result: 'withdrawn' })
      .tell(ripe, { kind: 'callOutcome', call: 'k2', channel: 'call', outcome: 'talked' });
    expect(said(told.state, on('2027-03-20'))).toBe('wait for ever nothingDue');
    const before = called().tell(day32, { kind: 'preLegalOpened', case: 'c1', occurrence: 'pre-legal/i1v1' }).tell(on('2027-03-01'), { kind: 'preLegalClosed', case: 'c1', result: 'withdrawn' })
      .tell(ripe, { kind: 'callOutcome', call: 'k2', channel: 'call', outcome: 'talked' }).sent(ripe, 't5', 'missed/i2v1', 'second/i2v1', 'third/i2v1').skipped(ripe, 'call/i2v1');
    expect(said(before.state, on('2027-03-20'))).toBe('preLegal pre-legal/i2v1');
  });

  it('falls when the agreed number of instalments is overdue, at the end of the last grace', () => {
    const told = new Told(termsOf({ acceleratesAfterMissed: 1 })).sent(on('2027-01-07', '10:00'), 't1', 'upcoming/i1v1');
    expect(said(told.state, on('2027-01-12', '23:00'))).toBe('wait 2027-01-13T03:00 nextStep');
    expect(said(told.state, on('2027-01-13', '00:00'))).toBe('broken');
    expect(said(told.tell(on('2027-01-13', '00:00'), { kind: 'planBroken' }).state, on('2027-01-13', '00:00'))).toBe('wait 2027-01-13T13:00 nextStep');
  });
});

describe('the end', () => {
  const settled = (): Told => reminded().pays(on('2027-01-09'), 100_000);

  it('thanks at once, then the survey two days later, then it closes', () => {
    const told = settled();
    expect(said(told.state, on('2027-01-09'))).toBe('contact thanks/s1');
    told.sent(on('2027-01-09'), 't2', 'thanks/s1');
    expect(said(told.state, on('2027-01-09'))).toBe('wait 2027-01-11T15:00 nextStep');
    expect(said(told.state, on('2027-01-11', '12:00'))).toBe('sendSurvey survey/s1');
    told.tell(on('2027-01-11', '12:00'), { kind: 'surveyStarted', survey: 's', occurrence: 'survey/s1' });
    expect(said(told.state, on('2027-01-11', '12:00'))).toBe('close settled');
  });

  it('a hold or a dispute does not keep the thanks back; nobody who opted out gets any', () => {
    expect(said(settled().tell(on('2027-01-09'), { kind: 'disputed', dispute: 'd', reason: 'amount' }).state, on('2027-01-09'))).toBe('contact thanks/s1');
    expect(said(settled().tell(on('2027-01-09'), { kind: 'optedOut', scope: 'all' }).state, on('2027-01-09'))).toBe('close settled');
  });

  it('a reversal after the settlement takes the ladder up again, counted from the reversal; what was sent stays sent', () => {
    const told = reminded().sent(on('2027-01-13', '10:00'), 't2', 'missed/i1v1').pays(on('2027-01-15'), 100_000, 'all').sent(on('2027-01-15'), 't3', 'thanks/s1')
      .tell(on('2027-03-20'), { kind: 'paymentReversed', payment: 'all' });
    // Both dates are long past: without the new count everything would go to the lawyers at once.
    expect(said(told.state, on('2027-03-20'))).toBe('wait 2027-03-23T13:00 nextStep');
    expect(said(told.state, on('2027-03-23', '10:00'))).toBe('contact missed/i2v1');
    told.sent(on('2027-03-23', '10:00'), 't4', 'missed/i2v1');
    expect(said(told.state, on('2027-03-28', '11:00'))).toBe('contact second/i1v1+second/i2v1');
    told.pays(on('2027-03-29'), 100_000, 'again');
    expect(said(told.state, on('2027-03-29'))).toBe('contact thanks/s2');
  });

  it('a new plan has rungs of its own; those of the old one are gone', () => {
    const told = reminded().tell(on('2027-01-12'), { kind: 'promiseMade', promise: 'q1', amountMinor: 50_000, dueOn: '2027-01-16', channel: 'call' })
      .tell(on('2027-01-13'), { kind: 'renegotiated', version: 2, discountMinor: 0, instalments: [{ number: 1, dueOn: '2027-03-01', amountMinor: 100_000 }] });
    expect(said(told.state, on('2027-01-13', '10:00'))).toBe('wait 2027-02-26T13:00 nextStep');
    expect(said(told.state, on('2027-02-26', '10:00'))).toBe('contact upcoming/i1v2');
  });

  it('a strategy that is changed keeps what was sent by the name of the step', () => {
    const told = reminded().sent(on('2027-01-13', '10:00'), 't2', 'missed/i1v1').tell(on('2027-01-14'), { kind: 'strategyChanged', strategy: standard() });
    expect(said(told.state, on('2027-01-14'))).toBe('wait 2027-01-18T14:00 nextStep');
  });
});
