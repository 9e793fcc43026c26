import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { readFailure } from './call-failures.ts';
import type { Deadline, EmailChannel, EmailSender, OutgoingEmail, SendOutcome } from './channel.ts';
import { bounceAddressOf } from './dsn.ts';
import { isEmailAddress, mailHeaders } from './email-headers.ts';
import { classifySmtpReply } from './error-classes.ts';

/** A mail server, as `smtp://user:password@host:port` or `smtps://…`. */
export interface SmtpSettings {
  readonly url: string;
  readonly defaultSender?: EmailSender;
  /** A mailbox whose mail reaches us, with `+anything`: returned mails go to it. Absent: they go to the sender. */
  readonly bounceAddress?: string;
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** An e-mail channel over nodemailer; each mail has a connection of its own. */
export function createSmtpEmail(settings: SmtpSettings): EmailChannel {
  return { provider: 'smtp', channel: 'email', send: (message, deadline) => send(settings, message, deadline) };
}

/** The Message-ID of an attempt: its id at the sender's domain, so that a bounce leads back to the attempt. */
export function messageIdOf(attemptId: string, sender: EmailSender): string {
  return `<${attemptId}@${sender.address.split('@').at(-1) ?? 'localhost'}>`;
}

async function send(settings: SmtpSettings, message: OutgoingEmail, deadline: Deadline): Promise<SendOutcome> {
  const sender = message.from ?? settings.defaultSender;
  if (sender === undefined) return { kind: 'rejected', reason: 'config', code: 'noSender' };
  if (!isEmailAddress(message.to)) return { kind: 'rejected', reason: 'badAddress', code: 'invalidAddress' };
  if (deadline.signal?.aborted === true) return { kind: 'retry', code: 'aborted' };
  const text = { begun: false };
  const transport = createTransport(transportOptions(settings.url, deadline.timeoutMs));
  transport.use('stream', (mail, done) => {
    // nodemailer reports a connection lost before and after DATA alike. It takes the first byte of this stream only
    // once the server has said "go ahead" to DATA: until then, nothing of the mail can have left.
    mail.message.processFunc((input) => Readable.from(noting(input, text)));
    done();
  });
  try {
    const info = await transport.sendMail({ ...compose(message, sender), ...returning(settings, message, sender), signal: bounded(deadline) });
    return info.accepted.length > 0 ? { kind: 'sent', providerId: info.messageId } : { kind: 'rejected', reason: 'badAddress', code: 'notAccepted' };
  } catch (error) {
    return outcomeOf(error, text.begun);
  } finally {
    transport.close();
  }
}

async function* noting(input: AsyncIterable<Buffer>, text: { begun: boolean }): AsyncGenerator<Buffer> {
  text.begun = true;
  yield* input;
}

function transportOptions(url: string, timeoutMs: number) {
  const { hostname, protocol } = new URL(url);
  return {
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Debts do not travel in clear text; only a server on this very machine may lack encryption.
    requireTLS: protocol === 'smtp:' && !LOOPBACK.has(hostname),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function compose(message: OutgoingEmail, sender: EmailSender) {
  return {
    to: { name: '', address: message.to },
    from: { name: sender.name ?? '', address: sender.address },
    ...(message.replyTo === undefined ? {} : { replyTo: { name: message.replyTo.name ?? '', address: message.replyTo.address } }),
    subject: message.subject,
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    headers: mailHeaders(message),
    messageId: messageIdOf(message.attemptId, sender),
  };
}

/** Where and how a failure is to be reported: by an address, an envelope id and a Message-ID that name the attempt. */
function returning({ bounceAddress }: SmtpSettings, { attemptId, to }: OutgoingEmail, sender: EmailSender) {
  return {
    envelope: { from: bounceAddress === undefined ? sender.address : bounceAddressOf(bounceAddress, attemptId), to },
    // Asked of servers that offer it: the headers come back, with word of delays too.
    dsn: { id: attemptId, return: 'headers', notify: ['failure', 'delay'], recipient: to },
  };
}

function bounded(deadline: Deadline): AbortSignal {
  const bound = AbortSignal.timeout(deadline.timeoutMs);
  return deadline.signal === undefined ? bound : AbortSignal.any([bound, deadline.signal]);
}

/** What a failure means once it is known whether the server had begun to take the mail. */
function outcomeOf(error: unknown, begun: boolean): SendOutcome {
  const failure = readFailure(error);
  const reply = readReply(error);
  if (failure.code === 'EAUTH' || failure.code === 'ENOAUTH' || failure.code === 'ETLS') return { kind: 'rejected', reason: 'config', code: failure.code };
  if (reply !== undefined) return refusedBy(reply);
  // After DATA only a reply settles the matter.
  return { kind: begun ? 'unknown' : 'retry', code: failure.code ?? 'noAnswer' };
}

interface Reply {
  readonly code: number;
  readonly enhanced?: string;
}

function refusedBy(reply: Reply): SendOutcome {
  const code = reply.enhanced ?? `smtp${reply.code}`;
  const reason = classifySmtpReply(reply.code, reply.enhanced);
  if (reply.code < 500 || reason === 'transient') return { kind: 'retry', code };
  return { kind: 'rejected', reason, code };
}

/** The server's reply without its text, which quotes the address. */
function readReply(error: unknown): Reply | undefined {
  if (!(error instanceof Error)) return undefined;
  const code: unknown = Reflect.get(error, 'responseCode');
  if (typeof code !== 'number' || code < 400) return undefined;
  const response: unknown = Reflect.get(error, 'response');
  const enhanced = typeof response === 'string' ? /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  return { code, ...(enhanced === undefined ? {} : { enhanced }) };
}
