/** Keys of the sandbox, made once per data folder: nothing here opens anything outside this machine. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { writeAtomically } from './data-folder.ts';

const FILE = 'secrets.json';
const ONLY_OWNER = 0o600;

const secretsFile = z.object({
  adminKey: z.string(),
  postgresPassword: z.string(),
  /** Keys the hash of national ids. */
  identityKey: z.string(),
  twilioAccountSid: z.string(),
  twilioAuthToken: z.string(),
  sendgridApiKey: z.string(),
  /** Base64 of PKCS8 DER (P-256): only the provider sandbox, which signs webhooks, gets it. */
  sendgridSigningKey: z.string(),
  /** Base64 of SPKI DER: what the API verifies with. */
  sendgridPublicKey: z.string(),
  /** Signs generic payment notifications. */
  paymentWebhookSecret: z.string(),
  khipuApiKey: z.string(),
  khipuWebhookSecret: z.string(),
  webpayCommerceCode: z.string(),
  webpayApiKeySecret: z.string(),
});
/** A folder of an older build has no secrets for payments yet: it gets them and keeps the rest. */
const olderFile = secretsFile.partial({ paymentWebhookSecret: true, khipuApiKey: true, khipuWebhookSecret: true, webpayCommerceCode: true, webpayApiKeySecret: true });

export type Secrets = z.infer<typeof secretsFile>;

/** The secrets of the data folder; made on the first start, readable by the owner only. */
export async function loadSecrets(folder: string): Promise<Secrets> {
  const file = join(folder, FILE);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return keep(file, makeSecrets());
  const kept = read(file, text);
  const whole = secretsFile.safeParse(kept);
  if (whole.success) return whole.data;
  return keep(file, secretsFile.parse({ paymentWebhookSecret: makePaymentSecret(), ...bankSecrets(), ...kept }));
}

function read(file: string, text: string): z.infer<typeof olderFile> {
  try {
    return olderFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError('ERR_BOOTSTRAP', `The file ${file} is damaged: start again with --reset.`, { cause });
  }
}

async function keep(file: string, secrets: Secrets): Promise<Secrets> {
  await writeAtomically(file, JSON.stringify(secrets, null, 2), ONLY_OWNER);
  return secrets;
}

function makePaymentSecret(): string {
  return randomBytes(24).toString('base64url');
}

function makeSecrets(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    adminKey: `pacto_admin_${randomBytes(24).toString('base64url')}`,
    postgresPassword: randomBytes(18).toString('hex'),
    identityKey: randomBytes(32).toString('hex'),
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex'),
    sendgridApiKey: `SG.${randomBytes(16).toString('base64url')}.${randomBytes(32).toString('base64url')}`,
    sendgridSigningKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    sendgridPublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    paymentWebhookSecret: makePaymentSecret(),
    ...bankSecrets(),
  };
}

/** What the installation has at the bank of the provider sandbox. */
function bankSecrets(): Pick<Secrets, 'khipuApiKey' | 'khipuWebhookSecret' | 'webpayCommerceCode' | 'webpayApiKeySecret'> {
  const secret = (): string => randomBytes(20).toString('hex');
  return { khipuApiKey: secret(), khipuWebhookSecret: secret(), webpayCommerceCode: '597000000001', webpayApiKeySecret: secret() };
}
