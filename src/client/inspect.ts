/** What `pacto doctor` asks Temporal: is it there, is the namespace set up, does anybody work. */
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { DEPLOYMENT, QUEUES } from '../../workflows/contract.ts';
import { inspectSearchAttributes, retentionDays, type SearchAttributes } from './setup-temporal.ts';
import type { TemporalAddress } from './temporal.ts';

/** temporal.api.enums.v1.TaskQueueType. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;
const NOT_FOUND = 5;

export interface TemporalFacts {
  readonly serverVersion: string;
  /** null: the namespace does not exist, and the rest is not known. */
  readonly namespace: {
    readonly retentionDays: number;
    readonly attributes: SearchAttributes;
    /** Queues that no worker polls. */
    readonly unpolled: readonly string[];
    /** Build whose workers get new work; null: none is promoted, and nothing runs. */
    readonly currentBuild: string | null;
  } | null;
}

/** Looks at the server and the namespace; rejects when the server does not answer within `timeoutMs` a question. */
export async function inspectTemporal(address: TemporalAddress, timeoutMs: number): Promise<TemporalFacts> {
  const connection = await Connection.connect({
    address: address.address, connectTimeout: timeoutMs,
    ...(address.apiKey === undefined ? {} : { apiKey: address.apiKey }),
    ...(address.tls === true ? { tls: true } : {}),
  });
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return { serverVersion, namespace: await orNull(() => namespaceFacts(connection, address.namespace)) };
  } finally {
    await connection.close();
  }
}

async function namespaceFacts(connection: Connection, namespace: string): Promise<TemporalFacts['namespace']> {
  const days = await retentionDays(connection, namespace);
  const attributes = await inspectSearchAttributes(connection, namespace);
  const deployment = await orNull(() => connection.workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT }));
  const buildId = deployment?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId ?? '';
  return { retentionDays: days, attributes, unpolled: await unpolledQueues(connection, namespace), currentBuild: buildId === '' ? null : buildId };
}

async function unpolledQueues(connection: Connection, namespace: string): Promise<string[]> {
  const unpolled: string[] = [];
  for (const name of Object.values(QUEUES)) {
    for (const taskQueueType of name === QUEUES.agreements ? [WORKFLOW_TASKS, ACTIVITY_TASKS] : [ACTIVITY_TASKS]) {
      const { pollers } = await connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
      if ((pollers ?? []).length === 0 && !unpolled.includes(name)) unpolled.push(name);
    }
  }
  return unpolled;
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return null;
    throw error;
  }
}
