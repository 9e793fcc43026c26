/** A mail that comes back: the report of a mail server (RFC 3464), handed to our API as SendGrid's Inbound Parse hands over mail. */
import type { KeyObject } from 'node:crypto';
import type { Receipt, SandboxMessage } from './journal.ts';
import { multipart } from './multipart-form.ts';
import { postSigned } from './webhooks.ts';

const HOST = 'mx.sandbox.invalid';
const DAEMON = `mailer-daemon@${HOST}`;
const LINE = '\r\n';

/** Posts the report on a mail to where our API takes mail in; resolves to the HTTP status, or to null without an answer. `timestamp` in epoch seconds. */
export function postReturnedMail(key: KeyObject, url: string, message: SandboxMessage, receipt: Receipt, timestamp: number): Promise<number | null> {
  const form = formOf(message, receipt);
  return postSigned(key, url, form.contentType, form.body, timestamp);
}

/** The report by Inbound Parse's fields: what is no text of the mail is a file. */
function formOf(message: SandboxMessage, receipt: Receipt): { contentType: string; body: string } {
  const back = message.from ?? '';
  const fields: Readonly<Record<string, string>> = {
    headers: headersOf(back, receipt), from: `Mail Delivery System <${DAEMON}>`, to: back, subject: 'Undelivered Mail Returned to Sender',
    text: `This is the mail system at ${HOST}.${LINE}${LINE}Your message could not be delivered to one recipient.${LINE}`,
    envelope: JSON.stringify({ to: [back], from: '' }), charsets: JSON.stringify({ to: 'UTF-8', subject: 'UTF-8', from: 'UTF-8', text: 'utf-8' }), SPF: 'none', attachments: '2',
  };
  return multipart(fields, [
    { filename: 'delivery-status', type: 'message/delivery-status', content: reportOf(message, receipt) }, { filename: 'headers', type: 'text/rfc822-headers', content: returnedHeaders(message) },
  ]);
}

function headersOf(to: string, receipt: Receipt): string {
  return [
    `From: Mail Delivery System <${DAEMON}>`, `To: ${to}`, 'Subject: Undelivered Mail Returned to Sender', `Message-ID: <${receipt.id}@${HOST}>`,
    `Date: ${new Date(receipt.happenedAt).toUTCString()}`, 'Auto-Submitted: auto-replied', 'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="report"',
  ].join(LINE) + LINE;
}

function reportOf(message: SandboxMessage, { errorCode, reason }: Receipt): string {
  return [
    `Reporting-MTA: dns; ${HOST}`, '', `Final-Recipient: rfc822; ${message.to}`, 'Action: failed', `Status: ${errorCode ?? '5.0.0'}`,
    `Diagnostic-Code: smtp; ${reason ?? 'delivery failed'}`, '',
  ].join(LINE);
}

function returnedHeaders({ messageId, to, subject }: SandboxMessage): string {
  return [...(messageId === undefined ? [] : [`Message-ID: ${messageId}`]), `To: ${to}`, `Subject: ${subject ?? ''}`, ''].join(LINE);
}
