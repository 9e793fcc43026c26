import { condition, defineSignal, proxyActivities, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { SURVEY_ANSWERED, type DeliverActivities, type SurveyActivities, type SurveyInput } from './contract.ts';
import { queuesBeside } from './queues.ts';

/** A satisfaction survey: one invitation, one nudge, one answer, an expiry. */
export async function survey(input: SurveyInput): Promise<{ state: string }> {
  let answered = false;
  setHandler(defineSignal(SURVEY_ANSWERED), () => {
    answered = true;
  });
  const queues = queuesBeside(workflowInfo().taskQueue);
  const act = proxyActivities<SurveyActivities>({ taskQueue: queues.agreements, startToCloseTimeout: '30s', retry: { maximumInterval: '1m' } });
  const send = proxyActivities<Pick<DeliverActivities, 'deliverSurvey'>>({
    taskQueue: queues.deliver, startToCloseTimeout: '15s', heartbeatTimeout: '12s', retry: { maximumInterval: '1m' },
  });
  const { surveyId } = input;
  const left = (at: number) => Math.max(1, at - Date.now());

  /** Sends now, or at the first lawful minute the gate names; false when an answer or the expiry came first. */
  const deliver = async (nudge: boolean): Promise<void> => {
    while (!answered && Date.now() < input.expiresAt) {
      const summary = nudge ? 'Send the one nudge' : 'Send the invitation';
      const sent = await send.deliverSurvey.executeWithOptions({ summary }, [{ surveyId, nudge }]);
      if (sent.result !== 'deferred' || sent.until === undefined) return;
      await condition(() => answered, left(Math.min(sent.until, input.expiresAt)), { summary: 'Wait for the first lawful minute' });
    }
  };

  setCurrentDetails('Invitation to be sent');
  await deliver(false);
  setCurrentDetails('Waits for the answer; one nudge to come');
  if (!answered && !(await condition(() => answered, left(input.nudgeAt), { summary: 'Wait for the answer until the nudge' }))) {
    await deliver(true);
    setCurrentDetails('Waits for the answer');
  }
  if (!answered && !(await condition(() => answered, left(input.expiresAt), { summary: 'Wait for the answer until it expires' }))) {
    const ended = await act.expireSurvey.executeWithOptions({ summary: 'Expire the survey' }, [{ surveyId }]);
    setCurrentDetails(ended.state === 'answered' ? 'Answered' : 'Expired without an answer');
    return { state: ended.state };
  }
  setCurrentDetails('Answered');
  return { state: 'answered' };
}
