/** Provider callbacks: nothing is read before the signature over the public URL holds, nothing is answered 2xx before it is stored. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { arrivedByForm } from '../channels/dsn.ts';
import { parseInboundMail } from '../channels/inbound-mail.ts';
import { boundaryOf, parseForm, type FormPart } from '../channels/multipart.ts';
import { parseSendgridEvents, parseTwilioInbound, parseTwilioStatus, type FormFields, type ProviderEvent } from '../channels/receipts.ts';
import { verifySendgrid, verifyTwilio } from '../channels/signatures.ts';
import type { Config, InboundMailConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { receiveMail, receiveSms } from '../register/inbound.ts';
import { receiveDsn } from '../register/sending/returned-mail.ts';
import type { RegisterContext } from '../register/person-lock.ts';

/** Without `inboundMail` no mail is taken. */
export type WebhookConfig = Pick<Config, 'publicBaseUrl' | 'twilio' | 'sendgrid'> & { readonly inboundMail?: InboundMailConfig };

export interface WebhookDeps {
  readonly ctx: RegisterContext;
  readonly config: WebhookConfig;
  readonly applyReceipt: (event: ProviderEvent) => Promise<unknown>;
}

/** What SendGrid takes in at most, with everything attached; a mail that we refuse is lost, because it is not sent again. */
const LARGEST_MAIL = 30 * 1_048_576;
const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const attempt = z.object({ attemptId: z.uuid() });

/** Registered as a plugin of its own: bodies are kept as they came, because the signatures cover them. */
export async function webhooks(app: FastifyInstance, deps: WebhookDeps): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.addContentTypeParser(['application/json', 'multipart/form-data'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post('/webhooks/twilio/status/:attemptId', hook('A status callback of Twilio'), async (request, reply) => {
    const fields = signedFields(deps.config, request);
    const params = attempt.safeParse(request.params);
    const event = params.success ? parseTwilioStatus(fields, params.data.attemptId) : null;
    if (event !== null) await deps.applyReceipt(event);
    return reply.code(204).send();
  });
  app.post('/webhooks/twilio/inbound', hook('An SMS from a person, by Twilio'), async (request, reply) => {
    const sms = parseTwilioInbound(signedFields(deps.config, request));
    if (sms !== null) await receiveSms(deps.ctx, sms);
    return reply.type('text/xml; charset=utf-8').send(EMPTY_TWIML);
  });
  app.post('/webhooks/sendgrid/events', hook('A batch of events of SendGrid'), async (request, reply) => {
    const batch = parseSendgridEvents(signedBytes(deps.config, request).toString('utf8'));
    if (batch === null) throw new AppError('ERR_JSON', 'The body is not a JSON array of events.');
    for (const event of batch.events) await deps.applyReceipt(event);
    return reply.code(204).send();
  });
  const mail = { ...hook('A mail from a person, by SendGrid Inbound Parse'), bodyLimit: LARGEST_MAIL, onRequest: async (request: FastifyRequest) => admitMail(deps.config.inboundMail, request) };
  app.post('/webhooks/sendgrid/inbound', mail, async (request, reply) => {
    const form = mailForm(deps.config.inboundMail, request);
    // A mail server's report on a mail of ours is a receipt; no person wrote it.
    if ((await receiveDsn(deps.ctx, await arrivedByForm(form))) !== 'noReport') return reply.code(204).send();
    const received = parseInboundMail(form);
    if (received === null) throw new AppError('ERR_BODY', 'The form is no mail of Inbound Parse.', { errors: [{ path: 'from', message: 'from and to (or envelope) must each hold a mail address' }] });
    await receiveMail(deps.ctx, received);
    return reply.code(204).send();
  });
}

/** Before the body is read, which may be large: a mail comes with the secret in its address, or at least says that it is signed. */
async function admitMail(config: InboundMailConfig | undefined, request: FastifyRequest): Promise<void> {
  if (!hasSecret(config, request) && (config?.publicKey == null || header(request, SIGNATURE) === undefined)) throw new AppError('ERR_SIGNATURE');
}

function hasSecret(config: InboundMailConfig | undefined, request: FastifyRequest): boolean {
  const told = mailQuery.safeParse(request.query);
  if (config?.secret == null || !told.success) return false;
  const [given, own] = [told.data.key, config.secret].map((text) => createHash('sha256').update(text).digest());
  return given !== undefined && own !== undefined && timingSafeEqual(given, own);
}

function mailForm(config: InboundMailConfig | undefined, request: FastifyRequest): FormPart[] {
  const { body } = request;
  if (!Buffer.isBuffer(body)) throw new AppError('ERR_BODY', 'The content-type is not multipart/form-data.', { errors: [{ path: 'content-type', message: 'must be multipart/form-data' }] });
  const signed = config?.publicKey != null && verifySendgrid(config.publicKey, header(request, SIGNATURE), header(request, TIMESTAMP), body);
  if (!signed && !hasSecret(config, request)) throw new AppError('ERR_SIGNATURE');
  const boundary = boundaryOf(header(request, 'content-type'));
  const form = boundary === null ? null : parseForm(body, boundary);
  if (form === null) throw new AppError('ERR_BODY', 'The form cannot be read.', { errors: [{ path: 'body', message: 'must be whole multipart/form-data' }] });
  return form;
}

function hook(summary: string): { schema: { summary: string; tags: string[] } } {
  return { schema: { summary, tags: ['webhooks'] } };
}

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';
const mailQuery = z.object({ key: z.string().min(1).max(400) });
const formFields = z.record(z.string(), z.string());

/** The form fields, all of them and untouched; ERR_SIGNATURE when Twilio did not sign them for this address. */
function signedFields(config: WebhookConfig, request: FastifyRequest): FormFields {
  const fields = formFields.safeParse(request.body ?? {});
  const url = config.publicBaseUrl + request.raw.url;
  if (!fields.success || !verifyTwilio(config.twilio?.authTokens ?? [], header(request, 'x-twilio-signature'), url, fields.data)) {
    throw new AppError('ERR_SIGNATURE');
  }
  return fields.data;
}

function signedBytes(config: WebhookConfig, request: FastifyRequest): Buffer {
  const key = config.sendgrid?.webhookPublicKey ?? null;
  const { body } = request;
  if (key === null || !Buffer.isBuffer(body) || !verifySendgrid(key, header(request, SIGNATURE), header(request, TIMESTAMP), body)) throw new AppError('ERR_SIGNATURE');
  return body;
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
