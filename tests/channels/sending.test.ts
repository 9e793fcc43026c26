/** What the real clients of Twilio, SendGrid and SMTP make of every answer and every accident of a provider. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SendOutcome } from '../../src/channels/channel.ts';
import { createSendgridEmail } from '../../src/channels/sendgrid-email.ts';
import { createSmtpEmail } from '../../src/channels/smtp-email.ts';
import { createTwilioSms } from '../../src/channels/twilio-sms.ts';
import { ACCOUNT, clearFaults, emailOf, journal, openRig, PHONE, setFault, smsOf, type Rig } from '../provider/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());
afterEach(() => clearFaults(rig.sandbox));

const DEADLINE = { timeoutMs: 2_000 };
/** Short enough for a test; the mail server greets only after 100 ms. */
const IMPATIENT = { sms: { timeoutMs: 60 }, email: { timeoutMs: 60 }, smtp: { timeoutMs: 200 } } as const;
type Way = keyof typeof IMPATIENT;

let count = 0;
function send(way: Way, attemptId: string, deadline: { timeoutMs: number; signal?: AbortSignal }): Promise<SendOutcome> {
  if (way === 'sms') return rig.sms.send(smsOf(attemptId), deadline);
  return way === 'email' ? rig.sendgrid.send(emailOf(attemptId), deadline) : rig.smtp.send(emailOf(attemptId), deadline);
}

describe.each<Way>(['sms', 'email', 'smtp'])('%s', (way) => {
  test('a message is sent once, with the attempt it belongs to', async () => {
    const attemptId = `sent-${way}`;
    const outcome = await send(way, attemptId, DEADLINE);
    expect(outcome).toMatchObject({ kind: 'sent' });
    const entries = await journal(rig.sandbox, { attempt: attemptId });
    expect(entries).toHaveLength(1);
    const content = way === 'sms' ? { body: smsOf('').body } : { subject: emailOf('').subject, text: emailOf('').text };
    expect(entries[0]).toMatchObject({ attemptId, channel: way === 'sms' ? 'sms' : 'email', at: '2026-12-03T15:00:00.000Z', ...content, events: [] });
    if (way !== 'smtp' && outcome.kind === 'sent') expect(entries[0]?.providerId).toBe(outcome.providerId);
  });

  const CASES: readonly { fault: string; expected: Record<Way, Partial<SendOutcome>>; journalled: Record<Way, number>; impatient?: true }[] = [
    {
      fault: 'resetAfterAccept', journalled: { sms: 1, email: 1, smtp: 1 },
      expected: { sms: { kind: 'unknown' }, email: { kind: 'unknown' }, smtp: { kind: 'unknown' } },
    },
    {
      // Over HTTP the two resets look alike; over SMTP nothing can have left before DATA.
      fault: 'resetBeforeAccept', journalled: { sms: 0, email: 0, smtp: 0 },
      expected: { sms: { kind: 'unknown' }, email: { kind: 'unknown' }, smtp: { kind: 'retry' } },
    },
    {
      fault: 'timeout', impatient: true, journalled: { sms: 1, email: 1, smtp: 1 },
      expected: { sms: { kind: 'unknown' }, email: { kind: 'unknown' }, smtp: { kind: 'unknown' } },
    },
    {
      fault: '429', journalled: { sms: 0, email: 0, smtp: 0 },
      expected: { sms: { kind: 'retry', code: '20429', afterMs: 30_000 }, email: { kind: 'retry', code: 'http429', afterMs: 30_000 }, smtp: { kind: 'retry', code: '4.7.1' } },
    },
    {
      fault: '500', journalled: { sms: 0, email: 0, smtp: 0 },
      expected: { sms: { kind: 'unknown', code: 'http500' }, email: { kind: 'unknown', code: 'http500' }, smtp: { kind: 'retry', code: '4.3.0' } },
    },
    {
      fault: 'slow', journalled: { sms: 1, email: 1, smtp: 1 },
      expected: { sms: { kind: 'sent' }, email: { kind: 'sent' }, smtp: { kind: 'sent' } },
    },
  ];
  test.each(CASES)('$fault has the right outcome, and the client tries nothing again by itself', async ({ fault, expected, journalled, impatient }) => {
    const attemptId = `fault-${way}-${fault}`;
    await setFault(rig.sandbox, { channel: way, kind: fault, next: 1 });
    const outcome = await send(way, attemptId, impatient === true ? IMPATIENT[way] : DEADLINE);
    expect(outcome).toMatchObject(expected[way]);
    expect(await journal(rig.sandbox, { attempt: attemptId })).toHaveLength(journalled[way]);
    // The fault was for one message: had the client tried again, that would stand in the journal.
    const after = await send(way, `${attemptId}-after`, DEADLINE);
    expect(after.kind).toBe('sent');
  });

  if (way !== 'smtp') {
    test('a 500 whose message was taken all the same leaves the question open, and the client tries nothing again', async () => {
      const attemptId = `taken-${way}`;
      await setFault(rig.sandbox, { channel: way, kind: '500', accepted: true, next: 1 });
      expect(await send(way, attemptId, DEADLINE)).toEqual({ kind: 'unknown', code: 'http500' });
      expect(await journal(rig.sandbox, { attempt: attemptId })).toHaveLength(1);
    });
  }

  test('an answer that comes too late leaves the question open although the message left', async () => {
    const attemptId = `slow-${way}`;
    await setFault(rig.sandbox, { channel: way, kind: 'slow', next: 1, ms: 400 });
    expect(await send(way, attemptId, IMPATIENT[way])).toMatchObject({ kind: 'unknown' });
    expect(await journal(rig.sandbox, { attempt: attemptId })).toHaveLength(1);
  });

  test('a call that was cancelled before it began sends nothing', async () => {
    const attemptId = `aborted-${way}-${count++}`;
    expect(await send(way, attemptId, { ...DEADLINE, signal: AbortSignal.abort() })).toEqual({ kind: 'retry', code: 'aborted' });
    expect(await journal(rig.sandbox, { attempt: attemptId })).toEqual([]);
  });
});

