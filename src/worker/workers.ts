/** The workers of one process: workflows and quick activities on `agreements`, sending on `deliver`, bulk on `batch`. */
import { availableParallelism } from 'node:os';
import { NativeConnection, Runtime, Worker, type RuntimeOptions, type WorkerOptions } from '@temporalio/worker';
import { DEPLOYMENT, type Queues } from '../../workflows/contract.ts';
import type { TemporalConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../observability/log.ts';
import { retryBrake } from './retry-brake.ts';

export type QueueName = keyof Queues;

export interface WorkersOptions {
  readonly temporal: TemporalConfig;
  readonly clock: 'wall' | 'virtual';
  readonly queues: Queues;
  readonly serve: readonly QueueName[];
  readonly buildId: string;
  readonly deploymentName?: string;
  /** Path of the bundle (src/worker/bundle.ts). */
  readonly bundlePath: string;
  readonly activities: Record<string, (...args: never[]) => Promise<unknown>>;
  readonly log: Log;
  /** Where the SDK's own metrics are served (`/metrics`); null or absent: nowhere. */
  readonly metricsPort?: number | null;
}

export interface RunningWorkers {
  /** Settles when every worker has ended; rejects when one failed. */
  readonly ended: Promise<void>;
  /** Lets running activities end (20 s at most), then ends. */
  stop(): Promise<void>;
}

const SHUTDOWN_GRACE = '20s';
const RETRY_HOLD_MS = 1_000;
/** A cached idle run costs about 0.12 MB; with the V8 context shared, 2,000 of them stay below 300 MB. */
const CACHED_RUNS = 2_000;

let runtimeInstalled = false;

/** The SDK's own log joins ours, without its metadata: that holds workflow ids only, but also whatever a failure quotes. */
function installRuntime(log: Log, metricsPort: number | null): void {
  if (runtimeInstalled) return;
  try {
    Runtime.install(runtimeOptions(log, metricsPort));
  } catch (cause) {
    if (metricsPort === null) throw cause;
    throw new AppError('ERR_CONFIG', `METRICS_PORT: port ${metricsPort} cannot be used; give each process of a machine its own.`, { cause });
  }
  runtimeInstalled = true;
}

function runtimeOptions(log: Log, metricsPort: number | null): RuntimeOptions {
  const write = (level: string, message: string): void => {
    if (level === 'ERROR') log.error(message);
    else if (level === 'WARN') log.warn(message);
    else log.debug(message);
  };
  return {
    logger: {
      log: (level, message) => write(level, message),
      trace: (message) => write('TRACE', message),
      debug: (message) => write('DEBUG', message),
      info: (message) => write('INFO', message),
      warn: (message) => write('WARN', message),
      error: (message) => write('ERROR', message),
    },
    telemetryOptions: {
      logging: { forward: {}, filter: 'WARN' },
      ...(metricsPort === null ? {} : { metrics: { prometheus: { bindAddress: `0.0.0.0:${metricsPort}`, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } } }),
    },
    shutdownSignals: [],
  };
}

/** Connects and starts polling. */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  installRuntime(options.log, options.metricsPort ?? null);
  const { temporal } = options;
  const connection = await NativeConnection.connect({
    address: temporal.address,
    ...(temporal.apiKey === null ? {} : { apiKey: temporal.apiKey }),
    ...(temporal.tls ? { tls: true } : {}),
  });
  const workers = await Promise.all(options.serve.map((queue) => Worker.create(workerOptions(options, queue, connection))));
  const ended = Promise.all(workers.map((worker) => worker.run())).then(
    () => connection.close(),
    async (error: unknown) => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      throw error;
    },
  );
  return {
    ended,
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended;
    },
  };
}

function workerOptions(options: WorkersOptions, queue: QueueName, connection: NativeConnection): WorkerOptions {
  const slots = Math.max(16, availableParallelism() * 8);
  return {
    connection,
    namespace: options.temporal.namespace,
    taskQueue: options.queues[queue],
    activities: options.activities,
    ...(queue === 'agreements' ? { workflowBundle: { codePath: options.bundlePath }, maxCachedWorkflows: CACHED_RUNS } : {}),
    maxConcurrentActivityTaskExecutions: slots,
    shutdownGraceTime: SHUTDOWN_GRACE,
    // Versioning is the same for every queue: an activity queue that did not poll the build would hold back its promotion.
    workerDeploymentOptions: {
      useWorkerVersioning: true,
      version: { deploymentName: options.deploymentName ?? DEPLOYMENT, buildId: options.buildId },
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
    ...(options.clock === 'virtual' ? { interceptors: { activity: [retryBrake(RETRY_HOLD_MS)] } } : {}),
  };
}
