/** `npm start` as a person runs it: processes of their own, a folder of its own, real servers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, chmodSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../src/sandbox/alive.ts';
import { readSandbox, sandboxFile, type Sandbox } from '../../src/sandbox/sandbox-file.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const BACK_WITHIN_MS = 5_000;
const LOOK_MS = 50;

class Started {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  out = '';
  said = '';

  constructor(...flags: string[]) {
    this.child = spawn(process.execPath, [join(PROJECT, 'src', 'sandbox', 'start.ts'), '--empty', '--no-play', '--data', folder, ...flags], {
      // As a person's shell: no server of this test run, and a language for the live line.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LANG: 'es_CL.UTF-8' }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    this.exited = new Promise((resolve) => this.child.on('exit', resolve));
  }

  async ready(): Promise<Sandbox> {
    await until(() => Promise.resolve(/^ready$/m.test(this.out) || this.child.exitCode !== null), 60_000);
    const sandbox = await readSandbox(folder);
    if (sandbox === null) throw new Error(`the sandbox did not become ready: ${this.said}`);
    return sandbox;
  }
}

let folder: string;
let running: Started;
let sandbox: Sandbox;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pacto-start-'));
  // PostgreSQL's own user has to pass it when the tests run as root.
  chmodSync(folder, 0o755);
  running = new Started('--port', '0');
  sandbox = await running.ready();
}, 90_000);

afterAll(async () => {
  running.child.kill('SIGKILL');
  await until(() => Promise.resolve(Object.values(sandbox.pids).every((pid) => !isAlive(pid))), 15_000).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function until(done: () => Promise<boolean>, limitMs: number): Promise<number> {
  const began = performance.now();
  while (!(await done().catch(() => false))) {
    if (performance.now() - began > limitMs) throw new Error(`not within ${limitMs} ms`);
    await sleep(LOOK_MS);
  }
  return performance.now() - began;
}

/** sandbox.json once every process of it runs: one that fell with its server is named a moment later. */
async function settled(): Promise<Sandbox> {
  await until(async () => {
    const now = await readSandbox(folder);
    if (now === null || !Object.values(now.pids).every((pid) => pid !== 0 && isAlive(pid))) return false;
    sandbox = now;
    return true;
  }, 15_000);
  return sandbox;
}

const call = (path: string, options: RequestInit = {}) => fetch(`${sandbox.apiUrl}${path}`, { ...options, headers: { authorization: `Bearer ${sandbox.adminKey}`, 'content-type': 'application/json' } });

test('ready means: readyz answers, the addresses are published for their owner, every process runs, the agent has shifts', async () => {
  expect((await fetch(`${sandbox.apiUrl}/readyz`)).status).toBe(200);
  expect(sandbox).toMatchObject({ consoleUrl: null, accounts: [], namespace: 'default', outboxUrl: `${sandbox.providerUrl}/` });
  expect(Object.values(sandbox.pids).map(isAlive)).toEqual([true, true, true, true, true, true]);
  expect(await (await call('/v1/agents')).json()).toMatchObject({ items: [{ id: 'agente' }] });
  expect(running.out).toMatch(/\d{4}-\d\d-\d\d · 0 SMS · 0 correos · 0 pagos · 0 llamadas · 0 prejudiciales · 0 saldados/);
});

test('a second start on the same folder is told who holds it', async () => {
  const second = new Started('--port', '0');
  expect(await second.exited).toBe(1);
  expect(second.said).toContain(`A sandbox is already running on ${folder}`);
  expect(await readSandbox(folder)).toEqual(sandbox);
});

test.each(['api', 'worker', 'pump', 'provider', 'postgres', 'temporal'] as const)('%s is killed and is back within 5 s, under a new process id in sandbox.json', async (name) => {
  const before = (await settled()).pids[name];
  expect(before).toBeGreaterThan(1);
  process.kill(before, 'SIGKILL');
  const took = await until(async () => {
    const now = await readSandbox(folder);
    if (now === null || now.pids[name] === 0 || now.pids[name] === before) return false;
    sandbox = now;
    return true;
  }, BACK_WITHIN_MS);
  expect(took).toBeLessThan(BACK_WITHIN_MS);
  await until(async () => (await fetch(`${sandbox.apiUrl}/readyz`)).status === 200, 30_000);
}, 45_000);

test('after all that it still works from end to end: an agreement is logged, its workflow runs, the clock moves', async () => {
  await call('/v1/creditors', { method: 'POST', body: JSON.stringify({ id: 'acme', name: 'Acme', type: 'firstParty', country: 'CL', currency: 'CLP' }) });
  const logged = await call('/v1/agreements', {
    method: 'POST',
    body: JSON.stringify({
      creditorId: 'acme', externalId: 'A-1', currency: 'CLP', instalments: [{ number: 1, dueOn: '2031-01-05', amountMinor: 45_990 }],
      person: { externalId: 'P-1', name: 'Persona de Ejemplo', zone: 'America/Santiago', contactPoints: [{ kind: 'phone', value: '+56961234567', consent: 'granted' }] },
    }),
  });
  expect(logged.status).toBe(201);
  await until(async () => ((await (await call('/v1/agreements/acme%2FA-1')).json()) as { runId: string | null }).runId !== null, 20_000);
  const advanced = await call('/sandbox/clock/advance', { method: 'POST', body: JSON.stringify({ days: 1 }) });
  expect(advanced.status).toBe(200);
}, 60_000);

test('Ctrl-C stops every process in order and takes sandbox.json away; the next start goes on where it was', async () => {
  const { now: before } = (await (await call('/sandbox/clock')).json()) as { now: string };
  const { pids } = await settled();
  running.child.kill('SIGINT');
  // npm passes a Ctrl-C on that the terminal has delivered already.
  running.child.kill('SIGINT');
  expect(await running.exited).toBe(0);
  expect(existsSync(sandboxFile(folder))).toBe(false);
  expect(Object.values(pids).filter(isAlive)).toEqual([]);
  expect(running.said).toContain('stopping; the next start goes on from here.');

  const key = sandbox.adminKey;
  running = new Started();
  sandbox = await running.ready();
  expect(sandbox.adminKey).toBe(key);
  expect(((await (await call('/v1/agreements/acme%2FA-1')).json()) as { phase: string }).phase).toBe('active');
  const { now } = (await (await call('/sandbox/clock')).json()) as { now: string };
  expect(Date.parse(now)).toBeGreaterThan(Date.parse(before));
}, 90_000);

test('a supervisor that is killed takes its processes with it, and the folder can be started again', async () => {
  const { pids } = await settled();
  running.child.kill('SIGKILL');
  await running.exited;
  await until(() => Promise.resolve(Object.values(pids).every((pid) => !isAlive(pid))), 15_000);
  running = new Started();
  sandbox = await running.ready();
  expect(readFileSync(join(folder, 'logs', 'api.log'), 'utf8')).not.toContain('Persona de Ejemplo');
}, 90_000);
