import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/contact-law/evaluate.ts';
import type { ContactCase, LawDecision, PastContact } from '../../src/contact-law/policy.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { contactCase, POLICIES } from './cases.ts';

const at = (text: string): number => Date.parse(text);
const past = (when: string, channel: PastContact['channel'], more: Partial<PastContact> = {}): PastContact => ({ at: at(when), channel, kind: 'attempt', ...more });

const CL = { profile: 'CL', zones: ['America/Santiago'] };
const CO = { profile: 'CO', zones: ['America/Bogota'] };
const NY = { profile: 'US', zones: ['America/New_York'] };

function judge(now: string, change: Partial<ContactCase>, readings: Readonly<Record<string, string>> = {}): LawDecision & { readonly until?: string } {
  const decision = evaluate(Object.keys(readings).length === 0 ? POLICIES : shippedPolicies('2026c', readings), contactCase({ ...change, now: at(now) }));
  return { ...decision, ...(decision.notBefore !== undefined && { until: new Date(decision.notBefore).toISOString() }) };
}

describe('Chile', () => {
  test('the last second of the window is inside, its end is out', () => {
    expect(judge('2026-11-25T22:59:59Z', CL).decision).toBe('allow');
    expect(judge('2026-11-25T23:00:00Z', CL)).toMatchObject({ decision: 'defer', until: '2026-11-26T11:00:00.000Z', rules: ['CL-hours-write'] });
  });

  test('Santiago and Easter Island disagree: both must be open', () => {
    const both = { ...CL, zones: ['America/Santiago', 'Pacific/Easter'] };
    expect(judge('2026-11-25T12:00:00Z', both)).toMatchObject({ decision: 'defer', until: '2026-11-25T13:00:00.000Z' });
    expect(judge('2026-11-25T22:59:00Z', both).decision).toBe('allow');
    expect(judge('2026-11-25T23:30:00Z', both)).toMatchObject({ decision: 'defer', until: '2026-11-26T13:00:00.000Z' });
  });

  test('each zone counts by its own date: 00:30 in Santiago is still yesterday on Easter Island', () => {
    const history = [past('2026-11-26T03:30:00Z', 'call')];
    expect(judge('2026-12-02T13:00:00Z', { ...CL, channel: 'call', history })).toMatchObject({ decision: 'defer', until: '2026-12-03T11:00:00.000Z' });
    expect(judge('2026-12-02T15:00:00Z', { ...CL, channel: 'call', zones: ['Pacific/Easter'], history }).decision).toBe('allow');
  });

  test('two clear days between written contacts by default, 48 hours where that reading is chosen', () => {
    const history = [past('2026-11-23T15:20:30Z', 'email')];
    expect(judge('2026-11-25T16:00:00Z', { ...CL, history })).toMatchObject({ decision: 'defer', until: '2026-11-26T11:00:00.000Z', rules: ['CL-write-gap'] });
    expect(judge('2026-11-25T15:00:00Z', { ...CL, history }, { 'CL-gap': '48h' })).toMatchObject({ decision: 'defer', until: '2026-11-25T15:21:00.000Z', rules: ['CL-write-gap-48h'] });
    expect(judge('2026-11-25T15:21:00Z', { ...CL, history }, { 'CL-gap': '48h' })).toMatchObject({ decision: 'allow', policyVersion: expect.stringContaining('[CL-gap=48h]') });
  });

  test('an unanswered call counts by default, only a conversation where that reading is chosen', () => {
    const call = { ...CL, channel: 'call' as const, history: [past('2026-11-23T15:00:00Z', 'call')] };
    expect(judge('2026-11-24T15:00:00Z', call).rules).toEqual(['CL-call-week']);
    expect(judge('2026-11-24T15:00:00Z', call, { 'CL-counts': 'effective' }).decision).toBe('allow');
    const talked = { ...call, history: [past('2026-11-23T15:00:00Z', 'call', { kind: 'conversation' })] };
    expect(judge('2026-11-24T15:00:00Z', talked, { 'CL-counts': 'effective' }).rules).toEqual(['CL-call-week-effective']);
  });

  test('a reading that does not exist is no profile', () => {
    expect(judge('2026-11-24T15:00:00Z', CL, { 'CL-gap': 'none' })).toMatchObject({ decision: 'refuse', rules: ['missing-profile'] });
  });

  test('the block of the data law is a law from 1 December 2026, and refuses before as a house rule', () => {
    const stops = [{ on: 'dataBlocked' as const, at: at('2026-11-20T00:00:00Z') }];
    expect(judge('2026-12-01T02:59:59Z', { ...CL, stops })).toMatchObject({ decision: 'refuse', permanent: false, rules: ['base-pause', 'CL-hours-write'] });
    expect(judge('2026-12-01T03:00:00Z', { ...CL, stops }).rules).toEqual(['base-pause', 'CL-dp-block', 'CL-hours-write']);
  });

  test('history out of order, doubled in a minute, of other debts and creditors: all of it counts', () => {
    const history = [past('2026-11-21T15:00:00Z', 'sms', { debtId: 'b', creditorId: 'y' }), past('2026-11-18T15:00:00Z', 'letter', { debtId: 'a', creditorId: 'x' })];
    for (const order of [history, history.toReversed()]) {
      expect(judge('2026-11-24T15:00:00Z', { ...CL, debtId: 'c', creditorId: 'z', history: order })).toMatchObject({ decision: 'defer', until: '2026-11-25T11:00:00.000Z', rules: ['CL-write-week'] });
    }
  });

  test('the rules fail together and are named in the order of evaluation', () => {
    const all = { ...CL, party: 'employer' as const, authorisedChannels: [], stops: [{ on: 'insolvency' as const, at: 0 }], history: [past('2026-11-28T15:00:00Z', 'sms'), past('2026-11-27T15:00:00Z', 'sms')] };
    expect(judge('2026-11-29T15:00:00Z', all)).toMatchObject({
      decision: 'refuse', permanent: true, rules: ['base-stop', 'CL-stop', 'CL-party', 'base-consent', 'CL-hours-write', 'CL-write-week', 'CL-write-gap'],
    });
  });

  test('the text of a contact is judged where it is told', () => {
    const blocks = ['creditor', 'contract', 'amount', 'interest', 'fees', 'payOptions', 'rights', 'contactMeans', 'notSeizure'];
    const email = { ...CL, channel: 'email' as const };
    expect(judge('2026-11-25T15:00:00Z', { ...email, content: { blocks, phrases: [], first: true } }).decision).toBe('allow');
    expect(judge('2026-11-25T15:00:00Z', { ...email, content: { blocks: blocks.slice(1), phrases: ['creditBureau'], first: true } })).toMatchObject({ decision: 'refuse', permanent: false, rules: ['CL-must', 'CL-mustnot'] });
    expect(judge('2026-11-25T15:00:00Z', { ...CL, content: { blocks: [], phrases: [], first: true } }).decision).toBe('allow');
  });
});

