/**
 * What administrators read in the Temporal UI: a summary on every timer and activity, the current details in Markdown,
 * the search attributes. Pure text from the state; step keys, amounts and dates, never a person.
 */
import type { AgreementState, Decision, Occurrence } from '../src/domain/agreement.ts';
import { decide, nextStep } from '../src/domain/decide.ts';
import { dutyStandings } from '../src/domain/duty.ts';
import { strategyOf } from '../src/domain/facts.ts';
import { putOffOf } from '../src/domain/put-off.ts';
import { overdueAt, viewOf } from '../src/domain/view.ts';
import { DAY, instantOf, localDate, localMinuteOfDay } from '../src/domain/zone.ts';
import { formatMinor } from '../src/domain/money.ts';

/** Duties further away than this are no news yet. */
const SOON = 15 * DAY;

export interface AgreementAttributes {
  readonly phase: string;
  /** Epoch ms of the local midnight that begins the oldest unpaid due date; null when nothing is owed. */
  readonly oldestUnpaidDue: number | null;
  readonly onHold: boolean;
}

export function attributesOf(state: AgreementState, now: number): AgreementAttributes {
  const view = viewOf(state);
  const oldest = overdueAt(state, now).oldestUnpaidDue;
  const owed = view.phase !== 'settled' && view.phase !== 'closed' && oldest !== null;
  return {
    phase: view.phase,
    oldestUnpaidDue: owed ? instantOf(state.terms.zone, oldest, 0) : null,
    onHold: view.holdUntil !== null && view.holdUntil > now,
  };
}

export function sameAttributes(a: AgreementAttributes, b: AgreementAttributes): boolean {
  return a.phase === b.phase && a.oldestUnpaidDue === b.oldestUnpaidDue && a.onHold === b.onHold;
}

/** `2026-12-05 10:00`, in the agreement's zone. */
export function localStamp(zone: string, at: number): string {
  const minute = localMinuteOfDay(zone, at);
  return `${localDate(zone, at)} ${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function names(occurrences: readonly Occurrence[]): string {
  return occurrences.map((o) => (o.instalment === null ? o.step : `${o.step} (instalment ${o.instalment})`)).join(', ');
}

export function actionSummary(decision: Exclude<Decision, { kind: 'wait' }>): string {
  switch (decision.kind) {
    case 'contact':
      return `Contact: ${names(decision.occurrences)}`;
    case 'bookCallback':
      return `Book an agent's call: ${names([decision.occurrence])}`;
    case 'escalate':
      return decision.to === 'broken' ? 'The plan falls: the whole balance is due' : `Open a pre-legal case: ${names([decision.occurrence])}`;
    case 'duty':
      return `Duty of the law ${decision.rule}: ${names(decision.occurrences)}`;
    case 'sendSurvey':
      return 'Settled: start the survey';
    case 'skip':
      return `Skip, expired: ${names(decision.occurrences)}`;
    case 'close':
      return `Close: ${decision.reason}`;
  }
}

const WHY: Record<Extract<Decision, { kind: 'wait' }>['why'], string> = {
  nextStep: 'until the next step',
  hold: 'on hold',
  dispute: 'in dispute',
  promise: 'promise to pay open',
  preLegal: 'pre-legal case open',
  stopped: 'stopped',
  requirements: 'requirements of the next step not met',
  nothingDue: 'nothing due',
  unknownOutcome: 'outcome of a contact not known yet',
  callback: 'agent call booked',
  strategyCap: 'cap of the strategy reached',
};

export function timerSummary(state: AgreementState, decision: Extract<Decision, { kind: 'wait' }>): string {
  if (decision.next === null) return `Wait: ${WHY[decision.why]}`;
  return `Wait for ${names([decision.next])} at ${localStamp(state.terms.zone, decision.next.dueAt)}`;
}

/** What the law still wants done, and what was not done in time. */
function dutyLines(state: AgreementState, now: number): string[] {
  const open = dutyStandings(state, now).filter(({ status, until }) => status === 'missed' || (status === 'open' && until - now < SOON));
  if (open.length === 0) return [];
  const day = (until: number) => localDate(state.terms.zone, until - 1);
  return [...open.map((one) => `Duty ${one.rule} (${one.cite})${one.instalment === null ? '' : `, instalment ${one.instalment}`}: ${one.status === 'missed' ? `missed on ${day(one.until)}` : `to be done by ${day(one.until)}`}`), ''];
}

/** The step ahead, when it may come at the earliest, and what keeps it back: a rule that put it off, or a fact. */
function nextLines(state: AgreementState, now: number): string[] {
  const { zone } = state.terms;
  const decision = decide(state, now);
  const why = decision.kind === 'wait' && decision.why !== 'nextStep' ? [`Waits: ${WHY[decision.why]}`] : [];
  const next = nextStep(state, now);
  if (next === null) return ['Next: nothing is planned', ...why];
  const putOff = putOffOf(state, next.occurrence, now);
  const by = putOff === null ? [] : [`Put off by ${putOff.rules.length === 0 ? 'an unnamed rule' : putOff.rules.join(', ')}: first lawful time ${localStamp(zone, putOff.until)}`];
  return [`Next: ${next.step} at ${localStamp(zone, next.at)} (${zone})`, ...by, ...why];
}

/** Markdown for the UI: phase, money, the table of instalments, the next step and why. */
export function detailsOf(state: AgreementState, now: number): string {
  const view = viewOf(state);
  const { terms } = state;
  const late = overdueAt(state, now);
  const money = (minor: number) => formatMinor(minor, terms.currency);
  const flags = [
    ...(view.holdUntil !== null && view.holdUntil > now ? [`hold until ${localStamp(terms.zone, view.holdUntil)}`] : []),
    ...(view.disputes.length > 0 ? ['dispute open'] : []),
    ...(view.optedOut.length > 0 ? [`opted out: ${view.optedOut.join(', ')}`] : []),
    ...(view.stopped.length > 0 ? [`stopped: ${view.stopped.join(', ')}`] : []),
  ];
  return [
    `**${terms.externalId}** · ${terms.creditorId} · ${terms.assignedOn === undefined ? '' : 'debt without an agreement · '}${view.phase}${late.overdue ? ` · ${late.daysPastDue} days past due` : ''}`,
    '',
    `Paid ${money(view.paidMinor)} · owed ${money(view.balanceMinor)}${view.creditMinor > 0 ? ` · credit ${money(view.creditMinor)}` : ''}`,
    ...(flags.length > 0 ? ['', flags.join(' · ')] : []),
    '',
    '| # | due | amount | paid |',
    '|--:|:--|--:|--:|',
    ...view.instalments.map((i) => `| ${i.number} | ${i.dueOn} | ${money(i.amountMinor)} | ${money(i.paidMinor)} |`),
    '',
    ...dutyLines(state, now),
    ...nextLines(state, now),
    `Strategy ${strategyOf(state).id} v${strategyOf(state).version}`,
  ].join('\n');
}
