/** The standard strategy on one agreement of two instalments (due 2027-01-10 and 2027-02-10, 50.000 each), rung by rung. */
import { describe, expect, it } from 'vitest';
import { decide, dueContacts, nextStep, speaksOf, stillWanted } from '../../src/domain/decide.ts';
import { on, reminded, said, strategyOf, termsOf, Told } from './agreement.ts';

describe('the ladder', () => {
  it('waits for the reminder three days before the due date, at ten in Santiago', () => {
    const { state } = new Told();
    expect(said(state, on('2026-12-01'))).toBe('wait 2027-01-07T13:00 nextStep');
    expect(nextStep(state, on('2026-12-01'))).toMatchObject({ step: 'upcoming', at: on('2027-01-07', '10:00') });
    expect(said(state, on('2027-01-07', '10:00'))).toBe('contact upcoming/i1v1');
  });

  it('sends the first notice three days after the date, and says which channels come in which order', () => {
    const decision = decide(reminded().state, on('2027-01-13', '10:00'));
    expect(decision).toMatchObject({ kind: 'contact', occurrences: [{ key: 'missed/i1v1', channels: ['sms', 'email'], template: 'missed', purpose: 'collection' }] });
  });

  it('says nothing of what was paid meanwhile, and does not skip it either', () => {
    const told = reminded().pays(on('2027-01-12'), 50_000);
    expect(said(told.state, on('2027-01-13', '10:00'))).toBe('wait 2027-02-07T13:00 nextStep');
  });

  it('speaks of an instalment that is paid in part, and not of one that is paid', () => {
    const told = reminded().pays(on('2027-01-12'), 20_000);
    const decision = decide(told.state, on('2027-01-13', '10:00'));
    if (decision.kind !== 'contact') throw new Error(decision.kind);
    expect(speaksOf(told.state, decision.occurrences[0])).toMatchObject([{ number: 1, amountMinor: 50_000, paidMinor: 20_000 }]);
    expect(speaksOf(told.pays(on('2027-01-13'), 30_000).state, decision.occurrences[0])).toEqual([]);
  });

  it('never sends a burst: logged late, it skips what expired in one go and lets the weightiest rung speak for the others', () => {
    const strategy = strategyOf([
      { key: 'a', when: { anchor: 'due', days: 1 }, do: 'contact', template: 'missed', expiresDays: 60 },
      { key: 'b', when: { anchor: 'due', days: 5 }, do: 'contact', template: 'missed', expiresDays: 1 },
      { key: 'c', when: { anchor: 'due', days: 6 }, do: 'contact', template: 'missed', expiresDays: 2 },
      { key: 'd', when: { anchor: 'due', days: 12 }, do: 'contact', template: 'missed', expiresDays: 60 },
    ]);
    const told = new Told(termsOf(), strategy);
    expect(said(told.state, on('2027-01-23', '11:00'))).toBe('skip b/i1v1+c/i1v1');
    told.skipped(on('2027-01-23', '11:00'), 'b/i1v1', 'c/i1v1');
    expect(said(told.state, on('2027-01-23', '11:00'))).toBe('contact d/i1v1+a/i1v1');
  });

  it('books the call of the ladder, once more when it is missed, and never a third time', () => {
    const told = reminded().sent(on('2027-01-13', '10:00'), 't2', 'missed/i1v1').sent(on('2027-01-18', '11:00'), 't3', 'second/i1v1');
    const morning = on('2027-01-22', '09:00');
    expect(said(told.state, morning)).toBe('bookCallback call/i1v1');
    told.tell(morning, { kind: 'callbackBooked', occurrence: 'call/i1v1', callback: 'cb1', from: morning, until: morning + 1 });
    expect(said(told.state, morning)).toBe('wait 2027-01-30T13:00 callback');
    told.tell(on('2027-01-22', '18:00'), { kind: 'callbackClosed', callback: 'cb1', result: 'missed' });
    expect(said(told.state, on('2027-01-22', '18:00'))).toBe('bookCallback call/i1v1');
    told.tell(on('2027-01-22', '18:00'), { kind: 'callbackBooked', occurrence: 'call/i1v1', callback: 'cb2', from: morning, until: morning + 1 });
    told.tell(on('2027-01-23', '12:00'), { kind: 'callOutcome', call: 'k1', callback: 'cb2', channel: 'call', outcome: 'noAnswer' });
    expect(said(told.state, on('2027-01-23', '12:00'))).toBe('wait 2027-01-30T13:00 nextStep');
  });

  it('does not book what was called off, nor for somebody who does not want calls', () => {
    const told = reminded().sent(on('2027-01-18', '11:00'), 't3', 'second/i1v1', 'missed/i1v1');
    const morning = on('2027-01-22', '09:00');
    const optedOut = new Told().sent(on('2027-01-18'), 't3', 'upcoming/i1v1', 'missed/i1v1', 'second/i1v1').tell(morning, { kind: 'optedOut', scope: 'call' });
    expect(said(optedOut.state, morning)).toBe('wait 2027-01-30T13:00 nextStep');
    told.tell(morning, { kind: 'callbackBooked', occurrence: 'call/i1v1', callback: 'cb1', from: morning, until: morning + 1 });
    told.tell(morning, { kind: 'callbackClosed', callback: 'cb1', result: 'cancelled' });
    expect(said(told.state, morning)).toBe('wait 2027-01-30T13:00 nextStep');
  });
});