describe('Colombia', () => {
  test('another channel waits for the next Monday; a receipt in between takes no channel', () => {
    const history = [past('2026-11-24T14:00:00Z', 'sms')];
    expect(judge('2026-11-25T15:00:00Z', { ...CO, channel: 'call', history })).toMatchObject({ decision: 'defer', until: '2026-11-30T12:00:00.000Z', rules: ['CO-one-channel'] });
    expect(judge('2026-11-25T15:00:00Z', { ...CO, channel: 'call', history: [past('2026-11-24T14:00:00Z', 'sms', { purpose: 'transactional' })] }).decision).toBe('allow');
    expect(judge('2026-11-25T15:00:00Z', { ...CO, channel: 'call', history: [past('2026-11-24T14:00:00Z', 'sms', { direction: 'in' })] }).decision).toBe('allow');
  });

  test('one contact a week where that reading is chosen', () => {
    const again = { ...CO, history: [past('2026-11-24T14:00:00Z', 'sms')] };
    expect(judge('2026-11-25T15:00:00Z', again).decision).toBe('allow');
    expect(judge('2026-11-25T15:00:00Z', again, { 'CO-weekly': 'oneContact' })).toMatchObject({ decision: 'defer', until: '2026-11-30T12:00:00.000Z', rules: ['CO-one-contact'] });
  });

  test('nobody is visited, not even for a receipt; a receipt by message leaves at night', () => {
    expect(judge('2026-11-25T15:00:00Z', { ...CO, channel: 'visit' })).toMatchObject({ decision: 'refuse', rules: ['CO-visit'] });
    expect(judge('2026-11-29T05:00:00Z', { ...CO, channel: 'visit', purpose: 'transactional' })).toMatchObject({ decision: 'refuse', rules: ['CO-visit'] });
    expect(judge('2026-11-29T05:00:00Z', { ...CO, purpose: 'transactional' }).decision).toBe('allow');
    expect(judge('2026-11-29T05:00:00Z', { ...CO, purpose: 'survey' }).rules).toEqual(['CO-week', 'CO-sat']);
  });
});

