/** Closing an open question: was the SMS of this attempt taken? */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTwilioSms } from '../../src/channels/twilio-sms.ts';
import { ACCOUNT, journal, NOON, openRig, PHONE, setFault, smsOf, type Rig } from '../provider/rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const DEADLINE = { timeoutMs: 2_000 };
const HOUR = 3_600_000;

test('an SMS accepted and then cut off is found by its text, with the id and the state Twilio gave it', async () => {
  await rig.sms.send(smsOf('yesterday'), DEADLINE);
  rig.time.now = NOON + 24 * HOUR;
  await setFault(rig.sandbox, { channel: 'sms', kind: 'resetAfterAccept', next: 1 });
  expect(await rig.sms.send(smsOf('today'), DEADLINE)).toMatchObject({ kind: 'unknown' });
  await rig.sms.send(smsOf('other', { body: 'Otra cosa' }), DEADLINE);

  const [entry] = await journal(rig.sandbox, { attempt: 'today' });
  const open = { attemptId: 'today', to: PHONE, body: smsOf('').body, since: rig.time.now };
  expect(await rig.sms.lookup(open, DEADLINE)).toEqual({ kind: 'found', providerId: entry?.providerId, status: 'queued' });
  await rig.sandbox.run(rig.time.now + HOUR);
  expect(await rig.sms.lookup(open, DEADLINE)).toEqual({ kind: 'found', providerId: entry?.providerId, status: 'delivered' });
  expect(await rig.sms.lookup({ ...open, providerId: entry?.providerId ?? '' }, DEADLINE)).toMatchObject({ kind: 'found', status: 'delivered' });
});

test('a provider whose clock stands a little behind still finds it', async () => {
  rig.time.now = NOON + 48 * HOUR;
  await rig.sms.send(smsOf('behind', { body: 'Un texto propio' }), DEADLINE);
  expect(await rig.sms.lookup({ attemptId: 'behind', to: PHONE, body: 'Un texto propio', since: rig.time.now + 5_000 }, DEADLINE)).toMatchObject({ kind: 'found' });
});

test('an SMS lost before acceptance is not found, and the one of an earlier day is not taken for it', async () => {
  rig.time.now = NOON + 72 * HOUR;
  await setFault(rig.sandbox, { channel: 'sms', kind: 'resetBeforeAccept', next: 1 });
  await rig.sms.send(smsOf('lost'), DEADLINE);
  expect(await rig.sms.lookup({ attemptId: 'lost', to: PHONE, body: smsOf('').body, since: rig.time.now }, DEADLINE)).toEqual({ kind: 'notFound' });
  expect(await rig.sms.lookup({ attemptId: 'lost', to: PHONE, body: '', since: NOON, providerId: `SM${'0'.repeat(32)}` }, DEADLINE)).toEqual({ kind: 'notFound' });
});

test('an SMS that failed is found with its error', async () => {
  await setFault(rig.sandbox, { channel: 'sms', kind: 'landline', next: 1 });
  await rig.sms.send(smsOf('landline', { body: 'A un fijo' }), DEADLINE);
  await rig.sandbox.run(rig.time.now + HOUR);
  expect(await rig.sms.lookup({ attemptId: 'landline', to: PHONE, body: 'A un fijo', since: rig.time.now }, DEADLINE)).toMatchObject({ kind: 'found', status: 'undelivered', errorCode: '30006' });
});

test('a provider that does not answer proves nothing', async () => {
  const nowhere = createTwilioSms({ accountSid: ACCOUNT.accountSid, credentials: { kind: 'authToken', token: 'x' }, baseUrl: 'http://127.0.0.1:1', publicBaseUrl: rig.api.url });
  expect(await nowhere.lookup({ attemptId: 'a', to: PHONE, body: 'b', since: NOON }, DEADLINE)).toEqual({ kind: 'unavailable', code: 'ECONNREFUSED' });
});
