/** The configuration: one table of variables, one schema, read once where a process starts and passed down from there. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import type { FieldError } from './errors.ts';
import { AppError } from './errors.ts';

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

export interface PayloadKey {
  readonly id: string;
  readonly key: Buffer;
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
  readonly smtpUrl: string | null;
  readonly emailProvider: 'sendgrid' | 'smtp';
  /** The first encrypts; all decrypt. Empty: payloads are not encrypted. */
  readonly payloadKeys: readonly PayloadKey[];
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

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Variables by name, as process.env has them. An empty value counts as not set, and hides the one in .env. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The merged variables and which of them came from the `.env` file. */
export interface Environment {
  readonly variables: Variables;
  readonly fromFile: ReadonlySet<string>;
}

const PROJECT = join(import.meta.dirname, '..');
const PORT_RANGE = 'a whole number from 0 to 65535';

const url = (protocols: readonly string[], allowed: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), allowed);
const httpUrl = url(['http:', 'https:'], 'an absolute http:// or https:// URL')
  .transform((value) => value.replace(/\/+$/, ''));
const port = z.string().regex(/^\d{1,5}$/, PORT_RANGE).transform(Number).refine((value) => value <= 65_535, PORT_RANGE);
const text = z.string();
const list = z.string().transform((value) => value.split(',').map((item) => item.trim()).filter((item) => item !== ''));
const choice = <const T extends readonly [string, ...string[]]>(...values: T) => z.enum(values, `one of ${values.join(', ')}`);

const recipients = list.refine(
  (items) => items.every((item) => /^\+[1-9]\d{6,14}$/.test(item) || /^[^\s@]+@[^\s@]+$/.test(item)),
  'a comma list of phones like +56961234567 and e-mail addresses',
);

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

interface Variable {
  readonly schema: z.ZodType<unknown, string>;
  /** Shown and used when the variable is not set; null: no value. */
  readonly fallback: string | null;
  /** Never shown; or shown without the password in it. */
  readonly secret?: 'all' | 'password';
}

const VARIABLES = {
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
  SENDGRID_FROM: { schema: text.regex(/^[^\s@]+@[^\s@]+$/, 'an e-mail address'), fallback: null },
  SENDGRID_WEBHOOK_PUBLIC_KEY: { schema: publicKey, fallback: null },
  SENDGRID_BASE_URL: { schema: httpUrl, fallback: null },
  SMTP_URL: { schema: url(['smtp:', 'smtps:'], 'an smtp:// or smtps:// URL'), fallback: null, secret: 'password' },
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
    smtpUrl: parsed.SMTP_URL,
    emailProvider: parsed.EMAIL_PROVIDER ?? (parsed.SENDGRID_API_KEY === null && parsed.SMTP_URL !== null ? 'smtp' : 'sendgrid'),
    payloadKeys: parsed.PAYLOAD_KEYS ?? [],
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

/** The variables that would let a message reach a real provider: credentials whose base URL is not this machine. */
function realProviders(parsed: Parsed): string[] {
  const real: string[] = [];
  if (parsed.TWILIO_ACCOUNT_SID !== null && !isLoopback(parsed.TWILIO_BASE_URL)) real.push('TWILIO_ACCOUNT_SID');
  if (parsed.SENDGRID_API_KEY !== null && !isLoopback(parsed.SENDGRID_BASE_URL)) real.push('SENDGRID_API_KEY');
  if (parsed.SMTP_URL !== null && !isLoopback(parsed.SMTP_URL)) real.push('SMTP_URL');
  return real;
}

function isLoopback(address: string | null): boolean {
  if (address === null) return false;
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function isP256PublicKey(encoded: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(encoded, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
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
