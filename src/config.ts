/** The configuration: one table of variables, one schema, read once where a process starts and passed down from there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { z } from 'zod';
import { VARIABLES, type LogLevel, type PayloadKey, type Variable } from './config-variables.ts';
import type { FieldError } from './errors.ts';
import { AppError } from './errors.ts';

export { LOG_LEVELS, type LogLevel, type PayloadKey } from './config-variables.ts';

export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey: string | null;
  readonly tls: boolean;
}

export interface TwilioConfig {
  readonly accountSid: string;
  /** The first signs and calls; the others are still accepted on webhooks while a token is rotated. */
  readonly authTokens: readonly string[];
  readonly apiKeySid: string | null;
  readonly apiKeySecret: string | null;
  readonly messagingServiceSid: string | null;
  readonly from: string | null;
  /** Replaces every Twilio host (a stand-in); null means Twilio itself. */
  readonly baseUrl: string | null;
}

export interface SendgridConfig {
  readonly apiKey: string;
  readonly from: string;
  /** Base64 of the SPKI DER of the P-256 key that signs event webhooks. */
  readonly webhookPublicKey: string | null;
  readonly baseUrl: string | null;
}

/** What an inbound mail must carry: a secret in its address (`?key=`), or a signature of the key of a parse security policy. */
export interface InboundMailConfig {
  readonly secret: string | null;
  /** Base64 of the SPKI DER of a P-256 key. */
  readonly publicKey: string | null;
}

export interface StripeConfig {
  readonly secretKey: string;
  /** Secrets that sign webhooks; all are accepted, for rotation. */
  readonly webhookSecrets: readonly string[];
  readonly baseUrl: string | null;
}

export interface MercadoPagoConfig {
  readonly accessToken: string;
  readonly webhookSecrets: readonly string[];
  readonly baseUrl: string | null;
}

export interface KhipuConfig {
  readonly apiKey: string;
  readonly webhookSecrets: readonly string[];
  readonly baseUrl: string | null;
}

/** Flow signs no notices: its secret signs what we ask. */
export interface FlowConfig {
  readonly apiKey: string;
  readonly secretKey: string;
  /** A mailbox of ours: Flow refuses an order without one, and the debtor's is not handed over. */
  readonly payerMail: string;
  readonly baseUrl: string | null;
}

export interface WebpayConfig {
  readonly commerceCode: string;
  readonly apiKeySecret: string;
  readonly baseUrl: string | null;
}

/** Who takes payments by link, or reports payments; null: not set up. */
export interface PaymentProvidersConfig {
  readonly stripe: StripeConfig | null;
  readonly mercadopago: MercadoPagoConfig | null;
  readonly khipu: KhipuConfig | null;
  readonly flow: FlowConfig | null;
  readonly webpay: WebpayConfig | null;
  readonly generic: { readonly secrets: readonly string[]; readonly payUrl: string | null } | null;
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface Config {
  readonly databaseUrl: string;
  readonly temporal: TemporalConfig;
  readonly publicBaseUrl: string;
  readonly port: number;
  readonly clock: 'wall' | 'virtual';
  readonly twilio: TwilioConfig | null;
  readonly sendgrid: SendgridConfig | null;
  /** Neither set: no mail is taken. */
  readonly inboundMail: InboundMailConfig;
  readonly smtpUrl: string | null;
  /** Where mails by SMTP come back to, with the attempt after a `+`; null: to the sender. */
  readonly smtpBounceAddress: string | null;
  readonly emailProvider: 'sendgrid' | 'smtp';
  /** The first encrypts; all decrypt. Empty: payloads are not encrypted. */
  readonly payloadKeys: readonly PayloadKey[];
  readonly payments: PaymentProvidersConfig;
  readonly oidc: OidcConfig | null;
  readonly logLevel: LogLevel;
  readonly metricsPort: number | null;
  readonly send: 'off' | 'allowlist' | 'on';
  readonly sendAllowlist: readonly string[];
  /** Folder of the sandbox (its sandbox.json, logs and error files). */
  readonly dataDir: string;
  /** Build id of the workers; null: the digest of the workflow code (src/worker/bundle.ts). */
  readonly buildId: string | null;
  /** Secret of the keyed hash of national ids; null: the one that the database keeps (weaker: it lies beside the hashes). */
  readonly identityKey: string | null;
  /** Set by `npm start` for its own processes; null everywhere else. */
  readonly sandbox: SandboxConfig | null;
}

/** What the sandbox's processes know of each other. */
export interface SandboxConfig {
  /** Key of the API with the role admin: scripted people act with it. */
  readonly adminKey: string;
  readonly providerUrl: string;
}

/** Variables by name, as process.env has them. An empty value counts as not set, and hides the one in .env. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The merged variables and which of them came from the `.env` file. */
export interface Environment {
  readonly variables: Variables;
  readonly fromFile: ReadonlySet<string>;
}

const PROJECT = join(import.meta.dirname, '..');
type Name = keyof typeof VARIABLES;
type Parsed = { readonly [N in Name]: z.output<(typeof VARIABLES)[N]['schema']> | null };

/** Variables without a fallback that are derived from the others when they are not set. */
const DERIVED: { readonly [N in Name]?: (parsed: Parsed) => string } = {
  TEMPORAL_TLS: (parsed) => String(parsed.TEMPORAL_API_KEY !== null),
  PUBLIC_BASE_URL: (parsed) => `http://127.0.0.1:${parsed.PORT ?? 0}`,
  EMAIL_PROVIDER: (parsed) => (parsed.SENDGRID_API_KEY === null && parsed.SMTP_URL !== null ? 'smtp' : 'sendgrid'),
};

/** Reads the process's variables over those of the project's `.env` file; a variable set to nothing hides the file's. */
export function readEnvironment(variables: Variables = process.env, projectDir: string = PROJECT): Environment {
  const file = readDotEnv(join(projectDir, '.env'));
  const fromFile = new Set(Object.keys(file).filter((name) => variables[name] === undefined));
  return { variables: { ...file, ...variables }, fromFile };
}

function readDotEnv(path: string): Variables {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw new AppError('ERR_CONFIG', 'The file .env in the project folder cannot be read.', { cause: error });
  }
}

