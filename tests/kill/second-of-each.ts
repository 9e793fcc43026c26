/** A second worker, pump and API beside those of a sandbox, with the same variables but a port of its own for the API. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { apiUrlOf, childEnvironment } from '../../src/sandbox/child-environment.ts';
import type { Running } from '../../src/sandbox/kept-process.ts';
import { launchOwn } from '../../src/sandbox/own-process.ts';
import { freePort } from '../../src/sandbox/ports.ts';
import type { Sandbox } from '../../src/sandbox/sandbox-file.ts';
import { loadSecrets } from '../../src/sandbox/secrets.ts';
import { startGuardian } from '../../src/sandbox/servers/guardian.ts';
import { buildId } from '../../src/worker/bundle.ts';

export interface SecondOfEach {
  readonly apiUrl: string;
  readonly pids: { readonly worker: number; readonly pump: number; readonly api: number };
  stop(): Promise<void>;
}

/** Starts the three; whether they serve is for the caller to find out. `folder` is the sandbox's data folder. */
export async function startSecondOfEach(folder: string, sandbox: Sandbox): Promise<SecondOfEach> {
  const ports = { api: await freePort(), provider: portOf(sandbox.providerUrl), smtp: sandbox.smtpPort, postgres: 0, temporal: 0, temporalUi: 0 };
  const env = childEnvironment({
    ports, secrets: await loadSecrets(folder), databaseUrl: sandbox.databaseUrl, dataDir: folder, buildId: await buildId(), realTime: false, logLevel: 'info',
    temporal: { address: sandbox.temporalAddress, namespace: sandbox.namespace, apiKey: null, tls: false },
  });
  const logs = join(folder, 'logs', 'second');
  await mkdir(logs, { recursive: true });
  const guardian = startGuardian();
  const launch = (name: 'worker' | 'pump' | 'api'): Running => launchOwn({ name, env, logs, guardian });
  const [worker, pump, api] = [launch('worker'), launch('pump'), launch('api')];
  return {
    apiUrl: apiUrlOf(ports),
    pids: { worker: worker.pid, pump: pump.pid, api: api.pid },
    stop: async () => {
      await Promise.all([api.stop(), pump.stop()]);
      await worker.stop();
      guardian.close();
    },
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
