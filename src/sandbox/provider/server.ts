/** The provider sandbox: Twilio, SendGrid, a mail server and a bank in one process, speaking their own protocols on 127.0.0.1. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { wallNow } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../observability/log.ts';
import { LOOPBACK } from '../ports.ts';
import { BankBook } from './bank/book.ts';
import { addBankControl } from './bank/control-routes.ts';
import { addKhipuRoutes } from './bank/khipu-routes.ts';
import { addBankPages } from './bank/page-routes.ts';
import { runBank } from './bank/payer.ts';
import { addWebpayRoutes } from './bank/webpay-routes.ts';
import { addControlRoutes } from './control-routes.ts';
import { createFaults } from './faults.ts';
import { Journal } from './journal.ts';
import { addOutboxRoutes } from './outbox-routes.ts';
import type { BankSecrets, ProviderParts, TwilioAccount } from './parts.ts';
import { runReceipts } from './receipt-run.ts';
import { addSendgridRoutes } from './sendgrid-routes.ts';
import { listenSmtp } from './smtp-listener.ts';
import { addTwilioRoutes } from './twilio-routes.ts';
import { readSigningKey } from './webhooks.ts';

/** `port` and `smtpPort` default to any free one; `dataDir` null keeps the journal in memory. */
export interface ProviderSandboxOptions {
  readonly port?: number;
  readonly smtpPort?: number;
  /** Where our API listens: inbound messages and SendGrid's events go there; Twilio's callbacks go where the message says. */
  readonly webhookTarget: string;
  readonly twilio: TwilioAccount;
  /** `signingKey`: base64 of PKCS8 DER, P-256. */
  readonly sendgrid: { readonly apiKey: string; readonly signingKey: string };
  /** The merchant's keys at the bank; invented ones unless given. */
  readonly bank?: BankSecrets;
  readonly dataDir?: string | null;
  /** Business time, epoch ms; the wall unless given. */
  readonly now?: () => Promise<number>;
  /** virtual (default): receipts wait for run(); wall: they run by themselves. */
  readonly clock?: 'wall' | 'virtual';
  readonly log: Log;
  /** Of the shares drawn by faults with a rate. */
  readonly seed?: number;
  /** How long the fault `slow` takes, wall ms. */
  readonly slowMs?: number;
}

export interface ProviderSandbox {
  readonly url: string;
  readonly smtpPort: number;
  /** When the next receipt is due (virtual epoch ms); null: none is. */
  nextReceiptAt(): number | null;
  /** Runs everything due up to an instant; resolves when our API has answered. */
  run(until: number): Promise<void>;
  close(): Promise<void>;
}

