/** The part of Twilio's REST API that Pacto uses: send, fetch and list messages. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerCall, RETRY_AFTER_SECONDS } from './call-faults.ts';
import type { SandboxMessage } from './journal.ts';
import { acceptMessage, type ProviderParts } from './parts.ts';
import { attemptOfCallback, messageResource, readSmsRequest, sentAt, type SmsRequest } from './twilio-request.ts';

const MESSAGES = '/2010-04-01/Accounts/:account/Messages.json';
const MESSAGE = '/2010-04-01/Accounts/:account/Messages/:sid(^[A-Za-z0-9]+).json';

const accountPath = z.object({ account: z.string() });
const messagePath = z.object({ account: z.string(), sid: z.string() });
const listQuery = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  'DateSent>': z.string().optional(),
  'DateSent<': z.string().optional(),
  PageSize: z.coerce.number().int().min(1).max(1000).catch(50),
  Page: z.coerce.number().int().min(0).catch(0),
});
type ListQuery = z.infer<typeof listQuery>;

export function addTwilioRoutes(app: FastifyInstance, parts: ProviderParts): void {
  app.addHook('onRequest', async (request, reply) => {
    const { account } = accountPath.parse(request.params);
    if (!mayUse(parts, account, request.headers.authorization)) return refuse(reply, 401, 20003, 'Authenticate');
  });
  app.post(MESSAGES, (request, reply) => create(parts, request, reply));
  app.get(MESSAGES, async (request) => list(parts, accountPath.parse(request.params).account, listQuery.parse(request.query)));
  app.get(MESSAGE, async (request, reply) => {
    const { sid } = messagePath.parse(request.params);
    const message = parts.journal.find(sid);
    return message?.provider === 'twilio' ? messageResource(message) : refuse(reply, 404, 20404, 'The requested resource was not found');
  });
}

function refuse(reply: FastifyReply, status: number, code: number, message: string): FastifyReply {
  return reply.code(status).send({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
}

/** Our own account needs its token when credentials are shown at all: the sandbox asks for no key, but a wrong one is a mistake to find. */
function mayUse({ twilio }: ProviderParts, account: string, authorization: string | undefined): boolean {
  if (authorization === undefined || account !== twilio.accountSid) return true;
  const given = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString('utf8');
  const pairs = [`${twilio.accountSid}:${twilio.authToken}`, ...(twilio.apiKey === undefined ? [] : [`${twilio.apiKey.sid}:${twilio.apiKey.secret}`])];
  return pairs.some((pair) => pair.length === given.length && timingSafeEqual(Buffer.from(pair), Buffer.from(given)));
}

async function create(parts: ProviderParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const sms = readSmsRequest(request.body instanceof URLSearchParams ? request.body : new URLSearchParams());
  if ('code' in sms) return refuse(reply, 400, sms.code, sms.message);
  const fault = parts.faults.draw('twilio', 'call', sms.to);
  if (fault?.kind === 'optedOut') return refuse(reply, 400, 21610, 'Attempt to send to unsubscribed recipient');
  const message = toMessage(sms, accountPath.parse(request.params).account, await parts.now());
  return answerCall({
    request, reply, fault, slowMs: parts.slowMs,
    accept: () => acceptMessage(parts, message),
    answer: () => reply.code(201).send(messageResource(message)),
    tooMany: () => refuse(reply.header('retry-after', RETRY_AFTER_SECONDS), 429, 20429, 'Too Many Requests'),
  });
}

function toMessage({ to, from, messagingServiceSid, body, callbackUrl }: SmsRequest, accountSid: string, at: number): SandboxMessage {
  return {
    providerId: `SM${randomBytes(16).toString('hex')}`,
    provider: 'twilio', channel: 'sms', at, to, from, accountSid, body,
    ...(messagingServiceSid === undefined ? {} : { messagingServiceSid }),
    ...(callbackUrl === undefined ? {} : { callbackUrl }),
    attemptId: attemptOfCallback(callbackUrl),
    // A Messaging Service picks the sender later.
    status: messagingServiceSid === undefined ? 'queued' : 'accepted',
    events: [],
  };
}

/** A page of the list, newest first; by date only messages that have left, because the others have none. */
function list({ journal }: ProviderParts, account: string, query: ListQuery): Record<string, unknown> {
  const found = journal.messages({ channel: 'sms', ...(query.To === undefined ? {} : { to: query.To }) })
    .filter((message) => message.accountSid === account && (query.From === undefined || message.from === query.From) && withinDates(message, query))
    .reverse();
  const { Page: page, PageSize: size } = query;
  const uri = (number: number): string => {
    const asked = new URLSearchParams({ ...(query.To === undefined ? {} : { To: query.To }), PageSize: String(size), Page: String(number) });
    return `/2010-04-01/Accounts/${account}/Messages.json?${asked.toString()}`;
  };
  return {
    messages: found.slice(page * size, (page + 1) * size).map(messageResource),
    page, page_size: size, start: page * size, end: Math.max(0, Math.min(found.length, (page + 1) * size) - 1),
    uri: uri(page), first_page_uri: uri(0),
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    next_page_uri: found.length > (page + 1) * size ? uri(page + 1) : null,
  };
}

function withinDates(message: SandboxMessage, query: ListQuery): boolean {
  const { 'DateSent>': after, 'DateSent<': before } = query;
  if (after === undefined && before === undefined) return true;
  const at = sentAt(message);
  return at !== null && (after === undefined || at >= Date.parse(after)) && (before === undefined || at <= Date.parse(before));
}
