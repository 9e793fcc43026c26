import { condition, defineSignal, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { PRE_LEGAL_CHANGED, type PreLegalActivities, type PreLegalChanged, type PreLegalInput } from './contract.ts';
import { queuesBeside } from './queues.ts';

const DETAILS: Record<PreLegalChanged['state'] | 'opened', string> = {
  opened: 'Opened: waits for the approval of two different people',
  approved: 'Approved by two people: waits for the hand-over to the lawyer',
  handedOver: 'Handed over to the lawyer',
  withdrawn: 'Withdrawn',
};

/** A pre-legal case: opened, approved by two people, handed over, or withdrawn at any moment. PostgreSQL decides each change. */
export async function preLegal(input: PreLegalInput): Promise<{ state: string }> {
  let state: PreLegalChanged['state'] | 'opened' = 'opened';
  let news = false;
  setHandler(defineSignal<[PreLegalChanged]>(PRE_LEGAL_CHANGED), () => {
    news = true;
  });
  const act = proxyActivities<PreLegalActivities>({
    taskQueue: queuesBeside(workflowInfo().taskQueue).agreements, startToCloseTimeout: '30s', retry: { maximumInterval: '1m' },
  });
  while (state === 'opened' || state === 'approved') {
    news = false;
    // The signal says that something changed; the row says what, so repeated or reordered signals do no harm.
    const found = await act.readPreLegal.executeWithOptions({ summary: 'Read the case' }, [{ caseId: input.caseId }]);
    state = found.state;
    setCurrentDetails(`${DETAILS[state]} (${found.approvals} of 2 approvals)`);
    if (state === 'opened' || state === 'approved') await condition(() => news);
  }
  return { state };
}
