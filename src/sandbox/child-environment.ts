/** The environment of the sandbox's own processes: every variable is set here, so that nothing of the person's `.env` reaches a real provider. */
import type { TemporalConfig } from '../config.ts';
import { names } from '../config.ts';
import type { Ports } from './data-folder.ts';
import { LOOPBACK } from './ports.ts';
import type { Secrets } from './secrets.ts';

export interface ChildSettings {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly databaseUrl: string;
  readonly temporal: TemporalConfig;
  /** Absolute: the processes run in another folder. */
  readonly dataDir: string;
  readonly buildId: string;
  readonly realTime: boolean;
  readonly logLevel: string;
}

/** A number of a Chilean block that is not given out, and a domain that never delivers. */
const SMS_FROM = '+56229380000';
const EMAIL_FROM = 'avisos@pacto.example.org';

export function apiUrlOf(ports: Ports): string {
  return `http://${LOOPBACK}:${ports.api}`;
}

export function providerUrlOf(ports: Ports): string {
  return `http://${LOOPBACK}:${ports.provider}`;
}

/** Variables for api, worker and pump; a variable set to nothing hides the one in `.env`. */
export function childEnvironment(settings: ChildSettings): Record<string, string> {
  const { ports, secrets, temporal } = settings;
  const hidden = Object.fromEntries(names().map((name) => [name, '']));
  return {
    ...hidden,
    DATABASE_URL: settings.databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    TEMPORAL_API_KEY: temporal.apiKey ?? '',
    TEMPORAL_TLS: String(temporal.tls),
    PUBLIC_BASE_URL: apiUrlOf(ports),
    PORT: String(ports.api),
    PACTO_CLOCK: settings.realTime ? 'wall' : 'virtual',
    TWILIO_ACCOUNT_SID: secrets.twilioAccountSid,
    TWILIO_AUTH_TOKEN: secrets.twilioAuthToken,
    TWILIO_FROM: SMS_FROM,
    TWILIO_BASE_URL: providerUrlOf(ports),
    SENDGRID_API_KEY: secrets.sendgridApiKey,
    SENDGRID_FROM: EMAIL_FROM,
    SENDGRID_WEBHOOK_PUBLIC_KEY: secrets.sendgridPublicKey,
    // Mails that come back and answers by mail are signed like the events.
    SENDGRID_INBOUND_PUBLIC_KEY: secrets.sendgridPublicKey,
    SENDGRID_BASE_URL: providerUrlOf(ports),
    ...bankVariables(settings),
    SMTP_URL: `smtp://${LOOPBACK}:${ports.smtp}`,
    PAYMENT_WEBHOOK_SECRET: secrets.paymentWebhookSecret,
    // SendGrid tells what became of a mail, SMTP does not: with it the sample has receipts and bounces.
    EMAIL_PROVIDER: 'sendgrid',
    LOG_LEVEL: settings.logLevel,
    PACTO_SEND: 'on',
    PACTO_DATA: settings.dataDir,
    PACTO_BUILD_ID: settings.buildId,
    PACTO_IDENTITY_KEY: secrets.identityKey,
    PACTO_ADMIN_KEY: secrets.adminKey,
    PACTO_PROVIDER_URL: providerUrlOf(ports),
  };
}

/** Payments by link go to the bank of the provider sandbox. */
function bankVariables({ ports, secrets }: Pick<ChildSettings, 'ports' | 'secrets'>): Record<string, string> {
  return {
    KHIPU_API_KEY: secrets.khipuApiKey,
    KHIPU_WEBHOOK_SECRET: secrets.khipuWebhookSecret,
    KHIPU_BASE_URL: providerUrlOf(ports),
    WEBPAY_COMMERCE_CODE: secrets.webpayCommerceCode,
    WEBPAY_API_KEY_SECRET: secrets.webpayApiKeySecret,
    WEBPAY_BASE_URL: providerUrlOf(ports),
  };
}

/** What the provider sandbox gets besides: its ports, where our webhooks are, and the key that signs SendGrid's events. It reads no `.env`: nothing has to be hidden. */
export function providerEnvironment(settings: ChildSettings): Record<string, string | undefined> {
  const { ports, secrets } = settings;
  const shared = Object.entries(childEnvironment(settings)).map(([name, value]): [string, string | undefined] => [name, value === '' ? undefined : value]);
  return {
    ...Object.fromEntries(shared),
    PACTO_PROVIDER_PORT: String(ports.provider),
    PACTO_SMTP_PORT: String(ports.smtp),
    PACTO_WEBHOOK_TARGET: apiUrlOf(ports),
    PACTO_SENDGRID_SIGNING_KEY: secrets.sendgridSigningKey,
  };
}
