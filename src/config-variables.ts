/** The variables of the environment: what each may be, its default, and whether it is shown. */
import { createPublicKey } from 'node:crypto';
import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface PayloadKey {
  readonly id: string;
  readonly key: Buffer;
}

const PORT_RANGE = 'a whole number from 0 to 65535';

const url = (protocols: readonly string[], allowed: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), allowed);
const httpUrl = url(['http:', 'https:'], 'an absolute http:// or https:// URL')
  .transform((value) => value.replace(/\/+$/, ''));
const port = z.string().regex(/^\d{1,5}$/, PORT_RANGE).transform(Number).refine((value) => value <= 65_535, PORT_RANGE);
const text = z.string();
const mailAddress = text.regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address');
const list = z.string().transform((value) => value.split(',').map((item) => item.trim()).filter((item) => item !== ''));
const choice = <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values, `one of ${values.join(', ')}`);

const recipients = list.refine(
  (items) => items.every((item) => /^\+[1-9]\d{6,14}$/.test(item) || /^[^\s@]+@[^\s@]+$/.test(item)),
  'a comma list of phones like +56961234567 and e-mail addresses',
);

const secrets = list.refine((items) => items.length > 0 && items.every((item) => item.length >= 16), 'a comma list of secrets of at least 16 characters each');
const payPage = z.string().refine((value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol) && value.includes('{reference}'),
  'an absolute http:// or https:// URL with {reference} in it');

const publicKey = z.string().refine(isP256PublicKey, 'base64 of a P-256 public key, as the SendGrid page "Signed event webhook" shows it');

const payloadKeys = list.transform((items, context): PayloadKey[] =>
  items.map((item) => {
    const [id = '', encoded = ''] = item.split(':');
    const key = Buffer.from(encoded, 'base64');
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(id) || key.length !== 32) {
      context.addIssue({ code: 'custom', message: 'a comma list of <id>:<base64 of 32 bytes>, the newest first' });
    }
    return { id, key };
  }),
);

export interface Variable {
  readonly schema: z.ZodType<unknown, string>;
  /** Shown and used when the variable is not set; null: no value. */
  readonly fallback: string | null;
  /** Never shown; or shown without the password in it. */
  readonly secret?: 'all' | 'password';
}

