import type { Queues } from './contract.ts';

/** The sibling queues of the one a workflow runs on: `agreements` -> `deliver`, `batch`; a test's prefix is kept. */
export function queuesBeside(taskQueue: string): Queues {
  const prefix = taskQueue.endsWith('agreements') ? taskQueue.slice(0, -'agreements'.length) : '';
  return { agreements: taskQueue, deliver: `${prefix}deliver`, batch: `${prefix}batch` };
}
