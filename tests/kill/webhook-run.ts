/** The webhook run: vendors tell a portfolio thousands of things, some twice, in any order, while the API and the pump are killed; in the end each is there once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { isReceiptStatus } from '../../src/channels/receipts.ts';
import { onItsWay } from '../../src/db/agenda.ts';
import type { Db } from '../../src/db/pool.ts';
import { agreementsStarting } from '../../src/db/sandbox-progress.ts';
import type { StateReader } from '../../src/register/audit/applied.ts';
import type { AuditReport } from '../../src/register/audit/audit.ts';
import { callApi } from '../../src/sandbox/http.ts';
import { loadSample } from '../../src/sandbox/sample/load.ts';
import { sampleOf } from '../../src/sandbox/sample/scaled.ts';
import { loadSecrets } from '../../src/sandbox/secrets.ts';
import { clockOf, quiet, withRegister } from './kill-run.ts';
import { strike, type Kill, type Victim } from './killer.ts';
import { StartedSandbox, until } from './started-sandbox.ts';
import { moneyWrong, noticesLost, notAppliedOnce, optOutsLost, providerEventsLost, receiptsWrong, repliesWrong } from './webhook-checks.ts';
import { mixOf, type Mix, type Portfolio, type ToldAttempt } from './webhook-mix.ts';
import { Sender } from './webhook-sender.ts';

export interface WebhookRunOptions {
  readonly seed: number;
  /** Deliveries, repeats among them. */
  readonly webhooks: number;
  readonly repeatShare: number;
  readonly agreements: number;
  /** Virtual days lived before, so that there are messages to report on. */
  readonly days: number;
  readonly lanes: number;
  /** Who falls, in this order, spread evenly over the deliveries. */
  readonly kills: readonly Extract<Victim, 'api' | 'pump'>[];
  readonly say: (line: string) => void;
}

export interface WebhookRun {
  readonly mix: Mix;
  readonly taken: number;
  readonly unanswered: number;
  readonly failed: number;
  /** Wall seconds from the first delivery to the last 2xx, and until nothing was on its way. */
  readonly seconds: { readonly sending: number; readonly settled: number };
  readonly kills: readonly (Kill & { readonly waiting: number })[];
  /** Facts found once in the state of a running workflow. */
  readonly applied: number;
  /** By check, in words. */
  readonly faults: Readonly<Record<string, readonly string[]>>;
  readonly report: AuditReport;
}

const PORTFOLIO_SEED = 1;
const LOADED_WITHIN_MS = 120_000;
const LIVED_WITHIN_MS = 240_000;
const HANDED_OVER_WITHIN_MS = 180_000;
const BACKLOG_WITHIN_MS = 10_000;
const RETRY_MS = 250;

/** Starts a sandbox, lets it live, tells, kills, waits for quiet, checks. `after` sees the sandbox before it is stopped. */
export async function webhookRun(options: WebhookRunOptions, after: (sandbox: StartedSandbox) => Promise<void> = () => Promise.resolve()): Promise<WebhookRun> {
  const began = performance.now();
  const say = (line: string): void => options.say(`+${((performance.now() - began) / 1000).toFixed(1)} s  ${line}`);
  const sandbox = new StartedSandbox('--empty', '--no-play');
  let failed = true;
  try {
    await sandbox.ready();
    const run = await withRegister(sandbox, (db, auditNow, runs) => tellAll({ sandbox, db, auditNow, runs, options: { ...options, say } }));
    await after(sandbox);
    failed = false;
    return run;
  } finally {
    if (failed) say(`${sandbox.said}\nthe folder is kept: ${sandbox.folder}`);
    await sandbox.end(failed);
  }
}

interface Stage {
  readonly sandbox: StartedSandbox;
  readonly db: Db;
  readonly auditNow: () => Promise<AuditReport>;
  readonly runs: StateReader;
  readonly options: WebhookRunOptions;
}

