import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredPayments } from '../../src/channels/payments/registry.ts';
import { describeConfig, loadConfig, readEnvironment, type Variables } from '../../src/config.ts';
import { AppError } from '../../src/errors.ts';
import { childEnvironment, providerEnvironment } from '../../src/sandbox/child-environment.ts';

function refusal(variables: Variables): readonly { path: string; message: string }[] {
  try {
    loadConfig(variables);
  } catch (error) {
    if (error instanceof AppError && error.code === 'ERR_CONFIG') return error.errors;
    throw error;
  }
  return [];
}

const TWILIO = { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'new,old', TWILIO_FROM: '+56961234567' };

const FLOW = { FLOW_API_KEY: '0123456789abcdef', FLOW_SECRET_KEY: '0123456789abcdef', FLOW_PAYER_MAIL: 'pagos@example.org' };

describe('reading', () => {
  test('nothing set: the defaults, sending by nobody', () => {
    expect(loadConfig({})).toMatchObject({ port: 3000, clock: 'wall', twilio: null, sendgrid: null, send: 'on', publicBaseUrl: 'http://127.0.0.1:3000', sandbox: null, identityKey: null });
  });

  test('tokens under rotation: the first signs, the others are still accepted', () => {
    expect(loadConfig(TWILIO).twilio?.authTokens).toEqual(['new', 'old']);
  });

  test('every wrong variable is named at once, with what it may be', () => {
    expect(refusal({ PORT: '70000', TEMPORAL_ADDRESS: 'http://x', PACTO_SEND_ALLOWLIST: '123' }).map(({ path }) => path)).toEqual(['TEMPORAL_ADDRESS', 'PORT', 'PACTO_SEND_ALLOWLIST']);
  });

  test('half a provider is refused', () => {
    expect(refusal({ TWILIO_FROM: '+56961234567' })).toMatchObject([{ path: 'TWILIO_ACCOUNT_SID' }]);
    expect(refusal({ ...TWILIO, TWILIO_AUTH_TOKEN: '' })).toMatchObject([{ path: 'TWILIO_AUTH_TOKEN' }]);
    expect(refusal({ SENDGRID_API_KEY: 'k' })).toMatchObject([{ path: 'SENDGRID_FROM' }]);
    expect(refusal({ MERCADOPAGO_WEBHOOK_SECRET: 's' })).toMatchObject([{ path: 'MERCADOPAGO_ACCESS_TOKEN' }]);
    expect(refusal({ KHIPU_API_KEY: '0123456789abcdef' })).toMatchObject([{ path: 'KHIPU_WEBHOOK_SECRET' }]);
    expect(refusal({ FLOW_API_KEY: '0123456789abcdef' })).toMatchObject([{ path: 'FLOW_SECRET_KEY' }, { path: 'FLOW_PAYER_MAIL' }]);
    expect(refusal({ WEBPAY_COMMERCE_CODE: '597055555532' })).toMatchObject([{ path: 'WEBPAY_API_KEY_SECRET' }]);
    expect(refusal({ WEBPAY_COMMERCE_CODE: '5970', WEBPAY_API_KEY_SECRET: '0123456789abcdef' })).toMatchObject([{ path: 'WEBPAY_COMMERCE_CODE' }]);
  });

  test('the process wins over .env, and a variable set to nothing hides it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pacto-env-'));
    writeFileSync(join(folder, '.env'), 'PORT=4000\nLOG_LEVEL=debug\nSMTP_URL=smtp://mail.example.org\n');
    const environment = readEnvironment({ LOG_LEVEL: 'warn', SMTP_URL: '' }, folder);
    rmSync(folder, { recursive: true });
    expect(loadConfig(environment.variables)).toMatchObject({ port: 4000, logLevel: 'warn', smtpUrl: null });
    expect(describeConfig(environment).lines).toEqual(expect.arrayContaining([{ name: 'PORT', value: '4000', source: '.env' }, { name: 'SMTP_URL', value: null, source: 'default' }]));
  });
});

test('every payment provider that is set up is offered, and its secrets are never shown', () => {
  const variables = {
    ...FLOW, MERCADOPAGO_ACCESS_TOKEN: 'TEST-0123456789abcdef', MERCADOPAGO_WEBHOOK_SECRET: 'mp-new,mp-old', KHIPU_API_KEY: '0123456789abcdef', KHIPU_WEBHOOK_SECRET: 'khipu-secret',
    WEBPAY_COMMERCE_CODE: '597055555532', WEBPAY_API_KEY_SECRET: '0123456789abcdef',
  };
  expect([...configuredPayments(loadConfig(variables)).keys()]).toEqual(['mercadopago', 'khipu', 'flow', 'webpay']);
  expect(loadConfig(variables).payments.mercadopago?.webhookSecrets).toEqual(['mp-new', 'mp-old']);
  const shown = describeConfig({ variables, fromFile: new Set() }).lines.filter(({ source }) => source === 'environment').filter(({ value }) => value !== '****');
  expect(shown.map(({ name }) => name)).toEqual(['FLOW_PAYER_MAIL', 'WEBPAY_COMMERCE_CODE']);
});

