/** Receipts as the providers send them: in any order, more than once, with words we do not know. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChannels } from '../../src/channels/registry.ts';
import { isFailedReceipt, parseSendgridEvents, parseTwilioStatus, receiptAdvances, RECEIPT_RANK } from '../../src/channels/receipts.ts';
import type { ReceiptStatus } from '../../src/channels/channel.ts';
import { verifySendgrid, verifyTwilio } from '../../src/channels/signatures.ts';

const STATUSES = Object.keys(RECEIPT_RANK).filter((status): status is ReceiptStatus => status in RECEIPT_RANK);

test('whatever the order of the receipts, the stored one ends at the highest rank', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  fc.assert(fc.property(fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 8 }), (received) => {
    const stored = received.reduce<ReceiptStatus | undefined>((current, next) => (receiptAdvances(current, next) ? next : current), undefined);
    expect(RECEIPT_RANK[stored ?? 'queued']).toBe(Math.max(...received.map((status) => RECEIPT_RANK[status])));
  }), { seed, numRuns: 1_000 });
});

test('a bounce after delivery is the truth, a delivery after a bounce is not', () => {
  expect(receiptAdvances('delivered', 'bounced')).toBe(true);
  expect(receiptAdvances('bounced', 'delivered')).toBe(false);
  expect([isFailedReceipt('bounced'), isFailedReceipt('blocked'), isFailedReceipt('complained'), isFailedReceipt('deferred')]).toEqual([true, true, false, false]);
});

test('a Twilio callback with a status nobody knows, or without a message, is no event', () => {
  expect(parseTwilioStatus({ MessageSid: 'SM1', MessageStatus: 'teleported' }, 'a')).toBeNull();
  expect(parseTwilioStatus({ MessageStatus: 'sent' }, 'a')).toBeNull();
  expect(parseTwilioStatus({ MessageSid: 'SM1', MessageStatus: 'sent', ErrorCode: '0', Novelty: 'x' }, 'a')).toEqual({ provider: 'twilio-sms', eventId: 'SM1:sent:', attemptId: 'a', providerId: 'SM1', status: 'sent' });
});

test('a batch of SendGrid events keeps what is known and counts the rest; the mail server’s words, which quote the address, stay out', () => {
  const batch = parseSendgridEvents(JSON.stringify([
    { event: 'open', timestamp: 1, sg_event_id: 'o' },
    { event: 'bounce', type: 'bounce', timestamp: 2, sg_event_id: 'b', sg_message_id: 'id.recvd-1', attempt_id: 'a', status: '5.1.1', reason: '550 5.1.1 <ana@correo.example> unknown' },
    { event: 'dropped', timestamp: 3, sg_event_id: 'd', reason: 'Bounced Address ana@correo.example' },
    'nonsense',
  ]));
  expect(batch).toMatchObject({ ignored: 2, events: [{ eventId: 'b', attemptId: 'a', providerId: 'id', status: 'bounced', errorCode: '5.1.1', at: 2_000 }, { status: 'dropped', errorCode: 'Bounced Address' }] });
  expect(JSON.stringify(batch)).not.toContain('ana@');
  expect(parseSendgridEvents('{"event":"open"}')).toBeNull();
  expect(parseSendgridEvents('not json')).toBeNull();
});

test('an absent, empty or senseless signature is no signature', () => {
  expect(verifyTwilio(['token'], undefined, 'http://a.example/', {})).toBe(false);
  expect(verifyTwilio(['token'], '', 'http://a.example/', {})).toBe(false);
  expect(verifyTwilio(['token'], 'x', 'no address', {})).toBe(false);
  expect(verifySendgrid('no key', 'x', '1', Buffer.from('[]'))).toBe(false);
  expect(verifySendgrid('no key', undefined, undefined, Buffer.from('[]'))).toBe(false);
});

test('an e-mail provider that was chosen but not set up is named; with none at all there is no such channel', () => {
  expect(() => createChannels({ twilio: null, emailProvider: 'smtp', sendgrid: { apiKey: 'SG.a.b' }, smtp: null })).toThrow('SMTP_URL');
  expect(createChannels({ twilio: null, emailProvider: 'sendgrid', sendgrid: null, smtp: null })).toEqual({ sms: null, email: null });
});
