/** The process `provider`: the provider sandbox with the ports, keys and clock of its environment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { wallNow } from '../../clock.ts';
import { LOG_LEVELS } from '../../config.ts';
import { readClock } from '../../db/clock-row.ts';
import { openDb, type Db } from '../../db/pool.ts';
import { createLog, type Log } from '../../observability/log.ts';
import { createProviderSandbox } from './server.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const environment = z.object({
  PACTO_PROVIDER_PORT: port,
  PACTO_SMTP_PORT: port,
  PACTO_WEBHOOK_TARGET: z.url({ protocol: /^https?$/ }),
  PACTO_SENDGRID_SIGNING_KEY: z.string().min(1),
  PACTO_DATA: z.string().min(1),
  /** virtual where there is a clock row to read. */
  PACTO_CLOCK: z.enum(['wall', 'virtual']).optional(),
  TWILIO_ACCOUNT_SID: z.string().min(1),
  TWILIO_AUTH_TOKEN: z.string().min(1),
  TWILIO_API_KEY_SID: z.string().optional(),
  TWILIO_API_KEY_SECRET: z.string().optional(),
  SENDGRID_API_KEY: z.string().min(1),
  KHIPU_API_KEY: z.string().optional(),
  KHIPU_WEBHOOK_SECRET: z.string().optional(),
  WEBPAY_COMMERCE_CODE: z.string().optional(),
  WEBPAY_API_KEY_SECRET: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).catch('info'),
});
type Environment = z.infer<typeof environment>;

const LOOK_AGAIN_MS = 200;

/**
 * Business time by the clock row, once it could be read: a provider that started on the wall's date would say that
 * messages left months before they were decided. Later, while PostgreSQL is away, the last offset stands: it only grows.
 */
async function businessTime(db: Db, log: Log): Promise<() => Promise<number>> {
  let offsetMs = await firstOffset(db, log);
  return async () => {
    try {
      ({ offsetMs } = await readClock(db));
    } catch (error) {
      log.warn({ err: error }, 'the clock row cannot be read; its last offset is used');
    }
    return wallNow() + offsetMs;
  };
}

async function firstOffset(db: Db, log: Log): Promise<number> {
  for (let said = false; ; said = true) {
    try {
      return (await readClock(db)).offsetMs;
    } catch (error) {
      if (!said) log.warn({ err: error }, 'waiting for the clock row');
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

function twilioAccount(env: Environment) {
  // Twilio signs with the first of the tokens; the others are on their way out.
  const [authToken = ''] = env.TWILIO_AUTH_TOKEN.split(',').map((token) => token.trim());
  const { TWILIO_API_KEY_SID: sid, TWILIO_API_KEY_SECRET: secret } = env;
  return { accountSid: env.TWILIO_ACCOUNT_SID, authToken, ...(sid === undefined || secret === undefined ? {} : { apiKey: { sid, secret } }) };
}

/** Without keys the bank invents its own, and lets nobody in. */
function bankOf({ KHIPU_API_KEY: khipuApiKey, KHIPU_WEBHOOK_SECRET: khipuWebhookSecret, WEBPAY_COMMERCE_CODE: webpayCommerceCode, WEBPAY_API_KEY_SECRET: webpayApiKeySecret }: Environment) {
  if (khipuApiKey === undefined || khipuWebhookSecret === undefined || webpayCommerceCode === undefined || webpayApiKeySecret === undefined) return {};
  return { bank: { khipuApiKey, khipuWebhookSecret, webpayCommerceCode, webpayApiKeySecret } };
}

async function main(): Promise<void> {
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    process.stderr.write(`provider sandbox: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}\n`);
    process.exitCode = 1;
    return;
  }
  const env = parsed.data;
  const log = createLog({ level: env.LOG_LEVEL, process: 'provider' });
  const clock = env.PACTO_CLOCK ?? (env.DATABASE_URL === undefined ? 'wall' : 'virtual');
  const opened = clock === 'wall' || env.DATABASE_URL === undefined ? null : openDb(env.DATABASE_URL, { log, max: 2 });
  const sandbox = await createProviderSandbox({
    port: env.PACTO_PROVIDER_PORT, smtpPort: env.PACTO_SMTP_PORT, webhookTarget: env.PACTO_WEBHOOK_TARGET,
    twilio: twilioAccount(env), sendgrid: { apiKey: env.SENDGRID_API_KEY, signingKey: env.PACTO_SENDGRID_SIGNING_KEY },
    dataDir: env.PACTO_DATA, clock, log, ...bankOf(env),
    ...(opened === null ? {} : { now: await businessTime(opened.db, log) }),
  });
  log.info({ url: sandbox.url, smtpPort: sandbox.smtpPort }, 'the provider sandbox listens');
  const stop = (): void => {
    void sandbox.close().then(() => opened?.close()).finally(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`provider sandbox: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
});
