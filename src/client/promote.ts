import type { Connection } from '@temporalio/client';
import { DEPLOYMENT } from '../../workflows/contract.ts';
import { AppError } from '../errors.ts';

export interface PromoteOptions {
  readonly namespace: string;
  readonly buildId: string;
  readonly deploymentName?: string;
  /** How long to wait until every queue polls, ms of wall time. */
  readonly patienceMs: number;
  readonly pause: (ms: number) => Promise<void>;
}

const RETRY_MS = 100;

/** Makes this build the current version once every queue polls it (the server refuses before); throws ERR_DEPENDENCY after `patienceMs`. */
export async function promote(connection: Connection, options: PromoteOptions): Promise<void> {
  const deploymentName = options.deploymentName ?? DEPLOYMENT;
  let last: unknown;
  for (let waited = 0; waited <= options.patienceMs; waited += RETRY_MS) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({
        namespace: options.namespace, deploymentName, buildId: options.buildId, identity: 'pacto promote', ignoreMissingTaskQueues: false, allowNoPollers: false,
      });
      return;
    } catch (error) {
      last = error;
      await options.pause(RETRY_MS);
    }
  }
  throw new AppError('ERR_DEPENDENCY', `Build ${options.buildId} could not be made current: is a worker with this build polling every queue?`, { cause: last });
}
