/** The provider sandbox as the process that `npm start` runs: on the virtual clock's row, and back after a kill with all it knew. */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTwilioSms } from '../../src/channels/twilio-sms.ts';
import { wallNow } from '../../src/clock.ts';
import { setOffset } from '../../src/db/clock-row.ts';
import { openDb, type OpenedDb } from '../../src/db/pool.ts';
import { createLog } from '../../src/observability/log.ts';
import { freePort, waitForListener } from '../../src/sandbox/ports.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { ACCOUNT, type JournalEntry, listenAsApi, smsOf, type Api } from './rig.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'sandbox', 'provider', 'main.ts');
const DAY = 86_400_000;
const log = createLog({ level: 'silent', process: 'test' });

let database: FreshDatabase;
let opened: OpenedDb;
let api: Api;
let folder: string;
let child: ChildProcess | undefined;
let environment: Record<string, string>;
let port: number;

beforeAll(async () => {
  [database, api, folder, port] = await Promise.all([freshDatabase(), listenAsApi(), mkdtemp(join(tmpdir(), 'pacto-provider-')), freePort()]);
  opened = openDb(database.url, { log });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  environment = {
    PATH: process.env.PATH ?? '', PACTO_PROVIDER_PORT: String(port), PACTO_SMTP_PORT: String(await freePort()), PACTO_WEBHOOK_TARGET: api.url, PACTO_DATA: folder,
    PACTO_SENDGRID_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'), SENDGRID_API_KEY: 'SG.a.b',
    TWILIO_ACCOUNT_SID: ACCOUNT.accountSid, TWILIO_AUTH_TOKEN: ACCOUNT.authToken, DATABASE_URL: database.url, LOG_LEVEL: 'warn',
  };
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await opened.close();
  await Promise.all([api.close(), database.drop(), rm(folder, { recursive: true, force: true })]);
});

async function start(env: Record<string, string> = environment): Promise<ChildProcess> {
  const started = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  child = started;
  if (!(await waitForListener(port, () => started.exitCode !== null, 10))) throw new Error('the provider sandbox did not start');
  return started;
}

async function end(process: ChildProcess, signal: NodeJS.Signals): Promise<unknown[]> {
  process.kill(signal);
  return once(process, 'exit');
}

function smsChannel(baseUrl: string) {
  return createTwilioSms({ accountSid: ACCOUNT.accountSid, credentials: { kind: 'authToken', token: ACCOUNT.authToken }, baseUrl, publicBaseUrl: api.url, defaultSender: { kind: 'number', number: '+56228820001' } });
}

/** Stands before PostgreSQL and cuts every connection until it is opened. */
async function frontOf(url: string) {
  const target = new URL(url);
  let isOpen = false;
  const front = { url: '', refused: 0, open: () => void (isOpen = true), close: () => void server.close() };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (!isOpen) {
      front.refused += 1;
      socket.destroy();
      return;
    }
    const behind = connect(Number(target.port), target.hostname);
    behind.on('error', () => socket.destroy());
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = new URL(url);
  own.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  front.url = own.href;
  return front;
}

test('messages carry virtual time, and a killed sandbox comes back with its journal and its receipts', async () => {
  const url = `http://127.0.0.1:${port}`;
  const first = await start();
  await setOffset(opened.db, 10 * DAY);
  const sms = smsChannel(url);
  const before = wallNow();
  expect(await sms.send(smsOf('kept'), { timeoutMs: 2_000 })).toMatchObject({ kind: 'sent' });
  await end(first, 'SIGKILL');

  const second = await start();
  const [entry] = (await (await fetch(`${url}/__journal?attempt=kept`)).json()) as JournalEntry[];
  const at = Date.parse(entry?.at ?? '');
  expect(at).toBeGreaterThanOrEqual(before + 10 * DAY);
  expect(at).toBeLessThan(before + 10 * DAY + 60_000);
  expect(await (await fetch(`${url}/__pending`)).json()).toEqual({ next: at + 2_000 });
  await fetch(`${url}/__run`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ until: at + 60_000 }) });
  expect(api.told.map((told) => told.path)).toEqual(['/webhooks/twilio/status/kept', '/webhooks/twilio/status/kept']);
  expect(await end(second, 'SIGTERM')).toEqual([0, null]);
});

test('started while PostgreSQL is away it waits for the clock: no message gets the date of the wall', async () => {
  const front = await frontOf(database.url);
  const waiting = start({ ...environment, DATABASE_URL: front.url });
  await expect.poll(() => front.refused, { timeout: 20_000 }).toBeGreaterThan(1);
  front.open();
  const process_ = await waiting;
  const before = wallNow();
  expect(await smsChannel(`http://127.0.0.1:${port}`).send(smsOf('waited'), { timeoutMs: 2_000 })).toMatchObject({ kind: 'sent' });
  const [entry] = (await (await fetch(`http://127.0.0.1:${port}/__journal?attempt=waited`)).json()) as JournalEntry[];
  expect(Date.parse(entry?.at ?? '')).toBeGreaterThanOrEqual(before + 10 * DAY);
  await end(process_, 'SIGTERM');
  front.close();
});

test('a variable that is missing is named', async () => {
  const { TWILIO_AUTH_TOKEN: _left, ...rest } = environment;
  const broken = spawn(process.execPath, [MAIN], { env: rest, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  broken.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(broken, 'close');
  expect(code).toBe(1);
  expect(errors).toContain('TWILIO_AUTH_TOKEN');
});
