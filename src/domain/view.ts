/** Everything that follows from the facts of an agreement without a clock: plan, money, phase, flags, promises; and, with one, what is overdue. */
import type { AgreementEvent, AgreementState, AgreementView, Instant, InstalmentView, LocalDate, Minor, Phase, PreLegalView } from './agreement.ts';
import { strategyOf } from './facts.ts';
import type { Ledger, Owed } from './allocation.ts';
import { addCharge, allocationLines, balanceOf, creditOf, lapseDiscount, openLedger, receive, replacePlan, takeBack } from './allocation.ts';
import { toleranceOf } from './money.ts';
import { promiseViews } from './promise.ts';
import { dayNumberOf, daysBetween, instantOnDay, localDate, startOfLocalDay } from './zone.ts';

const views = new WeakMap<AgreementState, AgreementView>();

/** The view of a state; computed once per state object. */
export function viewOf(state: AgreementState): AgreementView {
  const known = views.get(state);
  if (known) return known;
  const view = derive(state);
  views.set(state, view);
  return view;
}

interface Flags {
  tolerance: Minor;
  /** Of the terms and of every plan that did not fall: whoever asks for a new plan does not make an old discount unconditional. */
  lapsingMinor: Minor;
  /** The part of it that renegotiations gave. */
  lapsingNegotiatedMinor: Minor;
  negotiatedMinor: Minor;
  /** A discount stands that one missed date takes away. */
  conditional: boolean;
  brokenAt: Instant | null;
  settledAt: Instant | null;
  settledBeforePacto: boolean;
  settlements: number;
  closedReason: string | null;
  holdUntil: Instant | null;
  stoppedForGood: boolean;
  readonly disputed: Set<string>;
  readonly resolved: Set<string>;
  readonly optedOut: Set<AgreementView['optedOut'][number]>;
  readonly stopped: Set<string>;
}

function derive(state: AgreementState): AgreementView {
  const { terms } = state;
  const ledger = openLedger(terms);
  const flags: Flags = {
    tolerance: toleranceOf(state.strategy.smallBalance, terms.currency),
    lapsingMinor: terms.discountLapsesOnBreak ? terms.discountMinor : 0, lapsingNegotiatedMinor: 0, negotiatedMinor: 0, conditional: false,
    brokenAt: null, settledAt: null, settledBeforePacto: false, settlements: 0, closedReason: null, holdUntil: null, stoppedForGood: false,
    disputed: new Set(), resolved: new Set(), optedOut: new Set(), stopped: new Set(),
  };
  noteSettlement(ledger, flags, startOfLocalDay(terms.zone, terms.agreedOn), false);
  for (const event of state.events) {
    if (enterMoney(state, ledger, flags, event)) noteSettlement(ledger, flags, event.at, event.kind === 'paymentBooked' && event.beforePacto === true);
    else enterFlag(flags, event);
  }
  return assemble(state, ledger, flags);
}

/** Enters a fact that changes what is owed or paid; false for every other fact. */
function enterMoney({ terms }: AgreementState, ledger: Ledger, flags: Flags, event: AgreementEvent): boolean {
  switch (event.kind) {
    case 'paymentBooked':
      receive(ledger, event.payment, event.amountMinor, event.instalment);
      return true;
    case 'paymentReversed':
      takeBack(ledger, event.payment, localDate(terms.zone, event.at));
      return true;
    case 'renegotiated':
      replacePlan(ledger, event.version, event.instalments);
      grantDiscount(flags, event.discountMinor, terms.discountLapsesOnBreak, event.conditional === true);
      flags.brokenAt = null;
      return true;
    case 'chargeAdded':
      addCharge(ledger, event.charge, event.amountMinor, event.dueOn);
      return true;
    case 'strategyChanged':
      flags.tolerance = toleranceOf(event.strategy.smallBalance, terms.currency);
      return true;
    case 'planBroken':
      // Decided before a payment that was entered first: a settled plan does not fall.
      if (flags.settledAt !== null || flags.brokenAt !== null) return true;
      flags.brokenAt = event.at;
      lapseDiscount(ledger, flags.lapsingMinor, localDate(terms.zone, event.at));
      takeDiscountsBack(flags);
      return true;
    default:
      return false;
  }
}

function grantDiscount(flags: Flags, discountMinor: Minor, lapsesByTerms: boolean, conditional: boolean): void {
  flags.negotiatedMinor += discountMinor;
  flags.conditional ||= conditional && discountMinor > 0;
  if (!lapsesByTerms && !conditional) return;
  flags.lapsingMinor += discountMinor;
  flags.lapsingNegotiatedMinor += discountMinor;
}

function takeDiscountsBack(flags: Flags): void {
  flags.negotiatedMinor -= flags.lapsingNegotiatedMinor;
  flags.lapsingNegotiatedMinor = 0;
  flags.lapsingMinor = 0;
  flags.conditional = false;
}

/** `before`: by a payment that was made before Pacto followed the agreement. A settlement that comes after a reversal is judged anew. */
function noteSettlement(ledger: Ledger, flags: Flags, at: Instant, before: boolean): void {
  const settled = balanceOf(ledger) <= flags.tolerance;
  if (settled && flags.settledAt === null) {
    flags.settledAt = at;
    flags.settledBeforePacto = before;
    flags.settlements += 1;
  }
  if (settled) return;
  flags.settledAt = null;
  flags.settledBeforePacto = false;
}

