import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promote } from '../../src/client/promote.ts';
import { connectTemporal, openTemporal, type TemporalGateway } from '../../src/client/temporal.ts';
import { initialState } from '../../src/domain/facts.ts';
import { createLog } from '../../src/observability/log.ts';
import { buildId, workflowBundle } from '../../src/worker/bundle.ts';
import { startWorkers, type RunningWorkers } from '../../src/worker/workers.ts';
import { standard, termsOf } from '../domain/agreement.ts';
import { testTemporal } from '../setup/temporal.ts';

/** In wall time: a continued run would count what was skipped twice (toolchain). Nothing is due for years, so no activity is asked for. */
const PREFIX = `can${randomBytes(3).toString('hex')}`;
const WORKFLOW = `agreement/${PREFIX}/A-1`;
let gateway: TemporalGateway;
let workers: RunningWorkers;

beforeAll(async () => {
  const { address, namespace } = testTemporal();
  const temporal = { address, namespace, tls: false, apiKey: null };
  const queues = { agreements: `${PREFIX}-agreements`, deliver: `${PREFIX}-deliver`, batch: `${PREFIX}-batch` };
  const log = createLog({ level: 'silent', process: 'test' });
  const build = await buildId();
  workers = await startWorkers({
    temporal, clock: 'wall', queues, serve: ['agreements'], buildId: build, deploymentName: PREFIX,
    bundlePath: await workflowBundle(join(import.meta.dirname, '..', '..', '.cache')), activities: {}, log,
  });
  const connection = await connectTemporal({ address, namespace });
  await promote(connection, { namespace, buildId: build, deploymentName: PREFIX, patienceMs: 20_000, pause: (ms) => sleep(ms) });
  await connection.close();
  gateway = await openTemporal({ address, namespace, now: () => Promise.resolve(Date.now()), taskQueue: queues.agreements });
});
afterAll(async () => {
  await gateway.client.workflow.getHandle(WORKFLOW).terminate('the test is over').catch(() => undefined);
  await workers.stop();
  await gateway.close();
});

test('a run whose history grows long goes on in a new run of the same id, with every fact it knew', async () => {
  const terms = termsOf({ instalments: [{ number: 1, dueOn: '2090-01-05', amountMinor: 10_000 }] });
  const state = initialState(terms, standard());
  const { runId } = await gateway.start({ workflowId: WORKFLOW, workflowType: 'agreement', input: { v: 1, state } });
  // One payment, and a hold told again and again: a repeated fact changes nothing but the history.
  await gateway.signal(WORKFLOW, 'paymentBooked', { kind: 'paymentBooked', id: 'f-1', seq: 1, at: 1, payment: 'p-1', amountMinor: 4_000 });
  const hold = { kind: 'held', id: 'f-2', seq: 2, at: 2, until: Date.parse('2080-01-01T00:00:00Z'), reason: 'other' };
  const describe = () => gateway.client.workflow.getHandle(WORKFLOW).describe();
  for (let sent = 0; sent < 4_500 && (await describe()).runId === runId; sent += 300) {
    await Promise.all(Array.from({ length: 300 }, () => gateway.signal(WORKFLOW, 'factBooked', hold)));
  }
  await expect.poll(async () => (await describe()).runId, { timeout: 15_000, interval: 50 }).not.toBe(runId);
  const known = await gateway.queryState(WORKFLOW);
  expect(known?.state.events.map((event) => event.id)).toEqual(['f-1', 'f-2']);
  expect(known?.view.paidMinor).toBe(4_000);
  const after = await describe();
  expect(after.searchAttributes['AgreementPhase']).toEqual(['active']);
  expect(after.searchAttributes['OnHold']).toEqual([true]);
}, 60_000);
