/**
 * How fast a whole sandbox lives: 200 agreements of the sample's kind, 90 virtual days, then the audit. Everything is as
 * `npm start` has it (six processes, scripted people, receipts), in a folder and on ports of its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { z } from 'zod';
import { openDb, type Db } from '../src/db/pool.ts';
import { agreementsStarting, liveCounts } from '../src/db/sandbox-progress.ts';
import { createLog } from '../src/observability/log.ts';
import { callApi } from '../src/sandbox/http.ts';
import { loadSample } from '../src/sandbox/sample/load.ts';
import { sampleOf } from '../src/sandbox/sample/scaled.ts';
import { readSandbox, type Sandbox } from '../src/sandbox/sandbox-file.ts';
import type { Figure } from './main.ts';

const AGREEMENTS = 200;
const DAYS = 90;
const SEED = 1;
const MOST_SECONDS = 300;
/** The audit leaves alone what is younger than a minute of wall time. */
const AUDITABLE_AFTER_MS = 61_000;
const LOOK_MS = 250;
const TELL_EVERY_MS = 10_000;
const START_PATIENCE_MS = 300_000;
const STOP_PATIENCE_MS = 60_000;
const PROGRAM = join(import.meta.dirname, '..', 'src');

const say = (line: string): void => void process.stderr.write(`pacto: ${line}\n`);

export async function benchSandbox(): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pacto-bench-'));
  await chmod(folder, 0o755);
  const data = join(folder, 'data');
  const started = startSandbox(data);
  try {
    const sandbox = await ready(started, data);
    const log = createLog({ level: 'silent', process: 'bench' });
    const opened = openDb(sandbox.databaseUrl, { log, max: 2 });
    try {
      await load(sandbox, opened.db);
      const lived = await live(sandbox, opened.db);
      await sleep(AUDITABLE_AFTER_MS);
      return figuresOf(lived, await audited(data));
    } finally {
      await opened.close();
    }
  } finally {
    await stop(started);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Servers and credentials of the person's own have no place here: the figure would say something else. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '', LOG_LEVEL: 'warn' };
}

function startSandbox(data: string): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(PROGRAM, 'sandbox', 'start.ts'), '--empty', '--no-play', '--data', data, '--port', '0'],
    { env: environment(), stdio: ['ignore', 'ignore', 'inherit'] });
}

async function ready(started: ChildProcess, data: string): Promise<Sandbox> {
  const until = performance.now() + START_PATIENCE_MS;
  while (started.exitCode === null && performance.now() < until) {
    const sandbox = await readSandbox(data);
    if (sandbox !== null) return sandbox;
    await sleep(LOOK_MS);
  }
  throw new Error('The sandbox did not start.');
}

async function load(sandbox: Sandbox, db: Db): Promise<void> {
  await loadSample({ apiUrl: sandbox.apiUrl, adminKey: sandbox.adminKey, db, say: () => undefined, portfolio: (startsOn) => sampleOf(AGREEMENTS, SEED, startsOn) });
  while ((await agreementsStarting(db)) > 0) await sleep(LOOK_MS);
  say(`${AGREEMENTS} agreements are in`);
}

interface Lived {
  readonly seconds: number;
  readonly contacts: number;
  readonly payments: number;
  readonly callbacks: number;
  readonly preLegal: number;
  readonly entries: number;
  readonly dueMoves: number;
}

const reading = z.looseObject({ now: z.string(), advancingTo: z.string().optional(), blockedBy: z.string().optional() });

