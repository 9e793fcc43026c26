/** What receipts make of an address: one table, whatever the order in which they are told. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Provider, ReceiptStatus } from '../../src/channels/channel.ts';
import { CLASS_SIGNS, healthAfter, signOfReceipt, SOFT_LIMITS, softStreak, type ContactHealth, type HealthSign, type MessageEnd } from '../../src/channels/contact-health.ts';
import { classifyDelivery } from '../../src/channels/error-classes.ts';
import { firstLookAt, nextLookAt, RECEIPT_PATIENCE } from '../../src/channels/receipt-patience.ts';

const DAY = 86_400_000;
const HEALTHS: readonly ContactHealth[] = ['valid', 'softFailing', 'landline', 'invalid', 'quarantined'];

test.each<[Provider, ReceiptStatus, string | undefined, HealthSign | null]>([
  ['twilio-sms', 'queued', undefined, null], ['twilio-sms', 'sent', undefined, null], ['twilio-sms', 'delivered', undefined, 'works'],
  ['twilio-sms', 'undelivered', '30003', 'soft'], ['twilio-sms', 'undelivered', undefined, 'soft'], ['twilio-sms', 'undelivered', '30005', 'dead'], ['twilio-sms', 'failed', '21211', 'dead'],
  ['twilio-sms', 'undelivered', '30006', 'landline'], ['twilio-sms', 'failed', '21614', 'landline'],
  ['twilio-sms', 'undelivered', '30007', null], ['twilio-sms', 'undelivered', '30034', null], ['twilio-sms', 'failed', '21610', null],
  ['sendgrid', 'deferred', '4.2.1', null], ['sendgrid', 'bounced', '5.1.1', 'dead'], ['sendgrid', 'bounced', '5.0.0', 'dead'], ['sendgrid', 'bounced', undefined, 'dead'],
  ['sendgrid', 'bounced', '5.2.2', 'soft'], ['sendgrid', 'bounced', '5.7.1', null], ['sendgrid', 'blocked', '4.4.1', 'soft'], ['sendgrid', 'blocked', '5.0.0', 'soft'], ['sendgrid', 'blocked', '5.7.1', null],
  ['sendgrid', 'dropped', 'Bounced Address', 'dead'], ['sendgrid', 'dropped', 'Invalid', 'dead'], ['sendgrid', 'dropped', 'Unsubscribed Address', null], ['sendgrid', 'dropped', 'Spam Reporting Address', null],
  ['sendgrid', 'dropped', 'Invalid SMTPAPI header', null], ['sendgrid', 'dropped', 'Recipient List over Package Quota', null],
  ['sendgrid', 'complained', undefined, 'works'], ['sendgrid', 'unsubscribed', undefined, 'works'], ['sendgrid', 'resubscribed', undefined, 'works'],
  ['smtp', 'bounced', '5.1.1', 'dead'], ['smtp', 'blocked', '4.4.7', 'soft'], ['smtp', 'bounced', '5.0.0', 'dead'],
])('of %s, %s with %s says of the address: %s', (provider, status, code, sign) => {
  expect(signOfReceipt(provider, status, code)).toBe(sign);
});

test('SendGrid’s bounce that only says that it failed is no fault of ours', () => {
  expect(classifyDelivery('sendgrid', 'bounced', '5.0.0')).toBe('badAddress');
  expect(classifyDelivery('sendgrid', 'blocked', '5.0.0')).toBe('transient');
  expect(classifyDelivery('sendgrid', 'dropped', 'Invalid SMTPAPI header')).toBe('config');
});

const ends = (...signs: readonly (HealthSign | null)[]): MessageEnd[] => signs.map((sign, index) => ({ sign, at: (signs.length - index) * DAY }));
const after = (current: ContactHealth, sign: HealthSign, newestFirst: readonly MessageEnd[], limit = SOFT_LIMITS.email) => healthAfter(current, sign, softStreak(newestFirst), limit);

test('a failure for a while leaves the address in use, and a delivery takes it back', () => {
  expect(after('valid', 'soft', ends('soft'))).toBe('softFailing');
  expect(after('softFailing', 'soft', ends('soft', 'soft', 'works'))).toBe('softFailing');
  expect(after('softFailing', 'works', ends('works', 'soft', 'soft'))).toBe('valid');
});

test('only a row of them, long enough in number and in time, is the end of it', () => {
  const { deadAfter, acrossMs } = SOFT_LIMITS.email;
  const row = (failures: number, days: number): MessageEnd[] => Array.from({ length: failures }, (_, index) => ({ sign: 'soft' as const, at: days * DAY - (index * days * DAY) / Math.max(1, failures - 1) }));
  expect(after('softFailing', 'soft', row(deadAfter, acrossMs / DAY))).toBe('invalid');
  expect(after('softFailing', 'soft', row(deadAfter - 1, acrossMs / DAY))).toBe('softFailing');
  expect(after('softFailing', 'soft', row(deadAfter, acrossMs / DAY - 1))).toBe('softFailing');
  expect(after('softFailing', 'soft', [...row(deadAfter - 1, acrossMs / DAY), { sign: 'works', at: 0 }, { sign: 'soft', at: 0 }])).toBe('softFailing');
});

test('a delivery of an older message, told late, does not heal what failed since; nor does an old failure spoil what works since', () => {
  expect(after('softFailing', 'works', ends('soft', 'works'))).toBe('softFailing');
  expect(after('valid', 'soft', ends('works', 'soft'))).toBe('valid');
});

test('what is dead, a landline or somebody else’s stays so until a person says otherwise; the worse one wins in any order', () => {
  for (const current of ['landline', 'invalid', 'quarantined'] as const) {
    expect(after(current, 'works', ends('works'))).toBe(current);
    expect(after(current, 'soft', ends('soft'))).toBe(current);
  }
  expect(HEALTHS.map((current) => after(current, 'wrongPerson', []))).toEqual(HEALTHS.map(() => 'quarantined'));
  expect([after('invalid', 'landline', []), after('landline', 'dead', [])]).toEqual(['invalid', 'invalid']);
});

test('in whatever order the ends of messages are told, the address ends the same', () => {
  const message = fc.record({ sign: fc.constantFrom<HealthSign | null>('works', 'soft', 'soft', 'dead', 'landline', null), seq: fc.integer({ min: 1, max: 30 }) });
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  fc.assert(fc.property(fc.uniqueArray(message, { selector: ({ seq }) => seq, minLength: 1, maxLength: 12 }), fc.func(fc.integer()), (messages, shuffle) => {
    const tell = (told: readonly { readonly sign: HealthSign | null; readonly seq: number }[]): ContactHealth => {
      let health: ContactHealth = 'valid';
      told.forEach(({ sign }, index) => {
        const known = told.slice(0, index + 1).toSorted((a, b) => b.seq - a.seq).map((one) => ({ sign: one.sign, at: one.seq * 5 * DAY }));
        // Reaching the end of a row cannot be taken back by what is told later: told in order it might not have come.
        if (sign !== null) health = healthAfter(health, sign, softStreak(known), { ...SOFT_LIMITS.email, deadAfter: Infinity });
      });
      return health;
    };
    expect(tell(messages.toSorted((a, b) => shuffle(a.seq) - shuffle(b.seq)))).toBe(tell(messages.toSorted((a, b) => a.seq - b.seq)));
  }), { seed, numRuns: 1_000 });
});

test('of the classes of errors only two speak of the address', () => {
  expect(Object.entries(CLASS_SIGNS).filter(([, sign]) => sign !== null)).toEqual([['badAddress', 'dead'], ['transient', 'soft']]);
});

test('Twilio is asked after an hour and again until a day is over; of a mail nobody can be asked', () => {
  expect(firstLookAt('twilio-sms', 0)).toBe(3_600_000);
  const looks: number[] = [];
  for (let at: number | null = firstLookAt('twilio-sms', 0); at !== null; at = nextLookAt('twilio-sms', 0, at)) looks.push(at / 3_600_000);
  expect(looks).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 24]);
  expect(firstLookAt('sendgrid', 0)).toBe(RECEIPT_PATIENCE.sendgrid.giveUpAfterMs);
  expect(nextLookAt('smtp', 0, firstLookAt('smtp', 0))).toBeNull();
});
