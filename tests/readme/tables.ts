/** The tables of README.md that come from code: the configuration variables and the error codes. */
import { describeConfig, names } from '../../src/config.ts';
import { ERRORS } from '../../src/errors.ts';

/** What each variable is for; its allowed values and default stand in src/config.ts and are printed by `pacto config`. */
const MEANINGS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'PostgreSQL',
  TEMPORAL_ADDRESS: 'Temporal frontend, host:port',
  TEMPORAL_NAMESPACE: 'Temporal namespace',
  TEMPORAL_API_KEY: 'key of Temporal Cloud',
  TEMPORAL_TLS: '`true` or `false`; true with an API key',
  PUBLIC_BASE_URL: 'where the world reaches the API: links in messages and signatures of webhooks are made with it',
  PORT: 'port of the API',
  PACTO_CLOCK: '`wall`, or `virtual` (sandbox and tests only)',
  TWILIO_ACCOUNT_SID: 'Twilio account',
  TWILIO_AUTH_TOKEN: 'Twilio token; a comma list while it is rotated, the first signs',
  TWILIO_API_KEY_SID: 'Twilio API key, instead of the token for calls',
  TWILIO_API_KEY_SECRET: 'its secret',
  TWILIO_MESSAGING_SERVICE_SID: 'sender: a messaging service',
  TWILIO_FROM: 'sender: a number',
  TWILIO_BASE_URL: 'replaces every Twilio host (a stand-in)',
  SENDGRID_API_KEY: 'SendGrid key',
  SENDGRID_FROM: 'sender address of e-mails',
  SENDGRID_WEBHOOK_PUBLIC_KEY: 'verifies the event webhook',
  SENDGRID_INBOUND_SECRET: 'takes mails whose address `/webhooks/sendgrid/inbound?key=…` carries it',
  SENDGRID_INBOUND_PUBLIC_KEY: 'takes mails that are signed by a parse security policy with this key',
  SENDGRID_BASE_URL: 'replaces the SendGrid host (a stand-in)',
  STRIPE_SECRET_KEY: 'secret or restricted key of the Stripe account that takes payments by link; payments are off without a provider',
  STRIPE_WEBHOOK_SECRET: 'signing secret of the Stripe webhook `/webhooks/payments/stripe`, comma list for rotation',
  STRIPE_BASE_URL: 'replaces the Stripe host (a stand-in)',
  MERCADOPAGO_ACCESS_TOKEN: 'access token of the Mercado Pago account that takes payments by link',
  MERCADOPAGO_WEBHOOK_SECRET: 'secret of the notifications to `/webhooks/payments/mercadopago`, comma list for rotation',
  MERCADOPAGO_BASE_URL: 'replaces the Mercado Pago host (a stand-in)',
  KHIPU_API_KEY: 'API key of the Khipu collection account that takes payments by link',
  KHIPU_WEBHOOK_SECRET: 'secret of the notifications to `/webhooks/payments/khipu`, comma list for rotation',
  KHIPU_BASE_URL: 'replaces the Khipu host (a stand-in)',
  FLOW_API_KEY: 'API key of the Flow account that takes payments by link',
  FLOW_SECRET_KEY: 'its secret key: signs what is asked of Flow',
  FLOW_PAYER_MAIL: 'mailbox of yours: Flow takes no order without one, and the debtor’s is not handed over',
  FLOW_BASE_URL: 'replaces the Flow host (their sandbox, a stand-in)',
  WEBPAY_COMMERCE_CODE: 'commerce code of Webpay Plus (Transbank), of an account in CLP',
  WEBPAY_API_KEY_SECRET: 'its API key secret',
  WEBPAY_BASE_URL: 'replaces the Transbank host (their integration host, a stand-in)',
  PAYMENT_WEBHOOK_SECRET: 'secrets that sign `/webhooks/payments/generic` (`x-pacto-signature`), comma list for rotation',
  PAYMENT_PAGE_URL: 'page of your own where a link is paid, with `{reference}`, `{amountMinor}`, `{currency}`, `{returnUrl}` in it; taken by creditors whose settings name the provider `generic`',
  SMTP_URL: 'mail server, `smtp://` or `smtps://`',
  SMTP_BOUNCE_ADDRESS: 'where mails by SMTP are returned to, `+` and an attempt’s id before its @; its mail must reach `/webhooks/sendgrid/inbound`. Without it they return to the sender',
  EMAIL_PROVIDER: '`sendgrid` or `smtp`; by what is set',
  PAYLOAD_KEYS: 'reserved for the payload codec',
  OIDC_ISSUER: 'reserved for single sign-on',
  OIDC_CLIENT_ID: 'reserved for single sign-on',
  OIDC_CLIENT_SECRET: 'reserved for single sign-on',
  LOG_LEVEL: 'trace, debug, info, warn, error, fatal, silent',
  METRICS_PORT: 'worker: port of the Temporal SDK’s metrics; pump: its `/healthz` and `/metrics`. The product’s metrics are on the API',
  PACTO_SEND: '`on`; `allowlist` sends only to PACTO_SEND_ALLOWLIST; `off` sends nothing',
  PACTO_SEND_ALLOWLIST: 'comma list of phones and addresses',
  PACTO_DATA: 'data folder of the sandbox',
  PACTO_BUILD_ID: 'build id of the workers; by default a digest of the workflow code',
  PACTO_IDENTITY_KEY: 'secret of the keyed hash of national ids, 16 characters or more; keep it, or persons are no longer recognised. Without it the database keeps one',
  PACTO_ADMIN_KEY: 'set by `npm start` for its own processes',
  PACTO_PROVIDER_URL: 'set by `npm start` for its own processes: the provider sandbox',
};

/** Markdown rows for every variable that Pacto reads; a variable without a meaning here shows as `undefined` and fails the test. */
export function configurationTable(): string {
  const { lines } = describeConfig({ variables: {}, fromFile: new Set() });
  const defaults = new Map(lines.map((line) => [line.name, line.value]));
  const rows = names().map((name) => `| \`${name}\` | ${MEANINGS[name] ?? 'undefined'} | ${defaultOf(defaults.get(name))} |`);
  return ['| variable | meaning | default |', '|---|---|---|', ...rows].join('\n');
}

function defaultOf(value: string | null | undefined): string {
  return value === null || value === undefined || value === '' ? '' : `\`${value}\``;
}

/** Markdown rows for every error code. */
export function errorTable(): string {
  const rows = Object.entries(ERRORS).map(([code, entry]) => `| \`${code}\` | ${entry.status} | ${entry.meaning} | ${entry.remedy.replaceAll('|', '\\|')} |`);
  return ['| code | HTTP | meaning | remedy |', '|---|---|---|---|', ...rows].join('\n');
}

/** The text with each marked table replaced; markers stay. */
export function withTables(readme: string, tables: Readonly<Record<string, string>>): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const start = `<!-- ${name} -->`;
    const from = text.indexOf(start);
    if (from < 0) return text;
    const rest = text.slice(from + start.length);
    const next = rest.search(/\n#|\n<!-- /);
    return `${text.slice(0, from)}${start}\n\n${table}\n${next < 0 ? '' : rest.slice(next)}`;
  }, readme);
}
