/** A payment as Khipu's API v3 shows it, in its answers and in its notifications. */
import type { BankPayment } from './book.ts';

const STATUS: Readonly<Record<BankPayment['state'], readonly [status: string, detail: string]>> = {
  open: ['pending', 'pending'], verifying: ['verifying', 'pending'], authorized: ['verifying', 'pending'], declined: ['pending', 'pending'],
  paid: ['done', 'normal'], rejected: ['pending', 'rejected-by-payer'], refunded: ['done', 'reversed'],
};

export function khipuPayment(payment: BankPayment): Record<string, unknown> {
  const [status, detail] = STATUS[payment.state];
  return {
    payment_id: payment.id, status, status_detail: detail, subject: payment.subject, currency: payment.currency, amount: Number(payment.amount).toFixed(4),
    transaction_id: payment.reference, return_url: payment.returnUrl, notify_url: payment.notifyUrl ?? '', notify_api_version: '3.0', receipt_url: '',
    ...(payment.paidAt === null ? {} : { conciliation_date: new Date(payment.paidAt).toISOString(), payment_method: 'simplified_transfer' }),
  };
}
