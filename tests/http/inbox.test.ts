/** Mails from people come in only with proof of who brings them; what a person has to read is seen by whom it concerns. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agreementBody, call, contentOf, PUBLIC_URL, startApi, TWILIO_TOKEN, type TestApi } from './api.ts';

const SECRET = 'a-secret-of-the-tests-0123456789';
let api: TestApi;
let key: KeyObject;

beforeAll(async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  key = pair.privateKey;
  api = await startApi({ inboundMail: { secret: SECRET, publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') } });
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('A-1') });
  await call(api, 'POST', '/v1/agreements', { body: agreementBody('B-1', { creditorId: 'bravo', person: { ...person, externalId: 'P-B', contactPoints: [{ kind: 'email', value: 'berta@example.org', consent: 'granted' }] } }) });
});
afterAll(() => api.close());

const person = { type: 'person', name: 'Berta Prueba', language: 'es-CL', zone: 'America/Santiago' };
const URL = '/webhooks/sendgrid/inbound';

function mail(fields: Readonly<Record<string, string>>): string {
  const all = { to: 'avisos@pacto.example', subject: 'Re: Aviso', headers: `Message-ID: <${fields['text'] ?? ''}@x>`, envelope: JSON.stringify({ to: ['avisos@pacto.example'], from: /<(.*)>/.exec(fields['from'] ?? '')?.[1] ?? fields['from'] ?? '' }), SPF: 'pass', ...fields };
  return `${Object.entries(all).map(([name, value]) => `--b0\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`).join('')}--b0--\r\n`;
}

const post = (payload: string, options: { query?: string; headers?: Record<string, string> } = {}) =>
  api.app.inject({ method: 'POST', url: `${URL}${options.query ?? ''}`, payload, headers: { 'content-type': 'multipart/form-data; boundary=b0', ...options.headers } });

function signed(payload: string, over = payload): Record<string, string> {
  const timestamp = '1790000005';
  return { 'x-twilio-email-event-webhook-timestamp': timestamp, 'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + over), key).toString('base64') };
}

interface Item { readonly id: string; readonly kind: string; readonly text?: string; readonly creditorId?: string; readonly state: string; readonly class: string; readonly did: string; readonly note?: string; readonly closedBy?: string }
const inbox = async (query = '', as: keyof TestApi['keys'] = 'admin') => (await call(api, 'GET', `/v1/inbox${query}`, { key: as })).json<{ items: Item[]; nextCursor: string | null }>();
const agreement = async (ref: string) => (await call(api, 'GET', `/v1/agreements/${encodeURIComponent(ref)}`)).json<{ id: string; flags: Record<string, boolean> }>();

test('a mail without the secret or a signature that fits is refused, and nothing is stored', async () => {
  const before = await contentOf(api.db);
  const body = mail({ from: 'ana.prueba@example.org', text: 'ya pagué' });
  const refused = [
    await post(body), await post(body, { query: '?key=' }), await post(body, { query: `?key=${SECRET.slice(1)}x` }), await post(body, { query: `?key=${SECRET}&key=${SECRET}` }), await post(body, { query: `?secret=${SECRET}` }),
    await post(body, { headers: signed(`${body} `) }), await post(`${body} `, { headers: signed(body) }), await post(body, { headers: { 'x-twilio-email-event-webhook-signature': 'x' } }),
  ];
  for (const answer of refused) expect({ status: answer.statusCode, code: answer.json<{ code: string }>().code }).toEqual({ status: 403, code: 'ERR_SIGNATURE' });
  expect(await contentOf(api.db)).toEqual(before);
});

test('an installation that has neither takes no mail at all', async () => {
  const bare = await startApi();
  try {
    const answer = await bare.app.inject({ method: 'POST', url: `${URL}?key=`, payload: mail({ from: 'ana.prueba@example.org', text: 'x' }), headers: { 'content-type': 'multipart/form-data; boundary=b0', ...signed('x') } });
    expect(answer.statusCode).toBe(403);
  } finally {
    await bare.close();
  }
});

test('a form that is cut off, is no form, or is no mail is a bad request', async () => {
  const before = await contentOf(api.db);
  const query = `?key=${SECRET}`;
  const whole = mail({ from: 'ana.prueba@example.org', text: 'ya pagué' });
  for (const answer of [
    await post(whole.slice(0, -10), { query }), await post('', { query }), await post('{}', { query, headers: { 'content-type': 'application/json' } }), await post(mail({ from: 'nobody', text: 'x' }), { query }),
    await post(whole, { query, headers: { 'content-type': 'multipart/form-data' } }),
  ]) {
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.json<{ code: string }>().code).toMatch(/^ERR_(BODY|JSON)$/);
  }
  expect(await contentOf(api.db)).toEqual(before);
});

test('a mail acts once, whether the secret or a signature brings it', async () => {
  const body = mail({ from: 'Ana <Ana.Prueba@example.org>', text: 'Ya pagué ayer\r\n\r\nEl lun, 16 mar 2026, Andes <a@b.cl> escribió:\r\n> BAJA para no recibir' });
  expect((await post(body, { query: `?key=${SECRET}` })).statusCode).toBe(204);
  expect((await agreement('acme/A-1')).flags).toMatchObject({ hold: true, optedOut: false });
  const after = await contentOf(api.db);
  expect((await post(body, { headers: signed(body) })).statusCode).toBe(204);
  expect(await contentOf(api.db)).toEqual(after);
  expect((await inbox('?kind=proof')).items).toMatchObject([{ kind: 'proof', class: 'alreadyPaid', text: 'Ya pagué ayer', creditorId: 'acme', state: 'open', from: 'ana.prueba@example.org' }]);
  const signedOne = mail({ from: 'berta@example.org', text: 'el cielo es verde' });
  expect((await post(signedOne, { headers: signed(signedOne) })).statusCode).toBe(204);
  expect((await inbox('?kind=unclear')).items).toMatchObject([{ text: 'el cielo es verde', creditorId: 'bravo' }]);
  expect(api.logged.join('')).not.toMatch(/cielo|pagué|berta@|ana\.prueba|a-secret/i);
});

test('the inbox shows a creditor its own, and what belongs to nobody only to who sees all', async () => {
  await post(mail({ from: 'nadie@example.org', text: 'hola hola' }), { query: `?key=${SECRET}` });
  expect((await inbox('?kind=unmatched')).items).toMatchObject([{ text: 'hola hola', from: 'nadie@example.org' }]);
  expect((await inbox('', 'bravo')).items.map(({ creditorId }) => creditorId)).toEqual(['bravo']);
  expect((await call(api, 'GET', '/v1/inbox?creditorId=acme', { key: 'bravo' })).statusCode).toBe(404);
  expect((await call(api, 'GET', '/v1/inbox', { key: 'creditor' })).statusCode).toBe(403);
  expect((await call(api, 'GET', '/v1/inbox?kind=none')).json()).toMatchObject({ status: 400, code: 'ERR_QUERY', errors: [{ path: 'kind' }] });
  const all = (await inbox()).items.map(({ id }) => id);
  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: Item[]; nextCursor: string | null } = await inbox(`?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    paged.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(all);
  expect(all).toHaveLength(3);
});

test('an item is closed with a note, by whom it concerns, and stays closed', async () => {
  const [item] = (await inbox('?kind=unmatched')).items;
  expect((await call(api, 'POST', `/v1/inbox/${item?.id}/done`, { key: 'agent', body: { note: '' } })).json()).toMatchObject({ status: 422, errors: [{ path: 'note' }] });
  expect((await call(api, 'POST', `/v1/inbox/${item?.id}/done`, { key: 'system', body: {} })).statusCode).toBe(403);
  expect((await call(api, 'POST', `/v1/inbox/${item?.id}/done`, { key: 'agent', body: { note: 'número equivocado' } })).json()).toMatchObject({ state: 'done', note: 'número equivocado', closedBy: expect.any(String) });
  expect((await inbox('?state=open')).items.map(({ kind }) => kind)).not.toContain('unmatched');
  expect((await call(api, 'POST', `/v1/inbox/${item?.id}/done`, { key: 'agent' })).json()).toMatchObject({ state: 'done', note: 'número equivocado' });
  expect((await call(api, 'POST', `/v1/inbox/${item?.id}/reclassify`, { key: 'agent', body: { class: 'dispute' } })).json()).toMatchObject({ status: 409, code: 'ERR_STATE' });
});

test('an agent says what was meant, and it acts once, in the agent\'s name', async () => {
  const [item] = (await inbox('?kind=unclear')).items;
  const reclassify = (body: unknown) => call(api, 'POST', `/v1/inbox/${item?.id}/reclassify`, { key: 'agent', body });
  for (const [body, path] of [[{ class: 'willPay' }, 'date'], [{ class: 'unknown' }, 'class'], [{ class: 'thanks', date: '2027-01-01' }, 'date'], [{ class: 'willPay', date: '2027-02-30' }, 'date'], [{ class: 'callMe', time: '10:00' }, 'time'], [{}, 'class']] as const) {
    expect((await reclassify(body)).json(), JSON.stringify(body)).toMatchObject({ status: 422, errors: [{ path }] });
  }
  expect((await reclassify({ class: 'dispute' })).json()).toMatchObject({ class: 'dispute', did: 'disputed', kind: 'dispute', state: 'open' });
  expect((await agreement('bravo/B-1')).flags).toMatchObject({ dispute: true });
  await reclassify({ class: 'dispute' });
  const timeline = (await call(api, 'GET', '/v1/agreements/bravo%2FB-1/timeline')).json<{ items: { kind: string; outcome?: string }[] }>().items;
  expect(timeline.filter(({ kind }) => kind === 'disputed')).toHaveLength(1);
  expect(timeline.filter(({ kind }) => kind === 'replyReclassified').map(({ outcome }) => outcome)).toEqual(['disputed', 'disputeStands']);
  expect((await reclassify({ class: 'thanks' })).json()).toMatchObject({ class: 'thanks', did: 'nothing', state: 'done' });
  expect((await call(api, 'POST', `/v1/inbox/0190a000-0000-7000-8000-000000000000/reclassify`, { key: 'agent', body: { class: 'thanks' } })).statusCode).toBe(404);
});

test('an SMS in words acts over HTTP like a mail', async () => {
  const fields = { MessageSid: 'SM77', From: '+56961234567', To: '+15005550006', Body: 'no reconozco esa deuda' };
  const answer = await api.app.inject({
    method: 'POST', url: '/webhooks/twilio/inbound', payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': twilio.getExpectedTwilioSignature(TWILIO_TOKEN, `${PUBLIC_URL}/webhooks/twilio/inbound`, fields) },
  });
  expect(answer.statusCode).toBe(200);
  expect((await agreement('acme/A-1')).flags).toMatchObject({ dispute: true });
});
