/** The outbox page: what left, seen as the person sees it, with a way to answer; without any script. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseInboundMail } from '../../src/channels/inbound-mail.ts';
import { boundaryOf, parseForm } from '../../src/channels/multipart.ts';
import { verifySendgrid } from '../../src/channels/signatures.ts';
import { emailOf, formOf, journal, NOON, openRig, PHONE, SENDGRID_PUBLIC_KEY, setFault, smsOf, type Rig } from './rig.ts';

const DEADLINE = { timeoutMs: 2_000 };
let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

async function page(query = ''): Promise<string> {
  const response = await fetch(`${rig.sandbox.url}/${query}`);
  expect(response.status).toBe(200);
  return response.text();
}

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${rig.sandbox.url}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });
}

test('before anything left it says what to do', async () => {
  expect(await page()).toContain('Todavía no salió ningún mensaje');
});

test('messages stand newest first, with their state, and text is never markup', async () => {
  await rig.sendgrid.send(emailOf('mail', { subject: 'Cuota <b>2</b> & más' }), DEADLINE);
  await setFault(rig.sandbox, { channel: 'sms', kind: 'landline', next: 1 });
  rig.time.now = NOON + 60_000;
  await rig.sms.send(smsOf('sms', { body: 'Vea <script>alert(1)</script> https://p.example/x7 . Gracias' }), DEADLINE);
  await rig.sandbox.run(NOON + 120_000);
  const html = await page();
  expect(html.indexOf('+56 9 6123 4567')).toBeLessThan(html.indexOf('ana.rojas@correo.example'));
  expect(html).toContain('Cuota &lt;b&gt;2&lt;/b&gt; &amp; más');
  expect(html).toContain('Vea &lt;script&gt;');
  expect(html).toContain('<a href="https://p.example/x7"');
  expect(html).toContain('fijo, no recibe SMS');
  expect(html).toContain('Entregado');
  expect(html).not.toContain('<script');
  expect(html).not.toContain('style=');
});

test('it is filtered by part of a number, as people write it, or of an address', async () => {
  expect(await page(`?to=${encodeURIComponent('9 6123 4567')}`)).not.toContain('Cuota');
  expect(await page('?to=ANA.ROJAS')).not.toContain('SMS, 1 segmento');
  expect(await page('?to=nadie')).toContain('Ningún mensaje a «nadie»');
});

test('one answers as the person, in words or by a button, and sees the conversation', async () => {
  rig.api.told.length = 0;
  const answered = await post('/outbox/reply', { from: PHONE, body: 'me quedé sin pega', });
  expect([answered.status, answered.headers.get('location')]).toEqual([303, '/?with=%2B56961234567&said=replied#conv']);
  await post('/outbox/reply', { from: PHONE, body: '', quick: 'BAJA' });
  expect(rig.api.told.map((told) => formOf(told).Body)).toEqual(['me quedé sin pega', 'BAJA']);
  const html = await page('?with=%2B56961234567&said=replied');
  expect(html).toContain('La respuesta llegó a Pacto');
  expect(html.indexOf('Vea &lt;script')).toBeLessThan(html.indexOf('me quedé sin pega<small>'));
});

test('a mail is answered by mail, signed as SendGrid’s, and what a message links to stands under it as buttons', async () => {
  rig.api.told.length = 0;
  const mailbox = 'ana.rojas@correo.example';
  await rig.sendgrid.send(emailOf('pay', { text: 'Pague en http://127.0.0.1:9/p/abcdefghijklmnopqrstuv o vea http://127.0.0.1:9/d/abcdefghijklmnopqrstuv .' }), DEADLINE);
  expect((await post('/outbox/reply', { from: mailbox, body: 'ya pagué ayer' })).headers.get('location')).toContain('said=replied');
  const [told] = rig.api.told;
  if (told === undefined) throw new Error('nobody was told');
  expect(told.path).toBe('/webhooks/sendgrid/inbound');
  const header = (name: string): string => String(told.headers[name]);
  expect(verifySendgrid(SENDGRID_PUBLIC_KEY, header('x-twilio-email-event-webhook-signature'), header('x-twilio-email-event-webhook-timestamp'), told.raw)).toBe(true);
  const mail = parseInboundMail(parseForm(told.raw, boundaryOf(header('content-type')) ?? '') ?? []);
  expect(mail).toMatchObject({ from: mailbox, to: 'avisos@andes.example', text: 'ya pagué ayer', authentic: true, automatic: false });
  const html = await page(`?with=${encodeURIComponent(mailbox)}`);
  expect(html).toContain('href="http://127.0.0.1:9/p/abcdefghijklmnopqrstuv" rel="noreferrer">Pagar</a>');
  expect(html).toContain('href="http://127.0.0.1:9/d/abcdefghijklmnopqrstuv" rel="noreferrer">Abrir la página de la persona</a>');
});

test('an empty answer is not sent', async () => {
  rig.api.told.length = 0;
  expect((await post('/outbox/reply', { from: PHONE, body: '  ' })).headers.get('location')).toContain('said=empty');
  expect(rig.api.told).toEqual([]);
});

test('faults are set and taken back from the page', async () => {
  await post('/outbox/faults', { kind: '429', channel: 'sms', rate: '5' });
  expect(await page()).toContain('Demasiados envíos (429), SMS, 5 %');
  expect((await post('/outbox/faults', { kind: 'landline', channel: 'email', rate: '100' })).headers.get('location')).toContain('said=mismatch');
  await post('/outbox/faults', { clear: '1', kind: 'slow', channel: 'sms', rate: 'next' });
  expect(await page()).toContain('Ninguna falla activa');
});

test('another site cannot press its buttons, and nothing of other sites runs in it', async () => {
  rig.api.told.length = 0;
  expect((await post('/outbox/reply', { from: PHONE, body: 'BAJA' }, { origin: 'https://evil.example' })).status).toBe(403);
  expect(rig.api.told).toEqual([]);
  const response = await fetch(rig.sandbox.url);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect((await fetch(`${rig.sandbox.url}/assets/pacto.css`)).status).toBe(200);
  expect(await journal(rig.sandbox)).toHaveLength(3);
});