/** The configuration, or AppError ERR_CONFIG whose `errors` name each wrong variable (path) and what it may be (message). */
export function loadConfig(variables: Variables = readEnvironment().variables): Config {
  const { parsed, errors } = parseVariables(variables);
  if (errors.length > 0) {
    const named = errors.map((error) => `${error.path}: ${error.message}`).join('; ');
    throw new AppError('ERR_CONFIG', `Wrong configuration. ${named}.`, { errors });
  }
  return assemble(parsed);
}

/** One line of `pacto config`: the value in force (secrets masked, null: not set) and where it comes from. */
export interface ConfigLine {
  readonly name: string;
  readonly value: string | null;
  readonly source: 'environment' | '.env' | 'default';
}

/** Every variable with its effective value, and the errors loadConfig would throw. */
export function describeConfig(environment: Environment = readEnvironment()): { readonly lines: readonly ConfigLine[]; readonly errors: readonly FieldError[] } {
  const { parsed, errors } = parseVariables(environment.variables);
  const lines = names().map((name): ConfigLine => {
    const given = valueOf(environment.variables, name);
    if (given !== null) return { name, value: mask(VARIABLES[name], given), source: environment.fromFile.has(name) ? '.env' : 'environment' };
    return { name, value: VARIABLES[name].fallback ?? DERIVED[name]?.(parsed) ?? null, source: 'default' };
  });
  return { lines, errors };
}

/** The names of all variables Pacto reads, in the order of the manual. */
export function names(): readonly Name[] {
  return Object.keys(VARIABLES) as Name[];
}

function valueOf(variables: Variables, name: Name): string | null {
  const value = variables[name]?.trim();
  return value === undefined || value === '' ? null : value;
}

function parseVariables(variables: Variables): { parsed: Parsed; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const entries = names().map((name) => {
    const value = valueOf(variables, name) ?? VARIABLES[name].fallback;
    if (value === null) return [name, null];
    const result = VARIABLES[name].schema.safeParse(value);
    if (!result.success) errors.push({ path: name, message: `must be ${result.error.issues[0]?.message ?? 'valid'}` });
    return [name, result.success ? result.data : null];
  });
  const parsed = Object.fromEntries(entries) as Parsed;
  // A variable that is wrong by itself is not reported a second time for not fitting the others.
  const wrong = new Set(errors.map((error) => error.path));
  const between = RULES.flatMap((rule) => rule(parsed)).filter((error) => !wrong.has(error.path));
  return { parsed, errors: [...errors, ...between] };
}

