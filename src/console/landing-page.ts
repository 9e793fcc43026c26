/** `/`: where the link of a message leads until the debtor's own page exists. It says nothing about anybody. */
import type { FastifyInstance } from 'fastify';
import { notice, pageSender } from './page.ts';

const LANDING = notice({
  kind: 'closed', status: 200, title: 'Gracias por abrir el enlace',
  text: 'Para pagar, mover una fecha o hacer una consulta, comuníquese con la empresa que firma el mensaje que recibió. '
    + 'Si no quiere recibir más SMS, responda BAJA. Si el mensaje no era para usted, no tiene que hacer nada con él.',
});

export async function landingPage(app: FastifyInstance): Promise<void> {
  const send = pageSender();
  app.get('/', async (_request, reply) => send(reply, LANDING));
}
