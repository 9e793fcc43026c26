/** SendGrid's mail send, with its checks and its answers. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isEmailAddress } from '../../channels/email-headers.ts';
import { answerCall, RETRY_AFTER_SECONDS } from './call-faults.ts';
import type { SandboxMessage } from './journal.ts';
import { acceptMessage, type ProviderParts } from './parts.ts';

const address = z.object({ email: z.string().refine(isEmailAddress, 'Does not contain a valid address.'), name: z.string().optional() });

/** Its fields that Pacto uses; the others are let through, as SendGrid does with those it does not know here. */
const mail = z.object({
  from: address,
  reply_to: address.optional(),
  subject: z.string().min(1, 'The subject is required.'),
  personalizations: z.array(z.object({ to: z.array(address).min(1, 'The to array is required and must hold at least one address.') }))
    .length(1, 'The sandbox takes one personalization a mail: one recipient, one outcome.'),
  content: z.array(z.object({ type: z.string().min(1), value: z.string().min(1, 'The content value must be a string at least one character in length.') })).min(1),
  custom_args: z.record(z.string(), z.string()).optional(),
});
type Mail = z.infer<typeof mail>;

export function addSendgridRoutes(app: FastifyInstance, parts: ProviderParts): void {
  app.post('/v3/mail/send', async (request, reply) => {
    if (!mayUse(parts, request.headers.authorization)) return refuse(reply, 401, [{ message: 'The provided authorization grant is invalid, expired, or revoked', field: null }]);
    const parsed = mail.safeParse(request.body);
    if (!parsed.success) {
      return refuse(reply, 400, parsed.error.issues.map((issue) => ({ message: issue.message, field: issue.path.join('.') })));
    }
    return send(parts, parsed.data, request, reply);
  });
  app.get('/v3/scopes', async (request, reply) => {
    if (!mayUse(parts, request.headers.authorization)) return refuse(reply, 401, [{ message: 'authorization required', field: null }]);
    return { scopes: ['mail.send'] };
  });
}

function refuse(reply: FastifyReply, status: number, errors: readonly { readonly message: string; readonly field: string | null }[]): FastifyReply {
  return reply.code(status).send({ errors: errors.map((error) => ({ ...error, help: null })) });
}

/** As with Twilio: no key is fine, the key of another account too, but our own key's id with a wrong secret is refused. */
function mayUse({ sendgridApiKey }: ProviderParts, authorization: string | undefined): boolean {
  if (authorization === undefined) return true;
  const given = authorization.replace(/^Bearer /i, '');
  const [, ownId] = sendgridApiKey.split('.');
  const [brand, id] = given.split('.');
  return given === sendgridApiKey || (brand === 'SG' && id !== ownId);
}

async function send(parts: ProviderParts, body: Mail, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const recipients = body.personalizations.flatMap((one) => one.to);
  const [first] = recipients;
  if (first === undefined || recipients.length > 1) return refuse(reply, 400, [{ message: 'The sandbox takes one recipient a mail.', field: 'personalizations.0.to' }]);
  const fault = parts.faults.draw('sendgrid', 'call', first.email);
  const at = await parts.now();
  const message = toMessage(body, first.email, at);
  return answerCall({
    request, reply, fault, slowMs: parts.slowMs,
    accept: () => acceptMessage(parts, message),
    answer: () => reply.code(202).header('x-message-id', message.providerId).send(),
    tooMany: () => refuse(
      reply.header('retry-after', RETRY_AFTER_SECONDS).header('x-ratelimit-remaining', 0).header('x-ratelimit-reset', Math.ceil(at / 1000) + RETRY_AFTER_SECONDS),
      429, [{ message: 'too many requests', field: null }],
    ),
  });
}

function toMessage(body: Mail, to: string, at: number): SandboxMessage {
  const part = (type: string): string | undefined => body.content.find((content) => content.type === type)?.value;
  const text = part('text/plain');
  const html = part('text/html');
  return {
    // SendGrid's message ids are 22 letters of base64url; its events add the machine that handled the mail after a dot.
    providerId: randomBytes(16).toString('base64url'),
    provider: 'sendgrid', channel: 'email', at, to, from: body.from.email, subject: body.subject,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    attemptId: body.custom_args?.['attempt_id'] ?? null,
    status: 'accepted',
    events: [],
  };
}
