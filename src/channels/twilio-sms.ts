import twilio from 'twilio';
import { maskTokens } from '../text/token-mask.ts';
import type { Deadline, LookupOutcome, OpenAttempt, OutgoingSms, SendOutcome, SmsChannel, SmsSender } from './channel.ts';
import { readFailure, retryLater, withoutAnswer } from './call-failures.ts';
import type { CallFailure } from './call-failures.ts';
import { withDeadline } from './deadline.ts';
import { classifyHttpRefusal, classifyTwilioCode } from './error-classes.ts';
import { twilioReceipt } from './receipts.ts';
import { TwilioHttpClient } from './twilio-http.ts';

/** An installation's Twilio account. `baseUrl` sends the calls of every Twilio host to a stand-in. */
export interface TwilioSettings {
  readonly accountSid: string;
  readonly credentials: { readonly kind: 'authToken'; readonly token: string } | { readonly kind: 'apiKey'; readonly sid: string; readonly secret: string };
  readonly baseUrl?: string;
  /** Where the world reaches this installation; status callbacks are asked for below it. */
  readonly publicBaseUrl: string;
  readonly defaultSender?: SmsSender;
}

const MAX_VALIDITY_SECONDS = 36_000;
/** The list is newest first; one recipient gets far fewer messages within a validity. */
const LOOKUP_LIMIT = 50;
/** How far Twilio's clock may stand behind ours; two messages of the same words to one person are never that near. */
const CLOCK_SLACK_MS = 60_000;

/** An SMS channel over Twilio's own client, which keeps no state between calls. */
export function createTwilioSms(settings: TwilioSettings): SmsChannel {
  const client = createClient(settings);
  return {
    provider: 'twilio-sms',
    channel: 'sms',
    send: (message, deadline) => send(client, settings, message, deadline),
    lookup: (attempt, deadline) => lookup(client, attempt, deadline),
  };
}

/** Where Twilio reports on an attempt: the attempt's id is in the address, which its signature covers. */
export function twilioStatusCallbackUrl(publicBaseUrl: string, attemptId: string): string {
  return `${publicBaseUrl.replace(/\/+$/, '')}/webhooks/twilio/status/${encodeURIComponent(attemptId)}`;
}

function createClient(settings: TwilioSettings): twilio.Twilio {
  const { accountSid, credentials } = settings;
  const [user, secret] = credentials.kind === 'authToken' ? [accountSid, credentials.token] : [credentials.sid, credentials.secret];
  // Retries belong to the workflow: one inside the client would send twice what was accepted and then cut off.
  return twilio(user, secret, { accountSid, httpClient: new TwilioHttpClient(settings.baseUrl), autoRetry: false });
}

async function send(client: twilio.Twilio, settings: TwilioSettings, message: OutgoingSms, deadline: Deadline): Promise<SendOutcome> {
  const sender = message.from ?? settings.defaultSender;
  if (sender === undefined) return { kind: 'rejected', reason: 'config', code: 'noSender' };
  if (deadline.signal?.aborted === true) return { kind: 'retry', code: 'aborted' };
  return withDeadline(deadline, async (call) => {
    try {
      const created = await client.messages.create({
        to: message.to,
        body: message.body,
        ...(sender.kind === 'number' ? { from: sender.number } : { messagingServiceSid: sender.sid }),
        statusCallback: twilioStatusCallbackUrl(settings.publicBaseUrl, message.attemptId),
        validityPeriod: validitySeconds(message.validityMs),
      });
      // A 2xx whose body cannot be read is an acceptance without a name.
      return typeof created.sid === 'string' && created.sid !== '' ? { kind: 'sent', providerId: created.sid } : { kind: 'unknown', code: 'noSid' };
    } catch (error) {
      return outcomeOf(readFailure(error), call.retryAfterMs);
    }
  });
}

/** Rounded down: a message must not outlive the lawful window by the part of a second. */
function validitySeconds(validityMs: number): number {
  return Math.min(MAX_VALIDITY_SECONDS, Math.max(1, Math.floor(validityMs / 1000)));
}

function outcomeOf(failure: CallFailure, retryAfter: number | undefined): SendOutcome {
  const { status } = failure;
  if (status === undefined) return withoutAnswer(failure);
  const code = failure.code ?? `http${status}`;
  if (status >= 500 || status < 300 || status === 408) return { kind: 'unknown', code };
  const known = classifyTwilioCode(code);
  if (known !== undefined && known !== 'transient') return { kind: 'rejected', reason: known, code };
  if (status === 429) return retryLater(code, retryAfter);
  return { kind: 'rejected', reason: classifyHttpRefusal(status), code };
}

async function lookup(client: twilio.Twilio, attempt: OpenAttempt, deadline: Deadline): Promise<LookupOutcome> {
  return withDeadline(deadline, async () => {
    try {
      const message = attempt.providerId === undefined ? await findByText(client, attempt) : await client.messages(attempt.providerId).fetch();
      if (message === undefined) return { kind: 'notFound' };
      return {
        kind: 'found',
        providerId: message.sid,
        status: twilioReceipt(message.status) ?? 'queued',
        ...(isErrorCode(message.errorCode) ? { errorCode: String(message.errorCode) } : {}),
      };
    } catch (error) {
      const failure = readFailure(error);
      if (failure.status === 404 && attempt.providerId !== undefined) return { kind: 'notFound' };
      return { kind: 'unavailable', code: failure.code ?? (failure.status === undefined ? 'noAnswer' : `http${failure.status}`) };
    }
  });
}

/** By text (the ledger keeps it without the tokens of its links), because Twilio does not list by callback; not by date sent, which is empty while the message is queued. */
async function findByText(client: twilio.Twilio, attempt: OpenAttempt): Promise<TwilioMessage | undefined> {
  const messages = await client.messages.list({ to: attempt.to, limit: LOOKUP_LIMIT, pageSize: LOOKUP_LIMIT });
  const since = attempt.since - CLOCK_SLACK_MS;
  const own = messages.filter((message) => maskTokens(message.body) === maskTokens(attempt.body) && createdAt(message) >= since);
  // Newest first: the oldest since the call is this attempt's, later ones belong to later attempts.
  return own.at(-1);
}

type TwilioMessage = Awaited<ReturnType<twilio.Twilio['messages']['list']>>[number];

function createdAt(message: TwilioMessage): number {
  const at = message.dateCreated instanceof Date ? message.dateCreated.getTime() : Number.NaN;
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}

function isErrorCode(code: unknown): code is number | string {
  return typeof code === 'number' || (typeof code === 'string' && code !== '');
}
