/** Two workers, two pumps and two APIs on one installation, as a deployment runs them: one portfolio, nothing lost, nothing twice. */
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectTemporal } from '../../src/client/temporal.ts';
import type { AuditReport } from '../../src/register/audit/audit.ts';
import { callApi } from '../../src/sandbox/http.ts';
import type { Sandbox } from '../../src/sandbox/sandbox-file.ts';
import { answers } from '../../src/sandbox/ready-to-serve.ts';
import { CreditorSystem } from './creditor-system.ts';
import { clockOf, quiet, withRegister } from './kill-run.ts';
import { startSecondOfEach, type SecondOfEach } from './second-of-each.ts';
import { StartedSandbox, until } from './started-sandbox.ts';

const DAY = 86_400_000;
const DAYS = 8;
const SERVES_WITHIN_MS = 60_000;
const PLAYED_WITHIN_MS = 180_000;

let running: StartedSandbox;
let sandbox: Sandbox;
let second: SecondOfEach | null = null;
let system: CreditorSystem;
let differences: readonly string[];
let report: AuditReport;
/** What each process did according to Temporal, which writes down who spoke to it: `12345@host`. */
let deeds: ReadonlyMap<number, { handedOver: number; worked: number }>;

beforeAll(async () => {
  running = new StartedSandbox('--no-play');
  sandbox = await running.ready();
  const { apiUrl, adminKey } = sandbox;
  second = await startSecondOfEach(running.folder, sandbox);
  const otherApi = second.apiUrl;
  await until('the second API serves', () => answers(`${otherApi}/readyz`), SERVES_WITHIN_MS);
  const from = await clockOf(apiUrl, adminKey);
  system = new CreditorSystem({ apiUrls: [apiUrl, otherApi], adminKey, lanes: 2, today: new Date(from).toISOString().slice(0, 10) });
  const reporting = system.run();
  await callApi(otherApi, { method: 'POST', path: '/sandbox/play', key: adminKey, body: { daysPerSecond: 3 } });
  await Promise.race([reporting, until(`${DAYS} days are played`, async () => (await clockOf(apiUrl, adminKey)) >= from + DAYS * DAY, PLAYED_WITHIN_MS)]);
  system.stop();
  await reporting;
  await withRegister(running, async (db, auditNow) => {
    await quiet(sandbox, db);
    differences = await system.differences();
    report = await auditNow();
  });
  deeds = await deedsInTemporal(sandbox);
}, 420_000);

afterAll(async () => {
  await second?.stop();
  await running.end();
}, 120_000);

async function deedsInTemporal({ temporalAddress: address, namespace }: Sandbox): Promise<typeof deeds> {
  const found = new Map<number, { handedOver: number; worked: number }>();
  const of = (identity: string | null | undefined): { handedOver: number; worked: number } => {
    const pid = Number.parseInt(identity ?? '', 10);
    const mine = found.get(pid) ?? { handedOver: 0, worked: 0 };
    found.set(pid, mine);
    return mine;
  };
  const connection = await connectTemporal({ address, namespace });
  try {
    const client = new Client({ connection, namespace });
    for await (const { workflowId, runId } of client.workflow.list()) {
      for (const event of (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? []) {
        const { workflowExecutionStartedEventAttributes: started, workflowExecutionSignaledEventAttributes: signaled, workflowTaskStartedEventAttributes: task, activityTaskStartedEventAttributes: activity } = event;
        if (started ?? signaled) of((started ?? signaled)?.identity).handedOver += 1;
        if (task ?? activity) of((task ?? activity)?.identity).worked += 1;
      }
    }
    return found;
  } finally {
    await connection.close();
  }
}

test('the portfolio lived: messages left, money came in', () => {
  expect(report.attempts).toBeGreaterThan(30);
  expect([...system.promised().payments.values()].flat().length).toBeGreaterThan(20);
});

test('both APIs took facts, both pumps handed them over, both workers worked', () => {
  const { pids, apiUrl } = second ?? { pids: { pump: 0, worker: 0 }, apiUrl: '' };
  for (const url of [sandbox.apiUrl, apiUrl]) expect(system.answered.get(url)).toBeGreaterThan(10);
  for (const pump of [sandbox.pids.pump, pids.pump]) expect(deeds.get(pump)?.handedOver).toBeGreaterThan(10);
  for (const worker of [sandbox.pids.worker, pids.worker]) expect(deeds.get(worker)?.worked).toBeGreaterThan(10);
});

test('a payment reported at both APIs at the same moment is there once, and so is every other', () => {
  expect(differences).toEqual([]);
});

test('the audit finds nothing', () => {
  expect(report.findings).toEqual([]);
});
