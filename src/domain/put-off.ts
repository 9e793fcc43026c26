/** Why a planned step comes later than its own day: the last word on it, as long as it stands. */
import type { AgreementState, Instant, Occurrence } from './agreement.ts';

export interface PutOff {
  /** Epoch ms; not asked again before. */
  readonly until: Instant;
  /** Ids of the rules that were in the way. */
  readonly rules: readonly string[];
}

/** What keeps the occurrence back at `now` (epoch ms); null when nothing put it off, or that is over. */
export function putOffOf(state: AgreementState, { key }: Pick<Occurrence, 'key'>, now: Instant): PutOff | null {
  const last = state.events.findLast((event) => event.kind === 'stepResult' && event.occurrences.includes(key));
  if (last?.kind !== 'stepResult' || last.result !== 'deferred' || last.until === undefined || last.until <= now) return null;
  return { until: last.until, rules: last.rules ?? [] };
}
