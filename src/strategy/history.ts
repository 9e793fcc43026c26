/** How somebody has paid so far at one creditor: what segments and scores go by. Never over creditors: one's data does not serve another. */
import type { AgreementState, Instant } from '../domain/agreement.ts';
import { statusOf } from '../domain/promise.ts';
import { graceEnd, overdueAt, viewOf } from '../domain/view.ts';

export interface PaymentHistory {
  /** Instalments that were still unpaid when their days of grace ended. */
  readonly missed: number;
  /** Instalments that fell due and were paid by then. */
  readonly onTime: number;
  readonly promisesKept: number;
  /** Broken, or kept in part. */
  readonly promisesBroken: number;
  /** Local days since the oldest unpaid due date, over all agreements. */
  readonly daysPastDue: number;
}

/** The history over the person's agreements at one creditor, at an instant. */
export function historyOf(states: readonly AgreementState[], now: Instant): PaymentHistory {
  const due = states.flatMap((state) => instalmentsAt(state, now));
  const promises = states.flatMap((state) => viewOf(state).promises.map((promise) => statusOf(promise, now))).filter((status) => status !== 'open');
  return {
    missed: due.filter(({ missed }) => missed).length, onTime: due.filter(({ missed }) => !missed).length,
    promisesKept: promises.filter((status) => status === 'kept').length, promisesBroken: promises.filter((status) => status !== 'kept').length,
    daysPastDue: Math.max(0, ...states.map((state) => overdueAt(state, now).daysPastDue)),
  };
}

/** Whether each instalment that is past its grace was unpaid when the grace ended, by the facts of that time. */
function instalmentsAt(state: AgreementState, now: Instant): { missed: boolean }[] {
  const view = viewOf(state);
  const past = [...view.instalments, ...view.superseded].filter((one) => one.kind === 'instalment' && graceEnd(state, one) <= now);
  return past.flatMap((one) => {
    const end = graceEnd(state, one);
    const then = viewOf({ ...state, events: state.events.filter((event) => event.at < end) });
    const found = then.instalments.find((other) => other.anchor === one.anchor);
    // A plan that was replaced before, or not agreed yet, was not missed.
    return found === undefined ? [] : [{ missed: found.unpaid }];
  });
}
