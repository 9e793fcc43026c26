/** The bank's own page, where a payer pays, pays later, refuses or leaves. Plain forms, no script. */
import { join } from 'node:path';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { ownPagesOnly } from '../own-pages.ts';
import type { ProviderParts } from '../parts.ts';
import { BANK_PROTOCOLS, type BankPayment } from './book.ts';
import { payerActs, PAYER_ACTS, type PayerAct } from './payer.ts';
import { WEBPAY_FORM } from './webpay-routes.ts';

const path = z.object({ protocol: z.enum(BANK_PROTOCOLS), id: z.string().max(100) });

const WORDS: Readonly<Record<BankPayment['protocol'], { readonly name: string; readonly acts: Readonly<Record<PayerAct, string>> }>> = {
  khipu: { name: 'Transferencia, como por Khipu', acts: { pay: 'Pagar', later: 'Pagar más tarde: se confirma mañana', reject: 'Rechazar el cobro', leave: 'Volver sin pagar' } },
  webpay: { name: 'Tarjeta, como por Webpay Plus', acts: { pay: 'Pagar', later: 'Pagar y cerrar la ventana', reject: 'Pagar con una tarjeta que se rechaza', leave: 'Anular y volver' } },
};
const STANDS: Readonly<Record<BankPayment['state'], string>> = {
  open: '', verifying: 'Su banco confirmará el pago mañana.', authorized: 'La tarjeta está autorizada: puede cerrar esta ventana.', declined: 'La tarjeta fue rechazada.',
  paid: 'Este cobro está pagado.', rejected: 'Este cobro fue rechazado.', refunded: 'Este pago fue devuelto.',
};

export function addBankPages(app: FastifyInstance, parts: ProviderParts): void {
  const eta = new Eta({ views: join(import.meta.dirname), autoEscape: true, cache: true });
  const show = (reply: FastifyReply, payment: BankPayment | undefined): FastifyReply => {
    const html = payment === undefined ? eta.render('./bank.eta', { payment: null }) : eta.render('./bank.eta', viewOf(payment));
    // The answer to a form leads back to the merchant: a browser asks this rule for that address, too.
    const next = payment === undefined ? '' : ` ${new URL(payment.returnUrl).origin}`;
    return reply.code(payment === undefined ? 404 : 200).type('text/html; charset=utf-8').header('cache-control', 'no-store')
      .header('content-security-policy', `default-src 'none'; style-src 'self'; form-action 'self'${next}; frame-ancestors 'none'; base-uri 'none'`).send(html);
  };
  const named = (params: unknown): BankPayment | undefined => {
    const given = path.safeParse(params);
    return given.success ? parts.bank.find(given.data.protocol, given.data.id) : undefined;
  };
  app.get('/bank/:protocol/:id', async (request, reply) => show(reply, named(request.params)));
  app.post('/bank/:protocol/:id', { onRequest: ownPagesOnly }, async (request, reply) => {
    const payment = named(request.params);
    const act = z.enum(PAYER_ACTS).safeParse(request.body instanceof URLSearchParams ? request.body.get('act') : null);
    if (payment === undefined || !act.success) return show(reply, payment);
    const next = payerActs(parts, payment, act.data, await parts.now());
    return next === null ? show(reply, parts.bank.payment(payment.id)) : reply.redirect(next, 303);
  });
  // Webpay's form: the merchant's page sends the payer here.
  app.post(WEBPAY_FORM, async (request, reply) => {
    const token = request.body instanceof URLSearchParams ? (request.body.get('token_ws') ?? '') : '';
    return show(reply, parts.bank.find('webpay', token));
  });
}

function viewOf(payment: BankPayment) {
  const { name, acts } = WORDS[payment.protocol];
  return {
    payment, name, amount: new Intl.NumberFormat('es-CL', { style: 'currency', currency: payment.currency }).format(Number(payment.amount)),
    action: `/bank/${payment.protocol}/${payment.id}`, acts: PAYER_ACTS.map((act) => ({ act, words: acts[act], main: act === 'pay' })), stands: STANDS[payment.state],
  };
}
