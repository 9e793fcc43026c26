/** Reports of mail servers, as they come: by SMTP whole, by SendGrid's form in pieces, from servers of several makes. */
import { expect, test } from 'vitest';
import { arrivedByForm, arrivedWhole, bounceAddressOf, dsnOf, type MailFormPart } from '../../src/channels/dsn.ts';

const ATTEMPT = '0190a000-0000-7000-8000-00000000000a';
const OTHER = '0190a000-0000-7000-8000-00000000000b';
const VERP = bounceAddressOf('rebotes@avisos.example', ATTEMPT);

interface Report {
  readonly to?: string;
  readonly type?: string;
  readonly perMessage?: readonly string[];
  readonly perRecipient?: readonly string[];
  readonly returned?: readonly string[];
}

const RECIPIENT = ['Final-Recipient: rfc822; ana@correo.example', 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 <ana@correo.example>: Recipient address rejected'];

function mail({ to = VERP, type = 'multipart/report; report-type=delivery-status;', perMessage = ['Reporting-MTA: dns; mx.correo.example'], perRecipient = RECIPIENT, returned = [`Message-ID: <${ATTEMPT}@andes.example>`, 'Subject: Aviso'] }: Report = {}): Buffer {
  return Buffer.from([
    'From: MAILER-DAEMON@mx.correo.example', `To: ${to}`, 'Subject: Undelivered Mail Returned to Sender', 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0',
    `Content-Type: ${type}`, '\tboundary="B"', '', '--B', 'Content-Type: text/plain; charset=us-ascii', '', 'I am sorry to have to inform you that your message could not be delivered.', '',
    '--B', 'Content-Type: message/delivery-status', '', ...perMessage, '', ...perRecipient, '', '--B', 'Content-Type: text/rfc822-headers', '', ...returned, '', '--B--', '',
  ].join('\r\n'));
}

const read = async (report: Report = {}, envelopeTo: readonly string[] = []) => dsnOf(await arrivedWhole(mail(report), envelopeTo));

test('the address it comes back to names the attempt and nothing else', () => {
  expect(VERP).toBe(`rebotes+${ATTEMPT}@avisos.example`);
  expect(VERP.split('@')[0]?.length).toBeLessThanOrEqual(64);
});

test('a mailbox that does not exist is a bounce of the attempt, without the words that quote the address', async () => {
  const report = await read();
  expect(report).toEqual({ attemptIds: [ATTEMPT], status: 'bounced', errorCode: '5.1.1' });
  expect(JSON.stringify(report)).not.toContain('ana@');
});

test.each<[string, readonly string[], { status: string; errorCode?: string }]>([
  ['gave up after days', ['Action: failed', 'Status: 4.4.7', 'Diagnostic-Code: smtp; 451 4.4.7 delivery time expired'], { status: 'blocked', errorCode: '4.4.7' }],
  ['is still trying', ['Action: delayed', 'Status: 4.4.1', 'Will-Retry-Until: Thu, 3 Dec 2026 12:00:00 -0300'], { status: 'deferred', errorCode: '4.4.1' }],
  ['only says that it failed, and names why', ['Action: failed', 'Status: 5.0.0', 'Diagnostic-Code: smtp; 552-5.2.2 The mailbox is full'], { status: 'bounced', errorCode: '5.2.2' }],
  ['only says that it failed', ['Action: failed', 'Status: 5.0.0'], { status: 'bounced', errorCode: '5.0.0' }],
  ['says it without a status', ['Action: failed', 'Diagnostic-Code: smtp; 550 no such user'], { status: 'bounced' }],
  ['refuses for now without a status', ['Action: failed', 'Diagnostic-Code: smtp; 451 try later'], { status: 'blocked', errorCode: '4.0.0' }],
  ['writes in other cases', ['ACTION: Failed', 'status: 5.1.10 (bad destination)'], { status: 'bounced', errorCode: '5.1.10' }],
  ['folds its lines', ['Action:', ' failed', 'Status:', ' 5.1.2'], { status: 'bounced', errorCode: '5.1.2' }],
  ['delivered', ['Action: delivered', 'Status: 2.0.0'], { status: 'delivered' }],
  ['handed on to one that reports nothing', ['Action: relayed', 'Status: 2.0.0'], { status: 'sent' }],
])('a server that %s', async (_what, lines, expected) => {
  expect(await read({ perRecipient: ['Final-Recipient: rfc822; ana@correo.example', ...lines] })).toEqual({ attemptIds: [ATTEMPT], ...expected });
});

test.each<[string, Report, readonly string[]]>([
  ['the envelope that it came in', { to: 'rebotes@avisos.example', returned: [] }, [VERP]],
  ['the envelope id that we gave', { to: 'cobranza@andes.example', returned: [], perMessage: ['Reporting-MTA: dns; mx', `Original-Envelope-Id: ${ATTEMPT}`] }, []],
  ['the Message-ID of the returned mail', { to: 'cobranza@andes.example' }, []],
  ['a Message-ID in another case', { to: 'cobranza@andes.example', returned: [`message-id: <${ATTEMPT.toUpperCase()}@andes.example>`] }, []],
])('the attempt is found by %s', async (_by, report, envelopeTo) => {
  expect((await read(report, envelopeTo))?.attemptIds).toEqual([ATTEMPT]);
});

test('the address it came back to is surer than what stands in the mail', async () => {
  expect((await read({ returned: [`Message-ID: <${OTHER}@andes.example>`] }))?.attemptIds).toEqual([ATTEMPT, OTHER]);
});

test.each<[string, Report]>([
  ['an answer of a person to the returning address', { type: 'multipart/mixed;' }],
  ['a report that a mail was read', { type: 'multipart/report; report-type=disposition-notification;', perRecipient: ['Final-Recipient: rfc822; ana@correo.example', 'Disposition: manual-action/MDN-sent-manually; displayed'] }],
  ['a report with an action nobody knows', { perRecipient: ['Final-Recipient: rfc822; ana@correo.example', 'Action: vaporised', 'Status: 5.1.1'] }],
  ['a report about nobody', { perRecipient: ['Action: failed', 'Status: 5.1.1'] }],
])('%s is no report of a delivery', async (_what, report) => {
  expect(await read(report)).toBeNull();
});

test('a report about no mail of ours names no attempt', async () => {
  expect(await read({ to: 'cobranza@andes.example', returned: ['Message-ID: <CAF12@mail.example>'] })).toMatchObject({ attemptIds: [], status: 'bounced' });
});

test('by SendGrid’s form it is the same report, taken apart or whole', async () => {
  const field = (name: string, value: string): MailFormPart => ({ name, filename: null, bytes: Buffer.from(value) });
  const apart = [
    field('headers', 'To: x\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary="B"\r\n'), field('to', 'cobranza@andes.example'),
    field('envelope', JSON.stringify({ to: [VERP], from: '' })), field('text', 'I am sorry.'),
    { name: 'attachment1', filename: 'status', bytes: Buffer.from(['Reporting-MTA: dns; mx', '', ...RECIPIENT].join('\n')) },
  ];
  expect(dsnOf(await arrivedByForm(apart))).toEqual(await read());
  expect(dsnOf(await arrivedByForm([field('envelope', JSON.stringify({ to: [VERP], from: '' })), { name: 'email', filename: null, bytes: mail({ to: 'x@y.example' }) }]))).toEqual(await read());
  expect(dsnOf(await arrivedByForm([]))).toBeNull();
});