test('Mexico: Sundays are open by default, closed for calls where that reading is chosen', () => {
  const call = { profile: 'MX', zones: ['America/Mexico_City'], channel: 'call' as const };
  expect(judge('2026-11-29T16:00:00Z', call).decision).toBe('allow');
  expect(judge('2026-11-29T16:00:00Z', call, { 'MX-days': 'noSundayCalls' })).toMatchObject({ decision: 'defer', until: '2026-11-30T13:00:00.000Z', rules: ['MX-hours-call'] });
  expect(judge('2026-11-29T16:00:00Z', { ...call, channel: 'sms' }, { 'MX-days': 'noSundayCalls' }).decision).toBe('allow');
});

test('Ecuador: once a day by the same means, another is free', () => {
  const quito = { profile: 'EC', zones: ['America/Guayaquil'], history: [past('2026-11-25T13:00:00Z', 'sms')] };
  expect(judge('2026-11-25T15:00:00Z', quito)).toMatchObject({ decision: 'defer', until: '2026-11-26T12:00:00.000Z', rules: ['EC-day-sms'] });
  expect(judge('2026-11-25T15:00:00Z', { ...quito, channel: 'email' }).decision).toBe('allow');
});

describe('United States', () => {
  test('after a conversation no call for seven days, its date the first; also when the person called', () => {
    const talk = (more: Partial<PastContact>): Partial<ContactCase> => ({ ...NY, channel: 'call', debtId: 'd1', history: [past('2026-11-23T15:00:00Z', 'call', { kind: 'conversation', ...more })] });
    expect(judge('2026-11-29T15:00:00Z', talk({}))).toMatchObject({ decision: 'defer', until: '2026-11-30T13:00:00.000Z', rules: ['US-after-talk'] });
    expect(judge('2026-11-29T15:00:00Z', talk({ direction: 'in' })).rules).toEqual(['US-after-talk']);
    expect(judge('2026-11-29T15:00:00Z', talk({ debtId: 'd2' })).decision).toBe('allow');
    expect(judge('2026-11-29T15:00:00Z', talk({ purpose: 'replyToDebtor' })).decision).toBe('allow');
  });

  test('calls count per debt; an entry without a debt counts for every one', () => {
    const calls = (debtId?: string): PastContact[] => Array.from({ length: 7 }, (_, day) => past(`2026-11-${18 + day}T15:00:00Z`, 'call', debtId === undefined ? {} : { debtId }));
    expect(judge('2026-11-24T20:00:00Z', { ...NY, channel: 'call', debtId: 'd1', history: calls('d2') }).decision).toBe('allow');
    expect(judge('2026-11-24T20:00:00Z', { ...NY, channel: 'call', debtId: 'd1', history: calls() }).rules).toEqual(['US-7in7']);
    expect(judge('2026-11-24T20:00:00Z', { ...NY, channel: 'call', history: calls('d2') }).rules).toEqual(['US-7in7']);
  });

  test('a creditor of its own is bound by no federal hours, but by those of Florida, e-mail excepted', () => {
    const night = { ...NY, creditorType: 'firstParty' as const };
    expect(judge('2026-11-26T03:00:00Z', night).decision).toBe('allow');
    expect(judge('2026-11-26T03:00:00Z', { ...night, profile: 'US_FL' }).rules).toEqual(['FL-hours']);
    expect(judge('2026-11-26T03:00:00Z', { ...night, profile: 'US_FL', channel: 'email' }).decision).toBe('allow');
    expect(judge('2026-11-26T03:00:00Z', { ...NY, profile: 'US_FL' }).rules).toEqual(['US-hours', 'FL-hours']);
  });

  test('New York City counts three contacts from 1 September 2026 on', () => {
    const three = { ...NY, profile: 'US_NYC', history: ['2026-08-26T15:00:00Z', '2026-08-27T15:00:00Z', '2026-08-28T15:00:00Z'].map((when) => past(when, 'email')) };
    expect(judge('2026-08-31T15:00:00Z', three).decision).toBe('allow');
    expect(judge('2026-09-01T15:00:00Z', three)).toMatchObject({ decision: 'defer', until: '2026-09-02T12:00:00.000Z', rules: ['NYC-3in7'] });
  });

  test('a told state brings its overlay in', () => {
    const twice = { ...NY, history: [past('2026-11-23T15:00:00Z', 'sms'), past('2026-11-24T15:00:00Z', 'call')] };
    expect(judge('2026-11-25T15:00:00Z', { ...twice, state: 'US-MA' }).rules).toEqual(['MA-2in7']);
    expect(judge('2026-11-25T15:00:00Z', { ...twice, state: 'TX' }).decision).toBe('allow');
  });

  test('who has just written at night is answered once, by the same medium', () => {
    const asked = past('2026-11-26T03:00:00Z', 'sms', { direction: 'in', kind: 'conversation' });
    const reply = { ...NY, purpose: 'replyToDebtor' as const, history: [asked] };
    expect(judge('2026-11-26T03:05:00Z', reply).decision).toBe('allow');
    expect(judge('2026-11-26T03:05:00Z', { ...reply, channel: 'email' }).rules).toEqual(['US-hours']);
    expect(judge('2026-11-26T03:05:00Z', { ...reply, purpose: 'collection' }).rules).toEqual(['US-hours']);
    expect(judge('2026-11-26T03:05:00Z', { ...reply, history: [past('2026-11-26T03:02:00Z', 'sms', { purpose: 'replyToDebtor' }), asked] })).toMatchObject({ decision: 'defer', until: '2026-11-26T13:00:00.000Z' });
    expect(judge('2026-11-28T03:05:00Z', reply).rules).toEqual(['US-hours']);
  });

  test('the day on which the hour is lost or doubled', () => {
    expect(judge('2027-03-14T11:59:59Z', NY)).toMatchObject({ decision: 'defer', until: '2027-03-14T12:00:00.000Z' });
    expect(judge('2026-11-01T12:59:59Z', NY)).toMatchObject({ decision: 'defer', until: '2026-11-01T13:00:00.000Z' });
  });
});

test('what providers forbid is a layer that the sending adds, not a part of the law', () => {
  const texas = { profile: 'US', zones: ['America/Chicago'] };
  expect(judge('2026-11-25T18:00:00Z', texas).decision).toBe('allow');
  expect(judge('2026-11-25T18:00:00Z', { ...texas, profile: 'US+PROVIDER+PROVIDER_US' })).toMatchObject({ decision: 'refuse', permanent: false, rules: ['provider-us-sms'] });
  expect(judge('2026-11-25T18:00:00Z', { ...texas, profile: 'US+PROVIDER+PROVIDER_US', creditorType: 'firstParty' }).decision).toBe('allow');
  expect(judge('2026-11-25T15:00:00Z', { ...CL, profile: 'CL+PROVIDER', channel: 'whatsapp' }).rules).toEqual(['provider-whatsapp']);
});