export const VARIABLES = {
  DATABASE_URL: { schema: url(['postgres:', 'postgresql:'], 'a postgres:// URL'), fallback: 'postgres://127.0.0.1:5432/pacto', secret: 'password' },
  TEMPORAL_ADDRESS: { schema: text.regex(/^[^\s:/]+:\d{1,5}$/, 'host:port, without http://'), fallback: '127.0.0.1:7233' },
  TEMPORAL_NAMESPACE: { schema: text.regex(/^[A-Za-z0-9._-]{1,255}$/, 'letters, digits, dot, hyphen, underscore'), fallback: 'default' },
  TEMPORAL_API_KEY: { schema: text, fallback: null, secret: 'all' },
  TEMPORAL_TLS: { schema: choice('true', 'false'), fallback: null },
  PUBLIC_BASE_URL: { schema: httpUrl, fallback: null },
  PORT: { schema: port, fallback: '3000' },
  PACTO_CLOCK: { schema: choice('wall', 'virtual'), fallback: 'wall' },
  TWILIO_ACCOUNT_SID: { schema: text.regex(/^AC[0-9a-fA-F]{32}$/, 'AC followed by 32 hexadecimal digits'), fallback: null },
  TWILIO_AUTH_TOKEN: { schema: list, fallback: null, secret: 'all' },
  TWILIO_API_KEY_SID: { schema: text.regex(/^SK[0-9a-fA-F]{32}$/, 'SK followed by 32 hexadecimal digits'), fallback: null },
  TWILIO_API_KEY_SECRET: { schema: text, fallback: null, secret: 'all' },
  TWILIO_MESSAGING_SERVICE_SID: { schema: text.regex(/^MG[0-9a-fA-F]{32}$/, 'MG followed by 32 hexadecimal digits'), fallback: null },
  TWILIO_FROM: { schema: text.regex(/^(\+[1-9]\d{1,14}|[A-Za-z0-9 ]{1,11})$/, 'a phone like +56961234567 or up to 11 letters and digits'), fallback: null },
  TWILIO_BASE_URL: { schema: httpUrl, fallback: null },
  SENDGRID_API_KEY: { schema: text, fallback: null, secret: 'all' },
  SENDGRID_FROM: { schema: mailAddress, fallback: null },
  SENDGRID_WEBHOOK_PUBLIC_KEY: { schema: publicKey, fallback: null },
  SENDGRID_INBOUND_SECRET: { schema: text.regex(/^[A-Za-z0-9_-]{24,200}$/, '24 to 200 letters, digits, hyphens, underscores'), fallback: null, secret: 'all' },
  SENDGRID_INBOUND_PUBLIC_KEY: { schema: publicKey, fallback: null },
  SENDGRID_BASE_URL: { schema: httpUrl, fallback: null },
  SMTP_URL: { schema: url(['smtp:', 'smtps:'], 'an smtp:// or smtps:// URL'), fallback: null, secret: 'password' },
  STRIPE_SECRET_KEY: { schema: text.regex(/^(sk|rk)_[A-Za-z0-9_]{8,250}$/, 'a key that begins with sk_ or rk_'), fallback: null, secret: 'all' },
  STRIPE_WEBHOOK_SECRET: { schema: list, fallback: null, secret: 'all' },
  STRIPE_BASE_URL: { schema: httpUrl, fallback: null },
  MERCADOPAGO_ACCESS_TOKEN: { schema: text.regex(/^[A-Za-z0-9_-]{16,250}$/, 'an access token: letters, digits, hyphens, underscores'), fallback: null, secret: 'all' },
  MERCADOPAGO_WEBHOOK_SECRET: { schema: list, fallback: null, secret: 'all' },
  MERCADOPAGO_BASE_URL: { schema: httpUrl, fallback: null },
  KHIPU_API_KEY: { schema: text.regex(/^[A-Za-z0-9-]{16,100}$/, 'an API key: letters, digits, hyphens'), fallback: null, secret: 'all' },
  KHIPU_WEBHOOK_SECRET: { schema: list, fallback: null, secret: 'all' },
  KHIPU_BASE_URL: { schema: httpUrl, fallback: null },
  FLOW_API_KEY: { schema: text.regex(/^[A-Za-z0-9-]{16,100}$/, 'an API key: letters, digits, hyphens'), fallback: null, secret: 'all' },
  FLOW_SECRET_KEY: { schema: text.regex(/^[A-Za-z0-9]{16,100}$/, 'a secret key: letters and digits'), fallback: null, secret: 'all' },
  FLOW_PAYER_MAIL: { schema: mailAddress, fallback: null },
  FLOW_BASE_URL: { schema: httpUrl, fallback: null },
  WEBPAY_COMMERCE_CODE: { schema: text.regex(/^\d{12}$/, '12 digits'), fallback: null },
  WEBPAY_API_KEY_SECRET: { schema: text.regex(/^[A-Za-z0-9]{16,200}$/, 'an API key secret: letters and digits'), fallback: null, secret: 'all' },
  WEBPAY_BASE_URL: { schema: httpUrl, fallback: null },
  PAYMENT_WEBHOOK_SECRET: { schema: secrets, fallback: null, secret: 'all' },
  PAYMENT_PAGE_URL: { schema: payPage, fallback: null },
  SMTP_BOUNCE_ADDRESS: { schema: text.regex(/^[A-Za-z0-9._-]{1,27}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, 'a mail address with at most 27 letters before the @'), fallback: null },
  EMAIL_PROVIDER: { schema: choice('sendgrid', 'smtp'), fallback: null },
  PAYLOAD_KEYS: { schema: payloadKeys, fallback: null, secret: 'all' },
  OIDC_ISSUER: { schema: httpUrl, fallback: null },
  OIDC_CLIENT_ID: { schema: text, fallback: null },
  OIDC_CLIENT_SECRET: { schema: text, fallback: null, secret: 'all' },
  LOG_LEVEL: { schema: choice(...LOG_LEVELS), fallback: 'info' },
  METRICS_PORT: { schema: port, fallback: null },
  PACTO_SEND: { schema: choice('off', 'allowlist', 'on'), fallback: 'on' },
  PACTO_SEND_ALLOWLIST: { schema: recipients, fallback: null },
  PACTO_DATA: { schema: text, fallback: '.pacto' },
  PACTO_BUILD_ID: { schema: text.regex(/^[A-Za-z0-9._-]{1,64}$/, '1 to 64 letters, digits, dots, hyphens, underscores'), fallback: null },
  PACTO_IDENTITY_KEY: { schema: text.min(16, 'at least 16 characters'), fallback: null, secret: 'all' },
  PACTO_ADMIN_KEY: { schema: text.min(16, 'at least 16 characters'), fallback: null, secret: 'all' },
  PACTO_PROVIDER_URL: { schema: httpUrl, fallback: null },
} as const satisfies Record<string, Variable>;

function isP256PublicKey(encoded: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}