function assemble(parsed: Parsed): Config {
  const port = parsed.PORT ?? 0;
  return {
    databaseUrl: parsed.DATABASE_URL ?? '',
    temporal: {
      address: parsed.TEMPORAL_ADDRESS ?? '', namespace: parsed.TEMPORAL_NAMESPACE ?? '', apiKey: parsed.TEMPORAL_API_KEY,
      tls: parsed.TEMPORAL_TLS === null ? parsed.TEMPORAL_API_KEY !== null : parsed.TEMPORAL_TLS === 'true',
    },
    publicBaseUrl: parsed.PUBLIC_BASE_URL ?? `http://127.0.0.1:${port}`,
    port,
    clock: parsed.PACTO_CLOCK ?? 'wall',
    twilio: parsed.TWILIO_ACCOUNT_SID === null ? null : {
      accountSid: parsed.TWILIO_ACCOUNT_SID, authTokens: parsed.TWILIO_AUTH_TOKEN ?? [],
      apiKeySid: parsed.TWILIO_API_KEY_SID, apiKeySecret: parsed.TWILIO_API_KEY_SECRET,
      messagingServiceSid: parsed.TWILIO_MESSAGING_SERVICE_SID, from: parsed.TWILIO_FROM, baseUrl: parsed.TWILIO_BASE_URL,
    },
    sendgrid: parsed.SENDGRID_API_KEY === null ? null : {
      apiKey: parsed.SENDGRID_API_KEY, from: parsed.SENDGRID_FROM ?? '',
      webhookPublicKey: parsed.SENDGRID_WEBHOOK_PUBLIC_KEY, baseUrl: parsed.SENDGRID_BASE_URL,
    },
    inboundMail: { secret: parsed.SENDGRID_INBOUND_SECRET, publicKey: parsed.SENDGRID_INBOUND_PUBLIC_KEY },
    smtpUrl: parsed.SMTP_URL,
    smtpBounceAddress: parsed.SMTP_BOUNCE_ADDRESS,
    emailProvider: parsed.EMAIL_PROVIDER ?? (parsed.SENDGRID_API_KEY === null && parsed.SMTP_URL !== null ? 'smtp' : 'sendgrid'),
    payloadKeys: parsed.PAYLOAD_KEYS ?? [],
    payments: paymentsOf(parsed),
    oidc: parsed.OIDC_ISSUER === null ? null : { issuer: parsed.OIDC_ISSUER, clientId: parsed.OIDC_CLIENT_ID ?? '', clientSecret: parsed.OIDC_CLIENT_SECRET ?? '' },
    logLevel: parsed.LOG_LEVEL ?? 'info',
    metricsPort: parsed.METRICS_PORT,
    send: parsed.PACTO_SEND ?? 'on',
    sendAllowlist: parsed.PACTO_SEND_ALLOWLIST ?? [],
    dataDir: parsed.PACTO_DATA ?? '.pacto',
    buildId: parsed.PACTO_BUILD_ID,
    identityKey: parsed.PACTO_IDENTITY_KEY,
    sandbox: parsed.PACTO_ADMIN_KEY === null || parsed.PACTO_PROVIDER_URL === null ? null : { adminKey: parsed.PACTO_ADMIN_KEY, providerUrl: parsed.PACTO_PROVIDER_URL },
  };
}

function paymentsOf(v: Parsed): PaymentProvidersConfig {
  return {
    stripe: v.STRIPE_SECRET_KEY === null ? null : { secretKey: v.STRIPE_SECRET_KEY, webhookSecrets: v.STRIPE_WEBHOOK_SECRET ?? [], baseUrl: v.STRIPE_BASE_URL },
    mercadopago: v.MERCADOPAGO_ACCESS_TOKEN === null ? null : { accessToken: v.MERCADOPAGO_ACCESS_TOKEN, webhookSecrets: v.MERCADOPAGO_WEBHOOK_SECRET ?? [], baseUrl: v.MERCADOPAGO_BASE_URL },
    khipu: v.KHIPU_API_KEY === null ? null : { apiKey: v.KHIPU_API_KEY, webhookSecrets: v.KHIPU_WEBHOOK_SECRET ?? [], baseUrl: v.KHIPU_BASE_URL },
    flow: v.FLOW_API_KEY === null ? null : { apiKey: v.FLOW_API_KEY, secretKey: v.FLOW_SECRET_KEY ?? '', payerMail: v.FLOW_PAYER_MAIL ?? '', baseUrl: v.FLOW_BASE_URL },
    webpay: v.WEBPAY_COMMERCE_CODE === null ? null : { commerceCode: v.WEBPAY_COMMERCE_CODE, apiKeySecret: v.WEBPAY_API_KEY_SECRET ?? '', baseUrl: v.WEBPAY_BASE_URL },
    generic: v.PAYMENT_WEBHOOK_SECRET === null ? null : { secrets: v.PAYMENT_WEBHOOK_SECRET, payUrl: v.PAYMENT_PAGE_URL },
  };
}

