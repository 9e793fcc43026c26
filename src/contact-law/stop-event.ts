/** The kinds of stop that the rules know. */
import type { StopEvent } from './policy.ts';

const STOP_EVENTS: ReadonlySet<string> = new Set<StopEvent>([
  'servedInSuit', 'insolvency', 'attorney', 'writtenCease', 'deceased', 'paid', 'disputed', 'dataBlocked', 'wrongNumber',
]);

/** Whether a stop as it is stored is one that the rules know. */
export function isStopEvent(kind: string): kind is StopEvent {
  return STOP_EVENTS.has(kind);
}
