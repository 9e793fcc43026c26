/**
 * A whole Pacto in one test process: own database, own task queues and deployment, provider sandbox, workers, pump, API
 * and the virtual clock. The parts are the production ones; only the processes are missing.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { createActivities } from '../../activities/index.ts';
import { configuredPayments } from '../../src/channels/payments/registry.ts';
import type { Channels } from '../../src/channels/registry.ts';
import { openGateway } from '../../src/client/gateway.ts';
import { connectTemporal } from '../../src/client/temporal.ts';
import { promote } from '../../src/client/promote.ts';
import { wallNow } from '../../src/clock.ts';
import { loadConfig, type Config, type LogLevel } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import { setOffset } from '../../src/db/clock-row.ts';
import { openDb, type Db } from '../../src/db/pool.ts';
import { createApi } from '../../src/http/server.ts';
import { runPump } from '../../src/intake/pump.ts';
import { createLog } from '../../src/observability/log.ts';
import { addKey } from '../../src/register/key.ts';
import { openRegister } from '../../src/register/context.ts';
import type { RegisterContext } from '../../src/register/person-lock.ts';
import { publishShipped } from '../../src/register/publish.ts';
import type { SendingConfig } from '../../src/register/sending/deps.ts';
import { installedSending } from '../../src/register/sending/installed.ts';
import { paymentDuties } from '../../src/register/sending/payment-receipt.ts';
import { sendCode } from '../../src/register/sending/code.ts';
import { applyReceipt } from '../../src/register/sending/receipts.ts';
import { reconcileContacts, reconcileUnknown } from '../../src/register/sending/reconcile.ts';
import type { Actor, ClockJob } from '../../src/sandbox/clock/clock-job.ts';
import type { SandboxClock } from '../../src/sandbox/clock/sandbox-clock.ts';
import { providerActor } from '../../src/sandbox/clock/provider-actor.ts';
import { answeringActor, createClockJob } from '../../src/sandbox/clock/wire.ts';
import { createProviderSandbox } from '../../src/sandbox/provider/server.ts';
import { buildId, workflowBundle } from '../../src/worker/bundle.ts';
import { startWorkers, type RunningWorkers } from '../../src/worker/workers.ts';
import { freshDatabase } from './database.ts';
import { testTemporal } from './temporal.ts';

const DAY = 86_400_000;
const PROJECT = join(import.meta.dirname, '..', '..');

export interface JournalEntry {
  readonly at: string;
  readonly channel: 'sms' | 'email';
  readonly to: string;
  readonly body?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly attemptId: string | null;
  readonly providerId: string;
}

export interface LivingSandbox {
  readonly db: Db;
  readonly ctx: RegisterContext;
  readonly config: Config;
  readonly channels: Channels;
  readonly gateway: Awaited<ReturnType<typeof openGateway>>;
  readonly clock: ClockJob;
  readonly adminKey: string;
  readonly apiUrl: string;
  readonly providerUrl: string;
  readonly databaseUrl: string;
  /** Of workflows; everything this sandbox started runs on it. */
  readonly taskQueue: string;
  readonly logLines: string[];
  /** Business time, epoch ms. */
  now(): Promise<number>;
  /** Ends every worker: from then on nothing is decided and nothing is sent, until `workersUp`. */
  workersDown(): Promise<void>;
  /** Starts workers again, with other switches if told. */
  workersUp(switches?: Partial<SendingConfig>): Promise<void>;
  advanceTo(instant: number): Promise<void>;
  advanceDays(days: number): Promise<void>;
  journal(): Promise<JournalEntry[]>;
  /** An API call with the admin key; `status` and the parsed body. */
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<{ status: number; body: never }>;
  stop(): Promise<void>;
}

export interface LivingOptions {
  /** Virtual epoch ms at which it begins; it must lie in the future of the wall clock. */
  readonly startAt: number;
  /** Of the captured log; `info` when absent. */
  readonly logLevel?: LogLevel;
  /** `sendgrid` when absent. */
  readonly emailProvider?: 'sendgrid' | 'smtp';
  /** Payments by link are taken at the bank of the provider sandbox, and replies are answered; neither when absent. */
  readonly bank?: boolean;
  /** What the first workers may send; everything when absent. */
  readonly switches?: Partial<SendingConfig>;
  readonly actors?: (sandbox: Pick<LivingSandbox, 'db' | 'apiUrl' | 'adminKey' | 'ctx' | 'providerUrl'>) => Promise<readonly Actor[]> | readonly Actor[];
}

const BANK = { khipuApiKey: 'a-key-of-the-tests-1', khipuWebhookSecret: 'a-secret-of-the-tests', webpayCommerceCode: '597055555532', webpayApiKeySecret: 'asecretofthetests0' };

