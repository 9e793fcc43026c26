/**
 * The firings of steps that an agreement calls for: one per step and instalment (promise, settlement) and plan version.
 * Nothing is scheduled in advance: an occurrence whose reason is gone (the instalment was paid) is simply not there.
 */
import type { Step, StrategyCap } from '../strategy/strategy.ts';
import type { AgreementState, AgreementView, Instant, InstalmentView, Occurrence, PromiseView } from './agreement.ts';
import { dutiesOf } from './duty.ts';
import { strategyOf } from './facts.ts';
import { happenedTo, type Happened } from './happened.ts';
import { ASSIGNED } from './notice.ts';
import { viewOf } from './view.ts';
import { dayNumberOf, instantOnDay, localDate } from './zone.ts';

/** An occurrence that the facts call for, with what has come of it so far. */
export interface Planned {
  readonly occurrence: Occurrence;
  readonly stepDays: number;
  readonly happened: Happened;
  /** Of the strategy and the step; what the person asked for and what the law wants are bound by none. */
  readonly caps: readonly StrategyCap[];
}

/** An ordinary notice leads a message that also does a duty. */
const DUTY_RUNG = -1_000;

const plans = new WeakMap<AgreementState, readonly Planned[]>();

/** Every occurrence that the facts call for, fired ones included, in order of due instant and key; computed once per state object. */
export function plannedOf(state: AgreementState): readonly Planned[] {
  const known = plans.get(state);
  if (known) return known;
  const planned = plan(state);
  plans.set(state, planned);
  return planned;
}

/** The occurrences themselves, fired ones included. */
export function occurrencesOf(state: AgreementState): Occurrence[] {
  return plannedOf(state).map(({ occurrence }) => occurrence);
}

function plan(state: AgreementState): Planned[] {
  const view = viewOf(state);
  if (view.phase === 'closed' || (view.settledAt !== null && view.stoppedForGood)) return [];
  const { steps, caps = [] } = strategyOf(state);
  const drafts = steps.flatMap((step) => draftsOf(state, view, step).map((draft) => ({ draft, caps: isCapped(step) ? [...caps, ...(step.caps ?? [])] : [] })));
  const planned: Planned[] = dutiesOf(state).filter(({ fulfilled }) => !fulfilled).map(({ occurrence, happened }) => ({ occurrence, happened, stepDays: DUTY_RUNG, caps: [] }));
  for (const { draft, caps: bound } of drafts) {
    const happened = happenedTo(state, draft.key, draft.do, draft.dueAt);
    const channels = draft.channels.filter((channel) => !optedOut(view, channel) && !happened.failedChannels.includes(channel));
    if (unreachable(view, draft, channels) && happened.status === 'open' && happened.failedChannels.length === 0) continue;
    const { stepDays, ...occurrence } = draft;
    const left = { ...occurrence, channels };
    const exhausted = happened.status === 'open' && writes(draft) && channels.length === 0;
    planned.push({ occurrence: left, stepDays, caps: bound, happened: exhausted ? { ...happened, status: 'fired' } : happened });
  }
  return planned.sort((a, b) => a.occurrence.dueAt - b.occurrence.dueAt || (a.occurrence.key < b.occurrence.key ? -1 : 1));
}

type Draft = Occurrence & { readonly stepDays: number };

function isCapped({ do: action, purpose }: Step): boolean {
  return (action === 'contact' || action === 'callback') && (purpose === 'collection' || purpose === 'preDueReminder');
}

function writes(occurrence: Pick<Occurrence, 'do'>): boolean {
  return occurrence.do === 'contact' || occurrence.do === 'survey';
}

function optedOut(view: AgreementView, channel: 'sms' | 'email' | 'call'): boolean {
  return view.optedOut.includes('all') || view.optedOut.includes(channel);
}

function unreachable(view: AgreementView, draft: Draft, channels: Occurrence['channels']): boolean {
  if (writes(draft)) return channels.length === 0;
  return draft.do === 'callback' && optedOut(view, 'call');
}