describe('what came of a contact', () => {
  const due = on('2027-01-13', '10:00');
  const missed = (): Told => reminded();

  it('deferred: the same occurrence again at the hour the law gives, never earlier', () => {
    const told = missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'deferred', until: on('2027-01-14', '10:00') });
    expect(said(told.state, due)).toBe('wait 2027-01-14T13:00 nextStep');
    expect(said(told.state, on('2027-01-14', '10:00'))).toBe('contact missed/i1v1');
    const past = missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'deferred', until: due - 1 });
    expect(said(past.state, due)).toBe('wait 2027-01-13T13:01 nextStep');
  });

  it('deferred beyond its expiry: skipped at the end of its last day, with a trace', () => {
    const told = missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'deferred', until: on('2027-01-30') });
    expect(said(told.state, due)).toBe('wait 2027-01-17T03:00 nextStep');
    expect(said(told.state, on('2027-01-17', '00:00'))).toBe('skip missed/i1v1');
    expect(said(told.skipped(on('2027-01-17', '00:00'), 'missed/i1v1').state, on('2027-01-17', '00:00'))).toBe('wait 2027-01-18T14:00 nextStep');
  });

  it.each(['sent', 'covered', 'refused', 'undeliverable', 'skipped'] as const)('%s: that was it', (result) => {
    const told = missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result });
    expect(said(told.state, due)).toBe('wait 2027-01-18T14:00 nextStep');
  });

  it('not delivered: the next channel, once; and nothing when that fails too', () => {
    const told = missed().sent(due, 't2', 'missed/i1v1').tell(due, { kind: 'deliveryFailed', attempt: 't2', channel: 'sms' });
    expect(decide(told.state, due)).toMatchObject({ kind: 'contact', occurrences: [{ key: 'missed/i1v1', channels: ['email'] }] });
    told.tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'sent', attempt: 't3', channel: 'email' });
    told.tell(due, { kind: 'deliveryFailed', attempt: 't3', channel: 'email' });
    expect(said(told.state, due)).toBe('wait 2027-01-18T14:00 nextStep');
  });

  it('a failure that is told before the sending counts as well; one that comes after the expiry changes nothing', () => {
    const early = missed().tell(due, { kind: 'deliveryFailed', attempt: 't2', channel: 'sms' }).sent(due, 't2', 'missed/i1v1');
    expect(decide(early.state, due)).toMatchObject({ kind: 'contact', occurrences: [{ channels: ['email'] }] });
    const late = missed().sent(due, 't2', 'missed/i1v1').tell(on('2027-01-17'), { kind: 'deliveryFailed', attempt: 't2', channel: 'sms' });
    expect(said(late.state, on('2027-01-17'))).toBe('wait 2027-01-18T14:00 nextStep');
  });

  it('unknown: waits for the answer, then takes it for a contact', () => {
    const unknown = (): Told => missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'unknown', attempt: 't2', channel: 'sms', until: due + 3_600_000 });
    expect(said(unknown().state, due)).toBe('wait 2027-01-13T14:00 unknownOutcome');
    expect(said(unknown().state, due + 3_600_000)).toBe('wait 2027-01-18T14:00 nextStep');
    expect(said(unknown().tell(due, { kind: 'contactResult', attempt: 't2', result: 'sent' }).state, due)).toBe('wait 2027-01-18T14:00 nextStep');
    expect(decide(unknown().tell(due, { kind: 'contactResult', attempt: 't2', result: 'failed' }).state, due)).toMatchObject({ kind: 'contact', occurrences: [{ channels: ['email'] }] });
  });

  it('a new notice that takes a failed one along does not use the channel that failed', () => {
    const told = missed().sent(due, 't2', 'missed/i1v1').tell(on('2027-01-15'), { kind: 'deliveryFailed', attempt: 't2', channel: 'email' })
      .tell(on('2027-01-15'), { kind: 'strategyChanged', strategy: strategyOf([
        { key: 'missed', when: { anchor: 'due', days: 3 }, do: 'contact', template: 'missed', channels: ['email', 'sms'], expiresDays: 20 },
        { key: 'second', when: { anchor: 'due', days: 8 }, do: 'contact', template: 'missed', channels: ['email', 'sms'] }]) });
    // t2 left by SMS and its failure was told for e-mail: both channels are burnt for it, it stays silent.
    expect(said(told.state, on('2027-01-18', '10:00'))).toBe('contact second/i1v1');
    const once = missed().tell(due, { kind: 'stepResult', occurrences: ['missed/i1v1'], result: 'sent', attempt: 't2', channel: 'email' })
      .tell(on('2027-01-15'), { kind: 'strategyChanged', strategy: strategyOf([
        { key: 'missed', when: { anchor: 'due', days: 3 }, do: 'contact', template: 'missed', channels: ['email', 'sms'], expiresDays: 20 },
        { key: 'second', when: { anchor: 'due', days: 8 }, do: 'contact', template: 'missed', channels: ['email', 'sms'] }]) })
      .tell(on('2027-01-18', '09:00'), { kind: 'held', until: on('2027-01-18', '10:00'), reason: 'agent' })
      .tell(on('2027-01-18', '09:30'), { kind: 'deliveryFailed', attempt: 't2', channel: 'email' });
    expect(decide(once.state, on('2027-01-18', '10:00'))).toMatchObject({ kind: 'contact', occurrences: [{ key: 'second/i1v1', channels: ['sms'] }, { key: 'missed/i1v1' }] });
  });
});