async function live(sandbox: Sandbox, db: Db): Promise<Lived> {
  const { apiUrl, adminKey } = sandbox;
  const clock = async () => reading.parse((await callApi(apiUrl, { method: 'GET', path: '/sandbox/clock', key: adminKey })).body);
  const target = Date.parse((await clock()).now) + DAYS * 86_400_000;
  const began = performance.now();
  let told = began;
  // Asked once: a second request would be ninety days more. The answer comes after two minutes at the latest; what counts is the clock.
  const asked = fetch(`${apiUrl}/sandbox/clock/advance`, {
    method: 'POST', headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ days: DAYS }),
  });
  for (;;) {
    await sleep(LOOK_MS);
    const { now, advancingTo, blockedBy } = await clock();
    if (advancingTo === undefined && Date.parse(now) >= target) break;
    if (performance.now() - told < TELL_EVERY_MS) continue;
    told = performance.now();
    say(`${now.slice(0, 16)} after ${Math.round((told - began) / 1_000)} s${blockedBy === undefined ? '' : `, waiting for ${blockedBy}`}`);
  }
  const seconds = (performance.now() - began) / 1_000;
  await asked;
  const { sms, emails, payments, callbacks, preLegal } = await liveCounts(db);
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from timeline_entry`.execute(db);
  return { seconds, contacts: sms + emails, payments, callbacks, preLegal, entries: rows[0]?.n ?? 0, dueMoves: await timersFired(sandbox) };
}

/** What the clock moved somebody for: timers that fired, over all runs. */
async function timersFired({ temporalAddress, namespace }: Sandbox): Promise<number> {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const client = new Client({ connection, namespace });
    let fired = 0;
    for await (const { workflowId, runId } of client.workflow.list()) {
      const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      fired += (events ?? []).filter((event) => event.timerFiredEventAttributes).length;
    }
    return fired;
  } finally {
    await connection.close();
  }
}

const COUNTERS = ['duplicates', 'unexplained', 'lost', 'unlawful', 'contactedAfterPayment', 'unbalanced', 'brokenChains'] as const;
const auditReport = z.object({
  attempts: z.number(), contacts: z.number(), duplicates: z.number(), unexplained: z.number(), lost: z.number(), unlawful: z.number(),
  contactedAfterPayment: z.number(), unbalanced: z.number(), brokenChains: z.number(),
  findings: z.array(z.object({ counter: z.string(), agreementId: z.string().nullable().optional(), detail: z.string() })),
});
type AuditReport = z.output<typeof auditReport>;

/** `pacto audit --json`, as anybody would call it. */
async function audited(data: string): Promise<AuditReport> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(PROGRAM, 'cli', 'main.ts'), 'audit', '--json', '--data', data],
    { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  await once(child, 'close');
  const report = auditReport.parse(JSON.parse(out));
  for (const { counter, agreementId, detail } of report.findings) say(`${counter} ${agreementId ?? '-'} ${detail}`);
  if (COUNTERS.some((counter) => report[counter] > 0)) process.exitCode = 1;
  return report;
}

function figuresOf(lived: Lived, report: AuditReport): Figure[] {
  return [
    { name: 'agreements', value: AGREEMENTS, unit: '' },
    { name: 'virtual time', value: DAYS, unit: 'days' },
    { name: 'wall time', value: lived.seconds.toFixed(1), unit: `s (${MOST_SECONDS} at most)` },
    { name: 'speed', value: (DAYS / lived.seconds).toFixed(2), unit: 'days/s' },
    { name: 'contacts', value: lived.contacts, unit: 'messages' },
    { name: 'payments', value: lived.payments, unit: '' },
    { name: 'agent calls', value: lived.callbacks, unit: '' },
    { name: 'pre-legal cases', value: lived.preLegal, unit: '' },
    { name: 'due moves', value: lived.dueMoves, unit: 'timers fired' },
    { name: 'timeline entries', value: lived.entries, unit: '' },
    ...COUNTERS.map((counter) => ({ name: `audit: ${counter}`, value: report[counter], unit: '' })),
  ];
}

async function stop(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null) return;
  const gone = once(started, 'exit');
  started.kill('SIGINT');
  const stopped = await Promise.race([gone.then(() => true), sleep(STOP_PATIENCE_MS, false, { ref: false })]);
  if (!stopped) started.kill('SIGKILL');
}