test.each([
  ['+15005550001', 'badAddress', '21211'], ['+5612', 'badAddress', '21211'], ['+15005550002', 'badAddress', '21612'], ['+15005550003', 'config', '21408'],
  ['+15005550004', 'consent', '21610'], ['+15005550009', 'badAddress', '21614'],
])('an SMS to %s is refused as %s (%s)', async (to, reason, code) => {
  expect(await rig.sms.send(smsOf('refused', { to }), DEADLINE)).toEqual({ kind: 'rejected', reason, code });
  expect(await journal(rig.sandbox, { attempt: 'refused' })).toEqual([]);
});

test.each([
  ['+15005550007', 'config', '21606'], ['+15005550008', 'throttled', '21611'], ['nobody at all here', 'config', '21212'],
])('an SMS from %s is refused as %s (%s)', async (number, reason, code) => {
  expect(await rig.sms.send(smsOf('refused', { from: { kind: 'number', number } }), DEADLINE)).toEqual({ kind: 'rejected', reason, code });
});

test('an SMS without text, or longer than Twilio takes, is a matter of the template', async () => {
  expect(await rig.sms.send(smsOf('refused', { body: ' ' }), DEADLINE)).toEqual({ kind: 'rejected', reason: 'content', code: '21602' });
  expect(await rig.sms.send(smsOf('refused', { body: 'x'.repeat(1601) }), DEADLINE)).toEqual({ kind: 'rejected', reason: 'content', code: '21617' });
});

test('an opted-out phone is refused by Twilio as a matter of consent', async () => {
  await setFault(rig.sandbox, { channel: 'sms', kind: 'optedOut', rate: 1, to: PHONE });
  expect(await rig.sms.send(smsOf('refused'), DEADLINE)).toEqual({ kind: 'rejected', reason: 'consent', code: '21610' });
});

test('wrong credentials stop the sender, not the contact point', async () => {
  const sms = createTwilioSms({ accountSid: ACCOUNT.accountSid, credentials: { kind: 'authToken', token: 'wrong' }, baseUrl: rig.sandbox.url, publicBaseUrl: rig.api.url, defaultSender: { kind: 'number', number: '+56228820001' } });
  expect(await sms.send(smsOf('refused'), DEADLINE)).toEqual({ kind: 'rejected', reason: 'config', code: '20003' });
  const mail = createSendgridEmail({ apiKey: 'SG.sandboxid.wrong', baseUrl: rig.sandbox.url, defaultSender: { address: 'avisos@andes.example' } });
  expect(await mail.send(emailOf('refused'), DEADLINE)).toEqual({ kind: 'rejected', reason: 'config', code: 'http401' });
});

test('a mailbox that does not exist is told at once over SMTP', async () => {
  expect(await rig.smtp.send(emailOf('no-mailbox', { to: 'no-existe@correo.example' }), DEADLINE)).toEqual({ kind: 'rejected', reason: 'badAddress', code: '5.1.1' });
  expect(await journal(rig.sandbox, { attempt: 'no-mailbox' })).toEqual([]);
});

test('SendGrid names what is wrong with a mail', async () => {
  expect(await rig.sendgrid.send(emailOf('refused', { to: 'nobody' }), DEADLINE)).toEqual({ kind: 'rejected', reason: 'badAddress', code: 'invalidAddress' });
  expect(await rig.sendgrid.send(emailOf('refused', { subject: '' }), DEADLINE)).toMatchObject({ kind: 'rejected', reason: 'content' });
  expect(await rig.sendgrid.send(emailOf('refused', { from: { address: 'no-address' } }), DEADLINE)).toMatchObject({ kind: 'rejected', reason: 'config' });
});

test('where nobody listens nothing can have left', async () => {
  const nowhere = 'http://127.0.0.1:1';
  const sms = createTwilioSms({ accountSid: ACCOUNT.accountSid, credentials: { kind: 'authToken', token: 'x' }, baseUrl: nowhere, publicBaseUrl: nowhere, defaultSender: { kind: 'number', number: '+56228820001' } });
  expect(await sms.send(smsOf('x'), DEADLINE)).toEqual({ kind: 'retry', code: 'ECONNREFUSED' });
  const mail = createSendgridEmail({ apiKey: 'SG.x.y', baseUrl: nowhere, defaultSender: { address: 'avisos@andes.example' } });
  expect(await mail.send(emailOf('x'), DEADLINE)).toEqual({ kind: 'retry', code: 'ECONNREFUSED' });
  const smtp = createSmtpEmail({ url: 'smtp://127.0.0.1:1', defaultSender: { address: 'avisos@andes.example' } });
  expect(await smtp.send(emailOf('x'), DEADLINE)).toMatchObject({ kind: 'retry' });
});
