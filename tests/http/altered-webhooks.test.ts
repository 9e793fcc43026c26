/** A provider's callback changed on its way by as little as a byte: refused, and nothing is stored. The same one again: once. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { contentOf, PUBLIC_URL, startApi, TWILIO_TOKEN, type TestApi } from './api.ts';

let api: TestApi;
let key: KeyObject;
beforeAll(async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  key = pair.privateKey;
  api = await startApi({ sendgridKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), applyReceipt });
});
afterAll(() => api.close());

interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PATH = '/webhooks/twilio/status/0190a000-0000-7000-8000-000000000001';
const FORM = 'ErrorCode=30003&MessageSid=SM1&MessageStatus=undelivered&To=%2B56961234567';
const fieldsOf = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body));
const statusCallback = (options: { url?: string; path?: string; body?: string; token?: string } = {}): Post => ({
  url: options.path ?? PATH, body: options.body ?? FORM,
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': twilio.getExpectedTwilioSignature(options.token ?? TWILIO_TOKEN, options.url ?? PUBLIC_URL + PATH, fieldsOf(FORM)) },
});

const BATCH = JSON.stringify([{ event: 'bounce', type: 'bounce', timestamp: 1_790_000_000, sg_event_id: 'e1', status: '5.1.1', attempt_id: '0190a000-0000-7000-8000-000000000001' }]);
const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';
const events = (): Post => ({
  url: '/webhooks/sendgrid/events', body: BATCH,
  headers: { 'content-type': 'application/json', [TIMESTAMP]: '1790000005', [SIGNATURE]: sign('sha256', Buffer.from(`1790000005${BATCH}`), key).toString('base64') },
});

async function post({ url, body, headers }: Post): Promise<number> {
  return (await api.app.inject({ method: 'POST', url, payload: body, headers })).statusCode;
}

/** Each character in turn replaced by another that a request may carry there. */
function* altered(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 1) yield `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
}

const withHeader = (given: Post, name: string, value: string | undefined): Post => {
  const { [name]: _old, ...others } = given.headers;
  return { ...given, headers: value === undefined ? others : { ...others, [name]: value } };
};

test('a status callback with any byte of its body, address or signature changed is refused', async () => {
  const before = await contentOf(api.db);
  const good = statusCallback();
  for (const body of altered(good.body)) expect(await post({ ...good, body }), body).toBe(403);
  for (const rest of altered(good.url.slice(1))) expect([403, 404], rest).toContain(await post({ ...good, url: `/${rest}` }));
  for (const signature of altered(good.headers['x-twilio-signature'] ?? '')) expect(await post(withHeader(good, 'x-twilio-signature', signature)), signature).toBe(403);
  expect(await contentOf(api.db)).toEqual(before);
});

test.each<[string, () => Post]>([
  ['no signature', () => withHeader(statusCallback(), 'x-twilio-signature', undefined)],
  ['an empty signature', () => withHeader(statusCallback(), 'x-twilio-signature', '')],
  ['the signature of another token', () => statusCallback({ token: 'another' })],
  ['a signature over the other scheme', () => statusCallback({ url: PUBLIC_URL.startsWith('https:') ? PUBLIC_URL.replace('https:', 'http:') + PATH : PUBLIC_URL.replace('http:', 'https:') + PATH })],
  ['a signature over a slash more', () => statusCallback({ url: `${PUBLIC_URL}${PATH}/` })],
  ['a parameter more in its address', () => statusCallback({ path: `${PATH}?a=1` })],
  ['a signature over a parameter more in its address', () => statusCallback({ url: `${PUBLIC_URL}${PATH}?a=1` })],
  ['a field more', () => statusCallback({ body: `${FORM}&Extra=1` })],
  ['a field less', () => statusCallback({ body: FORM.replace('ErrorCode=30003&', '') })],
  ['a field twice', () => statusCallback({ body: `${FORM}&MessageStatus=delivered` })],
  ['its fields as JSON', () => withHeader({ ...statusCallback(), body: JSON.stringify(fieldsOf(FORM)) }, 'content-type', 'application/json')],
  ['the signature of SendGrid instead', () => ({ ...statusCallback(), headers: { 'content-type': 'application/x-www-form-urlencoded', [TIMESTAMP]: '1', [SIGNATURE]: events().headers[SIGNATURE] ?? '' } })],
])('a status callback with %s is refused', async (_what, make) => {
  const before = await contentOf(api.db);
  expect(await post(make())).toBe(403);
  expect(await contentOf(api.db)).toEqual(before);
});

test('a batch of events with any byte of its body, timestamp or signature changed, or without one of them, is refused', async () => {
  const before = await contentOf(api.db);
  const good = events();
  for (const body of altered(good.body)) expect(await post({ ...good, body }), body).toBe(403);
  for (const name of [TIMESTAMP, SIGNATURE]) {
    for (const value of altered(good.headers[name] ?? '')) expect(await post(withHeader(good, name, value)), value).toBe(403);
    expect(await post(withHeader(good, name, undefined))).toBe(403);
  }
  expect(await contentOf(api.db)).toEqual(before);
});

test('untouched they are taken; the same ones again, also days later, change nothing', async () => {
  expect([await post(statusCallback()), await post(events())]).toEqual([204, 204]);
  const after = await contentOf(api.db);
  expect(await api.db.selectFrom('provider_event').select(['provider', 'event_id', 'status']).orderBy('provider').execute()).toEqual([
    { provider: 'sendgrid', event_id: 'e1', status: 'bounced' }, { provider: 'twilio-sms', event_id: 'SM1:undelivered:30003', status: 'undelivered' },
  ]);
  expect(await Promise.all([statusCallback(), events(), statusCallback(), events()].map(post))).toEqual([204, 204, 204, 204]);
  expect(await contentOf(api.db)).toEqual(after);
});
