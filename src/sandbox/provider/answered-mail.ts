/** A mail with which a person answers ours, handed to our API as SendGrid's Inbound Parse hands over mail. */
import { randomBytes } from 'node:crypto';
import { multipart } from './multipart-form.ts';
import type { SandboxMessage } from './journal.ts';
import type { ProviderParts } from './parts.ts';
import { postSigned } from './webhooks.ts';

const LINE = '\r\n';
const SECOND = 1000;

export interface AnsweredMail {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** The mail that is answered; undefined: one that begins a conversation. */
  readonly answers: SandboxMessage | undefined;
}

/** Posts it signed; resolves to its id and the HTTP status, or to null without an answer. */
export async function postAnsweredMail({ signingKey, webhookTarget, now }: ProviderParts, mail: AnsweredMail): Promise<{ id: string; told: number | null }> {
  const id = randomBytes(16).toString('hex');
  const at = await now();
  const form = multipart(fieldsOf(mail, id, at), []);
  const told = await postSigned(signingKey, `${webhookTarget}/webhooks/sendgrid/inbound`, form.contentType, form.body, Math.floor(at / SECOND));
  return { id, told };
}

function fieldsOf({ from, to, body, answers }: AnsweredMail, id: string, at: number): Readonly<Record<string, string>> {
  const subject = answers?.subject === undefined ? 'Consulta' : `Re: ${answers.subject}`;
  const answered = answers === undefined ? null : answers.messageId ?? `<${answers.providerId}@sandbox.invalid>`;
  const [, domain = ''] = from.split('@');
  const headers = [
    `From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Message-ID: <${id}@${domain}>`, `Date: ${new Date(at).toUTCString()}`,
    ...(answered === null ? [] : [`In-Reply-To: ${answered}`, `References: ${answered}`]), 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8',
  ].join(LINE) + LINE;
  const quoted = answers?.text === undefined ? '' : `${LINE}${LINE}El ${new Date(answers.at).toISOString().slice(0, 10)}, ${to} escribió:${LINE}${answers.text.split('\n').map((line) => `> ${line}`).join(LINE)}`;
  return {
    headers, from, to, subject, text: `${body}${quoted}${LINE}`, envelope: JSON.stringify({ to: [to], from }), attachments: '0',
    charsets: JSON.stringify({ to: 'UTF-8', subject: 'UTF-8', from: 'UTF-8', text: 'utf-8' }), SPF: 'pass', dkim: `{@${domain} : pass}`,
  };
}
