/** The Temporal dev server of the sandbox and of the tests: the real server with virtual time switched on. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTE_TYPES } from '../../client/setup-temporal.ts';
import { AppError } from '../../errors.ts';
import { freePort, LOOPBACK, waitForListener } from '../ports.ts';
import type { Guardian } from './guardian.ts';
import type { NativeProcess } from './native-process.ts';
import { startNativeProcess } from './native-process.ts';
import { runProgram } from './run-program.ts';

export interface TemporalServer {
  /** host:port for clients and workers. */
  readonly address: string;
  readonly uiUrl: string;
  readonly namespace: string;
  readonly pid: number;
  /** Settles when the server has ended, however it did. */
  readonly exited: Promise<void>;
  /** Ends the server; with a data folder nothing is lost. */
  stop(): Promise<void>;
}

export interface TemporalServerOptions {
  /** Path of the Temporal CLI (resolveTemporalBinary). */
  readonly binary: string;
  /** Folder for the state (SQLite) and the log; null: in memory, without a log. */
  readonly dataDir: string | null;
  readonly port?: number;
  readonly uiPort?: number;
  readonly guardian?: Guardian | undefined;
  /** Besides its own. */
  readonly flags?: readonly string[];
}

const NAMESPACE = 'default';
/** Ten years: the dev server forgets closed runs after a day otherwise, and virtual time passes months in minutes. */
const RETENTION = '87600h';
const START_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 10_000;

/**
 * Virtual time, and what makes it fast. Measured: without the time shift every skip costs 1 s, with one of 10 ms a timer
 * fires some 120 ms after the skip to it, with 1 ms some 60; the server has one shard, whose queues are read 20 times a
 * second unless told otherwise; the pragmas double the throughput and survive killed processes.
 */
const FLAGS = [
  '--dynamic-config-value', 'frontend.WorkflowTimeSkippingEnabled=true',
  '--dynamic-config-value', 'history.timerProcessorMaxTimeShift="1ms"',
  '--dynamic-config-value', 'history.timerProcessorMaxPollRPS=1000',
  '--dynamic-config-value', 'history.transferProcessorMaxPollRPS=1000',
  '--dynamic-config-value', 'matching.enableFairness=true',
  '--sqlite-pragma', 'journal_mode=wal',
  '--sqlite-pragma', 'synchronous=off',
];

/** Starts the server and resolves when its namespace answers; rejects with ERR_BOOTSTRAP and the server's last words. */
export async function startTemporal(options: TemporalServerOptions): Promise<TemporalServer> {
  const [port, uiPort] = [options.port ?? (await freePort()), options.uiPort ?? (await freePort())];
  if (options.dataDir !== null) await mkdir(options.dataDir, { recursive: true });
  const child = startNativeProcess({
    command: options.binary,
    args: [
      'server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--ui-port', String(uiPort), '--ui-disable-news-fetch', '--log-level', 'error',
      ...(options.dataDir === null ? [] : ['--db-filename', join(options.dataDir, 'temporal.db')]),
      ...FLAGS,
      ...(options.flags ?? []),
      ...Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ],
    env: withoutTemporalSettings(),
    logFile: options.dataDir === null ? null : join(options.dataDir, 'temporal.log'),
    guardian: options.guardian,
  });
  const address = `${LOOPBACK}:${port}`;
  try {
    await waitUntilServing(options.binary, address, port, child);
  } catch (error) {
    await child.stop('SIGTERM', STOP_GRACE_MS);
    throw error;
  }
  return {
    address, uiUrl: `http://${LOOPBACK}:${uiPort}`, namespace: NAMESPACE, pid: child.pid, exited: child.exited,
    stop: () => child.stop('SIGTERM', STOP_GRACE_MS),
  };
}

/** Serving means that the namespace can be changed; the change is the one we need anyway. */
async function waitUntilServing(binary: string, address: string, port: number, child: NativeProcess): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  const giveUp = () => child.hasExited() || performance.now() > deadline;
  await waitForListener(port, giveUp);
  let output = '';
  while (!giveUp()) {
    const result = await runProgram(binary, ['operator', 'namespace', 'update', '--namespace', NAMESPACE, '--retention', RETENTION, '--address', address],
      { limitMs: 10_000, env: withoutTemporalSettings() });
    if (result.code === 0) return;
    output = result.output;
    await sleep(100);
  }
  throw new AppError('ERR_BOOTSTRAP', `The Temporal server did not start on ${address}: ${firstReason(child.lastWords(), output)}`);
}

/** A profile of the person's own (TEMPORAL_API_KEY, TEMPORAL_TLS …) must not steer the sandbox's server. */
function withoutTemporalSettings(): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith('TEMPORAL_')) env[name] = undefined;
  // A Go program of 100 MB that allocates much: collecting at every doubling was a fifth of its processor time.
  env['GOGC'] ??= '400';
  return env;
}

function firstReason(words: string, output: string): string {
  return (words || output).trim().split('\n').at(-1)?.slice(0, 300) ?? 'no reason given';
}