describe('what silences', () => {
  const due = on('2027-01-13', '10:00');

  it('a hold: until it ends, then what has not expired', () => {
    const told = reminded().tell(on('2027-01-12'), { kind: 'held', until: on('2027-01-15', '12:00'), reason: 'agent' });
    expect(said(told.state, due)).toBe('wait 2027-01-15T15:00 hold');
    expect(dueContacts(told.state, due, due)).toEqual([]);
    expect(said(told.state, on('2027-01-15', '12:00'))).toBe('contact missed/i1v1');
    expect(said(told.tell(on('2027-01-14'), { kind: 'released' }).state, on('2027-01-14'))).toBe('contact missed/i1v1');
  });

  it('a dispute: until it is resolved; meanwhile the rungs expire with a trace', () => {
    const told = reminded().tell(on('2027-01-12'), { kind: 'disputed', dispute: 'd1', reason: 'amount' });
    expect(said(told.state, due)).toBe('wait 2027-01-17T03:00 dispute');
    expect(said(told.state, on('2027-01-17', '00:00'))).toBe('skip missed/i1v1');
    told.tell(on('2027-01-15'), { kind: 'resolved', dispute: 'd1', outcome: 'rejected' });
    expect(said(told.state, on('2027-01-15'))).toBe('contact missed/i1v1');
  });

  it('an opt-out of one channel leaves the other; of all, nothing is planned', () => {
    const told = reminded().tell(on('2027-01-12'), { kind: 'optedOut', scope: 'sms' });
    expect(decide(told.state, due)).toMatchObject({ kind: 'contact', occurrences: [{ channels: ['email'] }] });
    const wanted = decide(reminded().state, due);
    if (wanted.kind !== 'contact') throw new Error(wanted.kind);
    expect(stillWanted(told.state, { ...wanted.occurrences[0], channels: ['sms'] }, due)).toBe(false);
    told.tell(on('2027-01-12'), { kind: 'optedOut', scope: 'all' });
    // Without a notice and a call nothing may go to the lawyers either: only a new fact can bring something.
    expect(said(told.state, due)).toBe('wait for ever requirements');
    expect(nextStep(told.state, due)).toBeNull();
  });

  it('a hold that ends after the pre-legal day is not waited for when the requirements are missing anyway', () => {
    const told = new Told();
    const held = on('2026-12-20');
    told.tell(held, { kind: 'optedOut', scope: 'all' }).tell(held, { kind: 'held', until: on('2027-02-11', '12:30'), reason: 'other' });
    expect(said(told.state, held)).toBe(said(told.state, on('2027-02-11', '12:00')));
  });

  it('a stop for ever, and a cancellation, close', () => {
    expect(said(reminded().tell(due, { kind: 'stopRegistered', on: 'insolvency', permanent: true }).state, due)).toBe('close stopped');
    expect(said(reminded().tell(due, { kind: 'cancelled', reason: 'error' }).state, due)).toBe('close cancelled');
  });
});

