/** The thank-you for a payment that came by a link: what was received and when, nothing about what is still owed. */
import { formatAmount } from './amount.ts';
import { localeFor } from './locale.ts';
import { toGsm7 } from './sms.ts';

interface ReceiptWords {
  readonly subject: string;
  readonly text: string;
}

const WORDS: Readonly<Record<string, ReceiptWords>> = {
  es: { subject: 'Recibimos su pago', text: '{firm}: recibimos su pago de {amount} el {date}. Quedó registrado; guarde este mensaje como comprobante. Gracias.' },
  pt: { subject: 'Recebemos seu pagamento', text: '{firm}: recebemos seu pagamento de {amount} em {date}. Está registrado; guarde esta mensagem como comprovante. Obrigado.' },
  en: { subject: 'We have received your payment', text: '{firm}: we have received your payment of {amount} on {date}. It is on record; keep this message as your receipt. Thank you.' },
};

export interface Receipt {
  readonly firm: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Local date of the payment, YYYY-MM-DD. */
  readonly paidOn: string;
  /** BCP 47, of the person. */
  readonly language: string;
  readonly country: string;
}

export type ReceiptMessage = { readonly body: string } | { readonly subject: string; readonly text: string; readonly html: string };

/** The message for a channel; Spanish for a language that there is none of. */
export function receiptMessage(channel: 'sms' | 'email', receipt: Receipt): ReceiptMessage {
  const words = WORDS[receipt.language.split('-')[0] ?? ''] ?? WORDS['es'];
  const amount = formatAmount(receipt.amountMinor, receipt.currency, localeFor(receipt.language, receipt.country));
  const text = (words?.text ?? '').replace('{firm}', () => receipt.firm).replace('{amount}', () => amount).replace('{date}', () => receipt.paidOn.split('-').reverse().join('-'));
  if (channel === 'sms') return { body: toGsm7(text) };
  const escaped = text.replace(/[&<>]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[letter] ?? letter);
  return { subject: words?.subject ?? '', text: `${text}\n`, html: `<!doctype html><html><head><meta charset="utf-8"></head><body><p>${escaped}</p></body></html>` };
}
