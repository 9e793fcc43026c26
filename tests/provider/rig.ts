/** A provider sandbox with the real channels on one side and, in place of Pacto's API, somebody who remembers what he was told. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { OutgoingEmail, OutgoingSms } from '../../src/channels/channel.ts';
import type { FormFields } from '../../src/channels/receipts.ts';
import { createSendgridEmail } from '../../src/channels/sendgrid-email.ts';
import { createSmtpEmail } from '../../src/channels/smtp-email.ts';
import { createTwilioSms } from '../../src/channels/twilio-sms.ts';
import { createLog } from '../../src/observability/log.ts';
import { createProviderSandbox, type ProviderSandbox, type ProviderSandboxOptions } from '../../src/sandbox/provider/server.ts';

export const ACCOUNT = { accountSid: `AC${'a1'.repeat(16)}`, authToken: 'b2'.repeat(16) };
export const SENDGRID_KEY = 'SG.sandboxid.secret';
/** A Thursday noon in Santiago. */
export const NOON = Date.parse('2026-12-03T15:00:00Z');

const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
export const SENDGRID_PUBLIC_KEY = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
export const SIGNING_KEY = keys.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');

export interface Told {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
}

export interface Api {
  readonly url: string;
  readonly told: Told[];
  /** What it answers next; `cut` closes the connection without an answer. */
  answer: number | 'cut';
  close(): Promise<void>;
}

/** Stands where our API stands. */
export async function listenAsApi(): Promise<Api> {
  const api = { url: '', told: [] as Told[], answer: 204 as number | 'cut' };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      api.told.push({ path: request.url ?? '', headers: request.headers, raw: Buffer.concat(chunks) });
      if (api.answer === 'cut') request.socket.destroy();
      else response.writeHead(api.answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  api.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return Object.assign(api, {
    close: () => new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  });
}

export interface Rig {
  readonly sandbox: ProviderSandbox;
  readonly api: Api;
  /** The business clock, epoch ms: set it. */
  readonly time: { now: number };
  readonly logLines: string[];
  readonly sms: ReturnType<typeof createTwilioSms>;
  readonly sendgrid: ReturnType<typeof createSendgridEmail>;
  readonly smtp: ReturnType<typeof createSmtpEmail>;
  close(): Promise<void>;
}

export async function openRig(options: Partial<ProviderSandboxOptions> = {}): Promise<Rig> {
  const api = await listenAsApi();
  const time = { now: NOON };
  const logLines: string[] = [];
  const log = createLog({ level: 'debug', process: 'test', destination: { write: (line) => void logLines.push(line) } });
  const sandbox = await createProviderSandbox({
    webhookTarget: api.url, twilio: ACCOUNT, sendgrid: { apiKey: SENDGRID_KEY, signingKey: SIGNING_KEY },
    now: () => Promise.resolve(time.now), log, slowMs: 60, ...options,
  });
  const defaultSender = { address: 'avisos@andes.example', name: 'Andes Servicios' };
  return {
    sandbox, api, time, logLines,
    sms: createTwilioSms({ accountSid: ACCOUNT.accountSid, credentials: { kind: 'authToken', token: ACCOUNT.authToken }, baseUrl: sandbox.url, publicBaseUrl: api.url, defaultSender: { kind: 'number', number: '+56228820001' } }),
    sendgrid: createSendgridEmail({ apiKey: SENDGRID_KEY, baseUrl: sandbox.url, defaultSender }),
    smtp: createSmtpEmail({ url: `smtp://127.0.0.1:${sandbox.smtpPort}`, defaultSender }),
    close: async () => {
      await Promise.all([sandbox.close(), api.close()]);
    },
  };
}

export const PHONE = '+56961234567';
export const MAILBOX = 'ana.rojas@correo.example';
const VALIDITY_MS = 3_600_000;

export function smsOf(attemptId: string, rest: Partial<OutgoingSms> = {}): OutgoingSms {
  return { attemptId, validityMs: VALIDITY_MS, to: PHONE, body: 'Hola Ana, le escribe Andes Servicios. Responda BAJA para no recibir SMS.', ...rest };
}

export function emailOf(attemptId: string, rest: Partial<OutgoingEmail> = {}): OutgoingEmail {
  return { attemptId, validityMs: VALIDITY_MS, to: MAILBOX, subject: 'Un mensaje de Andes Servicios', text: 'Buenos días, Ana:\n\nSu cuota vence el sábado.', html: '<p>Buenos días, Ana</p>', ...rest };
}

export interface JournalEntry {
  readonly at: string;
  readonly channel: string;
  readonly to: string;
  readonly body?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly attemptId: string | null;
  readonly providerId: string;
  readonly status: string;
  readonly events: readonly { readonly at: string; readonly status: string; readonly errorCode?: string; readonly told?: number | null }[];
}

export async function journal(sandbox: ProviderSandbox, query: Record<string, string> = {}): Promise<JournalEntry[]> {
  const response = await fetch(`${sandbox.url}/__journal?${new URLSearchParams(query).toString()}`);
  return (await response.json()) as JournalEntry[];
}

export async function postJson(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

/** Makes the sandbox fail; throws when it does not know how. */
export async function setFault(sandbox: ProviderSandbox, fault: Record<string, unknown>): Promise<void> {
  const { status } = await postJson(`${sandbox.url}/__faults`, fault);
  if (status !== 201) throw new Error(`the fault was refused with ${status}`);
}

export function clearFaults(sandbox: ProviderSandbox): Promise<Response> {
  return fetch(`${sandbox.url}/__faults`, { method: 'DELETE' });
}

export function formOf(told: Told): FormFields {
  return Object.fromEntries(new URLSearchParams(told.raw.toString('utf8')));
}