const MAX_BODY = 2 * 1024 * 1024;
const BANK_FILE = 'bank-journal.jsonl';
const JOURNAL_FILE = 'provider-journal.jsonl';
const DEFAULT_SLOW_MS = 3000;
const CLOSE_PATIENCE_MS = 1000;
/** setTimeout runs at once above 2^31-1 ms. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** Starts listening; ERR_BOOTSTRAP when a port is taken. */
export async function createProviderSandbox(options: ProviderSandboxOptions): Promise<ProviderSandbox> {
  const { log, dataDir = null, now = () => Promise.resolve(wallNow()) } = options;
  if (dataDir !== null) mkdirSync(dataDir, { recursive: true });
  const journal = new Journal(dataDir === null ? null : join(dataDir, JOURNAL_FILE));
  const bank = new BankBook(dataDir === null ? null : join(dataDir, BANK_FILE));
  const nextAt = (): number | null => earlier(journal.nextReceiptAt(), bank.nextAt());
  const faults = createFaults({ seed: options.seed ?? 1, initial: journal.faults(), changed: (list) => journal.keepFaults(list) });
  const webhookTarget = options.webhookTarget.replace(/\/+$/, '');
  const signingKey = readSigningKey(options.sendgrid.signingKey);
  const runs = oneAtATime(async (until) => {
    await runReceipts({ journal, twilioToken: options.twilio.authToken, signingKey, eventsUrl: `${webhookTarget}/webhooks/sendgrid/events`, inboundUrl: `${webhookTarget}/webhooks/sendgrid/inbound`, log }, until);
    await runBank(parts, until);
  });
  const ticker = options.clock === 'wall' ? createTicker(nextAt, now, runs.run, log) : null;
  const parts: ProviderParts = {
    journal, bank, bankSecrets: options.bank ?? inventedBank(), nextAt, faults, now, log, webhookTarget, twilio: options.twilio, sendgridApiKey: options.sendgrid.apiKey, signingKey,
    slowMs: options.slowMs ?? DEFAULT_SLOW_MS, scheduled: () => ticker?.wake(),
  };
  const app = createApp(parts, runs.run);
  const smtp = await listenSmtp(parts, options.smtpPort ?? 0).catch((cause: unknown) => {
    throw portTaken(options.smtpPort, cause);
  });
  const url = await app.listen({ host: LOOPBACK, port: options.port ?? 0 }).catch(async (cause: unknown) => {
    await smtp.close();
    throw portTaken(options.port, cause);
  });
  ticker?.wake();
  return {
    url, smtpPort: smtp.port, nextReceiptAt: nextAt, run: runs.run,
    async close() {
      ticker?.stop();
      await Promise.all([app.close(), smtp.close()]);
      // An API that hangs must not keep the sandbox from ending; what is not noted is told again after the next start.
      await Promise.race([runs.idle(), sleep(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
      journal.close();
      bank.close();
    },
  };
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one ?? other : Math.min(one, other);
}

function inventedBank(): BankSecrets {
  const secret = (): string => randomBytes(20).toString('hex');
  return { khipuApiKey: secret(), khipuWebhookSecret: secret(), webpayCommerceCode: '597000000000', webpayApiKeySecret: secret() };
}

function portTaken(port: number | undefined, cause: unknown): AppError {
  return new AppError('ERR_BOOTSTRAP', `The provider sandbox cannot listen on port ${port ?? 0} of ${LOOPBACK}.`, { cause });
}

function createApp(parts: ProviderParts, run: (until: number) => Promise<void>): FastifyInstance {
  // Requests that a fault leaves without an answer must not hold up the end.
  const app = Fastify({ bodyLimit: MAX_BODY, forceCloseConnections: true });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, new URLSearchParams(String(body))));
  // Some clients name JSON as the type of an empty body.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? null : JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not JSON.'), { statusCode: 400 }));
    }
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = statusOf(error);
    if (status >= 500) parts.log.error({ err: error }, 'a request to the provider sandbox failed');
    return reply.code(status).send({ title: status >= 500 ? 'The provider sandbox failed.' : 'The request cannot be read.', status });
  });
  app.register(async (scope) => addTwilioRoutes(scope, parts));
  app.register(async (scope) => addSendgridRoutes(scope, parts));
  app.register(async (scope) => addKhipuRoutes(scope, parts));
  app.register(async (scope) => addWebpayRoutes(scope, parts));
  app.register(async (scope) => addBankPages(scope, parts));
  app.register(async (scope) => addBankControl(scope, parts));
  app.register(async (scope) => addControlRoutes(scope, parts, { run }));
  app.register(async (scope) => addOutboxRoutes(scope, parts));
  return app;
}

function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' && status >= 400 ? status : 500;
}

/** A second run begins when the first has ended: one message's receipts stay in order. */
function oneAtATime(work: (until: number) => Promise<void>): { run: (until: number) => Promise<void>; idle: () => Promise<void> } {
  let last: Promise<void> = Promise.resolve();
  return {
    run: (until) => {
      const mine = last.then(() => work(until));
      last = mine.catch(() => undefined);
      return mine;
    },
    idle: () => last,
  };
}

interface Ticker {
  wake(): void;
  stop(): void;
}

/** In wall time the receipts come by themselves. */
function createTicker(nextAt: () => number | null, now: () => Promise<number>, run: (until: number) => Promise<void>, log: Log): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const arm = async (): Promise<void> => {
    const next = nextAt();
    if (stopped || next === null) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, next - (await now())));
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => void tick(), wait);
  };
  const tick = async (): Promise<void> => {
    await run(await now()).catch((error: unknown) => log.error({ err: error }, 'receipts could not be run'));
    await arm();
  };
  return {
    wake: () => void arm().catch((error: unknown) => log.error({ err: error }, 'the clock does not answer')),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
