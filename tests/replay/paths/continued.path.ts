/** A history that grows long, on a server of its own that suggests to go on anew after 60 events instead of 4,096. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialState } from '../../../src/domain/facts.ts';
import { startTemporal, type TemporalServer } from '../../../src/sandbox/servers/temporal-server.ts';
import { standard, termsOf } from '../../domain/agreement.ts';
import { testTemporal } from '../../setup/temporal.ts';
import { keep } from './keep.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

const WORKFLOW = 'agreement/acme/CONTINUED';
let folder: string;
let server: TemporalServer;
let workshop: Workshop;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pacto-continued-'));
  server = await startTemporal({ binary: testTemporal().binary, dataDir: join(folder, 'temporal'), flags: ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60'] });
  workshop = await openWorkshop(server, {});
});
afterAll(async () => {
  await workshop?.gateway.client.workflow.getHandle(WORKFLOW).terminate('kept').catch(() => undefined);
  await workshop?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a run that grows long goes on in a new one, and both are kept', async () => {
  const { gateway, queue } = workshop;
  const state = initialState(termsOf({ externalId: 'CONTINUED', instalments: [{ number: 1, dueOn: '2090-01-05', amountMinor: 10_000 }] }), standard());
  const { runId } = await gateway.start({ workflowId: WORKFLOW, workflowType: 'agreement', input: { v: 1, state } });
  const describe = () => gateway.client.workflow.getHandle(WORKFLOW).describe();
  await gateway.signal(WORKFLOW, 'paymentBooked', { kind: 'paymentBooked', id: 'f-1', seq: 1, at: 1, payment: 'p-1', amountMinor: 4_000 });
  const hold = { kind: 'held', id: 'f-2', seq: 2, at: 2, until: Date.parse('2080-01-01T00:00:00Z'), reason: 'other' };
  for (let sent = 0; sent < 200 && (await describe()).runId === runId; sent += 1) await gateway.signal(WORKFLOW, 'factBooked', hold);
  await expect.poll(async () => (await describe()).runId, { timeout: 15_000, interval: 50 }).not.toBe(runId);
  await gateway.signal(WORKFLOW, 'factBooked', { kind: 'released', id: 'f-3', seq: 3, at: 3 });
  await expect.poll(async () => (await gateway.queryState(WORKFLOW))?.state.events.length, { timeout: 15_000, interval: 50 }).toBe(3);
  await keep(gateway, queue, { path: 'agreement-continued-first-run', workflowId: WORKFLOW, runId });
  await keep(gateway, queue, { path: 'agreement-continued-second-run', workflowId: WORKFLOW });
});
