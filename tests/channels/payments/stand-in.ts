/** Stands where a payment provider's HTTP API stands, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PaymentOrder } from '../../../src/channels/payments/adapter.ts';

export interface Asking {
  /** Method, path and query. */
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown } | 'hang' | 'cut' | 'trickle';

export interface StandIn {
  readonly url: string;
  readonly asked: Asking[];
  /** By method and path without the query; anything else is 404. */
  answers: Readonly<Record<string, Answer>>;
  /** Instead of all of them. */
  always: Answer | null;
  close(): Promise<void>;
}

export async function openStandIn(): Promise<StandIn> {
  const asked: Asking[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      asked.push({ line, headers: request.headers, body: Buffer.concat(chunks).toString() });
      const answer = standIn.always ?? standIn.answers[line.split('?')[0] ?? ''] ?? { status: 404, body: { error: 'not_found', message: 'resource of Inés Peña not found' } };
      if (answer === 'hang') return;
      if (answer === 'cut') return void response.destroy();
      if (answer === 'trickle') return void response.writeHead(200).write('{"');
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const standIn: StandIn = {
    url: `http://127.0.0.1:${port}`, asked, answers: {}, always: null,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
  return standIn;
}

/** A Thursday noon in Santiago. */
export const NOON = Date.parse('2026-12-03T15:00:00Z');
export const HOUR = 3_600_000;

export const order = (changed: Partial<PaymentOrder> = {}): PaymentOrder => ({
  reference: 'ord-7f3a9c21e0b84d55', amountMinor: 45_990, currency: 'CLP', subject: 'Acme, acuerdo A-1001', language: 'es-CL',
  returnUrl: 'https://pacto.example/back', notifyUrl: 'https://pacto.example/webhooks/payments/x', expiresAt: NOON + 24 * HOUR, ...changed,
});

export const within = (ms = 2_000): AbortSignal => AbortSignal.timeout(ms);
