/** `/d/{token}/receipts`: what was paid and what was taken back, of one agreement. */
import { paymentsOf, type PaymentRow } from '../../db/payments.ts';
import { formatDateAt } from '../../text/date.ts';
import type { View } from '../page.ts';
import { frame, moneyOf, statusOf, type Filled, type OpenVisit, type Section, type Wrong } from './visit.ts';
import type { ActWords } from './words.ts';

/** A page stays light; who needs older ones asks for them in writing. */
const MOST = 60;

export const receiptsPage: Section = { show: (visit) => listView(visit), again: (visit, _filled: Filled, wrong) => listView(visit, wrong), act: (visit) => listView(visit) };

async function listView(visit: OpenVisit, wrong: Wrong = {}): Promise<View> {
  const { ctx, agreement, say } = visit;
  const payments = (await paymentsOf(ctx.db, agreement.id)).toReversed().slice(0, MOST);
  return {
    status: statusOf(wrong), template: 'debtor-receipts.eta',
    data: { ...frame(visit, say.receiptsTitle, wrong), reference: agreement.reference, total: moneyOf(visit, agreement.paidMinor), payments: payments.map((one) => lineOf(visit, one)) },
  };
}

function lineOf(visit: OpenVisit, payment: PaymentRow): object {
  const { say, locale, agreement } = visit;
  const day = (at: number): string => formatDateAt(at, agreement.zone, locale, 'anual');
  return {
    amount: moneyOf(visit, payment.amount_minor), date: day(payment.paid_at), method: methodIn(say, payment.method),
    reversed: payment.reversed_at === null ? null : say.reversed(day(payment.reversed_at)),
  };
}

function methodIn({ methods }: ActWords, method: string): string {
  return Object.entries(methods).find(([name]) => name === method)?.[1] ?? methods.other;
}