/** Starts everything; stop() in afterAll. */
export async function startLivingSandbox(options: LivingOptions): Promise<LivingSandbox> {
  const database = await freshDatabase();
  const logLines: string[] = [];
  const log = createLog({ level: options.logLevel ?? 'info', process: 'test', destination: { write: (line) => void logLines.push(line) } });
  const prefix = `t${randomBytes(4).toString('hex')}`;
  const queues = { agreements: `${prefix}-agreements`, deliver: `${prefix}-deliver`, batch: `${prefix}-batch` };
  const opened = openDb(database.url, { log, max: 40 });
  const { db } = opened;
  await setOffset(db, options.startAt - wallNow());
  const ctx = await openRegister({ clock: 'virtual', identityKey: 'k'.repeat(32) }, db, log);
  await publishShipped(ctx);

  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  // The API must listen before the provider knows where to send, and the other way round: a port is taken first.
  const apiPort = await freePort();
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const provider = await createProviderSandbox({
    webhookTarget: apiUrl, twilio: { accountSid, authToken },
    sendgrid: { apiKey: 'SG.test.key', signingKey: keys.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') },
    dataDir: null, now: () => ctx.clock.now(), log, slowMs: 50, bank: BANK,
  });
  const temporal = testTemporal();
  const config = loadConfig({
    DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace,
    PUBLIC_BASE_URL: apiUrl, PORT: String(apiPort), PACTO_CLOCK: 'virtual',
    TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: '+56229380000', TWILIO_BASE_URL: provider.url,
    SENDGRID_API_KEY: 'SG.test.key', SENDGRID_FROM: 'avisos@pacto.example.org', SENDGRID_BASE_URL: provider.url,
    SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey, SENDGRID_INBOUND_PUBLIC_KEY: publicKey,
    ...(options.bank === true ? {
      KHIPU_API_KEY: BANK.khipuApiKey, KHIPU_WEBHOOK_SECRET: BANK.khipuWebhookSecret, KHIPU_BASE_URL: provider.url,
      WEBPAY_COMMERCE_CODE: BANK.webpayCommerceCode, WEBPAY_API_KEY_SECRET: BANK.webpayApiKeySecret, WEBPAY_BASE_URL: provider.url,
    } : {}),
    EMAIL_PROVIDER: options.emailProvider ?? 'sendgrid', SMTP_URL: `smtp://127.0.0.1:${provider.smtpPort}`, PACTO_IDENTITY_KEY: 'k'.repeat(32),
  });
  const sending = installedSending(config, ctx);
  const gateway = await openGateway({ temporal: config.temporal, clock: 'virtual', db, taskQueue: queues.agreements });
  const build = await buildId();
  const connection = await connectTemporal({ address: temporal.address, namespace: temporal.namespace });
  const deploymentName = `pacto-${prefix}`;
  const bundlePath = await workflowBundle(join(PROJECT, '.cache'));
  const startAll = (switches: Partial<SendingConfig> = {}): Promise<RunningWorkers> => startWorkers({
    temporal: config.temporal, clock: 'virtual', queues, serve: ['agreements', 'deliver', 'batch'], buildId: build, deploymentName, bundlePath,
    activities: { ...createActivities({ ctx, sending: { ...sending, config: { ...sending.config, ...switches } } }) }, log,
  });
  let workers: RunningWorkers | null = await startAll(options.switches);
  await promote(connection, { namespace: temporal.namespace, buildId: build, deploymentName, patienceMs: 20_000, pause: (ms) => sleep(ms) });
  const stopping = new AbortController();
  const pump = runPump({ db, receiver: gateway, log, pause: pauseFor, listen: (channel, onNotice) => opened.listen(channel, onNotice) }, stopping.signal, { lanes: 8 });
  let clock: ClockJob | null = null;
  const sandboxClock: SandboxClock = {
    read: async () => ({ now: await ctx.clock.now(), daysPerSecond: 0 }),
    advance: async (days) => {
      await clock?.runTo((await ctx.clock.now()) + days * DAY);
      return { now: await ctx.clock.now() };
    },
    play: () => Promise.reject(new AppError('ERR_CLOCK', 'A test moves its clock itself.')),
  };
  const api: FastifyInstance = await createApi({ ctx, config: { ...config, buildId: build }, payments: configuredPayments(config), sandboxClock, applyReceipt: (event) => applyReceipt(ctx, event), sendCode: (linkId, language) => sendCode(sending, linkId, language), ready: () => Promise.resolve(null) });
  await api.listen({ host: '127.0.0.1', port: apiPort });
  const { key: adminKey } = await addKey(ctx, { name: 'test', role: 'admin', creditorId: null });

  const actors = [providerActor(provider.url), ...(options.bank === true ? [answeringActor(sending)] : []), ...((await options.actors?.({ db, apiUrl, adminKey, ctx, providerUrl: provider.url })) ?? [])];
  const job = createClockJob({ ctx, gateway, actors, reconcile: async (now) => {
    const contacts = await reconcileContacts(sending, now);
    return (options.bank === true && (await paymentDuties(sending, now))) || contacts;
  }, closeAbandoned: (now) => reconcileUnknown(sending, now) });
  clock = job;
  return {
    db, ctx, config, channels: sending.channels, gateway, clock: job, adminKey, apiUrl, providerUrl: provider.url, databaseUrl: database.url, taskQueue: queues.agreements, logLines,
    now: () => ctx.clock.now(),
    workersDown: async () => {
      await workers?.stop();
      workers = null;
    },
    workersUp: async (switches) => {
      workers ??= await startAll(switches);
    },
    advanceTo: (instant) => job.runTo(instant),
    advanceDays: async (days) => job.runTo((await ctx.clock.now()) + days * DAY),
    journal: async () => (await (await fetch(`${provider.url}/__journal`)).json()) as JournalEntry[],
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`${apiUrl}${path}`, {
        method, headers: { authorization: `Bearer ${adminKey}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as never };
    },
    stop: async () => {
      job.stop();
      stopping.abort();
      await pump;
      await workers?.stop();
      await api.close();
      await provider.close();
      await gateway.close();
      await connection.close();
      await opened.close();
      await database.drop();
    },
  };
}

async function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

async function freePort(): Promise<number> {
  const { freePort: find } = await import('../../src/sandbox/ports.ts');
  return find();
}