describe('a promise to pay', () => {
  const promised = (amountMinor: number): Told => reminded().tell(on('2027-01-12'), { kind: 'promiseMade', promise: 'q1', amountMinor, dueOn: '2027-01-16', channel: 'call' });

  it('silences what it covers, but not its own reminder', () => {
    const { state } = promised(50_000);
    expect(said(state, on('2027-01-13', '10:00'))).toBe('wait 2027-01-15T14:00 promise');
    expect(said(state, on('2027-01-15', '11:00'))).toBe('contact promise-eve/pq1');
  });

  it('given after the hour of its reminder, it gets none', () => {
    const told = reminded().tell(on('2027-01-15', '15:00'), { kind: 'promiseMade', promise: 'q1', amountMinor: 50_000, dueOn: '2027-01-16', channel: 'call' });
    expect(said(told.state, on('2027-01-15', '15:00'))).toBe('wait 2027-01-17T03:00 promise');
  });

  it('broken at the end of its grace: the first morning after speaks of it, ahead of the rungs it silenced', () => {
    const told = promised(50_000).sent(on('2027-01-15', '11:00'), 't2', 'promise-eve/pq1').skipped(on('2027-01-17', '00:00'), 'missed/i1v1');
    expect(said(told.state, on('2027-01-18', '11:00'))).toBe('wait 2027-01-19T03:00 promise');
    expect(said(told.state, on('2027-01-19', '10:00'))).toBe('contact promise-broken/pq1+second/i1v1');
  });

  it('kept: not a word more about it', () => {
    const told = promised(20_000).sent(on('2027-01-15', '11:00'), 't2', 'promise-eve/pq1').pays(on('2027-01-16'), 20_000);
    expect(decide(told.state, on('2027-01-19', '10:00'))).toMatchObject({ kind: 'skip', occurrences: [{ key: 'missed/i1v1' }] });
    expect(said(told.skipped(on('2027-01-17'), 'missed/i1v1').state, on('2027-01-19', '10:00'))).toBe('contact second/i1v1');
  });
});

describe('a call that nobody answered', () => {
  const again = (): Told => reminded().sent(on('2027-01-13'), 't1b', 'missed/i1v1').sent(on('2027-01-18', '11:00'), 't2', 'second/i1v1')
    .tell(on('2027-01-22'), { kind: 'callbackBooked', occurrence: 'call/i1v1', callback: 'cb1', from: on('2027-01-22', '10:00'), until: on('2027-01-22', '10:15') })
    .tell(on('2027-01-22', '10:15'), { kind: 'callOutcome', call: 'k1', callback: 'cb1', channel: 'call', outcome: 'noAnswer' });

  it('is booked once more; put off it waits, and does not ask again at once', () => {
    expect(said(again().state, on('2027-01-22', '10:15'))).toBe('bookCallback call/i1v1');
    const off = again().tell(on('2027-01-22', '10:15'), { kind: 'stepResult', occurrences: ['call/i1v1'], result: 'deferred', until: on('2027-01-25', '09:00'), rules: ['CL-call-week'] });
    expect(decide(off.state, on('2027-01-22', '10:15'))).toMatchObject({ kind: 'wait', until: on('2027-01-25', '09:00') });
    expect(said(off.state, on('2027-01-25', '09:00'))).toBe('bookCallback call/i1v1');
  });

  it('and was answered by a call about a sibling meanwhile: that was it', () => {
    const covered = again().tell(on('2027-01-23'), { kind: 'stepResult', occurrences: ['call/i1v1'], result: 'covered' });
    expect(decide(covered.state, on('2027-01-25', '09:00')).kind).toBe('wait');
  });
});
