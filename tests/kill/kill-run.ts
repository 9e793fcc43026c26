/** The kill run: a playing sandbox loses its processes one after the other, facts are reported all the while, and in the end nothing is lost and nothing happened twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { wallNow } from '../../src/clock.ts';
import { openGateway } from '../../src/client/gateway.ts';
import { shippedPolicies } from '../../src/contact-law/shipped.ts';
import { onItsWay } from '../../src/db/agenda.ts';
import { openDb, type Db } from '../../src/db/pool.ts';
import { liveCounts, type LiveCounts } from '../../src/db/sandbox-progress.ts';
import { createLog } from '../../src/observability/log.ts';
import { audit, type AuditReport } from '../../src/register/audit/audit.ts';
import type { StateReader } from '../../src/register/audit/applied.ts';
import { openRegister } from '../../src/register/context.ts';
import { callApi } from '../../src/sandbox/http.ts';
import type { Sandbox } from '../../src/sandbox/sandbox-file.ts';
import { loadSecrets } from '../../src/sandbox/secrets.ts';
import { CreditorSystem, type Promised } from './creditor-system.ts';
import { carryOut, planKills, type Kill, type Victim } from './killer.ts';
import { StartedSandbox, until } from './started-sandbox.ts';

const DAY = 86_400_000;
const WHOLE_WITHIN_MS = 20_000;
/** A day takes a second or less; a machine that is busy with other things needs several. */
const DAY_WITHIN_MS = 20_000;
/** A killed worker's activity is tried again after 15 s, its workflow task after 10 s; several of them follow each other. */
const QUIET_WITHIN_MS = 240_000;
/** Two days cover every validity and the hour after it: by then each open question about a contact is closed. */
const SETTLE_DAYS = 2;
const BETWEEN_TRIES_MS = 500;
const LOOK_FOR_MS = 2_000;

export interface KillRunOptions {
  readonly seed: number;
  /** How often each process is killed. */
  readonly times: Readonly<Record<Victim, number>>;
  readonly daysPerSecond: number;
  /** Days played before the first kill, so that there is something to lose. */
  readonly headStartDays: number;
  readonly say: (line: string) => void;
}

export interface KillRun {
  readonly kills: readonly Kill[];
  /** Virtual days from the first kill to the end. */
  readonly days: number;
  readonly counts: LiveCounts;
  readonly promised: Promised;
  /** Accepted facts that are not there exactly once, in words. */
  readonly differences: readonly string[];
  readonly report: AuditReport;
}

/** Starts a sandbox with the sample, plays it, kills, waits for quiet, audits. `after` sees the sandbox before it is stopped. */
export async function killRun(options: KillRunOptions, after: (sandbox: StartedSandbox) => Promise<void> = () => Promise.resolve()): Promise<KillRun> {
  const { seed, times, say } = options;
  const began = performance.now();
  const tell = (line: string): void => say(`+${((performance.now() - began) / 1000).toFixed(1)} s  ${line}`);
  const sandbox = new StartedSandbox('--speed', String(options.daysPerSecond));
  let failed = true;
  try {
    const { apiUrl, adminKey } = await sandbox.ready();
    tell('ready');
    const from = await clockOf(apiUrl, adminKey);
    await until('the head start', async () => (await clockOf(apiUrl, adminKey)) > from + options.headStartDays * DAY, options.headStartDays * DAY_WITHIN_MS);
    tell(`day ${options.headStartDays}, killing with seed ${seed}`);
    const system = new CreditorSystem({ apiUrls: [apiUrl], adminKey, lanes: 2, today: new Date(await clockOf(apiUrl, adminKey)).toISOString().slice(0, 10) });
    const reporting = system.run();
    const kills = await Promise.race([
      carryOut(planKills(seed, times), { sandbox, say: tell, clock: () => readClock(apiUrl, adminKey) }),
      // A report that is refused is a failure at once; otherwise reporting ends only when it is told to.
      reporting.then(() => Promise.reject(new Error('the creditor\'s system stopped by itself'))),
    ]);
    system.stop();
    await reporting;
    await sandbox.whole(WHOLE_WITHIN_MS);
    tell('everybody is back; waiting for quiet');
    const result = await withRegister(sandbox, async (db, auditNow) => {
      await quiet(await sandbox.now(), db);
      tell('quiet');
      return { counts: await liveCounts(db), differences: await system.differences(), report: await auditNow() };
    });
    await after(sandbox);
    const days = Math.round((await clockOf(apiUrl, adminKey) - from) / DAY);
    failed = false;
    return { kills, days, promised: system.promised(), ...result };
  } finally {
    if (failed) say(`${sandbox.said}\nthe folder is kept: ${sandbox.folder}`);
    await sandbox.end(failed);
  }
}

