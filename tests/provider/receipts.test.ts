/** What the provider sandbox tells our API about messages: signed, in virtual time, and wrong when asked to be. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { arrivedByForm, dsnOf, type MailFormPart } from '../../src/channels/dsn.ts';
import { classifyDelivery } from '../../src/channels/error-classes.ts';
import { parseSendgridEvents, parseTwilioInbound, parseTwilioStatus, type ProviderEvent } from '../../src/channels/receipts.ts';
import { verifySendgrid, verifyTwilio } from '../../src/channels/signatures.ts';
import { createSmtpEmail } from '../../src/channels/smtp-email.ts';
import { ACCOUNT, emailOf, formOf, journal, NOON, openRig, PHONE, postJson, SENDGRID_PUBLIC_KEY, setFault, smsOf, type Rig, type Told } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const DEADLINE = { timeoutMs: 2_000 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What our webhooks would make of it: nothing without a valid signature. */
function twilioEvent(told: Told): ProviderEvent | null {
  const signature = told.headers['x-twilio-signature'];
  const fields = formOf(told);
  if (!verifyTwilio([ACCOUNT.authToken], String(signature), `${rig.api.url}${told.path}`, fields)) return null;
  return parseTwilioStatus(fields, told.path.split('/').at(-1) ?? '');
}

function sendgridEvents(told: Told): readonly ProviderEvent[] {
  const header = (name: string): string => String(told.headers[`x-twilio-email-event-webhook-${name}`]);
  if (!verifySendgrid(SENDGRID_PUBLIC_KEY, header('signature'), header('timestamp'), told.raw)) return [];
  return parseSendgridEvents(told.raw.toString('utf8'))?.events ?? [];
}

async function sendSms(attemptId: string): Promise<void> {
  expect(await rig.sms.send(smsOf(attemptId), DEADLINE)).toMatchObject({ kind: 'sent' });
}

test('an SMS is reported as sent, then as delivered, each signed over the address with its attempt', async () => {
  await sendSms('attempt-1');
  expect(rig.sandbox.nextReceiptAt()).toBe(NOON + 2_000);
  await rig.sandbox.run(NOON + 2_000);
  expect(rig.api.told.map((told) => twilioEvent(told)?.status)).toEqual(['sent']);
  await rig.sandbox.run(NOON + MINUTE);
  expect(rig.api.told.map((told) => told.path)).toEqual(Array.from({ length: 2 }, () => '/webhooks/twilio/status/attempt-1'));
  expect(rig.api.told.map(twilioEvent)).toMatchObject([{ status: 'sent', attemptId: 'attempt-1' }, { status: 'delivered', attemptId: 'attempt-1' }]);
  expect(rig.sandbox.nextReceiptAt()).toBeNull();
  const [entry] = await journal(rig.sandbox, { attempt: 'attempt-1' });
  expect(entry?.events).toEqual([{ at: '2026-12-03T15:00:02.000Z', status: 'sent', told: 204 }, { at: '2026-12-03T15:00:05.000Z', status: 'delivered', told: 204 }]);
});

test('a callback changed on its way is not taken for Twilio’s', async () => {
  await sendSms('attempt-1');
  await rig.sandbox.run(NOON + MINUTE);
  const [told] = rig.api.told;
  if (told === undefined) throw new Error('nothing was told');
  expect(twilioEvent({ ...told, path: told.path.replace('attempt-1', 'attempt-2') })).toBeNull();
  expect(twilioEvent({ ...told, raw: Buffer.from(told.raw.toString().replaceAll('sent', 'delivered')) })).toBeNull();
});

