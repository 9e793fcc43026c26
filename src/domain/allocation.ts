/**
 * The money of an agreement: what is owed, and which payment covers what. Facts are entered in the order of their
 * sequence, so arrival order does not matter:
 * - a payment covers the instalment it names, then the oldest due; what exceeds everything stays as its credit;
 * - whatever becomes owed later (a new plan, a charge, a reversal) takes credit first, oldest payment first;
 * - a reversal takes back exactly what its payment covered, newest line first, and lets other payments' lines stand:
 *   the debtor whose March cheque bounced owes March. (Recomputing as if the payment had never been would move the
 *   lines of every later payment: balances are the same, but yesterday's receipts would no longer be true.)
 * - a reversal that is entered before its payment leaves that payment without effect.
 */
import type { AgreementTerms, AllocationLine, ComponentName, Instalment, InstalmentView, LocalDate, Minor } from './agreement.ts';
import { componentsOf } from './money.ts';

interface Share {
  readonly component: ComponentName;
  open: Minor;
}

export interface Owed {
  readonly anchor: string;
  readonly kind: InstalmentView['kind'];
  readonly number: number;
  readonly version: number;
  readonly dueOn: LocalDate;
  amount: Minor;
  paid: Minor;
  reopenedOn: LocalDate | null;
  /** Of an earlier plan: closed at what was paid on it. */
  superseded: boolean;
  readonly shares: Share[];
}

interface Line {
  readonly owed: Owed;
  readonly share: Share;
  amount: Minor;
}

interface Received {
  readonly payment: string;
  readonly lines: Line[];
  credit: Minor;
  reversed: boolean;
}

export interface Ledger {
  readonly terms: AgreementTerms;
  version: number;
  /** By due date, then number. */
  owed: Owed[];
  readonly received: Map<string, Received>;
}

export function openLedger(terms: AgreementTerms): Ledger {
  const ledger: Ledger = { terms, version: 1, owed: [], received: new Map() };
  addInstalments(ledger, terms.instalments);
  return ledger;
}

function addInstalments(ledger: Ledger, instalments: readonly Instalment[]): void {
  for (const { number, dueOn, amountMinor } of instalments) {
    enter(ledger, { anchor: `i${number}v${ledger.version}`, kind: 'instalment', number, dueOn, amount: amountMinor, shares: componentsOf(ledger.terms, amountMinor) });
  }
  sortOwed(ledger);
}

interface NewOwed {
  readonly anchor: string;
  readonly kind: Owed['kind'];
  readonly number: number;
  readonly dueOn: LocalDate;
  readonly amount: Minor;
  readonly shares: readonly { readonly component: ComponentName; readonly amountMinor: Minor }[];
}

function enter(ledger: Ledger, { shares, ...item }: NewOwed): void {
  ledger.owed.push({
    ...item, version: ledger.version, paid: 0, reopenedOn: null, superseded: false,
    shares: shares.map(({ component, amountMinor }) => ({ component, open: amountMinor })),
  });
}

function sortOwed(ledger: Ledger): void {
  ledger.owed.sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : a.version - b.version || a.number - b.number));
}

function nextNumber(ledger: Ledger): number {
  return ledger.owed.reduce((highest, owed) => (owed.version === ledger.version ? Math.max(highest, owed.number) : highest), 0) + 1;
}

/** Enters a payment; a second one of the same id changes nothing. */
export function receive(ledger: Ledger, payment: string, amountMinor: Minor, instalment: number | undefined): void {
  const known = ledger.received.get(payment);
  if (known) return;
  const received: Received = { payment, lines: [], credit: amountMinor, reversed: false };
  ledger.received.set(payment, received);
  const named = instalment === undefined ? undefined : ledger.owed.find((owed) => owed.version === ledger.version && owed.number === instalment);
  if (named) cover(received, named);
  spendCredit(ledger);
}

/** Takes a payment back, on the local date given; unknown payments are remembered as reversed. */
export function takeBack(ledger: Ledger, payment: string, on: LocalDate): void {
  const received = ledger.received.get(payment);
  if (!received) {
    ledger.received.set(payment, { payment, lines: [], credit: 0, reversed: true });
    return;
  }
  if (received.reversed) return;
  received.reversed = true;
  received.credit = 0;
  for (let line = received.lines.pop(); line; line = received.lines.pop()) {
    if (line.owed.paid >= line.owed.amount) line.owed.reopenedOn = on;
    line.owed.paid -= line.amount;
    line.share.open += line.amount;
  }
  spendCredit(ledger);
}

/** A new plan: what the old one still asked for is no longer owed, what was paid on it stays paid. */
export function replacePlan(ledger: Ledger, version: number, instalments: readonly Instalment[]): void {
  for (const owed of ledger.owed) {
    owed.amount = owed.paid;
    owed.superseded = true;
    for (const share of owed.shares) share.open = 0;
  }
  ledger.version = Math.max(version, ledger.version + 1);
  addInstalments(ledger, instalments);
  spendCredit(ledger);
}

export function addCharge(ledger: Ledger, charge: string, amountMinor: Minor, dueOn: LocalDate): void {
  const anchor = `c${charge}`;
  if (ledger.owed.some((owed) => owed.anchor === anchor)) return;
  enter(ledger, { anchor, kind: 'charge', number: nextNumber(ledger), dueOn, amount: amountMinor, shares: [{ component: 'fees', amountMinor }] });
  sortOwed(ledger);
  spendCredit(ledger);
}

/** The conditional discount is owed after all, from the date on which the plan fell. */
export function lapseDiscount(ledger: Ledger, discountMinor: Minor, on: LocalDate): void {
  const anchor = `lapsed-v${ledger.version}`;
  if (discountMinor <= 0 || ledger.owed.some((owed) => owed.anchor === anchor)) return;
  enter(ledger, { anchor, kind: 'lapsedDiscount', number: nextNumber(ledger), dueOn: on, amount: discountMinor, shares: componentsOf(ledger.terms, discountMinor) });
  sortOwed(ledger);
  spendCredit(ledger);
}

function spendCredit(ledger: Ledger): void {
  for (const received of ledger.received.values()) {
    if (received.credit === 0) continue;
    for (const owed of ledger.owed) {
      if (received.credit === 0) break;
      cover(received, owed);
    }
  }
}

function cover(received: Received, owed: Owed): void {
  for (const share of owed.shares) {
    const amount = Math.min(share.open, received.credit);
    if (amount === 0) continue;
    share.open -= amount;
    owed.paid += amount;
    received.credit -= amount;
    received.lines.push({ owed, share, amount });
  }
}

/** What is still owed, in minor units. */
export function balanceOf(ledger: Ledger): Minor {
  return ledger.owed.reduce((sum, owed) => sum + owed.amount - owed.paid, 0);
}

/** Money that covers nothing. */
export function creditOf(ledger: Ledger): Minor {
  let credit = 0;
  for (const received of ledger.received.values()) credit += received.credit;
  return credit;
}

/** Every line of every payment that stands, in the order in which they were covered. */
export function allocationLines(ledger: Ledger): AllocationLine[] {
  const lines: AllocationLine[] = [];
  for (const { payment, lines: covered } of ledger.received.values()) {
    for (const { owed, share, amount } of covered) {
      lines.push({ payment, instalment: owed.number, version: owed.version, component: share.component, amountMinor: amount });
    }
  }
  return lines;
}
