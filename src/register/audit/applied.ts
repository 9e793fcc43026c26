/** Is every accepted fact applied? The running workflow's state against the one rebuilt from PostgreSQL, and steps that nobody took. */
import canonicalize from 'canonicalize';
import { lawfulWindowEnd, nextLawful } from '../../contact-law/evaluate.ts';
import type { ContactCase, PolicySet } from '../../contact-law/policy.ts';
import type { Db } from '../../db/pool.ts';
import type { AgreementState, Decision } from '../../domain/agreement.ts';
import { decide } from '../../domain/decide.ts';
import { DAY, HOUR } from '../../domain/zone.ts';
import { loadState, type LoadedAgreement } from '../rebuild.ts';
import { placeInLaw } from '../sending/law-subject.ts';
import type { Finding } from './report.ts';

/** The one question that the audit asks of Temporal; null: there is no such run. */
export interface StateReader {
  queryState(workflowId: string): Promise<{ readonly state: AgreementState } | null>;
}

export interface AppliedChecks {
  readonly db: Db;
  readonly gateway: StateReader;
  readonly pause: (ms: number) => Promise<void>;
}

/** A run may be a moment behind the row it is about to hear of: looked at again before it is called lost. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 500;

/** Compares a run with the register; `agreement` is what the snapshot had. */
export async function checkApplied({ db, gateway, pause }: AppliedChecks, agreement: LoadedAgreement, now: number): Promise<Finding[]> {
  let { row, state } = agreement;
  for (let look = 1; ; look += 1) {
    const difference = row.workflow_state === 'running' ? await compare(gateway, row.workflow_id, state) : finishedTooEarly(row.workflow_state, state, now);
    if (difference === null) return [];
    if (look === LOOKS) return [{ counter: 'lost', agreementId: row.id, detail: difference }];
    await pause(BETWEEN_LOOKS_MS);
    ({ row, state } = await loadState(db, row.id));
  }
}

async function compare(gateway: StateReader, workflowId: string, rebuilt: AgreementState): Promise<string | null> {
  const run = await gateway.queryState(workflowId);
  if (run === null) return 'it should be running, and there is no such run';
  const inRun = new Map(run.state.events.map((event) => [event.id, canonicalize(event)]));
  const inRegister = new Map(rebuilt.events.map((event) => [event.id, canonicalize(event)]));
  const missing = rebuilt.events.filter((event) => !inRun.has(event.id));
  const foreign = run.state.events.filter((event) => !inRegister.has(event.id));
  const changed = rebuilt.events.filter((event) => inRun.has(event.id) && inRun.get(event.id) !== inRegister.get(event.id));
  const parts = [
    said('the workflow has not applied', missing), said('the register does not know', foreign), said('the two differ in', changed),
    canonicalize(run.state.terms) === canonicalize(rebuilt.terms) ? null : 'the terms differ',
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('; ');
}

const MOST_NAMED = 3;

function said(what: string, events: readonly { readonly kind: string; readonly seq: number }[]): string | null {
  if (events.length === 0) return null;
  const named = events.slice(0, MOST_NAMED).map((event) => `${event.kind} (${event.seq})`).join(', ');
  return `${what} ${named}${events.length > MOST_NAMED ? ` and ${events.length - MOST_NAMED} more` : ''}`;
}

/** A run that is over must have nothing left to do. `starting` is judged by its row in the outbox. */
function finishedTooEarly(workflowState: LoadedAgreement['row']['workflow_state'], state: AgreementState, now: number): string | null {
  if (workflowState !== 'finished') return null;
  const decision = decide(state, now);
  return decision.kind === 'close' ? null : `its run is over, but there is something to do: ${nameOf(decision)}`;
}

const LAWFUL_HOURS = 24;
/** Long enough to hold 24 lawful hours of any profile: the narrowest has five hours on Saturdays and none on Sundays. */
const MOST_DAYS = 14;

export type DueStepCheck = (agreement: LoadedAgreement) => Finding[];

/** Finds steps that were due 24 lawful hours before `now` (epoch ms), with nothing written about them since. */
export function dueStepCheck(policies: PolicySet, now: number): DueStepCheck {
  const before = new Map<string, number>();
  return ({ row, state }) => {
    if (row.workflow_state === 'finished') return [];
    const where = `${row.country} ${row.zone}`;
    const then = before.get(where) ?? lawfulHoursBefore(policies, row, now);
    before.set(where, then);
    const lastFact = Math.max(row.logged_at, ...state.events.map((event) => event.at));
    // Whatever happened since may have brought the step about or back: it gets its own 24 hours.
    if (lastFact > then) return [];
    const decision = decide(state, then);
    return decision.kind === 'wait' ? [] : [{ counter: 'lost', agreementId: row.id, detail: `due for more than ${LAWFUL_HOURS} lawful hours: ${nameOf(decision)}` }];
  };
}

function nameOf(decision: Decision): string {
  switch (decision.kind) {
    case 'contact': case 'duty': case 'skip': return `${decision.kind} ${decision.occurrences.map((occurrence) => occurrence.key).join(', ')}`;
    case 'bookCallback': case 'sendSurvey': return `${decision.kind} ${decision.occurrence.key}`;
    case 'escalate': return `escalate to ${decision.to}`;
    default: return decision.kind;
  }
}

/** The instant from which on 24 hours have been lawful up to `now`, for a message to somebody whom nobody has written to. */
function lawfulHoursBefore(policies: PolicySet, where: Where, now: number): number {
  const earliest = now - MOST_DAYS * DAY;
  let left = LAWFUL_HOURS * HOUR;
  for (const { from, until } of lawfulStretches(policies, where, earliest, now).toReversed()) {
    if (until - from >= left) return until - left;
    left -= until - from;
  }
  return earliest;
}

type Where = Pick<LoadedAgreement['row'], 'country' | 'zone'>;

function lawfulStretches(policies: PolicySet, { country, zone }: Where, from: number, until: number): { from: number; until: number }[] {
  const stretches: { from: number; until: number }[] = [];
  const place = placeInLaw(policies, { country, zone, address: null, phone: null, type: 'person' });
  const question = (now: number): ContactCase => ({ ...place, now, channel: 'email', purpose: 'collection', party: 'debtor', creditorType: 'thirdParty', history: [], stops: [] });
  for (let at = nextLawful(policies, question(from)); at !== null && at < until; ) {
    const end = Math.min(lawfulWindowEnd(policies, question(at)) ?? until, until);
    stretches.push({ from: at, until: end });
    at = nextLawful(policies, question(end));
  }
  return stretches;
}
