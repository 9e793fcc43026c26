/** The only caller of the Temporal client: start, signal, query, describe. Nothing else in Pacto starts a workflow. */
import { Client, Connection, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { AgreementState, AgreementView } from '../domain/agreement.ts';
import { isFollowing, QUERIES, QUEUES } from '../../workflows/contract.ts';
import { describeStart, type StartRequest } from './start-options.ts';
import { wallWorkflowTime, type WorkflowTime } from './workflow-time.ts';

export interface TemporalAddress {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey?: string;
  readonly tls?: boolean;
}

export interface GatewayOptions extends TemporalAddress {
  /** Business clock, epoch ms. */
  readonly now: () => Promise<number>;
  readonly time?: (client: Client) => WorkflowTime;
  /** Queue of workflows; tests give their own. */
  readonly taskQueue?: string;
}

export type SignalResult = 'sent' | 'finished' | 'notFound';

export interface TemporalGateway {
  readonly client: Client;
  readonly time: WorkflowTime;
  /** Idempotent: a running execution of the same id is answered with `already: true`. */
  start(request: StartRequest): Promise<{ runId: string; already: boolean }>;
  signal(workflowId: string, name: string, payload: unknown): Promise<SignalResult>;
  queryState(workflowId: string): Promise<{ state: AgreementState; view: AgreementView } | null>;
  close(): Promise<void>;
}

export async function connectTemporal(address: TemporalAddress): Promise<Connection> {
  return Connection.connect({
    address: address.address,
    ...(address.apiKey === undefined ? {} : { apiKey: address.apiKey }),
    ...(address.tls === true ? { tls: true } : {}),
  });
}

export async function openTemporal(options: GatewayOptions): Promise<TemporalGateway> {
  const connection = await connectTemporal(options);
  const client = new Client({ connection, namespace: options.namespace });
  const time = options.time?.(client) ?? wallWorkflowTime;
  const taskQueue = options.taskQueue ?? QUEUES.agreements;
  return {
    client,
    time,
    start: (request) => start(client, time, taskQueue, options.now, request),
    signal: async (workflowId, name, payload) => {
      try {
        await time.catchUp(workflowId);
        await client.workflow.getHandle(workflowId).signal(name, payload);
        return 'sent';
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        return (await exists(client, workflowId)) ? 'finished' : 'notFound';
      }
    },
    queryState: async (workflowId) => {
      try {
        return await client.workflow.getHandle(workflowId).query<{ state: AgreementState; view: AgreementView }>(QUERIES.state);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

async function start(
  client: Client, time: WorkflowTime, taskQueue: string, now: () => Promise<number>, request: StartRequest,
): Promise<{ runId: string; already: boolean }> {
  const startDelay = await time.startDelayMs();
  // What was settled and reopened by a reversal starts again under its id, by the pump only; the others never.
  const again = isFollowing(request.workflowType);
  try {
    const handle = await client.workflow.start(request.workflowType, {
      workflowId: request.workflowId,
      taskQueue,
      args: [request.input],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      ...(startDelay > 0 ? { startDelay } : {}),
      ...describeStart(request, await now()),
    });
    await time.afterStart(request.workflowId, startDelay);
    return { runId: handle.firstExecutionRunId, already: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // Crashed between Temporal's answer and the mark: the same start again. The delay may still be ahead of it.
    await time.catchUp(request.workflowId);
    const { runId } = await client.workflow.getHandle(request.workflowId).describe();
    return { runId, already: true };
  }
}

async function exists(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