/** What no single variable can show: each rule names the variable to change. */
const RULES: readonly ((parsed: Parsed) => FieldError[])[] = [
  (v) => needs('TEMPORAL_TLS', v.TEMPORAL_API_KEY === null || v.TEMPORAL_TLS !== 'false', 'must be true when TEMPORAL_API_KEY is set'),
  (v) => needs('TWILIO_ACCOUNT_SID', v.TWILIO_ACCOUNT_SID !== null || !anySet(v, 'TWILIO_'), 'must be set when another TWILIO_ variable is'),
  (v) => needs('TWILIO_AUTH_TOKEN', v.TWILIO_ACCOUNT_SID === null || (v.TWILIO_AUTH_TOKEN ?? []).length > 0, 'must be set with TWILIO_ACCOUNT_SID: webhooks are verified with it'),
  (v) => needs('TWILIO_FROM', v.TWILIO_ACCOUNT_SID === null || v.TWILIO_FROM !== null || v.TWILIO_MESSAGING_SERVICE_SID !== null, 'or TWILIO_MESSAGING_SERVICE_SID must be set with TWILIO_ACCOUNT_SID'),
  (v) => needs('TWILIO_API_KEY_SECRET', (v.TWILIO_API_KEY_SID === null) === (v.TWILIO_API_KEY_SECRET === null), 'and TWILIO_API_KEY_SID must be set together'),
  (v) => needs('SENDGRID_FROM', v.SENDGRID_API_KEY === null || v.SENDGRID_FROM !== null, 'must be set with SENDGRID_API_KEY'),
  (v) => needs('SENDGRID_API_KEY', v.EMAIL_PROVIDER !== 'sendgrid' || v.SENDGRID_API_KEY !== null, 'must be set when EMAIL_PROVIDER is sendgrid'),
  (v) => needs('SMTP_URL', v.EMAIL_PROVIDER !== 'smtp' || v.SMTP_URL !== null, 'must be set when EMAIL_PROVIDER is smtp'),
  (v) => needs('STRIPE_SECRET_KEY', v.STRIPE_SECRET_KEY !== null || !anySet(v, 'STRIPE_'), 'must be set when another STRIPE_ variable is'),
  (v) => needs('STRIPE_WEBHOOK_SECRET', v.STRIPE_SECRET_KEY === null || (v.STRIPE_WEBHOOK_SECRET ?? []).length > 0, 'must be set with STRIPE_SECRET_KEY: webhooks are verified with it'),
  (v) => needs('MERCADOPAGO_ACCESS_TOKEN', v.MERCADOPAGO_ACCESS_TOKEN !== null || !anySet(v, 'MERCADOPAGO_'), 'must be set when another MERCADOPAGO_ variable is'),
  (v) => needs('MERCADOPAGO_WEBHOOK_SECRET', v.MERCADOPAGO_ACCESS_TOKEN === null || (v.MERCADOPAGO_WEBHOOK_SECRET ?? []).length > 0, 'must be set with MERCADOPAGO_ACCESS_TOKEN: notifications are verified with it'),
  (v) => needs('KHIPU_API_KEY', v.KHIPU_API_KEY !== null || !anySet(v, 'KHIPU_'), 'must be set when another KHIPU_ variable is'),
  (v) => needs('KHIPU_WEBHOOK_SECRET', v.KHIPU_API_KEY === null || (v.KHIPU_WEBHOOK_SECRET ?? []).length > 0, 'must be set with KHIPU_API_KEY: notifications are verified with it'),
  (v) => needs('FLOW_API_KEY', v.FLOW_API_KEY !== null || !anySet(v, 'FLOW_'), 'must be set when another FLOW_ variable is'),
  (v) => needs('FLOW_SECRET_KEY', v.FLOW_API_KEY === null || v.FLOW_SECRET_KEY !== null, 'must be set with FLOW_API_KEY: it signs what we ask'),
  (v) => needs('FLOW_PAYER_MAIL', v.FLOW_API_KEY === null || v.FLOW_PAYER_MAIL !== null, 'must be set with FLOW_API_KEY: Flow takes no order without a mailbox, so name one of yours'),
  (v) => needs('WEBPAY_COMMERCE_CODE', v.WEBPAY_COMMERCE_CODE !== null || !anySet(v, 'WEBPAY_'), 'must be set when another WEBPAY_ variable is'),
  (v) => needs('WEBPAY_API_KEY_SECRET', v.WEBPAY_COMMERCE_CODE === null || v.WEBPAY_API_KEY_SECRET !== null, 'must be set with WEBPAY_COMMERCE_CODE'),
  (v) => needs('PAYMENT_WEBHOOK_SECRET', v.PAYMENT_PAGE_URL === null || v.PAYMENT_WEBHOOK_SECRET !== null, 'must be set with PAYMENT_PAGE_URL: payments made there are reported signed'),
  (v) => needs('OIDC_ISSUER', [0, 3].includes([v.OIDC_ISSUER, v.OIDC_CLIENT_ID, v.OIDC_CLIENT_SECRET].filter((part) => part !== null).length), 'OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set together'),
  (v) => needs('PACTO_SEND_ALLOWLIST', v.PACTO_SEND !== 'allowlist' || (v.PACTO_SEND_ALLOWLIST ?? []).length > 0, 'must name at least one recipient when PACTO_SEND is allowlist'),
  (v) => needs('PACTO_PROVIDER_URL', v.PACTO_PROVIDER_URL === null || isLoopback(v.PACTO_PROVIDER_URL), 'must be on this machine: it is the sandbox of npm start'),
  (v) => needs('PACTO_CLOCK', v.PACTO_CLOCK !== 'virtual' || realProviders(v).length === 0,
    `must be wall while real provider credentials are configured (${realProviders(v).join(', ')}): virtual time would send real messages`),
];

