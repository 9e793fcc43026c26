/** Every execution that a sandbox started, with its whole history: what an administrator can open in the Temporal UI. */
import type { LivingSandbox } from '../setup/living-sandbox.ts';

type Handle = ReturnType<LivingSandbox['gateway']['client']['workflow']['getHandle']>;

export interface Story {
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly history: Awaited<ReturnType<Handle['fetchHistory']>>;
  readonly handle: Handle;
}

/** All runs on the sandbox's queue, the finished ones too. */
export async function stories({ gateway, taskQueue }: LivingSandbox): Promise<Story[]> {
  const found: Story[] = [];
  for await (const { workflowId, runId, type } of gateway.client.workflow.list({ query: `TaskQueue = '${taskQueue}'` })) {
    const handle = gateway.client.workflow.getHandle(workflowId, runId);
    found.push({ workflowId, runId, type, handle, history: await handle.fetchHistory() });
  }
  return found;
}

/** Timers and activities that nobody can read the sense of: `<workflow> <event id>`. */
export function unexplained(all: readonly Story[]): string[] {
  return all.flatMap(({ workflowId, history }) => (history.events ?? [])
    .filter((event) => (event.timerStartedEventAttributes ?? event.activityTaskScheduledEventAttributes) && !event.userMetadata?.summary?.data?.length)
    .map((event) => `${workflowId} ${String(event.eventId)}`));
}
