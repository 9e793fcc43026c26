/** What stands on the wire for RFC 8058, by both ways a mail can leave, read by nobody of ours. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createSendgridEmail } from '../../src/channels/sendgrid-email.ts';
import { createSmtpEmail } from '../../src/channels/smtp-email.ts';

const URL_OF_ONE = 'https://pacto.example.org/u/Hy7cD2kJ5wQ8fM1xV6tR9e';
const MAIL = {
  attemptId: '5a1b6a52-6f5d-4a7e-9a55-0d3b5f8f2d11', validityMs: 60_000, to: 'ana@example.org', from: { address: 'avisos@example.org', name: 'Andes Servicios' },
  subject: 'Hola', text: 'Hola', html: '<p>Hola</p>', listUnsubscribe: { url: URL_OF_ONE },
};

test('over SMTP both headers arrive with one https address', async () => {
  let raw = '';
  const server = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], onData: (stream, _session, done) => {
    stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
    stream.on('end', () => done());
  } });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  try {
    const { port } = server.server.address() as AddressInfo;
    expect(await createSmtpEmail({ url: `smtp://127.0.0.1:${port}` }).send(MAIL, { timeoutMs: 5_000 })).toMatchObject({ kind: 'sent' });
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  const lines = (await simpleParser(raw)).headerLines.filter(({ key }) => key.startsWith('list-unsubscribe')).map(({ line }) => line.replace(/\s+/g, ' '));
  expect(lines).toEqual([`List-Unsubscribe: <${URL_OF_ONE}>`, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click']);
});

const asked = z.object({ headers: z.record(z.string(), z.string()) });

test('over SendGrid both headers are asked for', async () => {
  let body = '';
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.writeHead(202, { 'x-message-id': 'M-1' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  try {
    const { port } = server.address() as AddressInfo;
    expect(await createSendgridEmail({ apiKey: 'SG.x', baseUrl: `http://127.0.0.1:${port}` }).send(MAIL, { timeoutMs: 5_000 })).toMatchObject({ kind: 'sent' });
  } finally {
    server.close();
  }
  expect(asked.parse(JSON.parse(body)).headers).toMatchObject({ 'List-Unsubscribe': `<${URL_OF_ONE}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' });
});