async function tellAll(stage: Stage): Promise<WebhookRun> {
  const { sandbox, db, options: { say, webhooks: total, repeatShare, seed, lanes } } = stage;
  await live(stage);
  const { apiUrl, adminKey } = await sandbox.now();
  const mix = mixOf(await portfolioOf(db, await clockOf(apiUrl, adminKey)), { total, repeatShare, seed });
  say(`${mix.deliveries.length} webhooks, ${mix.distinct} different ones: ${JSON.stringify(mix.kinds)}`);
  const sender = new Sender({ apiUrl, secrets: await loadSecrets(sandbox.folder), lanes });
  const began = performance.now();
  const since = (): number => (performance.now() - began) / 1000;
  const [, kills] = await Promise.all([sender.sendAll(mix.deliveries), killAlong(stage, sender, mix.deliveries.length)]);
  const sending = since();
  say(`all are taken after ${sending.toFixed(1)} s`);
  await until('nothing is on its way', async () => (await onItsWay(db)).rows === 0 || sleep(RETRY_MS, false), HANDED_OVER_WITHIN_MS);
  const settled = since();
  say(`the outbox is empty after ${settled.toFixed(1)} s`);
  // Before the clock moves: then the provider tells of messages by itself again.
  const receipts = await receiptsWrong(db, mix.told);
  await quiet({ apiUrl, adminKey }, db);
  say('quiet');
  const applied = await notAppliedOnce(db, stage.runs);
  const faults = {
    'deliveries that nobody took': sender.lost, 'provider events lost': await providerEventsLost(db, mix.told), 'receipts wrong': receipts,
    'payment notifications lost': await noticesLost(db, mix.told), 'payments not booked once': await moneyWrong(db, mix.told),
    'replies not taken once': await repliesWrong(db, mix.told), 'opt-outs lost': await optOutsLost(db, mix.told), 'facts not applied once': applied.faults,
  };
  const report = await stage.auditNow();
  say('checked');
  return { mix, taken: sender.taken, unanswered: sender.unanswered, failed: sender.failed, seconds: { sending, settled }, kills, applied: applied.facts, faults, report };
}

/** Loads the portfolio and lets days pass, with a provider that keeps what became of the messages to itself: the bench tells it. */
async function live({ sandbox, db, options: { agreements, days, say } }: Stage): Promise<void> {
  const { apiUrl, adminKey, providerUrl } = await sandbox.now();
  for (const fault of [{ channel: 'sms', kind: 'lateCallback', rate: 1 }, { channel: 'email', kind: 'noCallback', rate: 1 }]) {
    const { status } = await callApi(providerUrl, { method: 'POST', path: '/__faults', key: adminKey, body: fault });
    if (status !== 201) throw new Error(`the provider refused a fault with ${status}`);
  }
  await loadSample({ apiUrl, adminKey, db, say: () => undefined, portfolio: (startsOn) => sampleOf(agreements, PORTFOLIO_SEED, startsOn) });
  await until('the agreements run', async () => (await agreementsStarting(db)) === 0, LOADED_WITHIN_MS);
  say(`${agreements} agreements are in`);
  const target = (await clockOf(apiUrl, adminKey)) + days * 86_400_000;
  // The answer comes after two minutes at the latest; what counts is the clock.
  const advancing = callApi(apiUrl, { method: 'POST', path: '/sandbox/clock/advance', key: adminKey, body: { days } }).catch(() => undefined);
  await until(`${days} days are lived`, async () => (await clockOf(apiUrl, adminKey)) >= target || sleep(RETRY_MS, false), LIVED_WITHIN_MS);
  await advancing;
  say(`${days} days are lived`);
}

async function portfolioOf(db: Db, now: number): Promise<Portfolio> {
  const attempts = await sql<Omit<ToldAttempt, 'receipt'> & { receipt: string | null }>`
    select attempt.id, attempt.provider, attempt.provider_id as "providerId", point.value as "to", attempt.receipt, (extract(epoch from attempt.begun_at) * 1000)::float8 as at
      from attempt join contact_point point on point.id = attempt.contact_point_id
     where attempt.state = 'sent' and attempt.provider in ('twilio-sms', 'sendgrid') and (attempt.receipt_rank < 4 or attempt.receipt = 'delivered') order by attempt.id`.execute(db);
  const agreements = await sql<Portfolio['agreements'][number]>`
    select creditor_id as "creditorId", external_id as "externalId", currency, balance_minor::float8 as "balanceMinor"
      from agreement where workflow_state = 'running' and balance_minor > 0 order by creditor_id, external_id`.execute(db);
  const phones = await sql<{ value: string }>`select distinct value from contact_point where kind = 'phone' order by value`.execute(db);
  return {
    now, agreements: agreements.rows, phones: phones.rows.map(({ value }) => value),
    attempts: attempts.rows.map(({ receipt, ...row }) => ({ ...row, receipt: isReceiptStatus(receipt) ? receipt : null })),
  };
}

/** Kills at even distances of what is taken; a pump falls while there are rows that it has to hand over. Resolves when everybody is back. */
async function killAlong({ sandbox, db, options: { kills, say } }: Stage, sender: Sender, deliveries: number): Promise<(Kill & { waiting: number })[]> {
  const struck: Promise<Kill & { waiting: number }>[] = [];
  for (const [index, victim] of kills.entries()) {
    const at = (deliveries * (index + 0.5)) / kills.length;
    while (sender.taken < at) await sleep(5);
    let waiting = (await onItsWay(db)).rows;
    if (victim === 'pump') await until('the pump has something to do', async () => (waiting = (await onItsWay(db)).rows) > 0, BACKLOG_WITHIN_MS);
    const { back } = await strike(sandbox, victim);
    say(`SIGKILL ${victim} after ${sender.taken} webhooks, ${waiting} rows in the outbox`);
    struck.push(back.then((kill) => ({ ...kill, waiting })));
  }
  return Promise.all(struck);
}