function needs(path: Name, holds: boolean, message: string): FieldError[] {
  return holds ? [] : [{ path, message }];
}

function anySet(parsed: Parsed, prefix: string): boolean {
  return names().some((name) => name.startsWith(prefix) && parsed[name] !== null);
}

/** The variables that would let a message or a payment reach a real provider: credentials whose base URL is not this machine. */
function realProviders(parsed: Parsed): string[] {
  const real: string[] = [];
  if (parsed.TWILIO_ACCOUNT_SID !== null && !isLoopback(parsed.TWILIO_BASE_URL)) real.push('TWILIO_ACCOUNT_SID');
  if (parsed.SENDGRID_API_KEY !== null && !isLoopback(parsed.SENDGRID_BASE_URL)) real.push('SENDGRID_API_KEY');
  if (parsed.SMTP_URL !== null && !isLoopback(parsed.SMTP_URL)) real.push('SMTP_URL');
  if (parsed.STRIPE_SECRET_KEY !== null && !isLoopback(parsed.STRIPE_BASE_URL)) real.push('STRIPE_SECRET_KEY');
  if (parsed.MERCADOPAGO_ACCESS_TOKEN !== null && !isLoopback(parsed.MERCADOPAGO_BASE_URL)) real.push('MERCADOPAGO_ACCESS_TOKEN');
  if (parsed.KHIPU_API_KEY !== null && !isLoopback(parsed.KHIPU_BASE_URL)) real.push('KHIPU_API_KEY');
  if (parsed.FLOW_API_KEY !== null && !isLoopback(parsed.FLOW_BASE_URL)) real.push('FLOW_API_KEY');
  if (parsed.WEBPAY_COMMERCE_CODE !== null && !isLoopback(parsed.WEBPAY_BASE_URL)) real.push('WEBPAY_COMMERCE_CODE');
  return real;
}

function isLoopback(address: string | null): boolean {
  if (address === null) return false;
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function mask(variable: Variable, value: string): string {
  if (variable.secret === 'all') return '****';
  if (variable.secret !== 'password') return value;
  // A URL that cannot be read may still hold a password somewhere.
  if (!URL.canParse(value)) return '****';
  const shown = new URL(value);
  if (shown.password !== '') shown.password = '****';
  for (const key of shown.searchParams.keys()) if (/pass|secret|key/i.test(key)) shown.searchParams.set(key, '****');
  return shown.href;
}