describe('virtual time', () => {
  const sendgrid = { SENDGRID_API_KEY: 'SG.x.y', SENDGRID_FROM: 'avisos@example.org' };
  test.each<[string, Variables, Variables]>([
    ['TWILIO_ACCOUNT_SID', TWILIO, { TWILIO_BASE_URL: 'http://127.0.0.1:4010' }],
    ['SENDGRID_API_KEY', sendgrid, { SENDGRID_BASE_URL: 'http://127.0.0.1:4010' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example.org' }, { SMTP_URL: 'smtp://127.0.0.1:2525' }],
    ['MERCADOPAGO_ACCESS_TOKEN', { MERCADOPAGO_ACCESS_TOKEN: 'TEST-0123456789abcdef', MERCADOPAGO_WEBHOOK_SECRET: 's' }, { MERCADOPAGO_BASE_URL: 'http://127.0.0.1:4010' }],
    ['KHIPU_API_KEY', { KHIPU_API_KEY: '0123456789abcdef', KHIPU_WEBHOOK_SECRET: 's' }, { KHIPU_BASE_URL: 'http://127.0.0.1:4010' }],
    ['FLOW_API_KEY', FLOW, { FLOW_BASE_URL: 'http://127.0.0.1:4010' }],
    ['WEBPAY_COMMERCE_CODE', { WEBPAY_COMMERCE_CODE: '597055555532', WEBPAY_API_KEY_SECRET: '0123456789abcdef' }, { WEBPAY_BASE_URL: 'http://127.0.0.1:4010' }],
  ])('is refused while %s could reach a real provider, and allowed when it leads to this machine', (path, real, here) => {
    expect(refusal({ ...real, PACTO_CLOCK: 'virtual' })).toMatchObject([{ path: 'PACTO_CLOCK', message: expect.stringContaining(path) as string }]);
    expect(refusal({ ...real, PACTO_CLOCK: 'wall' })).toEqual([]);
    expect(refusal({ ...real, ...here, PACTO_CLOCK: 'virtual' })).toEqual([]);
  });
});

describe('secrets', () => {
  test('are masked, a password inside a URL too', () => {
    const { lines } = describeConfig({ variables: { ...TWILIO, DATABASE_URL: 'postgres://u:p4ss@db/x?sslpassword=p5ss', PACTO_IDENTITY_KEY: 'k'.repeat(32) }, fromFile: new Set() });
    expect(JSON.stringify(lines)).not.toMatch(/p4ss|p5ss|new,old|kkkk/);
  });
});

describe('the environment of the sandbox\'s processes', () => {
  const settings = {
    ports: { api: 1, provider: 2, smtp: 3, postgres: 4, temporal: 5, temporalUi: 6 }, databaseUrl: 'postgres://x@127.0.0.1:4/pacto', dataDir: '/data', buildId: 'abc', realTime: false, logLevel: 'info',
    temporal: { address: '127.0.0.1:5', namespace: 'default', apiKey: null, tls: false },
    secrets: {
      adminKey: 'pacto_admin_0123456789', postgresPassword: 'p', identityKey: 'k'.repeat(32), twilioAccountSid: TWILIO.TWILIO_ACCOUNT_SID, twilioAuthToken: 't', sendgridApiKey: 'SG.a.b', sendgridSigningKey: 'signing-key',
      khipuApiKey: '0123456789abcdef', khipuWebhookSecret: 'khipu', webpayCommerceCode: '597000000001', webpayApiKeySecret: '0123456789abcdef', paymentWebhookSecret: 'w'.repeat(32),
      sendgridPublicKey: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    },
  };

  test('hides every provider credential of the person: whatever .env holds, the base URLs are this machine', () => {
    const person = { TWILIO_API_KEY_SID: `SK${'1'.repeat(32)}`, TWILIO_API_KEY_SECRET: 's', TWILIO_MESSAGING_SERVICE_SID: `MG${'1'.repeat(32)}`, SMTP_URL: 'smtp://real.example.org', SENDGRID_API_KEY: 'real' };
    const { lines } = describeConfig({ variables: { ...person, ...childEnvironment(settings) }, fromFile: new Set() });
    const shown = new Map(lines.map(({ name, value }) => [name, value]));
    expect([shown.get('TWILIO_API_KEY_SID'), shown.get('TWILIO_MESSAGING_SERVICE_SID'), shown.get('SMTP_URL'), shown.get('TWILIO_BASE_URL'), shown.get('SENDGRID_BASE_URL')])
      .toEqual([null, null, 'smtp://127.0.0.1:3', 'http://127.0.0.1:2', 'http://127.0.0.1:2']);
  });

  test('is one that virtual time may run in: nothing in it leads anywhere but to this machine', () => {
    expect(refusal(childEnvironment(settings))).toEqual([]);
    expect([...configuredPayments(loadConfig(childEnvironment(settings))).keys()]).toEqual(['khipu', 'webpay', 'generic']);
  });

  test('only the provider sandbox can sign what it sends', () => {
    expect(JSON.stringify(childEnvironment(settings))).not.toContain('signing-key');
    expect(providerEnvironment(settings)['PACTO_SENDGRID_SIGNING_KEY']).toBe('signing-key');
  });
});
