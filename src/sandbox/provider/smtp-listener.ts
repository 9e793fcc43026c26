/** A mail server that takes mail for anybody and delivers it to the journal. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { LOOPBACK } from '../ports.ts';
import { isNobody } from './addresses.ts';
import type { Fault } from './fault-kinds.ts';
import type { SandboxMessage } from './journal.ts';
import { acceptMessage, type ProviderParts } from './parts.ts';

const MAX_BYTES = 10 * 1024 * 1024;

export interface SmtpListener {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; any user and password are taken, encryption is not offered. */
export async function listenSmtp(parts: ProviderParts, port: number): Promise<SmtpListener> {
  /** By the client's port: the session does not hold its connection, and a reset needs it. */
  const sockets = new Map<number, Socket>();
  /** The fault of a session is drawn at RCPT and may act later. */
  const faults = new Map<string, Fault>();
  const cut = (session: SMTPServerSession): void => {
    sockets.get(session.remotePort)?.resetAndDestroy();
  };
  const server = new SMTPServer({
    name: 'sandbox.invalid', banner: 'Pacto provider sandbox', size: MAX_BYTES,
    authOptional: true, allowInsecureAuth: true, hideSTARTTLS: true, disabledCommands: ['STARTTLS'],
    disableReverseLookup: true, closeTimeout: 100,
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? 'sandbox' }),
    onRcptTo(recipient, session, done) {
      const fault = parts.faults.draw('smtp', 'call', recipient.address);
      if (fault !== undefined) faults.set(session.id, fault);
      if (fault?.kind === 'resetBeforeAccept') return cut(session);
      done(refusalAtRecipient(fault, recipient.address));
    },
    onData(stream, session, done) {
      const fault = faults.get(session.id);
      faults.delete(session.id);
      take(parts, stream, session, fault, { done, cut: () => cut(session) }).catch((error: unknown) => {
        parts.log.error({ err: error, channel: 'smtp' }, 'a mail could not be taken');
        done(reply(451, '4.3.0 internal error'));
      });
    },
    onClose: (session) => void faults.delete(session.id),
  });
  // Connections that break are the clients' affair, and some are broken on purpose.
  server.on('error', (error) => parts.log.debug({ err: error, channel: 'smtp' }, 'an SMTP connection broke'));
  server.server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.server.off('error', reject);
      resolve();
    });
  });
  const bound = server.server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () => new Promise((resolve) => {
      for (const socket of sockets.values()) socket.destroy();
      server.close(() => resolve());
    }),
  };
}

interface Conversation {
  readonly done: (error?: Error | null, message?: string) => void;
  readonly cut: () => void;
}

/** Reads the mail to its end, puts it into the journal unless the fault forbids, and answers or does not. */
async function take(parts: ProviderParts, stream: SMTPServerDataStream, session: SMTPServerSession, fault: Fault | undefined, { done, cut }: Conversation): Promise<void> {
  const parsed = await simpleParser(stream, { skipImageLinks: true });
  if (stream.sizeExceeded) return done(reply(552, '5.3.4 message too big'));
  if (fault?.kind === '500') return done(reply(451, '4.3.0 internal error'));
  const at = await parts.now();
  const ids = session.envelope.rcptTo.map(({ address }) => {
    const message = toMessage(parsed, session, address, at);
    acceptMessage(parts, message);
    return message.providerId;
  });
  if (fault?.kind === 'timeout') return;
  if (fault?.kind === 'resetAfterAccept') return cut();
  if (fault?.kind === 'slow') await sleep(fault.ms ?? parts.slowMs);
  done(null, `2.0.0 Ok: queued as ${ids.join(' ')}`);
}

/** What the server says to a recipient: a mailbox that does not exist, or not now. */
function refusalAtRecipient(fault: Fault | undefined, address: string): Error | null {
  if (isNobody(address)) return reply(550, '5.1.1 no such mailbox');
  if (fault?.kind === '429') return reply(451, '4.7.1 too many messages, try again later');
  return null;
}

function reply(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode });
}

function toMessage(parsed: ParsedMail, session: SMTPServerSession, to: string, at: number): SandboxMessage {
  const { mailFrom } = session.envelope;
  const { messageId, text, html } = parsed;
  return {
    providerId: `smtp-${randomBytes(12).toString('hex')}`,
    provider: 'smtp', channel: 'email', at, to,
    from: mailFrom === false ? null : mailFrom.address,
    subject: parsed.subject ?? '',
    ...(messageId === undefined ? {} : { messageId }),
    ...(text === undefined ? {} : { text: text.trimEnd() }),
    ...(typeof html === 'string' ? { html } : {}),
    // Our own Message-ID is the attempt's id at the sender's domain (src/channels/smtp-email.ts).
    attemptId: messageId === undefined ? null : (/^<([^@>]+)@/.exec(messageId)?.[1] ?? null),
    status: 'accepted',
    events: [],
  };
}
