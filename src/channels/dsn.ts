/**
 * Mails that report on a mail of ours (RFC 3464, multipart/report): which attempt it is about, and what became of it. What
 * the mail servers say in words stays out, because they quote the address.
 */
import { simpleParser } from 'mailparser';
import type { ReceiptStatus } from './channel.ts';

/** A mail as it arrived, however: whom it came to, its header block, and what of its parts is text (the report among them). */
export interface ArrivedMail {
  /** Of the envelope and of the header. */
  readonly to: readonly string[];
  readonly headers: string;
  readonly parts: readonly string[];
}

export interface DeliveryReport {
  /** Ids that may name the attempt, the surest first: of the address it came back to, of the envelope, of the returned mail. */
  readonly attemptIds: readonly string[];
  readonly status: Extract<ReceiptStatus, 'bounced' | 'blocked' | 'deferred' | 'delivered' | 'sent'>;
  /** Enhanced status (RFC 3463); input of classifyDelivery. */
  readonly errorCode?: string;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const LONGEST_PART = 100_000;

/** Where a mail server sends a mail of this attempt back to: the attempt is all that the address says (VERP). */
export function bounceAddressOf(bounceAddress: string, attemptId: string): string {
  const at = bounceAddress.lastIndexOf('@');
  return `${bounceAddress.slice(0, at)}+${attemptId}${bounceAddress.slice(at)}`;
}

/** The report in a mail, or null when it is none: an answer of a person, of an absence, of a list. */
export function dsnOf(mail: ArrivedMail): DeliveryReport | null {
  if (!/^content-type:\s*multipart\/report\b/im.test(unfolded(mail.headers))) return null;
  const parts = mail.parts.map((part) => unfolded(part.slice(0, LONGEST_PART)));
  const report = parts.find((part) => field(part, 'Action') !== undefined && field(part, 'Final-Recipient') !== undefined);
  if (report === undefined) return null;
  const action = field(report, 'Action')?.toLowerCase() ?? '';
  const errorCode = codeOf(field(report, 'Status'), field(report, 'Diagnostic-Code'));
  const status = statusOf(action, errorCode);
  if (status === null) return null;
  const attemptIds = [...mail.to, field(report, 'Original-Envelope-Id') ?? '', ...parts.flatMap((part) => fields(part, ['Message-ID', 'In-Reply-To', 'References']))]
    .flatMap((text) => text.match(UUID) ?? []).map((id) => id.toLowerCase());
  const failed = status === 'bounced' || status === 'blocked' || status === 'deferred';
  return { attemptIds: [...new Set(attemptIds)], status, ...(failed && errorCode !== undefined ? { errorCode } : {}) };
}

/** A relay that does not report on, and a list that has opened the mail, say only that it left. */
function statusOf(action: string, code: string | undefined): DeliveryReport['status'] | null {
  switch (action) {
    // A server that gave up on a temporary refusal says nothing against the address.
    case 'failed': return code?.startsWith('4') === true ? 'blocked' : 'bounced';
    case 'delayed': return 'deferred';
    case 'delivered': return 'delivered';
    case 'relayed': case 'expanded': return 'sent';
    default: return null;
  }
}

/** The enhanced status; where it only says "failed" (5.0.0), the one that the diagnostic names, or the reply's (550). */
function codeOf(status: string | undefined, diagnostic: string | undefined): string | undefined {
  const own = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(status ?? '')?.[0];
  if (own !== undefined && !own.endsWith('.0.0')) return own;
  const told = /\b([45])\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(diagnostic ?? '');
  if (told?.[2] !== undefined) return told[2];
  return own ?? (/;\s*([45])\d\d\b/.exec(diagnostic ?? '')?.[1] === '4' ? '4.0.0' : undefined);
}

/** Header lines that go on in the next line, in one. */
function unfolded(text: string): string {
  return text.replaceAll(/\r?\n[ \t]+/g, ' ');
}

function field(text: string, name: string): string | undefined {
  return fields(text, [name])[0];
}

function fields(text: string, names: readonly string[]): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    return colon > 0 && names.some((name) => name.toLowerCase() === line.slice(0, colon).trim().toLowerCase()) ? [line.slice(colon + 1).trim()] : [];
  });
}

/** A field or a file of the form that SendGrid's Inbound Parse posts. */
export interface MailFormPart {
  readonly name: string;
  readonly filename: string | null;
  readonly bytes: Buffer;
}

/** The mail in a form of Inbound Parse: parsed by SendGrid into fields and files, or whole in `email`. */
export async function arrivedByForm(form: readonly MailFormPart[]): Promise<ArrivedMail> {
  const text = (name: string): string => form.find((part) => part.name === name && part.filename === null)?.bytes.toString('utf8') ?? '';
  const whole = form.find((part) => part.name === 'email');
  const to = [text('envelope'), text('to')];
  if (whole !== undefined) return arrivedWhole(whole.bytes, to);
  return { to, headers: text('headers'), parts: [text('text'), ...form.filter(({ filename }) => filename !== null).map(({ bytes }) => bytes.subarray(0, LONGEST_PART).toString('utf8'))] };
}

/** A whole mail as an SMTP server takes it; `envelopeTo` as it was named there. */
export async function arrivedWhole(raw: Buffer, envelopeTo: readonly string[]): Promise<ArrivedMail> {
  const mail = await simpleParser(raw, { skipImageLinks: true });
  const headers = mail.headerLines.map(({ line }) => line).join('\r\n');
  return {
    to: [...envelopeTo, field(unfolded(headers), 'To') ?? ''], headers,
    // The parser puts the report into the text and the returned mail beside it.
    parts: [mail.text ?? '', ...mail.attachments.map(({ content }) => content.subarray(0, LONGEST_PART).toString('utf8'))],
  };
}
