/** Counts what a run cost: billable Actions by the table of Temporal's documentation, and history events as production would have them. */
import proto from '@temporalio/proto';

const TYPE = proto.temporal.api.enums.v1.EventType;
type History = proto.temporal.api.history.v1.IHistory;

/** They exist in virtual time only. */
const VIRTUAL_ONLY: ReadonlySet<number> = new Set([
  TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED, TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
]);

export interface Cost {
  readonly actions: number;
  readonly events: number;
  readonly starts: number;
  readonly timers: number;
  readonly activities: number;
  /** Each retry of an activity is an Action of its own. */
  readonly retries: number;
  readonly signals: number;
  readonly upserts: number;
  readonly updates: number;
  /** Markers (local activities, patches) and children; there are none in Pacto. */
  readonly others: number;
}

/** The cost of one run. */
export function costOf(history: History): Cost {
  const events = (history.events ?? []).filter((event) => !VIRTUAL_ONLY.has(Number(event.eventType)));
  const count = (...types: number[]): number => events.filter((event) => types.includes(Number(event.eventType))).length;
  const parts = {
    starts: count(TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED, TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW),
    timers: count(TYPE.EVENT_TYPE_TIMER_STARTED),
    activities: count(TYPE.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED),
    // A retried activity shows one started event, with the number of its last attempt.
    retries: events.reduce((sum, event) => sum + Math.max(0, Number(event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1), 0),
    signals: count(TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED),
    upserts: count(TYPE.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES),
    updates: count(TYPE.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED),
    others: count(TYPE.EVENT_TYPE_MARKER_RECORDED) + 2 * count(TYPE.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED),
  };
  return { ...parts, events: events.length, actions: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