test('mails are reported in signed batches, by the attempt', async () => {
  await rig.sendgrid.send(emailOf('mail-1'), DEADLINE);
  await rig.sendgrid.send(emailOf('mail-2', { to: 'otro@correo.example' }), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  expect(rig.api.told.map((told) => told.path)).toEqual(['/webhooks/sendgrid/events']);
  const events = rig.api.told.flatMap(sendgridEvents);
  expect(events.map((event) => `${event.attemptId} ${event.status}`)).toEqual(['mail-1 sent', 'mail-2 sent', 'mail-1 delivered', 'mail-2 delivered']);
  expect(new Set(events.map((event) => event.eventId)).size).toBe(4);
  expect(events[3]?.at).toBe(NOON + 5_000);
  const [entry] = await journal(rig.sandbox, { attempt: 'mail-1' });
  expect(events[0]?.providerId).toBe(entry?.providerId);
});

test.each([
  ['undelivered', '30003', 'transient'], ['bounce', '30005', 'badAddress'], ['landline', '30006', 'badAddress'],
])('an SMS that ends as %s carries Twilio’s code %s, which means %s', async (kind, errorCode, meaning) => {
  await setFault(rig.sandbox, { channel: 'sms', kind, next: 1 });
  await sendSms('failed');
  await rig.sandbox.run(NOON + MINUTE);
  const end = rig.api.told.map(twilioEvent).at(-1);
  expect(end).toMatchObject({ status: 'undelivered', errorCode });
  expect(classifyDelivery('twilio-sms', 'undelivered', end?.errorCode)).toBe(meaning);
});

test.each([
  ['bounce', 'bounced', 'badAddress'], ['undelivered', 'blocked', 'transient'], ['optedOut', 'dropped', 'consent'],
])('a mail that ends as %s is reported as %s, which means %s', async (kind, status, meaning) => {
  await setFault(rig.sandbox, { channel: 'email', kind, next: 1 });
  await rig.sendgrid.send(emailOf('failed'), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  const end = rig.api.told.flatMap(sendgridEvents).at(-1);
  expect(end?.status).toBe(status);
  expect(classifyDelivery('sendgrid', end?.status ?? 'sent', end?.errorCode)).toBe(meaning);
});

test('receipts come twice, late, in the wrong order, or never, when asked to', async () => {
  for (const kind of ['duplicateCallback', 'lateCallback', 'reorderedCallbacks', 'noCallback']) {
    await setFault(rig.sandbox, { channel: 'sms', kind, next: 1 });
    await sendSms(kind);
  }
  await rig.sandbox.run(NOON + MINUTE);
  const heard = (attemptId: string) => rig.api.told.map(twilioEvent).filter((event) => event?.attemptId === attemptId).map((event) => event?.status);
  expect(heard('duplicateCallback')).toEqual(['sent', 'sent', 'delivered', 'delivered']);
  expect(heard('reorderedCallbacks')).toEqual(['delivered', 'sent']);
  expect(heard('noCallback')).toEqual([]);
  expect(heard('lateCallback')).toEqual([]);
  await rig.sandbox.run(NOON + 7 * HOUR);
  expect(heard('lateCallback')).toEqual(['sent', 'delivered']);
  // What became of the message is the same in all of them.
  for (const entry of await journal(rig.sandbox)) expect(entry.status).toBe('delivered');
});

test('repeated mail events carry the same id', async () => {
  await setFault(rig.sandbox, { channel: 'email', kind: 'duplicateCallback', next: 1 });
  await rig.sendgrid.send(emailOf('twice'), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  const events = rig.api.told.flatMap(sendgridEvents);
  expect(events).toHaveLength(4);
  expect(new Set(events.map((event) => event.eventId)).size).toBe(2);
});

test('SendGrid tells it again until it is taken; Twilio only when it could not connect', async () => {
  rig.api.answer = 500;
  await sendSms('sms');
  await rig.sendgrid.send(emailOf('mail'), DEADLINE);
  await rig.sandbox.run(NOON + 10_000);
  rig.api.told.length = 0;
  rig.api.answer = 204;
  await rig.sandbox.run(NOON + HOUR);
  expect(rig.api.told.map((told) => told.path)).toEqual(['/webhooks/sendgrid/events']);
  expect(rig.api.told.flatMap(sendgridEvents).map((event) => [event.status, event.at])).toEqual([['sent', NOON + 2_000], ['delivered', NOON + 5_000]]);

  rig.time.now = NOON + HOUR;
  rig.api.answer = 'cut';
  await sendSms('cut');
  await rig.sandbox.run(rig.time.now + 10_000);
  rig.api.told.length = 0;
  rig.api.answer = 204;
  await rig.sandbox.run(rig.time.now + HOUR);
  expect(rig.api.told.map((told) => twilioEvent(told)?.status)).toEqual(['sent', 'delivered']);
});

test('an API that never takes the events does not hold up virtual time for ever', async () => {
  rig.api.answer = 503;
  await rig.sendgrid.send(emailOf('refused'), DEADLINE);
  await rig.sandbox.run(NOON + 48 * HOUR);
  expect(rig.sandbox.nextReceiptAt()).toBeNull();
});

test('what a person answers arrives signed, to whoever wrote last', async () => {
  await sendSms('attempt-1');
  rig.api.told.length = 0;
  const { status, body } = await postJson(`${rig.sandbox.url}/__reply`, { from: PHONE, body: 'BAJA, por favor ñandú' });
  expect(status).toBe(200);
  const [told] = rig.api.told;
  if (told === undefined) throw new Error('nothing arrived');
  expect(told.path).toBe('/webhooks/twilio/inbound');
  expect(verifyTwilio([ACCOUNT.authToken], String(told.headers['x-twilio-signature']), `${rig.api.url}${told.path}`, formOf(told))).toBe(true);
  expect(parseTwilioInbound(formOf(told))).toMatchObject({ from: PHONE, to: '+56228820001', body: 'BAJA, por favor ñandú', providerId: Reflect.get(Object(body), 'messageSid') });
  // It is not something we sent.
  expect(await journal(rig.sandbox)).toHaveLength(1);
});

test('a reply that our API refuses is a failed request, a wrong one is named', async () => {
  rig.api.answer = 403;
  expect(await postJson(`${rig.sandbox.url}/__reply`, { from: PHONE, to: '+56228820001', body: 'hola' })).toMatchObject({ status: 502, body: { webhookStatus: 403 } });
  expect(await postJson(`${rig.sandbox.url}/__reply`, { from: 'ana', body: 'hola' })).toMatchObject({ status: 422, body: { errors: [{ path: 'from' }] } });
});

test('logs name attempts, never people', async () => {
  rig.api.answer = 500;
  await sendSms('attempt-1');
  await rig.sendgrid.send(emailOf('attempt-2'), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  const text = rig.logLines.join('');
  expect(text).toContain('attempt-1');
  expect(text).not.toMatch(/961234567|ana\.rojas|Hola/);
});

test('an address decides for itself: an SMS to a landline and a mail to nobody fail, whatever the faults of the hour', async () => {
  await rig.sms.send(smsOf('landline-1', { to: '+56229381045' }), DEADLINE);
  await rig.sms.send(smsOf('mobile-1'), DEADLINE);
  await rig.sendgrid.send(emailOf('nobody-1', { to: 'no-existe-046@example.org' }), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  const end = async (attempt: string) => (await journal(rig.sandbox, { attempt }))[0]?.events.at(-1);
  expect(await end('landline-1')).toMatchObject({ status: 'undelivered', errorCode: '30006' });
  expect(await end('mobile-1')).toMatchObject({ status: 'delivered' });
  expect(await end('nobody-1')).toMatchObject({ status: 'bounce', errorCode: '5.1.1' });
});

/** The form as our webhook takes it: nothing without a valid signature. */
async function returnedMail(told: Told): Promise<MailFormPart[]> {
  const header = (name: string): string => String(told.headers[`x-twilio-email-event-webhook-${name}`]);
  if (!verifySendgrid(SENDGRID_PUBLIC_KEY, header('signature'), header('timestamp'), told.raw)) return [];
  const form = await new Response(new Uint8Array(told.raw), { headers: { 'content-type': String(told.headers['content-type']) } }).formData();
  return Promise.all([...form].map(async ([name, value]) => (typeof value === 'string'
    ? { name, filename: null, bytes: Buffer.from(value) }
    : { name, filename: value.name, bytes: Buffer.from(await value.arrayBuffer()) })));
}

test.each([
  ['bounce', 'bounced', '5.1.1', 'badAddress'], ['undelivered', 'blocked', '4.4.7', 'transient'],
] as const)('a mail by SMTP that ends as %s comes back as a signed report, which says %s with %s', async (kind, status, errorCode, meaning) => {
  await setFault(rig.sandbox, { channel: 'smtp', kind, next: 1 });
  const attemptId = '0190a000-0000-7000-8000-00000000000c';
  const smtp = createSmtpEmail({ url: `smtp://127.0.0.1:${rig.sandbox.smtpPort}`, defaultSender: { address: 'avisos@andes.example' }, bounceAddress: 'rebotes@avisos.example' });
  expect(await smtp.send(emailOf(attemptId), DEADLINE)).toMatchObject({ kind: 'sent' });
  await rig.smtp.send(emailOf('arrives'), DEADLINE);
  await rig.sandbox.run(NOON + MINUTE);
  expect(rig.api.told.map(({ path }) => path)).toEqual(['/webhooks/sendgrid/inbound']);
  const [told] = rig.api.told;
  if (told === undefined) throw new Error('nothing came back');
  const mail = await arrivedByForm(await returnedMail(told));
  expect(mail.to.join(' ')).toContain(`rebotes+${attemptId}@avisos.example`);
  expect(dsnOf(mail)).toEqual({ attemptIds: [attemptId], status, errorCode });
  expect(classifyDelivery('smtp', status, errorCode)).toBe(meaning);
  expect((await journal(rig.sandbox, { attempt: attemptId }))[0]?.events).toMatchObject([{ errorCode, told: 204 }]);
});

test('without an address for returned mails the report goes to the sender, and the Message-ID names the attempt', async () => {
  await setFault(rig.sandbox, { channel: 'smtp', kind: 'bounce', next: 1 });
  const attemptId = '0190a000-0000-7000-8000-00000000000d';
  await rig.smtp.send(emailOf(attemptId), DEADLINE);
  rig.api.answer = 500;
  await rig.sandbox.run(NOON + 30_000);
  rig.api.answer = 204;
  await rig.sandbox.run(NOON + HOUR);
  expect(rig.api.told).toHaveLength(2); // not taken at first
  const mail = await arrivedByForm(await returnedMail(rig.api.told[1] ?? { path: '', headers: {}, raw: Buffer.alloc(0) }));
  expect(mail.to.join(' ')).toContain('avisos@andes.example');
  expect(dsnOf(mail)?.attemptIds).toEqual([attemptId]);
});
