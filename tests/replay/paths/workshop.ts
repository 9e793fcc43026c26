/** Workers for runs in wall time: a continued run would count twice what was skipped, and an import waits for nothing. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promote } from '../../../src/client/promote.ts';
import { connectTemporal, openTemporal, type TemporalGateway } from '../../../src/client/temporal.ts';
import { createLog } from '../../../src/observability/log.ts';
import { buildId, workflowBundle } from '../../../src/worker/bundle.ts';
import { startWorkers, type WorkersOptions } from '../../../src/worker/workers.ts';

export interface Workshop {
  readonly gateway: TemporalGateway;
  /** Queue of workflows. */
  readonly queue: string;
  close(): Promise<void>;
}

export async function openWorkshop(at: { readonly address: string; readonly namespace: string }, activities: WorkersOptions['activities']): Promise<Workshop> {
  const prefix = `w${randomBytes(4).toString('hex')}`;
  const queues = { agreements: `${prefix}-agreements`, deliver: `${prefix}-deliver`, batch: `${prefix}-batch` };
  const build = await buildId();
  const address = { address: at.address, namespace: at.namespace };
  const workers = await startWorkers({
    temporal: { ...address, tls: false, apiKey: null }, clock: 'wall', queues, serve: Object.keys(activities).length === 0 ? ['agreements'] : ['agreements', 'batch'], buildId: build, deploymentName: `pacto-${prefix}`,
    bundlePath: await workflowBundle(join(import.meta.dirname, '..', '..', '..', '.cache')), activities, log: createLog({ level: 'silent', process: 'test' }),
  });
  const connection = await connectTemporal(address);
  await promote(connection, { namespace: at.namespace, buildId: build, deploymentName: `pacto-${prefix}`, patienceMs: 20_000, pause: (ms) => sleep(ms) });
  await connection.close();
  const gateway = await openTemporal({ ...address, now: () => Promise.resolve(Date.now()), taskQueue: queues.agreements });
  return {
    gateway, queue: queues.agreements,
    close: async () => {
      await workers.stop();
      await gateway.close();
    },
  };
}
