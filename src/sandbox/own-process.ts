/** Pacto's own programs as the sandbox runs them: a process each, with a log file, in a process group of its own. */
import { join } from 'node:path';
import type { Running } from './kept-process.ts';
import type { Guardian } from './servers/guardian.ts';
import { startNativeProcess } from './servers/native-process.ts';

export const OWN_PROCESSES = ['provider', 'worker', 'pump', 'api'] as const;
export type OwnProcess = (typeof OWN_PROCESSES)[number];

const SOURCES = join(import.meta.dirname, '..');
const CLI = join(SOURCES, 'cli', 'main.ts');

/** The production processes are the CLI's commands; only the provider sandbox is a program of its own. */
const ARGUMENTS: Readonly<Record<OwnProcess, readonly string[]>> = {
  provider: [join(SOURCES, 'sandbox', 'provider', 'main.ts')],
  worker: [CLI, 'worker'],
  pump: [CLI, 'pump'],
  api: [CLI, 'api'],
};

/** What Node made of the sources is kept: half of the time that a start takes (1.3 s of CPU, 0.7 s with it), and a fallen process is missed for as long. */
const COMPILED = join(SOURCES, '..', '.cache', 'compiled');

/** An activity may need its 15 s; whatever needs longer is killed and resumes at the next start. */
const STOP_GRACE_MS = 15_000;

export interface OwnProcessOptions {
  readonly name: OwnProcess;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logs: string;
  readonly guardian: Guardian;
}

export function logFileOf(logs: string, name: OwnProcess): string {
  return join(logs, `${name}.log`);
}

/** Starts the program; whether it serves is for the caller to find out. */
export function launchOwn({ name, env, logs, guardian }: OwnProcessOptions): Running {
  const child = startNativeProcess({
    command: process.execPath, args: ['--disable-warning=ExperimentalWarning', ...ARGUMENTS[name]], env: { NODE_COMPILE_CACHE: COMPILED, ...env }, logFile: logFileOf(logs, name), guardian,
  });
  return { pid: child.pid, exited: child.exited, stop: () => child.stop('SIGTERM', STOP_GRACE_MS) };
}
