/** How the bank is looked into and steered, beside what a payer can do there. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { refuseFields } from '../control-routes.ts';
import type { ProviderParts } from '../parts.ts';
import type { BankPayment } from './book.ts';
import { refund } from './payer.ts';

const refundBody = z.strictObject({ id: z.string().min(1).max(100), amount: z.string().regex(/^\d{1,12}(\.\d{1,2})?$/, 'an amount in whole units such as 45990 or 120.50').optional() });
const listQuery = z.object({ reference: z.string().optional() });

export function addBankControl(app: FastifyInstance, parts: ProviderParts): void {
  app.get('/__payments', async (request) => {
    const { reference } = listQuery.parse(request.query);
    return parts.bank.payments().filter((payment) => reference === undefined || payment.reference === reference).map(shown);
  });
  app.post('/__refund', async (request, reply) => {
    const body = refundBody.safeParse(request.body);
    if (!body.success) return refuseFields(reply, body.error);
    const payment = parts.bank.payment(body.data.id);
    const refunded = payment === undefined ? null : refund(parts, payment, body.data.amount ?? null, await parts.now());
    if (refunded !== null) return shown(refunded);
    const title = payment === undefined ? 'There is no such payment.' : 'This payment has not so much to give back; a transfer goes back as a whole.';
    return reply.code(payment === undefined ? 404 : 409).type('application/problem+json').send({ type: 'about:blank', title, status: payment === undefined ? 404 : 409 });
  });
}

/** Instants RFC 3339 in virtual time. */
function shown({ id, protocol, reference, amount, currency, state, refunded, createdAt, paidAt, told }: BankPayment): Record<string, unknown> {
  const at = (instant: number): string => new Date(instant).toISOString();
  return {
    id, protocol, reference, amount, currency, state, refunded, createdAt: at(createdAt), paidAt: paidAt === null ? null : at(paidAt),
    told: told.map((one) => ({ at: at(one.at), status: one.status })),
  };
}
