/** The part of Khipu's payments API v3 that Pacto uses: start a payment, look at it. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { answerCall } from '../call-faults.ts';
import type { ProviderParts } from '../parts.ts';
import type { BankPayment } from './book.ts';
import { khipuPayment } from './khipu-answer.ts';

const ID_BYTES = 6;
const url = z.url({ protocol: /^https?$/ }).max(2000);
const body = z.object({
  subject: z.string().min(1).max(255), currency: z.string().regex(/^[A-Z]{3}$/), amount: z.number().positive(), transaction_id: z.string().max(255).default(''),
  return_url: url, notify_url: url.optional(), expires_date: z.iso.datetime({ offset: true }).optional(),
});
const path = z.object({ id: z.string() });

export function addKhipuRoutes(app: FastifyInstance, parts: ProviderParts): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers['x-api-key'] !== parts.bankSecrets.khipuApiKey) return refuse(reply, 403, 'The API key is not valid');
  });
  app.post('/v3/payments', async (request, reply) => {
    const given = body.safeParse(request.body);
    if (!given.success) {
      const errors = given.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
      return reply.code(400).send({ status: 400, message: 'Invalid data', errors });
    }
    const payment = started(given.data, await parts.now());
    const payUrl = `${request.protocol}://${request.host}/bank/khipu/${payment.id}`;
    return answerCall({
      request, reply, fault: parts.faults.draw('khipu', 'call', payment.reference), slowMs: parts.slowMs,
      accept: () => parts.bank.keep(payment),
      answer: () => reply.send({ payment_id: payment.id, payment_url: payUrl, simplified_transfer_url: payUrl, transfer_url: payUrl, app_url: payUrl, ready_for_terminal: false }),
      tooMany: () => refuse(reply, 429, 'Too many requests'),
    });
  });
  app.get('/v3/payments/:id', async (request, reply) => {
    const payment = parts.bank.find('khipu', path.parse(request.params).id);
    return payment === undefined ? refuse(reply, 404, 'The payment does not exist') : khipuPayment(payment);
  });
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ status, message });
}

function started(given: z.output<typeof body>, createdAt: number): BankPayment {
  return {
    id: randomBytes(ID_BYTES).toString('hex'), protocol: 'khipu', reference: given.transaction_id, order: '', subject: given.subject, amount: String(given.amount),
    currency: given.currency, returnUrl: given.return_url, notifyUrl: given.notify_url ?? null, createdAt, state: 'open', paidAt: null, refunded: '0', duties: [], told: [],
  };
}
