import { currentUpdateInfo, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { AgreementEvent, AgreementState, AgreementView } from '../src/domain/agreement.ts';
import { nextStep } from '../src/domain/decide.ts';
import { viewOf } from '../src/domain/view.ts';
import { QUERIES, SIGNALS, UPDATES, type AgreementActivities, type OutsidePayment, type UpdateVerdict } from './contract.ts';

/** What the handlers may touch of a run: its state, its inbox of outside payments, one activity. */
export interface Mailbox {
  readonly state: AgreementState;
  readonly outside: OutsidePayment[];
  readonly activities: Pick<AgreementActivities, 'bookUpdate'>;
  take(events: readonly AgreementEvent[]): void;
}

const FROM_PUMP = [
  SIGNALS.paymentBooked, SIGNALS.paymentReversed, SIGNALS.deliveryFailed, SIGNALS.callOutcome, SIGNALS.replyReceived,
  SIGNALS.strategyChanged, SIGNALS.stopRegistered, SIGNALS.factBooked,
] as const;

export const stateQuery = defineQuery<{ state: AgreementState; view: AgreementView }>(QUERIES.state);
export const nextStepsQuery = defineQuery<{ step: string; at: string } | null>(QUERIES.nextSteps);

/** Registers every handler; called synchronously before the first decision, so that no message finds none. */
export function listen(run: Mailbox): void {
  for (const name of FROM_PUMP) setHandler(defineSignal<[AgreementEvent]>(name), (event) => run.take([event]));
  setHandler(defineSignal<[OutsidePayment]>(SIGNALS.recordPayment), (payment) => {
    run.outside.push(payment);
  });
  for (const name of UPDATES) {
    setHandler(defineUpdate<UpdateVerdict, [unknown]>(name), async (args) => {
      const { agreementId } = run.state.terms;
      const updateId = currentUpdateInfo()?.id ?? '';
      const { verdict, events } = await run.activities.bookUpdate({ agreementId, name, updateId, args: args ?? null });
      run.take(events);
      return verdict;
    });
  }
  setHandler(stateQuery, () => ({ state: run.state, view: viewOf(run.state) }));
  setHandler(nextStepsQuery, () => {
    const next = nextStep(run.state, Date.now());
    return next === null ? null : { step: next.step, at: new Date(next.at).toISOString() };
  });
}
