/** Does the money add up? The payments themselves, what was allocated, the mirror for lists, and the facts must say the same. */
import type { AllocationLine } from '../../domain/agreement.ts';
import { viewOf } from '../../domain/view.ts';
import type { AuditedAgreement } from './person-file.ts';
import type { Finding } from './report.ts';

/** At most one finding an agreement, with every equation that fails. */
export function checkMoney({ row, state, money }: AuditedAgreement): Finding[] {
  const view = viewOf(state);
  const booked = money.payments.reduce((sum, payment) => sum + payment.amount_minor, 0);
  const reversed = money.payments.filter((payment) => payment.reversed_at !== null).reduce((sum, payment) => sum + payment.amount_minor, 0);
  const allocated = money.allocations.reduce((sum, line) => sum + line.amount_minor, 0);
  const paid = booked - reversed;
  const faults = [
    differ('paid - reversed', paid, 'allocated + credit', allocated + row.credit_minor),
    differ('paid - reversed', paid, 'the facts', view.paidMinor),
    differ('the mirror of what was paid', row.paid_minor, 'the facts', view.paidMinor),
    differ('the mirror of the balance', row.balance_minor, 'the facts', view.balanceMinor),
    differ('the mirror of the credit', row.credit_minor, 'the facts', view.creditMinor),
    allocatedAsDecided(view.allocations, money.allocations) ? null : 'the allocations are not those of the facts',
    money.payments.every((payment) => payment.currency === row.currency) ? null : 'a payment is in another currency',
  ].filter((fault) => fault !== null);
  return faults.length === 0 ? [] : [{ counter: 'unbalanced', agreementId: row.id, detail: faults.join('; ') }];
}

function differ(one: string, amount: number, other: string, otherAmount: number): string | null {
  return amount === otherAmount ? null : `${one} ${amount} is not ${other} ${otherAmount}`;
}

function allocatedAsDecided(decided: readonly AllocationLine[], stored: AuditedAgreement['money']['allocations']): boolean {
  const wanted = sums(decided.map((line) => [`${line.payment} ${line.version} ${line.instalment} ${line.component}`, line.amountMinor]));
  const found = sums(stored.map((line) => [`${line.payment_id} ${line.version} ${line.instalment} ${line.component}`, line.amount_minor]));
  return wanted.size === found.size && [...wanted].every(([key, amount]) => found.get(key) === amount);
}

function sums(lines: readonly (readonly [string, number])[]): Map<string, number> {
  const totals = new Map<string, number>();
  for (const [key, amount] of lines) totals.set(key, (totals.get(key) ?? 0) + amount);
  for (const [key, amount] of totals) if (amount === 0) totals.delete(key);
  return totals;
}
