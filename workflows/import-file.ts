import { continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { ImportActivities, ImportInput, ImportProgress } from './contract.ts';
import { queuesBeside } from './queues.ts';

/**
 * A file becomes rows, then agreements (or payments, or contacts). Each activity does a bounded part and writes with it where it stands, so a
 * killed worker costs nothing but time and the next run of a long import needs only the id.
 */
export async function importFile(input: ImportInput): Promise<ImportProgress> {
  const { batch } = queuesBeside(workflowInfo().taskQueue);
  const act = proxyActivities<ImportActivities>({ taskQueue: batch, startToCloseTimeout: '5m', heartbeatTimeout: '20s', retry: { maximumInterval: '1m' } });
  const only = { importId: input.importId };
  const kind = input.kind ?? 'agreements';

  setCurrentDetails('Reads the file');
  for (let part = 1, done = false; !done; part += 1) {
    const read = await act.readRows.executeWithOptions({ summary: `Read rows, part ${part}` }, [only]);
    setCurrentDetails(`Reads the file: line ${read.progress.readLines} of ${read.progress.lines}`);
    done = read.done;
    if (!done && workflowInfo().continueAsNewSuggested) await continueAsNew<typeof importFile>(input);
  }
  for (let part = 1; ; part += 1) {
    const { done, progress } = await act.takeInAgreements.executeWithOptions({ summary: `Take in ${kind}, part ${part}` }, [only]);
    setCurrentDetails(`${done ? 'Done' : 'Takes in'}: ${progress.settled} of ${progress.items} ${kind}, ${progress.rejected} rejected`);
    if (done) return progress;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof importFile>(input);
  }
}
