/** `npm start` as a process of its own, in a folder of its own: for tests that end its parts. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../../src/sandbox/alive.ts';
import { readSandbox, type Sandbox } from '../../src/sandbox/sandbox-file.ts';

export const PROJECT = join(import.meta.dirname, '..', '..');
const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 40_000;
const GUARDIAN_MS = 15_000;
const LOOK_MS = 50;

/** Polls until `done`; throws an error that says `what` when it takes longer. */
export async function until(what: string, done: () => Promise<boolean> | boolean, limitMs: number): Promise<void> {
  const began = performance.now();
  while (!(await done())) {
    if (performance.now() - began > limitMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(LOOK_MS);
  }
}

export class StartedSandbox {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** What it said on stderr. */
  said = '';
  #out = '';
  #first: Sandbox | null = null;

  /** Starts it; `flags` as after `npm start --`. */
  constructor(...flags: string[]) {
    this.folder = mkdtempSync(join(tmpdir(), 'pacto-kill-'));
    // PostgreSQL's own user has to pass it when the tests run as root.
    chmodSync(this.folder, 0o755);
    this.#child = spawn(process.execPath, [join(PROJECT, 'src', 'sandbox', 'start.ts'), '--data', this.folder, '--port', '0', ...flags], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'C.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#out = (this.#out + chunk.toString()).slice(-4_000)));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    this.#exited = new Promise((resolve) => this.#child.on('exit', resolve));
  }

  /** Resolves when it is ready. */
  async ready(): Promise<Sandbox> {
    await until('ready', () => /^ready$/m.test(this.#out) || this.#child.exitCode !== null, READY_WITHIN_MS);
    this.#first = await readSandbox(this.folder);
    if (this.#first === null) throw new Error(`the sandbox did not become ready: ${this.said}`);
    return this.#first;
  }

  /** sandbox.json as it is now; it is always there while the sandbox is ready. */
  async now(): Promise<Sandbox> {
    const sandbox = await readSandbox(this.folder);
    if (sandbox === null) throw new Error(`sandbox.json is gone: ${this.said}`);
    return sandbox;
  }

  /** sandbox.json once all six processes run. */
  async whole(limitMs: number): Promise<Sandbox> {
    let found: Sandbox | null = null;
    await until('all six processes run', async () => {
      const sandbox = await this.now();
      if (Object.values(sandbox.pids).every((pid) => pid !== 0 && isAlive(pid))) found = sandbox;
      return found !== null;
    }, limitMs);
    return found ?? this.now();
  }

  logOf(name: string): string {
    return readFileSync(join(this.folder, 'logs', `${name}.log`), 'utf8');
  }

  /** Stops it as Ctrl-C does and removes its folder; `keep` leaves the folder for somebody to look at. */
  async end(keep = false): Promise<void> {
    this.#child.kill('SIGINT');
    await Promise.race([this.#exited, sleep(STOP_WITHIN_MS)]);
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
    const pids = Object.values((await readSandbox(this.folder))?.pids ?? this.#first?.pids ?? {});
    await until('its processes are gone', () => pids.every((pid) => !isAlive(pid)), GUARDIAN_MS).catch(() => undefined);
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}
