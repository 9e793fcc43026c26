/** The part of Webpay Plus (REST 1.2) that Pacto uses: create, commit, status. Nothing is charged before the commit. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { answerCall } from '../call-faults.ts';
import type { ProviderParts } from '../parts.ts';
import type { BankPayment } from './book.ts';

const TRANSACTIONS = '/rswebpaytransaction/api/webpay/v1.2/transactions';
/** Where the payer's browser posts `token_ws`. */
export const WEBPAY_FORM = '/webpayserver/initTransaction';
const TOKEN_BYTES = 32;

const body = z.object({
  buy_order: z.string().min(1).max(26), session_id: z.string().min(1).max(61), amount: z.number().positive(), return_url: z.url({ protocol: /^https?$/ }).max(256),
});
const path = z.object({ token: z.string() });

export function addWebpayRoutes(app: FastifyInstance, parts: ProviderParts): void {
  const { bank, bankSecrets } = parts;
  app.addHook('onRequest', async (request, reply) => {
    const mine = request.headers['tbk-api-key-id'] === bankSecrets.webpayCommerceCode && request.headers['tbk-api-key-secret'] === bankSecrets.webpayApiKeySecret;
    if (!mine) return refuse(reply, 401, 'Not Authorized');
  });
  app.post(TRANSACTIONS, async (request, reply) => {
    const given = body.safeParse(request.body);
    if (!given.success) return refuse(reply, 422, `${given.error.issues[0]?.path.join('.') ?? 'body'} is not valid`);
    const payment = created(given.data, await parts.now());
    return answerCall({
      request, reply, fault: parts.faults.draw('webpay', 'call', payment.reference), slowMs: parts.slowMs,
      accept: () => bank.keep(payment),
      answer: () => reply.send({ token: payment.id, url: `${request.protocol}://${request.host}${WEBPAY_FORM}` }),
      tooMany: () => refuse(reply, 429, 'Too Many Requests'),
    });
  });
  app.get(`${TRANSACTIONS}/:token`, async (request, reply) => {
    const payment = bank.find('webpay', path.parse(request.params).token);
    return payment === undefined ? refuse(reply, 422, 'Invalid value for parameter: transaction not found') : transactionOf(payment);
  });
  app.put(`${TRANSACTIONS}/:token`, async (request, reply) => {
    const payment = bank.find('webpay', path.parse(request.params).token);
    if (payment === undefined) return refuse(reply, 422, 'Invalid value for parameter: transaction not found');
    if (payment.state !== 'authorized' && payment.state !== 'declined') return refuse(reply, 422, 'Invalid status for transaction while authorizing');
    // The money moves now, whenever the payer was at the form.
    const committed: BankPayment = { ...payment, state: payment.state === 'authorized' ? 'paid' : 'rejected', paidAt: await parts.now() };
    bank.keep(committed);
    return transactionOf(committed);
  });
}

function refuse(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ error_message: message });
}

function created(given: z.output<typeof body>, createdAt: number): BankPayment {
  return {
    id: randomBytes(TOKEN_BYTES).toString('hex'), protocol: 'webpay', reference: given.session_id, order: given.buy_order, subject: '', amount: String(given.amount),
    currency: 'CLP', returnUrl: given.return_url, notifyUrl: null, createdAt, state: 'open', paidAt: null, refunded: '0', duties: [], told: [],
  };
}

function statusOf({ state, amount, refunded }: BankPayment): string {
  switch (state) {
    case 'open': case 'verifying': case 'authorized': case 'declined': return 'INITIALIZED';
    case 'paid': return 'AUTHORIZED';
    case 'rejected': return 'FAILED';
    case 'refunded': return Number(refunded) < Number(amount) ? 'PARTIALLY_NULLIFIED' : 'NULLIFIED';
  }
}

/** A transaction as `commit` and `status` answer it; balance only after a part went back. */
function transactionOf(payment: BankPayment): Record<string, unknown> {
  const status = statusOf(payment);
  const answered = status !== 'INITIALIZED';
  return {
    status, amount: Number(payment.amount), buy_order: payment.order, session_id: payment.reference, accounting_date: '', installments_number: 0,
    transaction_date: new Date(payment.paidAt ?? payment.createdAt).toISOString(),
    ...(answered ? { vci: status === 'FAILED' ? 'TSN' : 'TSY', card_detail: { card_number: '6623' }, authorization_code: '1213', payment_type_code: 'VN', response_code: status === 'FAILED' ? -1 : 0 } : {}),
    ...(payment.state === 'refunded' ? { balance: Number((Number(payment.amount) - Number(payment.refunded)).toFixed(2)) } : {}),
  };
}
