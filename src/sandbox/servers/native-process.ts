/** A server program that is not ours (PostgreSQL, Temporal), run as a child with its last words kept for an error message. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guardian } from './guardian.ts';

const LAST_LINES = 20;

export interface NativeProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Run as this user (PostgreSQL refuses root). */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Everything the program says is appended here; null: nowhere. */
  readonly logFile: string | null;
  readonly guardian?: Guardian | undefined;
}

export interface NativeProcess {
  readonly pid: number;
  /** Settles when the process has ended, however it did. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** The last lines the program wrote, for an error message. */
  lastWords(): string;
  /** Sends the signal, waits up to `graceMs` for the end, then SIGKILL. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/** Starts the program in a process group of its own (Ctrl-C in the terminal must not stop a database before its clients). */
export function startNativeProcess(options: NativeProcessOptions): NativeProcess {
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: '/', env: { ...process.env, ...options.env }, ...options.user,
  });
  const lines: string[] = [];
  const file = options.logFile === null ? null : createWriteStream(options.logFile, { flags: 'a' });
  file?.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      file?.write(chunk);
      lines.push(...chunk.split('\n').filter((line) => line.trim() !== ''));
      lines.splice(0, lines.length - LAST_LINES);
    });
  }
  const pid = child.pid ?? 0;
  if (pid > 0) options.guardian?.watch(pid);
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      if (pid > 0) options.guardian?.unwatch(pid);
      file?.end();
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      lines.push(error.message);
      end();
    });
  });
  return { pid, exited, hasExited: () => ended, lastWords: () => lines.join('\n'), stop: (signal, graceMs) => stop(child, exited, signal, graceMs) };
}

async function stop(child: ChildProcess, exited: Promise<void>, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  child.kill(signal);
  const timer = new AbortController();
  const late = sleep(graceMs, 'late' as const, { signal: timer.signal }).catch(() => 'stopped' as const);
  if ((await Promise.race([exited, late])) === 'late') child.kill('SIGKILL');
  timer.abort();
  await exited;
}
