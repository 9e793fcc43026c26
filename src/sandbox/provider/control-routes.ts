/** How the sandbox itself is looked into and steered; paths begin with two underscores, so that no provider's path is hit. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isEmailAddress } from '../../channels/email-headers.ts';
import { smsLength } from '../../text/sms.ts';
import { postAnsweredMail } from './answered-mail.ts';
import { faultBody } from './fault-kinds.ts';
import type { SandboxMessage } from './journal.ts';
import type { ProviderParts } from './parts.ts';
import { inboundFields, postAsTwilio } from './webhooks.ts';

/** An unescaped + in an address arrives as a space. */
const recipient = z.string().transform((text) => text.trim() !== '' && text.startsWith(' ') ? `+${text.trimStart()}` : text);
const journalQuery = z.object({ to: recipient.optional(), channel: z.enum(['sms', 'email']).optional(), attempt: z.string().optional() });
const runBody = z.object({ until: z.number() });
const phone = z.string().refine((text) => /^\+[1-9]\d{6,14}$/.test(text) && parsePhoneNumberFromString(text)?.isPossible() === true, 'a phone like +56961234567');
const mailbox = z.string().max(254).refine(isEmailAddress, 'an e-mail address');
/** `from` says by which way: a phone answers by SMS, a mailbox by mail. */
export const replyBody = z.strictObject({ from: z.union([phone, mailbox], 'a phone like +56961234567, or an e-mail address'), to: z.string().min(1).max(254).optional(), body: z.string().max(1600) });
export type ReplyBody = z.infer<typeof replyBody>;

/** Who a message to an unknown sender goes to: nobody wrote to that person yet. */
const DEFAULT_SENDER = '+56228820000';
const DEFAULT_MAILBOX = 'avisos@pacto.example.org';

export interface Control {
  /** Runs the receipts due up to an instant (virtual epoch ms), one run at a time. */
  readonly run: (until: number) => Promise<void>;
}

export function addControlRoutes(app: FastifyInstance, parts: ProviderParts, { run }: Control): void {
  const { journal, faults } = parts;
  app.get('/__journal', async (request, reply) => {
    const query = journalQuery.safeParse(request.query);
    if (!query.success) return refuseFields(reply, query.error);
    const { to, channel, attempt } = query.data;
    const filter = { ...(to === undefined ? {} : { to }), ...(channel === undefined ? {} : { channel }), ...(attempt === undefined ? {} : { attempt }) };
    return journal.messages(filter).map(journalEntry);
  });
  app.get('/__pending', async () => ({ next: parts.nextAt() }));
  app.post('/__run', async (request, reply) => {
    const body = runBody.safeParse(request.body);
    if (!body.success) return refuseFields(reply, body.error);
    await run(body.data.until);
    return { next: parts.nextAt() };
  });
  app.get('/__faults', async () => ({ faults: faults.list() }));
  app.post('/__faults', async (request, reply) => {
    const body = faultBody.safeParse(request.body);
    if (!body.success) return refuseFields(reply, body.error);
    faults.add(body.data);
    return reply.code(201).send({ faults: faults.list() });
  });
  app.delete('/__faults', async () => {
    faults.clear();
    return { faults: faults.list() };
  });
  app.post('/__reply', async (request, reply) => {
    const body = replyBody.safeParse(request.body);
    if (!body.success) return refuseFields(reply, body.error);
    const { sid, told } = await replyAsPerson(parts, body.data);
    return reply.code(told !== null && told < 300 ? 200 : 502).send({ messageSid: sid, webhookStatus: told });
  });
}

export function refuseFields(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const errors = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  return reply.code(422).type('application/problem+json').send({ type: 'about:blank', title: 'The request does not have the promised shape.', status: 422, code: 'ERR_BODY', errors });
}

/** A message as `GET /__journal` promises it: instants are RFC 3339 in virtual time. */
function journalEntry(message: SandboxMessage): Record<string, unknown> {
  const { at, channel, provider, to, from, body, subject, text, html, attemptId, providerId, status, events } = message;
  return {
    at: new Date(at).toISOString(), channel, provider, to, from,
    ...(channel === 'sms' ? { body: body ?? '' } : { subject: subject ?? '', text: text ?? '', ...(html === undefined ? {} : { html }) }),
    attemptId, providerId, status,
    events: events.map((event) => ({ ...event, at: new Date(event.at).toISOString() })),
  };
}

/** Sends our API what a person answered, signed as the provider of that way signs it; `to` is whoever wrote there last unless given. */
export async function replyAsPerson(parts: ProviderParts, reply: ReplyBody): Promise<{ sid: string; told: number | null }> {
  return isEmailAddress(reply.from) ? replyByMail(parts, reply) : replyBySms(parts, reply);
}

/** As SendGrid's Inbound Parse hands it over, signed. */
async function replyByMail(parts: ProviderParts, { from, to, body }: ReplyBody): Promise<{ sid: string; told: number | null }> {
  const { journal, log } = parts;
  const last = journal.messages({ to: from, channel: 'email' }).at(-1);
  const target = to ?? last?.from ?? DEFAULT_MAILBOX;
  const { id, told } = await postAnsweredMail(parts, { from, to: target, body, answers: last });
  journal.receive({ providerId: id, at: await parts.now(), from, to: target, body, told });
  if (told === null || told >= 300) log.warn({ channel: 'email', status: told }, 'an inbound mail was not taken');
  return { sid: id, told };
}

async function replyBySms(parts: ProviderParts, { from, to, body }: ReplyBody): Promise<{ sid: string; told: number | null }> {
  const { journal, twilio, webhookTarget, log } = parts;
  const last = journal.messages({ to: from, channel: 'sms' }).at(-1);
  const sid = `SM${randomBytes(16).toString('hex')}`;
  const target = to ?? last?.from ?? DEFAULT_SENDER;
  const fields = {
    ...inboundFields({ accountSid: twilio.accountSid, sid, from, to: target, body, segments: smsLength(body).segments }),
    ...(last?.messagingServiceSid === undefined ? {} : { MessagingServiceSid: last.messagingServiceSid }),
  };
  const told = await postAsTwilio(twilio.authToken, `${webhookTarget}/webhooks/twilio/inbound`, fields);
  journal.receive({ providerId: sid, at: await parts.now(), from, to: target, body, told });
  if (told === null || told >= 300) log.warn({ channel: 'sms', status: told }, 'an inbound message was not taken');
  return { sid, told };
}
