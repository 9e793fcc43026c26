import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promote } from '../../src/client/promote.ts';
import { connectTemporal, openTemporal, type TemporalGateway } from '../../src/client/temporal.ts';
import { apply, initialState } from '../../src/domain/facts.ts';
import { createLog } from '../../src/observability/log.ts';
import { buildId, workflowBundle } from '../../src/worker/bundle.ts';
import { startWorkers, type RunningWorkers } from '../../src/worker/workers.ts';
import { standard, termsOf } from '../domain/agreement.ts';
import { testTemporal } from '../setup/temporal.ts';

const PREFIX = `still${randomBytes(3).toString('hex')}`;
const WORKFLOW = `agreement/${PREFIX}/A-1`;
/** Far above the few that a hand-over or a lost task can repeat, far below the hundreds a second of a run that spins. */
const FEW = 3;
const HELD = { kind: 'held', id: 'f-1', seq: 1, at: 1, until: 2, reason: 'other' } as const;
let gateway: TemporalGateway;
let workers: RunningWorkers;
let asked = 0;

beforeAll(async () => {
  const { address, namespace } = testTemporal();
  const temporal = { address, namespace, tls: false, apiKey: null };
  const queues = { agreements: `${PREFIX}-agreements`, deliver: `${PREFIX}-deliver`, batch: `${PREFIX}-batch` };
  const log = createLog({ level: 'silent', process: 'test' });
  const build = await buildId();
  const nothingNew = (): Promise<unknown> => {
    asked += 1;
    return Promise.resolve({ result: 'silenced', events: [HELD] });
  };
  workers = await startWorkers({
    temporal, clock: 'wall', queues, serve: ['agreements', 'deliver'], buildId: build, deploymentName: PREFIX,
    bundlePath: await workflowBundle(join(import.meta.dirname, '..', '..', '.cache')), activities: { deliver: nothingNew, recordSkips: nothingNew }, log,
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

test('a run that is told only what it knew does not ask the same again at once', async () => {
  const terms = termsOf({ instalments: [{ number: 1, dueOn: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), amountMinor: 10_000 }] });
  await gateway.start({ workflowId: WORKFLOW, workflowType: 'agreement', input: { v: 1, state: apply(initialState(terms, standard()), HELD) } });
  const handle = gateway.client.workflow.getHandle(WORKFLOW);
  await expect.poll(() => asked, { timeout: 15_000, interval: 20 }).toBeGreaterThan(0);
  // A run that spins grows by six events a round; this one arms a timer and rests.
  await expect.poll(async () => (await handle.fetchHistory()).events?.at(-1)?.timerStartedEventAttributes?.startToFireTimeout?.seconds?.toString() ?? null, { timeout: 15_000, interval: 50 }).toBe('3600');
  expect(asked).toBeLessThanOrEqual(FEW);
});
