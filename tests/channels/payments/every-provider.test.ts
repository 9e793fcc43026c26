/** What holds for all of them: which answers may be asked for again, and that nothing of ours or of a person leaks. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PaymentAdapter } from '../../../src/channels/payments/adapter.ts';
import { createFlow } from '../../../src/channels/payments/flow.ts';
import { createKhipu } from '../../../src/channels/payments/khipu.ts';
import { createMercadoPago } from '../../../src/channels/payments/mercadopago.ts';
import { createWebpay } from '../../../src/channels/payments/webpay.ts';
import { NOON, openStandIn, order, within, type Answer, type StandIn } from './stand-in.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await openStandIn();
});
afterAll(() => standIn.close());
beforeEach(() => {
  standIn.answers = {};
  standIn.always = null;
  standIn.asked.length = 0;
});

const KEY = 'the-secret-key';
const PROVIDERS: readonly (readonly [string, string, (baseUrl: string) => PaymentAdapter])[] = [
  ['mercadopago', '1234567890', (baseUrl) => createMercadoPago({ accessToken: KEY, webhookSecrets: [KEY], baseUrl })],
  ['khipu', 'mtpspw2ui7tt', (baseUrl) => createKhipu({ apiKey: KEY, webhookSecrets: [KEY], baseUrl })],
  ['flow', '33373581FC32576FAF33C46FC6454B1F', (baseUrl) => createFlow({ apiKey: KEY, secretKey: KEY, payerMail: 'pagos@acme.example', now: () => NOON, baseUrl })],
  ['webpay', '01ab'.repeat(16), (baseUrl) => createWebpay({ commerceCode: '597055555532', apiKeySecret: KEY, baseUrl })],
];

const ANSWERS: readonly (readonly [string, Answer, 'retry' | 'refused', string])[] = [
  ['an id that it does not know', { status: 404, body: { message: 'of Inés Peña' } }, 'refused', 'http404'],
  ['a key that it refuses', { status: 401, body: { message: KEY } }, 'refused', 'http401'],
  ['a redirect, which is not followed', { status: 302, headers: { location: '/elsewhere' }, body: '' }, 'refused', 'http302'],
  ['too many questions', { status: 429, body: {} }, 'retry', 'http429'],
  ['a fault of its own', { status: 500, body: '<html>Error</html>' }, 'retry', 'http500'],
  ['a page instead of an answer', { body: '<html>Mantenimiento</html>' }, 'retry', 'badAnswer'],
  ['an answer of another shape', { body: { hello: 'world' } }, 'retry', 'badAnswer'],
  ['half an answer', { body: '{"status": "do' }, 'retry', 'badAnswer'],
  ['an answer without end', { body: `{"a":"${'x'.repeat(600_000)}"}` }, 'retry', 'badAnswer'],
  ['a connection that is cut', 'cut', 'retry', 'UND_ERR_SOCKET'],
  ['no answer in time', 'hang', 'retry', 'timeout'],
  ['an answer that stops in the middle', 'trickle', 'retry', 'timeout'],
];

describe.each(PROVIDERS)('%s', (provider, id, create) => {
  test.each(ANSWERS)('%s', async (_, answer, kind, code) => {
    standIn.always = answer;
    const adapter = create(standIn.url);
    const quick = (): AbortSignal => within(answer === 'hang' || answer === 'trickle' ? 60 : 2_000);
    expect(await adapter.fetch(id, quick())).toEqual({ kind, code });
    expect(await adapter.start(order(), quick())).toEqual({ kind, code });
    expect(standIn.asked.some(({ line }) => line.includes('elsewhere'))).toBe(false);
  });

  test('nobody there', async () => {
    const gone = await openStandIn();
    await gone.close();
    expect(await create(gone.url).fetch(id, within())).toEqual({ kind: 'retry', code: 'ECONNREFUSED' });
  });

  test.each(['../admin', 'a b', '', 'x'.repeat(500), 'a/b?c=1'])('an id that is none of its ids (%j) is not even asked about', async (wrong) => {
    expect(await create(standIn.url).fetch(wrong, within())).toEqual({ kind: 'refused', code: 'providerId' });
    expect(standIn.asked).toEqual([]);
  });

  test('no bytes make reading throw, and none of them are taken for a notification', () => {
    const adapter = create(standIn.url);
    for (const url of ['', 'no url', 'https://x.example/?data.id=1&data.id=2', 'https://x.example/?%']) {
      for (const body of [Buffer.alloc(0), Buffer.from([0xff, 0xfe, 0]), Buffer.from('{"payment_id":'), Buffer.from('token=%')]) {
        expect(adapter.read({ url, headers: { 'x-signature': ',,=', 'x-khipu-signature': 't=1,t=2' }, body, receivedAt: NOON })).toEqual({ kind: 'forged' });
      }
    }
  });

  test('its name', () => {
    expect(create(standIn.url).provider).toBe(provider);
  });
});
