/** Runs a program to its end: for tools such as pip, go, or the Temporal CLI's one-shot commands. */
import { execFile } from 'node:child_process';

export interface RunOptions {
  /** Killed after this many milliseconds. */
  readonly limitMs: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface RunResult {
  /** Exit code; 127 when there is no such program, 1 when it was killed. */
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

export type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<RunResult>;

/** Runs the program and resolves to its exit code and output; it never rejects. */
export const runProgram: Run = (command, args, options) =>
  new Promise((resolve) => {
    const settings = { timeout: options.limitMs, maxBuffer: 16 * 1024 * 1024, ...(options.cwd === undefined ? {} : { cwd: options.cwd }), env: options.env ?? process.env };
    execFile(command, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, output: stdout + stderr });
      const code = error.code === 'ENOENT' ? 127 : typeof error.code === 'number' ? error.code : 1;
      return resolve({ code, output: stdout + stderr || error.message });
    });
  });
