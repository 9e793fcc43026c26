/** `pacto doctor`: looks at every dependency and says what to do; exit 1 when something does not work. */
import { describeConfig, loadConfig, names, readEnvironment, type Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { loadSecrets } from '../../sandbox/secrets.ts';
import { readSandbox } from '../../sandbox/sandbox-file.ts';
import { ok, wrong, type Check } from '../doctor/check.ts';
import { checkDatabase } from '../doctor/database.ts';
import { checkProviders } from '../doctor/providers.ts';
import { checkPublicUrl } from '../doctor/public-url.ts';
import { checkTemporal } from '../doctor/temporal.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { findSandboxFolder } from '../installation.ts';
import { table, type Output } from '../output.ts';

/** What one look found; `ok` when nothing is wrong. */
interface Diagnosis {
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

const MARKS: Readonly<Record<Check['standing'], string>> = { ok: 'ok', warn: 'note', wrong: 'WRONG' };

export async function doctor(flags: GlobalFlags, output: Output): Promise<void> {
  const { checks, ok: well } = await diagnose(flags);
  const lines = table(checks.map(({ standing, name, found }) => [MARKS[standing], name, found]));
  output.answer({ ok: well, checks }, lines.flatMap((line, index) => {
    const remedy = checks[index]?.remedy ?? null;
    return remedy === null ? [line] : [line, `       -> ${remedy}`];
  }));
  const failed = checks.filter(({ standing }) => standing === 'wrong').map(({ name }) => name);
  if (failed.length > 0) throw new AppError('ERR_DEPENDENCY', `Something is wrong with: ${failed.join(', ')}.`);
}

async function diagnose(flags: Pick<GlobalFlags, 'dataDir'>): Promise<Diagnosis> {
  const { config, check } = await configuration(flags);
  const checks = config === null ? [check] : [check, ...(await checkDependencies(config))];
  return { ok: checks.every(({ standing }) => standing !== 'wrong'), checks };
}

/** Asks everything at once; each question has its own time limit. */
export async function checkDependencies(config: Config): Promise<Check[]> {
  const { buildId } = await import('../../worker/bundle.ts');
  const ours = config.buildId ?? (await buildId());
  const found = await Promise.all([
    checkDatabase(config.databaseUrl), checkTemporal(config.temporal, ours), checkProviders(config), checkPublicUrl(config.publicBaseUrl).then((one) => [one]),
  ]);
  return found.flat();
}

async function configuration(flags: Pick<GlobalFlags, 'dataDir'>): Promise<{ config: Config | null; check: Check }> {
  const environment = readEnvironment();
  const folder = findSandboxFolder(flags, environment.variables);
  if (folder !== null) return { config: await sandboxConfig(folder), check: ok('configuration', `The sandbox on ${folder}.`) };
  const { errors } = describeConfig(environment);
  if (errors.length === 0) return { config: loadConfig(environment.variables), check: ok('configuration', 'Every variable can be read.') };
  return { config: null, check: wrong('configuration', `${errors.map(({ path, message }) => `${path} ${message}`).join('; ')}.`, 'Correct these first: the rest was not looked at.') };
}

/** The configuration that the sandbox gives its own processes, as far as the dependencies need it. */
async function sandboxConfig(folder: string): Promise<Config> {
  const sandbox = await readSandbox(folder);
  if (sandbox === null) throw new AppError('ERR_DEPENDENCY', `No sandbox is ready on ${folder}: run npm start, name its folder with --data, or set DATABASE_URL.`);
  const secrets = await loadSecrets(folder);
  return loadConfig({
    ...Object.fromEntries(names().map((name) => [name, ''])),
    DATABASE_URL: sandbox.databaseUrl, TEMPORAL_ADDRESS: sandbox.temporalAddress, TEMPORAL_NAMESPACE: sandbox.namespace, PUBLIC_BASE_URL: sandbox.apiUrl,
    PACTO_CLOCK: 'virtual', TWILIO_ACCOUNT_SID: secrets.twilioAccountSid, TWILIO_AUTH_TOKEN: secrets.twilioAuthToken, TWILIO_FROM: 'sandbox', TWILIO_BASE_URL: sandbox.providerUrl,
    SENDGRID_API_KEY: secrets.sendgridApiKey, SENDGRID_FROM: 'sandbox@example.org', SENDGRID_WEBHOOK_PUBLIC_KEY: secrets.sendgridPublicKey, SENDGRID_BASE_URL: sandbox.providerUrl,
  });
}