function enterFlag(flags: Flags, event: AgreementEvent): void {
  switch (event.kind) {
    case 'held': flags.holdUntil = event.until; break;
    case 'released': flags.holdUntil = null; break;
    case 'disputed': flags.disputed.add(event.dispute); break;
    case 'resolved': flags.resolved.add(event.dispute); break;
    case 'optedOut': flags.optedOut.add(event.scope); break;
    case 'optedIn':
      if (event.scope === 'all') flags.optedOut.clear();
      else flags.optedOut.delete(event.scope);
      break;
    case 'stopRegistered':
      flags.stopped.add(event.on);
      flags.stoppedForGood ||= event.permanent;
      break;
    case 'cancelled': flags.closedReason ??= event.reason; break;
    default: break;
  }
}

function assemble(state: AgreementState, ledger: Ledger, flags: Flags): AgreementView {
  const strategy = strategyOf(state);
  const preLegal = preLegalOf(state.events);
  const instalments = instalmentViews(ledger, flags.tolerance);
  const creditMinor = creditOf(ledger);
  const stopped = flags.stoppedForGood && flags.settledAt === null ? 'stopped' : null;
  const closedReason = flags.closedReason ?? stopped;
  return {
    phase: phaseOf(flags, closedReason, preLegal), closedReason, planVersion: ledger.version,
    instalments: instalments.filter((view) => view.version === ledger.version || view.amountMinor > view.paidMinor),
    superseded: instalments.filter((view) => view.version !== ledger.version && view.amountMinor <= view.paidMinor),
    allocations: allocationLines(ledger),
    balanceMinor: balanceOf(ledger), creditMinor, paidMinor: ledger.owed.reduce((sum, owed) => sum + owed.paid, creditMinor),
    holdUntil: flags.holdUntil, disputes: [...flags.disputed].filter((dispute) => !flags.resolved.has(dispute)),
    optedOut: [...flags.optedOut], stopped: [...flags.stopped], stoppedForGood: flags.stoppedForGood,
    promises: promiseViews(state.events, state.terms.zone, strategy.graceDays),
    preLegalCase: preLegal?.case ?? null, preLegal, brokenAt: flags.brokenAt,
    fallsAfterMissed: flags.conditional ? 1 : state.terms.acceleratesAfterMissed, lapsingDiscountMinor: flags.lapsingMinor, negotiatedDiscountMinor: flags.negotiatedMinor,
    settledAt: flags.settledAt, settledBeforePacto: flags.settledBeforePacto, settlements: flags.settlements, lastSeq: state.events.at(-1)?.seq ?? 0,
  };
}

function phaseOf(flags: Flags, closedReason: string | null, preLegal: PreLegalView | null): Phase {
  if (flags.closedReason !== null) return 'closed';
  if (flags.settledAt !== null) return 'settled';
  if (closedReason !== null) return 'closed';
  if (preLegal !== null) return 'preLegal';
  return flags.brokenAt === null ? 'active' : 'broken';
}

/** A rest counts as paid while all rests up to its due date stay within the tolerance: so something is unpaid exactly while the agreement is not settled. */
function instalmentViews(ledger: Ledger, tolerance: Minor): InstalmentView[] {
  let openSoFar = 0;
  return ledger.owed.map((owed: Owed) => {
    const { anchor, kind, number, version, dueOn, reopenedOn } = owed;
    openSoFar += owed.amount - owed.paid;
    const unpaid = owed.amount > owed.paid && openSoFar > tolerance;
    return { anchor, kind, number, version, dueOn, amountMinor: owed.amount, paidMinor: owed.paid, unpaid, reopenedOn };
  });
}

/** The last case that was not withdrawn; a closing that was entered before its opening counts too. */
function preLegalOf(events: readonly AgreementEvent[]): PreLegalView | null {
  const results = new Map<string, 'withdrawn' | 'handedOver'>();
  let found: PreLegalView | null = null;
  for (const event of events) if (event.kind === 'preLegalClosed') results.set(event.case, event.result);
  for (const event of events) {
    if (event.kind !== 'preLegalOpened' || results.get(event.case) === 'withdrawn') continue;
    found = { case: event.case, occurrence: event.occurrence, state: results.has(event.case) ? 'handedOver' : 'open' };
  }
  return found;
}

export interface Arrears {
  readonly overdue: boolean;
  /** Open amount of what is past its grace; the whole balance once the plan has fallen. */
  readonly overdueMinor: Minor;
  /** Due date of the oldest unpaid instalment, due or not; null when nothing is owed. */
  readonly oldestUnpaidDue: LocalDate | null;
  /** Local days since that date, 0 before and on it; grace does not shorten it. */
  readonly daysPastDue: number;
}

/** First instant at which an instalment counts as overdue: the end of the local day due + grace. */
export function graceEnd(state: AgreementState, instalment: InstalmentView): Instant {
  return instantOnDay(state.terms.zone, dayNumberOf(instalment.dueOn) + strategyOf(state).graceDays + 1, 0);
}

/** Overdue amount and age at an instant. */
export function overdueAt(state: AgreementState, now: Instant): Arrears {
  const view = viewOf(state);
  const oldest = view.settledAt === null ? view.instalments.find((instalment) => instalment.unpaid) : undefined;
  if (!oldest) return { overdue: false, overdueMinor: 0, oldestUnpaidDue: null, daysPastDue: 0 };
  const daysPastDue = Math.max(0, daysBetween(oldest.dueOn, localDate(state.terms.zone, now)));
  const late = view.instalments.filter((instalment) => instalment.unpaid && (view.brokenAt !== null || graceEnd(state, instalment) <= now));
  const lateMinor = late.reduce((sum, instalment) => sum + instalment.amountMinor - instalment.paidMinor, 0);
  const overdueMinor = view.brokenAt === null ? lateMinor : view.balanceMinor;
  return { overdue: late.length > 0, overdueMinor, oldestUnpaidDue: oldest.dueOn, daysPastDue };
}