function draftsOf(state: AgreementState, view: AgreementView, step: Step): Draft[] {
  if (step.anchor === 'settled') {
    // Whoever paid up before Pacto came is not thanked months later: the settlement has to be one that Pacto saw.
    if (view.settledAt === null || view.settledBeforePacto) return [];
    const day = dayNumberOf(localDate(state.terms.zone, view.settledAt));
    return [draft(state, step, `s${view.settlements}`, day, { since: view.settledAt })];
  }
  if (view.settledAt !== null) return [];
  switch (step.anchor) {
    case 'due':
      return view.instalments.filter((one) => one.unpaid && stepApplies(step, view, one)).map((one) =>
        draft(state, step, one.anchor, anchorDay(step, one), { instalment: one.number }));
    case 'promise':
      return view.promises.filter((one) => one.paidMinor < one.amountMinor && one.seq > lastRenegotiation(state)).flatMap((one) => {
        const made = draft(state, step, `p${one.promise}`, promiseDay(state, step, one), { promise: one.promise });
        // Who promised this afternoon for tomorrow needs no reminder of it in the same minute.
        return step.days < 0 && made.dueAt <= one.madeAt ? [] : [made];
      });
    case 'agreed':
      return state.terms.assignedOn !== undefined ? [] : [draft(state, step, 'agreed', dayNumberOf(state.terms.agreedOn), {})];
    case 'assigned':
      // Once there is an agreement its own anchors count.
      return state.terms.assignedOn === undefined ? [] : [draft(state, step, ASSIGNED, dayNumberOf(state.terms.assignedOn), {})];
  }
}

/** A new plan replaces what was promised under the old one. */
function lastRenegotiation(state: AgreementState): number {
  return state.events.findLast((event) => event.kind === 'renegotiated')?.seq ?? -1;
}

/** A reminder before the date has lost its sense when the plan fell (all is due) or when the date was reopened after the reminder's day. */
function stepApplies(step: Step, view: AgreementView, instalment: InstalmentView): boolean {
  if (step.days >= 0) return true;
  if (view.brokenAt !== null) return false;
  return instalment.reopenedOn === null || dayNumberOf(instalment.reopenedOn) <= dayNumberOf(instalment.dueOn) + step.days;
}

/** After a reversal what had not been sent yet counts from the reversal: else a payment bounced after a month would go to the lawyers at once. */
function anchorDay(step: Step, instalment: InstalmentView): number {
  const due = dayNumberOf(instalment.dueOn);
  return step.days < 0 || instalment.reopenedOn === null ? due : Math.max(due, dayNumberOf(instalment.reopenedOn));
}

/** A promise is judged at the end of its grace: what needs it broken comes no earlier than the local day after. */
function promiseDay(state: AgreementState, step: Step, promise: PromiseView): number {
  const due = dayNumberOf(promise.dueOn);
  return step.if === 'promiseBroken' ? Math.max(due, due + strategyOf(state).graceDays + 1 - step.days) : due;
}

interface DraftParts {
  readonly instalment?: number;
  readonly promise?: string;
  readonly since?: Instant;
}

function draft(state: AgreementState, step: Step, anchor: string, anchorDayNumber: number, parts: DraftParts): Draft {
  const { zone } = state.terms;
  const day = anchorDayNumber + step.days;
  const atMinute = step.atMinute ?? (parts.since !== undefined && step.days === 0 ? null : 0);
  return {
    key: `${step.key}/${anchor}`, step: step.key, do: step.do, anchor: step.anchor,
    instalment: parts.instalment ?? null, promise: parts.promise ?? null,
    dueAt: atMinute === null ? parts.since ?? instantOnDay(zone, day, 0) : instantOnDay(zone, day, atMinute),
    expiresAt: step.expiresDays === null ? null : instantOnDay(zone, day + step.expiresDays + 1, 0),
    purpose: step.purpose, channels: step.channels, template: step.template, stepDays: step.days,
  };
}

/** The unpaid instalments that a contact speaks of, oldest due first. */
export function speaksOf(state: AgreementState, occurrence: Pick<Occurrence, 'key' | 'anchor' | 'step' | 'promise'>): InstalmentView[] {
  const view = viewOf(state);
  if (view.settledAt !== null || view.phase === 'closed') return [];
  const unpaid = view.instalments.filter((one) => one.unpaid);
  switch (occurrence.anchor) {
    case 'due': return unpaid.filter((one) => occurrence.key === `${occurrence.step}/${one.anchor}`);
    case 'promise': return reachedBy(unpaid, view.promises.find((one) => one.promise === occurrence.promise));
    case 'settled': return [];
    default: return unpaid;
  }
}

/** What the rest of a promise pays when it comes: oldest due first, the last perhaps in part. */
function reachedBy(unpaid: readonly InstalmentView[], promise: PromiseView | undefined): InstalmentView[] {
  let rest = promise ? promise.amountMinor - promise.paidMinor : 0;
  const reached: InstalmentView[] = [];
  for (const one of unpaid) {
    if (rest <= 0) break;
    reached.push(one);
    rest -= one.amountMinor - one.paidMinor;
  }
  return reached;
}
