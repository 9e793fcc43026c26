/** Provider callbacks: nothing is read before the signature over the public URL holds, nothing is answered 2xx before it is stored. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseSendgridEvents, parseTwilioInbound, parseTwilioStatus, type FormFields, type ProviderEvent } from '../channels/receipts.ts';
import { verifySendgrid, verifyTwilio } from '../channels/signatures.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { receiveSms } from '../register/inbound.ts';
import type { RegisterContext } from '../register/person-lock.ts';

export type WebhookConfig = Pick<Config, 'publicBaseUrl' | 'twilio' | 'sendgrid'>;

export interface WebhookDeps {
  readonly ctx: RegisterContext;
  readonly config: WebhookConfig;
  readonly applyReceipt: (event: ProviderEvent) => Promise<unknown>;
}

const EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>';
const attempt = z.object({ attemptId: z.uuid() });

/** Registered as a plugin of its own: bodies are kept as they came, because the signatures cover them. */
export async function webhooks(app: FastifyInstance, deps: WebhookDeps): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

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
}

function hook(summary: string): { schema: { summary: string; tags: string[] } } {
  return { schema: { summary, tags: ['webhooks'] } };
}

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
  const signature = header(request, 'x-twilio-email-event-webhook-signature');
  const timestamp = header(request, 'x-twilio-email-event-webhook-timestamp');
  if (key === null || !Buffer.isBuffer(body) || !verifySendgrid(key, signature, timestamp, body)) throw new AppError('ERR_SIGNATURE');
  return body;
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
