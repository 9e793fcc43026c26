/** A small HTTP port for a process that serves nothing else: `/healthz` says whether it is at work, `/metrics` what it counted. */
import { createServer } from 'node:http';
import { AppError } from '../errors.ts';

export interface SidePortOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly host?: string;
  readonly healthy: () => boolean;
  /** Prometheus text. */
  readonly metrics: () => string;
}

export interface SidePort {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; ERR_CONFIG when the port is taken. */
export async function openSidePort({ port, host = '0.0.0.0', healthy, metrics }: SidePortOptions): Promise<SidePort> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') response.writeHead(healthy() ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ status: healthy() ? 'ok' : 'stuck' }));
    else if (request.url === '/metrics') response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(metrics());
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new AppError('ERR_CONFIG', `METRICS_PORT: port ${port} cannot be used; give each process of a machine its own.`, { cause })));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}
