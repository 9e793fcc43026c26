/** The production processes. They live on the environment alone, never on a sandbox's file. */
import { loadConfig, type Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../observability/log.ts';
import { createLog } from '../../observability/log.ts';
import { QUEUES } from '../../../workflows/contract.ts';
import { LOOPBACK } from '../../sandbox/ports.ts';
import type { QueueName } from '../../worker/workers.ts';

/** Aborted by SIGTERM or SIGINT; a second one ends the process at once. */
function untilAsked(): AbortSignal {
  const asked = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (asked.signal.aborted) process.exit(1);
      asked.abort();
    });
  }
  return asked.signal;
}

function begin(name: string): { config: Config; log: Log } {
  const config = loadConfig();
  return { config, log: createLog({ level: config.logLevel, process: name }) };
}

/** `pacto api`; in virtual time the sandbox's clock runs in the same process, and nothing listens outside this machine. */
export async function api(): Promise<void> {
  const { config, log } = begin('api');
  const { runApi } = await import('../../http/run.ts');
  if (config.clock === 'wall') {
    await runApi(config, { log, ...(config.sandbox === null ? {} : { host: LOOPBACK }) });
    return;
  }
  const { createSandboxClock } = await import('../../sandbox/clock/wire.ts');
  await runApi(config, { log, host: LOOPBACK, sandboxClock: (ctx) => createSandboxClock(config, ctx) });
}

/** `pacto worker [--queues …]`. */
export async function worker(options: { readonly queues?: string | undefined }): Promise<void> {
  const queues = queuesOf(options.queues);
  const { config, log } = begin('worker');
  const { runWorker } = await import('../../worker/run.ts');
  await runWorker(config, { queues, log });
}

/** Names of queues as a comma list; ERR_USAGE names the wrong one. */
export function queuesOf(list: string | undefined): QueueName[] {
  const known = Object.keys(QUEUES) as QueueName[];
  if (list === undefined) return known;
  return list.split(',').map((item) => {
    const found = known.find((name) => name === item.trim());
    if (found === undefined) throw new AppError('ERR_USAGE', `--queues: "${item.trim()}" is none of ${known.join(', ')}.`);
    return found;
  });
}

/** `pacto pump`. */
export async function pump(): Promise<void> {
  const { config, log } = begin('pump');
  const { runPump } = await import('../../intake/run.ts');
  await runPump(config, { log, signal: untilAsked() });
}
