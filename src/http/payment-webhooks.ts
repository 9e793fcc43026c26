/** `/webhooks/payments/{provider}`: bodies stay bytes, because the signatures cover them; 2xx only for what is kept. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { wallNow } from '../clock.ts';
import type { PaymentDeps } from '../register/payments/deps.ts';
import { takeNotice } from '../register/payments/notice.ts';

const params = z.object({ provider: z.string().max(40) });
const NOTHING = Buffer.alloc(0);

/** Registered as a plugin of its own, for its body parser. */
export async function paymentWebhooks(app: FastifyInstance, { payments }: { readonly payments: PaymentDeps }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/webhooks/payments/:provider', { schema: { summary: 'A notification of a payment provider', tags: ['webhooks'] } }, async (request, reply) => {
    const { provider } = params.parse(request.params);
    await takeNotice(payments, provider, {
      url: payments.publicBaseUrl + request.raw.url, headers: single(request.headers), body: Buffer.isBuffer(request.body) ? request.body : NOTHING, receivedAt: wallNow(),
    });
    return reply.code(200).type('text/plain; charset=utf-8').send('OK');
  });
}

/** A header that came twice is none that a provider signs. */
function single(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : undefined]));
}
