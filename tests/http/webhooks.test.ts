import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import twilio from 'twilio';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { agreementBody, call, contentOf, PUBLIC_URL, startApi, TWILIO_TOKEN, type TestApi } from './api.ts';

let api: TestApi;
let sendgridKey: KeyObject;
const ATTEMPT = '0190a000-0000-7000-8000-000000000001';

beforeAll(async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  sendgridKey = pair.privateKey;
  api = await startApi({ sendgridKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') });
});
afterAll(() => api.close());
beforeEach(() => void api.receipts.splice(0));

function fromTwilio(path: string, fields: Record<string, string>, options: { token?: string; signedPath?: string } = {}) {
  const signature = twilio.getExpectedTwilioSignature(options.token ?? TWILIO_TOKEN, PUBLIC_URL + (options.signedPath ?? path), fields);
  return api.app.inject({
    method: 'POST', url: path, payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
  });
}

const STATUS = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+56961234567', From: '+15005550006', Unknown: ' kept as it is ' };

test('a status callback with Twilio’s signature over the public address is taken, unknown fields included', async () => {
  const answer = await fromTwilio(`/webhooks/twilio/status/${ATTEMPT}`, STATUS);
  expect(answer.statusCode).toBe(204);
  expect(api.receipts).toEqual([{ provider: 'twilio-sms', eventId: 'SM1:delivered:', attemptId: ATTEMPT, providerId: 'SM1', status: 'delivered' }]);
});

test('a wrong token, another address, a changed field or no signature gets 403 and nothing is taken', async () => {
  const path = `/webhooks/twilio/status/${ATTEMPT}`;
  const answers = [
    await fromTwilio(path, STATUS, { token: 'another' }),
    await fromTwilio(path, STATUS, { signedPath: '/webhooks/twilio/status/another' }),
    await fromTwilio(`${path}?a=1`, STATUS, { signedPath: path }),
    await api.app.inject({ method: 'POST', url: path, payload: 'MessageSid=SM1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    await fromTwilio('/webhooks/twilio/inbound', { MessageSid: 'SM3', From: '+56961234567', To: '+1', Body: 'BAJA' }, { token: 'another' }),
  ];
  for (const answer of answers) {
    expect({ status: answer.statusCode, code: answer.json<{ code: string }>().code }).toEqual({ status: 403, code: 'ERR_SIGNATURE' });
  }
  expect(api.receipts).toEqual([]);
});

test('a batch of SendGrid events is taken only as it was signed, byte for byte', async () => {
  const batch = JSON.stringify([
    { event: 'delivered', timestamp: 1_790_000_000, sg_event_id: 'e1', sg_message_id: 'm1.abc', attempt_id: ATTEMPT, email: 'ana.prueba@example.org' },
    { event: 'open', timestamp: 1_790_000_001, sg_event_id: 'e2' },
  ]);
  const post = (payload: string, signed: string) => api.app.inject({
    method: 'POST', url: '/webhooks/sendgrid/events', payload,
    headers: {
      'content-type': 'application/json', 'x-twilio-email-event-webhook-timestamp': '1790000005',
      'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(`1790000005${signed}`), sendgridKey).toString('base64'),
    },
  });
  expect((await post(`${batch} `, batch)).statusCode).toBe(403);
  expect(api.receipts).toEqual([]);
  expect((await post(batch, batch)).statusCode).toBe(204);
  expect(api.receipts).toEqual([{ provider: 'sendgrid', eventId: 'e1', status: 'delivered', at: 1_790_000_000_000, attemptId: ATTEMPT, providerId: 'm1' }]);
  expect((await post('{}', '{}')).statusCode).toBe(400);
});

test('an SMS that says BAJA opts the phone out at every creditor that has it, once, and is answered with empty TwiML', async () => {
  for (const creditorId of ['acme', 'bravo']) await call(api, 'POST', '/v1/agreements', { body: agreementBody('I-1', { creditorId }) });
  const inbound = (sid: string, body: string) => fromTwilio('/webhooks/twilio/inbound', { MessageSid: sid, From: '+56961234567', To: '+15005550006', Body: body });
  const optedOut = async () => (await call(api, 'GET', '/v1/agreements')).json<{ items: { flags: { optedOut: boolean } }[] }>().items.map((item) => item.flags.optedOut);

  const question = await inbound('SM10', 'Hola, quiero cancelar mi cuota');
  expect(question.headers['content-type']).toMatch(/^text\/xml/);
  expect(question.body).toMatch(/<Response\/>$/);
  expect(await optedOut()).toEqual([false, false]);

  expect((await inbound('SM11', ' baja. ')).statusCode).toBe(200);
  expect(await optedOut()).toEqual([true, true]);
  const after = await contentOf(api.db);
  expect((await inbound('SM11', ' baja. ')).statusCode).toBe(200);
  expect(await contentOf(api.db)).toEqual(after);
});
