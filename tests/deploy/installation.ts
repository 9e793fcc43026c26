/** One installation as docker-compose.yml describes it: the same commands with the same variables, on this run's servers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../../src/observability/log.ts';
import { createProviderSandbox, type ProviderSandbox } from '../../src/sandbox/provider/server.ts';
import { freePort } from '../../src/sandbox/ports.ts';
import { ACCOUNT, SENDGRID_KEY, SENDGRID_PUBLIC_KEY, SIGNING_KEY } from '../provider/rig.ts';
import { freshDatabase, type FreshDatabase } from '../setup/database.ts';
import { testTemporal } from '../setup/temporal.ts';
import { composeFile, entryOfImage, layOutImage, type Image, type Service } from './image.ts';

const LOOK_MS = 300;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  err = '';

  constructor(command: string, args: readonly string[], options: { readonly cwd: string; readonly env: Record<string, string> }) {
    this.child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    this.child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.on('close', (code) => resolve({ code, out, err: this.err })));
  }
}

export interface Installation {
  readonly image: Image;
  readonly database: FreshDatabase;
  readonly namespace: string;
  readonly apiUrl: string;
  /** Commands and health checks that were run, for the comparison with the file. */
  readonly ran: Set<string>;
  /** The variables of a service of the file, filled in. */
  variables(service: string): Record<string, string>;
  /** Starts a service of the file. */
  start(service: string): Started;
  /** Runs a service of the file to its end. */
  run(service: string): Promise<Ended>;
  /** Runs another command of the image with the same variables. */
  pacto(args: readonly string[], change?: Record<string, string>): Promise<Ended>;
  /** Runs the service's health check until it passes; throws with the process's words when it does not. */
  healthy(service: string, running: Started): Promise<void>;
  close(): Promise<void>;
}

/** Prepares it; nothing is started, and the database is empty. */
export async function prepareInstallation(): Promise<Installation> {
  const { services } = composeFile();
  const [image, database, provider] = await Promise.all([layOutImage(), freshDatabase({ migrated: false }), startProvider()]);
  const [apiPort, workerPort, pumpPort] = [await freePort(), await freePort(), await freePort()];
  const sidePorts: Record<string, number> = { worker: workerPort, pump: pumpPort };
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const namespace = `deploy-${randomBytes(4).toString('hex')}`;
  const temporal = testTemporal();
  const tools = mkdtempSync(join(tmpdir(), 'pacto-tools-'));
  symlinkSync(temporal.binary, join(tools, 'temporal'));
  const path = `${tools}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const given: Record<string, string> = {
    POSTGRES_PASSWORD: 'unused', PUBLIC_BASE_URL: apiUrl, PACTO_IDENTITY_KEY: 'a-key-of-the-deployment', PACTO_SEND: 'on', TEMPORAL_NAMESPACE: namespace,
    TWILIO_ACCOUNT_SID: ACCOUNT.accountSid, TWILIO_AUTH_TOKEN: ACCOUNT.authToken, TWILIO_FROM: '+56228820001', TWILIO_BASE_URL: provider.url,
    SENDGRID_API_KEY: SENDGRID_KEY, SENDGRID_FROM: 'avisos@andes.example', SENDGRID_WEBHOOK_PUBLIC_KEY: SENDGRID_PUBLIC_KEY, SENDGRID_BASE_URL: provider.url,
  };
  const environmentOf = (name: string): Record<string, string> => {
    const { environment = {} } = services[name] ?? {};
    const filled = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, interpolate(value, given)]));
    // Only what the network of the containers gives is another here.
    const ours = 'DATABASE_URL' in filled ? { DATABASE_URL: database.url, PORT: String(apiPort), METRICS_PORT: String(sidePorts[name] ?? 0) } : {};
    return { ...filled, ...ours, TEMPORAL_ADDRESS: temporal.address, PATH: path, HOME: tools };
  };
  const ran = new Set<string>();
  const running = new Set<Started>();
  const begin = (command: string, args: readonly string[], env: Record<string, string>): Started => {
    const started = new Started(command, args, { cwd: image.folder, env });
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  const start = (name: string): Started => {
    const found = services[name];
    if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
    ran.add(`${name}: ${commandOf(found)}`);
    const [command = '', ...args] = found.build === undefined ? [...(found.entrypoint ?? []), ...unescaped(found.command)] : [process.execPath, ...entryOfImage(), ...unescaped(found.command)];
    return begin(command, args, environmentOf(name));
  };
  return {
    image, database, namespace, apiUrl, ran, start, variables: environmentOf,
    run: (name) => start(name).ended,
    pacto: (args, change = {}) => begin(process.execPath, [...entryOfImage(), ...args], { ...environmentOf('doctor'), ...change }).ended,
    healthy: async (name, process_) => {
      const test = services[name]?.healthcheck?.test ?? [];
      ran.add(`${name} healthcheck: ${test.join(' ')}`);
      const [kind, command = '', ...args] = test.map((part) => part.replace(':3000/', `:${apiPort}/`).replace(':9464/', `:${sidePorts[name]}/`));
      if (kind !== 'CMD') throw new Error(`the health check of ${name} is no CMD`);
      for (let tries = 0; tries < 200 && process_.child.exitCode === null; tries += 1) {
        if ((await begin(command, args, { PATH: path }).ended).code === 0) return;
        await sleep(LOOK_MS);
      }
      throw new Error(`${name} did not become healthy: ${process_.err}`);
    },
    close: async () => {
      for (const one of running) one.child.kill('SIGKILL');
      await Promise.all([...running].map((one) => one.ended));
      await Promise.all([provider.close(), database.drop()]);
      image.remove();
      rmSync(tools, { recursive: true, force: true });
    },
  };
}

/** A service's command as one line, to compare. */
export function commandOf({ entrypoint = [], command = [] }: Service): string {
  return [...entrypoint, ...command].join(' ');
}

function startProvider(): Promise<ProviderSandbox> {
  return createProviderSandbox({
    webhookTarget: 'http://127.0.0.1:1', twilio: ACCOUNT, sendgrid: { apiKey: SENDGRID_KEY, signingKey: SIGNING_KEY }, clock: 'wall',
    log: createLog({ level: 'silent', process: 'provider' }),
  });
}

/** Compose's own variables: `${NAME}`, `${NAME:-default}`, `${NAME:?why}`. */
function interpolate(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_whole, name: string, kind: string | undefined, rest: string | undefined) => {
    const value = given[name];
    if (value !== undefined && value !== '') return value;
    if (kind === '?') throw new Error(`${name} is needed: ${rest}`);
    return rest ?? '';
  });
}

/** `$$` stands for one `$` in a command. */
function unescaped(command: readonly string[] = []): string[] {
  return command.map((part) => part.replaceAll('$$', '$'));
}
