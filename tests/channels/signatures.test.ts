/**
 * Signatures of providers, by the examples that the vendors publish themselves, and what is left of them after a change:
 * Twilio's of its security page and its libraries' tests, SendGrid's of its libraries' tests.
 */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifySendgrid, verifyTwilio } from '../../src/channels/signatures.ts';

interface TwilioExample {
  readonly signature: string;
  readonly token: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

const CALL = { CallSid: 'CA1234567890ABCDE', Digits: '1234', To: '+18005551212' };
const PAGE = 'https://mycompany.com/myapp.php?foo=1&bar=2';

/** twilio.com/docs/usage/security, and the request validator's tests in Twilio's PHP, C# and Node libraries. */
const TWILIO: readonly (readonly [string, TwilioExample])[] = [
  ['the security page', { signature: '0/KCTR6DLpKmkAf8muzZqo1nDgQ=', token: '12345', url: PAGE, fields: { ...CALL, Caller: '+12349013030', From: '+12349013030' } }],
  ['the libraries’ tests', { signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', token: '12345', url: PAGE, fields: { ...CALL, Caller: '+14158675309', From: '+14158675309' } }],
];

/** The event webhook's test in SendGrid's libraries; the line end belongs to the body. */
const SENDGRID = {
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  signature: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
  timestamp: '1600112502',
  body: Buffer.from(`${JSON.stringify([{
    email: 'hello@world.com', event: 'dropped', reason: 'Bounced Address', sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
    sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0', 'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>', timestamp: 1_600_112_492,
  }])}\r\n`),
} as const;

const asText = (text: string): string[] => [...altered(Buffer.from(text))].map((bytes) => bytes.toString('utf8'));

/** The same bytes with each one changed in turn: by its lowest bit, and to another letter. */
function* altered(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) {
    for (const change of [(byte: number) => byte ^ 1, (byte: number) => (byte === 0x78 ? 0x79 : 0x78)]) {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(change(bytes.readUInt8(at)), at);
      yield copy;
    }
  }
}

const takesTwilio = ({ signature, token, url, fields }: TwilioExample): boolean => verifyTwilio([token], signature, url, fields);

test.each(TWILIO)('Twilio’s example of %s is taken, also while its token is being replaced', (_where, example) => {
  expect(takesTwilio(example)).toBe(true);
  expect(verifyTwilio(['the next one', example.token], example.signature, example.url, example.fields)).toBe(true);
});

test.each(TWILIO)('of Twilio’s example of %s every altered byte of signature, address and fields is refused', (_where, example) => {
  for (const signature of asText(example.signature)) expect(takesTwilio({ ...example, signature }), signature).toBe(false);
  for (const url of asText(example.url)) expect(takesTwilio({ ...example, url }), url).toBe(false);
  for (const [name, value] of Object.entries(example.fields)) {
    const { [name]: _gone, ...others } = example.fields;
    expect(takesTwilio({ ...example, fields: others }), `without ${name}`).toBe(false);
    for (const other of asText(value)) expect(takesTwilio({ ...example, fields: { ...others, [name]: other } }), `${name}=${other}`).toBe(false);
    for (const other of asText(name)) expect(takesTwilio({ ...example, fields: { ...others, [other]: value } }), `${other}=${value}`).toBe(false);
  }
});

const OTHERWISE: readonly (readonly [string, (example: TwilioExample) => Partial<TwilioExample>])[] = [
  ['no signature', () => ({ signature: '' })],
  ['another token', () => ({ token: '12346' })],
  ['http instead of https', ({ url }) => ({ url: url.replace('https:', 'http:') })],
  ['a slash at the end of the path', ({ url }) => ({ url: url.replace('myapp.php?', 'myapp.php/?') })],
  ['a slash at the end', ({ url }) => ({ url: `${url}/` })],
  ['another host', ({ url }) => ({ url: url.replace('mycompany', 'yourcompany') })],
  ['a parameter of the address less', ({ url }) => ({ url: url.replace('&bar=2', '') })],
  ['a parameter of the address more', ({ url }) => ({ url: `${url}&baz=3` })],
  ['the parameters of the address in another order', ({ url }) => ({ url: url.replace('foo=1&bar=2', 'bar=2&foo=1') })],
  ['a field more', ({ fields }) => ({ fields: { ...fields, Extra: 'x' } })],
  ['no fields', () => ({ fields: {} })],
  ['a field trimmed', ({ fields }) => ({ fields: { ...fields, To: ' +18005551212' } })],
  ['an address that is none', () => ({ url: '/myapp.php?foo=1&bar=2' })],
  ['the signature in another case', ({ signature }) => ({ signature: signature.toLowerCase() })],
  ['the signature without its padding', ({ signature }) => ({ signature: signature.replace('=', '') })],
  ['a space after the signature', ({ signature }) => ({ signature: `${signature} ` })],
];

test.each(OTHERWISE)('Twilio’s examples with %s are refused', (_what, change) => {
  for (const [, example] of TWILIO) expect(takesTwilio({ ...example, ...change(example) })).toBe(false);
});

const takesSendgrid = (change: { key?: string; signature?: string; timestamp?: string; body?: Buffer } = {}): boolean => {
  const { key, signature, timestamp, body } = { ...SENDGRID, ...change };
  return verifySendgrid(key, signature, timestamp, body);
};

test('SendGrid’s published batch is taken', () => {
  expect(takesSendgrid()).toBe(true);
});

test('of SendGrid’s batch every altered byte of body, timestamp and signature is refused', () => {
  for (const body of altered(SENDGRID.body)) expect(takesSendgrid({ body }), body.toString('utf8')).toBe(false);
  for (const timestamp of asText(SENDGRID.timestamp)) expect(takesSendgrid({ timestamp }), timestamp).toBe(false);
  for (const signature of asText(SENDGRID.signature)) expect(takesSendgrid({ signature }), signature).toBe(false);
});

test.each([
  ['without the line end', { body: SENDGRID.body.subarray(0, -2) }],
  ['with a byte more', { body: Buffer.concat([SENDGRID.body, Buffer.from(' ')]) }],
  ['written anew', { body: Buffer.from(JSON.stringify(JSON.parse(SENDGRID.body.toString('utf8')), null, 1)) }],
  ['under another key', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64') }],
  ['with a signature that is none', { signature: 'x' }],
  ['with an empty signature', { signature: '' }],
  ['with the signature in the other alphabet of base64', { signature: SENDGRID.signature.replaceAll('+', '-').replaceAll('/', '_') }],
  ['with a space in the signature', { signature: ` ${SENDGRID.signature}` }],
  ['with an empty timestamp', { timestamp: '' }],
])('SendGrid’s batch %s is refused', (_what, change) => {
  expect(takesSendgrid(change)).toBe(false);
});

test('a batch without one of its headers is refused', () => {
  expect(verifySendgrid(SENDGRID.key, undefined, SENDGRID.timestamp, SENDGRID.body)).toBe(false);
  expect(verifySendgrid(SENDGRID.key, SENDGRID.signature, undefined, SENDGRID.body)).toBe(false);
});
