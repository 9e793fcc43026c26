/** The form of SendGrid's Inbound Parse: its bytes, its charsets, whose mail it is, and whether that is sure. */
import { expect, test } from 'vitest';
import { parseInboundMail } from '../../src/channels/inbound-mail.ts';
import { boundaryOf, parseForm, type FormPart } from '../../src/channels/multipart.ts';

const B = 'xYzZY';
type Given = Readonly<Record<string, string | Buffer>>;

function form(fields: Given, files: Given = {}): Buffer {
  const part = (head: string, bytes: string | Buffer): Buffer => Buffer.concat([Buffer.from(`--${B}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
  return Buffer.concat([
    ...Object.entries(fields).map(([name, value]) => part(`name="${name}"`, value)),
    ...Object.entries(files).map(([name, value]) => part(`name="${name}"; filename="${name}.jpg"\r\nContent-Type: image/jpeg`, value)),
    Buffer.from(`--${B}--\r\n`),
  ]);
}

const MAIL: Given = {
  headers: 'Received: by mx\nMessage-ID: <abc@mail.example.org>\nIn-Reply-To: <0190a000-0000-7000-8000-000000000001@pacto.example>\nReferences: <first@x.example>\n <SgId.2@geopod.example>\nSubject: Re: Aviso',
  from: '"Soto, Ana" <Ana@Example.org>', to: 'Andes <avisos@pacto.example>', subject: 'Re: Aviso', text: 'Ya pagué', envelope: '{"to":["Respuestas@in.pacto.example"],"from":"ana@example.org"}',
  SPF: 'pass', dkim: '{@example.org : pass}', charsets: '{"text":"utf-8"}',
};
const partsOf = (fields: Given, files: Given = {}): FormPart[] => parseForm(form(fields, files), B) ?? [];
const read = (change: Given = {}, files: Given = {}) => parseInboundMail(partsOf({ ...MAIL, ...change }, files));

test('a mail is read with its thread, nearest first, and without the name in its addresses', () => {
  expect(read()).toEqual({
    provider: 'sendgrid', eventId: expect.stringMatching(/^inbound:[0-9a-f]{64}$/), from: 'ana@example.org', to: 'respuestas@in.pacto.example', subject: 'Re: Aviso', text: 'Ya pagué', attachments: 0,
    thread: ['0190a000-0000-7000-8000-000000000001', 'SgId.2', 'first'], authentic: true, automatic: false,
  });
});

test('the same mail is the same event, another Message-ID or another writer is not, and a mail without one is known by what it says', () => {
  const id = (change: Given = {}) => read(change)?.eventId;
  expect(id()).toBe(id({ spam_score: '3' }));
  expect(new Set([id(), id({ from: 'otra@example.org' }), id({ headers: 'Message-ID: <other@x>' }), id({ headers: '' }), id({ headers: '', text: 'otra cosa' })]).size).toBe(5);
});

test('each field comes in its own charset', () => {
  expect(read({ text: Buffer.from('No reconozco, señor', 'latin1'), charsets: '{"text":"iso-8859-1","subject":"UTF-8"}' })?.text).toBe('No reconozco, señor');
  expect(read({ charsets: '{"text":"x-unknown"}' })?.text).toBe('Ya pagué');
  expect(read({ charsets: 'none' })?.text).toBe('Ya pagué');
});

test('without a text the page is read, and without any words the subject', () => {
  expect(read({ text: '', html: '<style>p{}</style><p>Ya&nbsp;pagu&eacute;</p><div class="gmail_quote">BAJA</div>' })?.text).toBe('Ya pagué');
  expect(read({ text: '', subject: 'RE: Re: BAJA' })?.text).toBe('BAJA');
  const began = performance.now();
  read({ text: '', html: '<style'.repeat(40_000) });
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('a mail is authentic when SPF or DKIM hold for the domain that it names', () => {
  const sure = (change: Given) => read(change)?.authentic;
  expect(sure({ SPF: 'fail', dkim: '{@mail.example.org : pass}' })).toBe(true);
  expect(sure({ SPF: 'pass', dkim: 'none' })).toBe(true);
  expect(sure({ SPF: 'fail', dkim: '{@evil.example : pass}' })).toBe(false);
  expect(sure({ SPF: 'pass', dkim: 'none', envelope: '{"to":["a@b.cl"],"from":"x@evil.example"}' })).toBe(false);
  expect(sure({ SPF: 'softfail', dkim: '{@example.org : fail}' })).toBe(false);
  expect(sure({ SPF: 'pass', dkim: 'none', from: 'ana@notexample.org' })).toBe(false);
});

test.each([
  ['out of office', { headers: 'Message-ID: <1@x>\nAuto-Submitted: auto-replied' }], ['a list', { headers: 'Message-ID: <1@x>\nPrecedence: bulk' }],
  ['a returned mail', { envelope: '{"to":["a@b.cl"],"from":""}' }], ['a mailer', { from: 'MAILER-DAEMON@mx.example.org' }],
])('%s is automatic', (_, change) => {
  expect(read(change)?.automatic).toBe(true);
});

test('what was said to be written by a person is not automatic', () => {
  expect(read({ headers: 'Message-ID: <1@x>\nAuto-Submitted: no' })?.automatic).toBe(false);
  expect(read({ envelope: '' })?.automatic).toBe(false);
});

test('attachments are counted, and their bytes are nobody\'s fields', () => {
  expect(read({}, { attachment1: Buffer.from([0, 255, 13, 10, 45, 45]), from: 'x' })).toMatchObject({ attachments: 2, from: 'ana@example.org' });
});

test('a mail without a sender or a receiver is none', () => {
  expect(read({ from: 'nobody' })).toBeNull();
  expect(read({ to: '', envelope: '' })).toBeNull();
  expect(read({ from: '<a@b.cl>, <c@d.cl> x' })).toBeNull();
});

test('a form is read whole or not at all', () => {
  const whole = form(MAIL);
  expect(parseForm(whole, B)).toHaveLength(Object.keys(MAIL).length);
  for (const cut of [0, 10, 200, whole.length - 6]) expect(parseForm(whole.subarray(0, cut), B)).toBeNull();
  expect(parseForm(whole, 'another')).toBeNull();
  expect(parseForm(Buffer.from(`--${B}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--${B}--`), B)).toBeNull();
  expect(parseForm(Buffer.concat([...Array.from({ length: 300 }, () => form({ a: 'x' }).subarray(0, -`--${B}--\r\n`.length)), Buffer.from(`--${B}--`)]), B)).toBeNull();
});

test('the boundary stands in the content-type, quoted or not', () => {
  expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
  expect(boundaryOf('multipart/form-data; charset=utf-8; boundary="a b"')).toBe('a b');
  expect([boundaryOf('application/json'), boundaryOf(undefined), boundaryOf('multipart/form-data')]).toEqual([null, null, null]);
});
