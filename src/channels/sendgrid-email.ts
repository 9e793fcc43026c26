import * as z from 'zod';
import { readFailure, retryLater, withoutAnswer } from './call-failures.ts';
import type { Deadline, EmailChannel, EmailSender, OutgoingEmail, RejectReason, SendOutcome } from './channel.ts';
import { retryAfterMs, withDeadline } from './deadline.ts';
import type { RunningCall } from './deadline.ts';
import { isEmailAddress, mailHeaders } from './email-headers.ts';
import { classifyHttpRefusal, classifySendgridField } from './error-classes.ts';
import { createMailService } from './sendgrid-client.ts';

/** An installation's SendGrid account; `baseUrl` is a stand-in for its host. */
export interface SendgridSettings {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly defaultSender?: EmailSender;
}

type MailService = ReturnType<typeof createMailService>;

/** An e-mail channel over SendGrid's own client. */
export function createSendgridEmail(settings: SendgridSettings): EmailChannel {
  const service = createMailService(settings.apiKey, settings.baseUrl);
  return { provider: 'sendgrid', channel: 'email', send: (message, deadline) => send(service, settings, message, deadline) };
}

async function send(service: MailService, settings: SendgridSettings, message: OutgoingEmail, deadline: Deadline): Promise<SendOutcome> {
  const sender = message.from ?? settings.defaultSender;
  if (sender === undefined) return { kind: 'rejected', reason: 'config', code: 'noSender' };
  // The package checks nothing: an address without @ would go out and come back as a bounce that counts against us.
  if (!isEmailAddress(message.to)) return { kind: 'rejected', reason: 'badAddress', code: 'invalidAddress' };
  if (deadline.signal?.aborted === true) return { kind: 'retry', code: 'aborted' };
  return withDeadline(deadline, (call) => post(service, sender, message, call));
}

async function post(service: MailService, sender: EmailSender, message: OutgoingEmail, call: RunningCall): Promise<SendOutcome> {
  try {
    const [answer] = await service.send({
      to: message.to,
      from: toAddress(sender),
      ...(message.replyTo === undefined ? {} : { replyTo: toAddress(message.replyTo) }),
      subject: message.subject,
      content: [{ type: 'text/plain', value: message.text }, ...(message.html === undefined ? [] : [{ type: 'text/html', value: message.html }])],
      headers: mailHeaders(message),
      // Comes back on every event; SendGrid keeps it for ever, so it is the id and nothing else.
      customArgs: { attempt_id: message.attemptId },
      // Opens come from mail proxies and prove nothing, and rewritten links look like fraud.
      trackingSettings: { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false } },
    });
    const id: unknown = Reflect.get(Object(answer.headers), 'x-message-id');
    if (answer.statusCode >= 300) return { kind: 'rejected', reason: 'config', code: `http${answer.statusCode}` };
    return typeof id === 'string' && id !== '' ? { kind: 'sent', providerId: id } : { kind: 'unknown', code: 'noMessageId' };
  } catch (error) {
    return outcomeOf(error, call);
  }
}

function toAddress(sender: EmailSender): { email: string; name?: string } {
  return { email: sender.address, ...(sender.name === undefined ? {} : { name: sender.name }) };
}

/** What is read from a ResponseError; its code is the HTTP status. */
const refusal = z.object({
  code: z.number().int(),
  response: z.object({
    /** An instance of a class of axios, which is no plain record. */
    headers: z.unknown(),
    body: z.object({ errors: z.array(z.object({ field: z.string().nullish() })).catch([]) }).catch({ errors: [] }),
  }),
});

function outcomeOf(error: unknown, call: RunningCall): SendOutcome {
  const parsed = refusal.safeParse(error);
  const failure = readFailure(error);
  const status = parsed.success ? parsed.data.code : failure.status;
  if (status === undefined) return call.signal.aborted ? { kind: 'unknown', code: failure.code ?? 'timeout' } : withoutAnswer(failure);
  const code = `http${status}`;
  if (status >= 500 || status < 300 || status === 408) return { kind: 'unknown', code };
  if (status === 429) return retryLater(code, parsed.success ? waitAsked(parsed.data.response.headers) : undefined);
  return { kind: 'rejected', reason: reasonOf(status, parsed.success ? parsed.data.response.body.errors : []), code };
}

function reasonOf(status: number, errors: readonly { field?: string | null | undefined }[]): RejectReason {
  const known = errors.map((error) => classifySendgridField(error.field ?? '')).find((reason) => reason !== undefined);
  return status === 400 && known !== undefined ? known : classifyHttpRefusal(status);
}

/** Retry-After, else the time from the answer's own Date to X-RateLimit-Reset (epoch seconds): no clock of ours is needed. */
function waitAsked(headers: unknown): number | undefined {
  const header = (name: string): unknown => Reflect.get(Object(headers), name);
  const asked = retryAfterMs(header('retry-after'));
  if (asked !== undefined) return asked;
  const reset = Number(header('x-ratelimit-reset')) * 1000;
  const answeredAt = Date.parse(String(header('date')));
  return Number.isFinite(reset) && Number.isFinite(answeredAt) && reset > answeredAt ? reset - answeredAt : undefined;
}
