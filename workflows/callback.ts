import { condition, defineSignal, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { CALLBACK_CLOSED, type CallbackActivities, type CallbackClosed, type CallbackInput } from './contract.ts';
import { queuesBeside } from './queues.ts';

const HOUR = 3_600_000;
/** How long after the slot's end an agent may still log the outcome before the call counts as missed. */
const LOGGING_GRACE = 2 * HOUR;

/** A booked call: waits for its slot, stands in the agent's queue, ends with an outcome, a cancellation, or missed. */
export async function callback(input: CallbackInput): Promise<{ state: string }> {
  const closed: CallbackClosed[] = [];
  setHandler(defineSignal<[CallbackClosed]>(CALLBACK_CLOSED), (message) => {
    closed.push(message);
  });
  const act = proxyActivities<CallbackActivities>({
    taskQueue: queuesBeside(workflowInfo().taskQueue).agreements, startToCloseTimeout: '30s', retry: { maximumInterval: '1m' },
  });
  const { callbackId } = input;
  setCurrentDetails('Booked: waits for its slot');
  if (!(await condition(() => closed.length > 0, Math.max(1, input.from - Date.now()), { summary: 'Wait for the slot to begin' }))) {
    const queued = await act.queueCallback.executeWithOptions({ summary: "Put the call into the agent's queue" }, [{ callbackId }]);
    if (queued.state !== 'due') return finish(queued.state);
    setCurrentDetails("Due: stands in the agent's queue");
    const patience = Math.max(1, input.until + LOGGING_GRACE - Date.now());
    if (!(await condition(() => closed.length > 0, patience, { summary: "Wait for the agent's outcome" }))) {
      const missed = await act.missCallback.executeWithOptions({ summary: 'No outcome was logged: the call was missed' }, [{ callbackId }]);
      return finish(missed.state);
    }
  }
  return finish(closed[0]?.state ?? 'done');
}

function finish(state: string): { state: string } {
  setCurrentDetails(`Closed: ${state}`);
  return { state };
}