const clockAnswer = z.object({ now: z.iso.datetime().transform((text) => Date.parse(text)), advancingTo: z.iso.datetime().optional() });

/** Business time, epoch ms; null while the API is away. */
async function readClock(apiUrl: string, adminKey: string): Promise<number | null> {
  const response = await fetch(`${apiUrl}/sandbox/clock`, { headers: { authorization: `Bearer ${adminKey}` }, signal: AbortSignal.timeout(LOOK_FOR_MS) }).catch(() => null);
  return response?.ok === true ? clockAnswer.parse(await response.json()).now : null;
}

/** The same, asked again while the API is away. */
export async function clockOf(apiUrl: string, adminKey: string): Promise<number> {
  return clockAnswer.parse((await callApi(apiUrl, { method: 'GET', path: '/sandbox/clock', key: adminKey })).body).now;
}

/** Stops playing and lets the clock finish what is due, until nothing is on its way. */
export async function quiet({ apiUrl, adminKey }: Pick<Sandbox, 'apiUrl' | 'adminKey'>, db: Db): Promise<void> {
  const post = (path: string, body: unknown) => callApi(apiUrl, { method: 'POST', path, key: adminKey, body });
  await post('/sandbox/play', { daysPerSecond: 0 });
  const target = (await clockOf(apiUrl, adminKey)) + SETTLE_DAYS * DAY;
  const advancing = post('/sandbox/clock/advance', { days: SETTLE_DAYS }).catch(() => undefined);
  await until('the clock is there and nothing is on its way', async () => {
    const { now, advancingTo } = clockAnswer.parse((await callApi(apiUrl, { method: 'GET', path: '/sandbox/clock', key: adminKey })).body);
    if (now < target || advancingTo !== undefined) return sleep(BETWEEN_TRIES_MS, false);
    const { rows, attempts } = await onItsWay(db);
    return rows === 0 && attempts === 0;
  }, QUIET_WITHIN_MS);
  await advancing;
}

/** The register of a sandbox, with an audit that judges everything: what has come to rest is not on its way, however young it is. */
export async function withRegister<T>(sandbox: StartedSandbox, work: (db: Db, auditNow: () => Promise<AuditReport>, runs: StateReader) => Promise<T>): Promise<T> {
  const { databaseUrl, temporalAddress: address, namespace, providerUrl } = await sandbox.now();
  const log = createLog({ level: 'error', process: 'test' });
  const opened = openDb(databaseUrl, { log, max: 8 });
  const gateway = await openGateway({ temporal: { address, namespace, apiKey: null, tls: false }, clock: 'virtual', db: opened.db });
  try {
    const { identityKey } = await loadSecrets(sandbox.folder);
    const ctx = await openRegister({ clock: 'virtual', identityKey }, opened.db, log);
    return await work(opened.db, () => audit(ctx, { gateway, providerUrl, policies: shippedPolicies(process.versions.tz ?? 'unknown'), wallNow: () => wallNow() + 2 * 60_000 }), gateway);
  } finally {
    await gateway.close();
    await opened.close();
  }
}
