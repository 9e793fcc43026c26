/** What an audit answers: contract.md section 12. */

export const COUNTERS = ['duplicates', 'unexplained', 'lost', 'unlawful', 'contactedAfterPayment', 'unbalanced', 'brokenChains'] as const;

export type Counter = (typeof COUNTERS)[number];

/** `detail` names ids, steps and rules; never a person, a phone or an address. */
export interface Finding {
  readonly counter: Counter;
  /** null: no agreement is known for it. */
  readonly agreementId: string | null;
  readonly detail: string;
}

export interface AuditReport extends Readonly<Record<Counter, number>> {
  /** Rows of the ledger of messages. */
  readonly attempts: number;
  /** Messages that left or may have left, and calls, visits and letters by people. */
  readonly contacts: number;
  readonly findings: readonly Finding[];
}

/** Whether nothing was found. */
export function isClean(report: AuditReport): boolean {
  return report.findings.length === 0;
}

export function reportOf(counts: { readonly attempts: number; readonly contacts: number }, findings: readonly Finding[]): AuditReport {
  const count = (counter: Counter): number => findings.filter((finding) => finding.counter === counter).length;
  return {
    ...counts,
    duplicates: count('duplicates'), unexplained: count('unexplained'), lost: count('lost'), unlawful: count('unlawful'),
    contactedAfterPayment: count('contactedAfterPayment'), unbalanced: count('unbalanced'), brokenChains: count('brokenChains'),
    findings,
  };
}
